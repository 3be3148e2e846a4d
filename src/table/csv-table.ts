/**
 * A table from comma-separated values. The first line names the columns. What a column holds is seen from all of its cells: those that
 * begin with plain numbers are read as such at once (cells.ts), and a column in which that turns out to be in doubt is read once more as
 * texts, so the bytes must be there again when asked for.
 */
import { joined } from '../arrays.js';
import { errors } from '../errors.js';
import { CellColumn } from './cells.js';
import { CsvParser, type Dialect, isBlank, type TakeRow } from './csv.js';
import { dialectOf } from './dialect.js';
import { isMissingMark } from './missing.js';
import { type DecimalMark, plainNumber, type Recognition } from './numbers.js';
import { type Column, type ReadingNote, some, type Table } from './table.js';
import { columnOfTexts, notesOf, numbersIn, type TextColumnOptions, type Texts } from './text-column.js';

export interface CsvOptions extends Omit<TextColumnOptions, 'typed' | 'lineOf'> {
  /** what is read, for messages and for `.tsv` */
  name: string;
  delimiter?: string;
}

/** Bytes that delimiter and types are seen from. */
const SAMPLE = 1 << 18;
/** Without a line break in so many bytes there is no first line. */
const MAX_HEADER = 16 << 20;

/** @param open gives the file's bytes, UTF-8 without a mark at their head, as often as asked */
export async function tableFromCsv(open: () => AsyncIterable<Uint8Array>, options: CsvOptions): Promise<Table> {
  const { name, decimal } = options;
  const { sample, whole } = await sampleOf(open, name);
  const { dialect, skip } = openingOf(sample, whole, options);
  const firstLine = skip > 0 ? 2 : 1;
  const guess = new Rows(options);
  const looking = new CsvParser(name, dialect, guess.take, firstLine);
  looking.push(sample.slice(skip));
  if (whole) looking.end();
  const { names } = guess;
  if (!names) throw errors.tableEmpty(`'${name}'`);
  const numeric = names.map((_, j) => guess.looksNumeric(j));

  const read = async (wanted: readonly boolean[], texts: boolean): Promise<Rows> => {
    const rows = new Rows(options, (j) => (wanted[j] ? !texts && numeric[j] : undefined));
    const parser = new CsvParser(name, dialect, rows.take, firstLine);
    let at = skip;
    for await (const chunk of open()) {
      if (at < chunk.length) parser.push(chunk.subarray(at));
      at = Math.max(0, at - chunk.length);
    }
    parser.end();
    return rows;
  };
  const rows = await read(
    names.map(() => true),
    false,
  );
  if (rows.count === 0) throw errors.headerOnly(name, firstLine);
  /** Reads those columns again as texts, in the place of what they were. */
  const again = async (which: (column: CellColumn) => boolean) => {
    const wanted = rows.columns.map((column) => column !== undefined && which(column));
    if (!wanted.includes(true)) return;
    const texts = await read(wanted, true);
    if (texts.count !== rows.count) throw errors.fileRead(name, new Error('it changes while it is read'));
    for (const [j, column] of texts.columns.entries()) if (column) rows.columns[j] = column;
  };
  await again((column) => column.odd);
  const found = rows.columns.map((column) => new Undecided(column as CellColumn, options));
  const mark = decimal ?? sharedEvidence(found);
  if (mark === ',') {
    await again((column) => column.ambiguous);
    for (const [j, column] of rows.columns.entries())
      if (found[j].ambiguous) found[j] = new Undecided(column as CellColumn, { ...options, decimal: mark });
  }
  const lineOf = (row: number) => rows.lineOf(row);
  const decided = found.map((column) => column.decide({ ...options, lineOf }));
  // A column without a name and a value is what a delimiter at the end of each line leaves.
  const kept = decided.filter(({ column }, j) => names[j] !== '' || !isEmpty(column));
  const nameless = kept.filter(({ column }) => !names.includes(column.name));
  const notes = [
    ...rows.notes(),
    ...nameless.map(({ column: { name } }) => namelessNote(name)),
    ...kept.flatMap((one) => one.notes),
  ];
  return { rows: rows.count, columns: kept.map(({ column }) => column), notes: some(notes) };
}

/** The first bytes, with a whole line among them. */
async function sampleOf(open: () => AsyncIterable<Uint8Array>, name: string): Promise<{ sample: Uint8Array; whole: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let line = false;
  for await (const chunk of open()) {
    pieces.push(chunk.slice());
    length += chunk.length;
    line ||= chunk.includes(0x0a) || chunk.includes(0x0d);
    if (length >= SAMPLE && line) return { sample: joined(Uint8Array, pieces), whole: false };
    if (length > MAX_HEADER) throw errors.fileLine(name, 1, `more than ${MAX_HEADER >> 20} MiB`);
  }
  return { sample: joined(Uint8Array, pieces), whole: true };
}

/** The dialect, and the bytes of a first line such as `sep=;`, by which Excel is told the delimiter. */
function openingOf(sample: Uint8Array, whole: boolean, { name, delimiter }: CsvOptions): { dialect: Dialect; skip: number } {
  const [line, told] = /^sep=([^\w\r\n"])\r?\n?/.exec(String.fromCharCode(...sample.subarray(0, 8))) ?? [''];
  const skip = line.length;
  return { dialect: dialectOf(sample.subarray(skip), whole, name, delimiter ?? told), skip };
}

/** The decimal mark of those columns that show one, where they agree. */
function sharedEvidence(columns: readonly Undecided[]): DecimalMark | undefined {
  const marks = new Set(columns.map(({ evidence }) => evidence).filter((mark) => mark !== undefined));
  return marks.size === 1 ? [...marks][0] : undefined;
}

const namelessNote = (column: string): ReadingNote => ({
  column,
  message: 'has no name in the first line, and is called this',
});

const isEmpty = (column: Column) =>
  column.kind === 'number' ? column.values.every(Number.isNaN) : column.codes.every((code) => code < 0);

/** A column that was read, before the decimal mark is known. */
class Undecided {
  readonly #texts: Texts | undefined;
  readonly #found: Recognition | undefined;

  constructor(
    private readonly cells: CellColumn,
    options: CsvOptions,
  ) {
    if (cells.numeric) return;
    this.#texts = { name: cells.name, ...cells.texts() };
    this.#found = numbersIn(this.#texts, options);
  }

  get evidence(): DecimalMark | undefined {
    return this.cells.numeric ? this.cells.evidence : this.#found?.evidence;
  }
  get ambiguous(): boolean {
    return this.cells.numeric ? this.cells.ambiguous : this.#found?.ambiguous === true;
  }

  decide(options: TextColumnOptions): { column: Column; notes: ReadingNote[] } {
    if (this.#texts) return columnOfTexts(this.#texts, this.#found, options);
    const { name, marks } = this.cells;
    const plain = { decimal: '.', unit: '', disguised: false, ambiguous: false, marks } as const;
    return { column: { name, kind: 'number', values: this.cells.numbers() }, notes: notesOf(name, plain, 0) };
  }
}

/** Takes rows: the first names the columns, the others are their cells. */
class Rows {
  /** trimmed, '' for none */
  names: string[] | undefined;
  columns: (CellColumn | undefined)[] = [];
  count = 0;
  /** rows and their lines, wherever a line is not the one after the last row's */
  readonly #jumps: [row: number, line: number][] = [];
  #line = 0;
  #named = 0;
  /** rows with fewer cells than names, and with more, all blank */
  #short = 0;
  #long = 0;

  /** @param numeric whether column j is read as numbers, as texts, or not at all; without, rows are only looked at */
  constructor(
    private readonly options: CsvOptions,
    private readonly numeric?: (j: number) => boolean | undefined,
  ) {}

  readonly take: TakeRow = (bytes, bounds, cells, line) => {
    if (!this.names) return this.#head(bytes, bounds, cells, line);
    if (line !== ++this.#line) {
      this.#jumps.push([this.count, line]);
      this.#line = line;
    }
    if (cells !== this.columns.length) this.#ragged(bytes, bounds, cells, line);
    for (let j = 0; j < this.columns.length; j++) {
      const column = this.columns[j];
      if (!column) continue;
      if (j < cells) column.add(bytes, bounds[2 * j], bounds[2 * j + 1]);
      else column.addMissing();
    }
    this.count++;
  };

  /** Of rows that were only looked at: whether all cells of a column that say something are plain numbers. */
  looksNumeric(j: number): boolean {
    const { texts } = (this.columns[j] as CellColumn).texts();
    const known = texts.filter((text) => !isMissingMark(text));
    return known.length > 0 && known.every((text) => !Number.isNaN(plainNumber(text)));
  }

  lineOf(row: number): number {
    const [first, line] = this.#jumps.findLast((jump) => jump[0] <= row) as [number, number];
    return line + row - first;
  }

  notes(): ReadingNote[] {
    const notes: ReadingNote[] = [];
    const rows = (count: number) => (count === 1 ? '1 row has' : `${count} rows have`);
    if (this.#short > 0)
      notes.push({ column: null, message: `${rows(this.#short)} fewer cells than there are columns, taken as missing` });
    if (this.#long > 0)
      notes.push({ column: null, message: `${rows(this.#long)} more cells than there are columns, all blank` });
    return notes;
  }

  #head(bytes: Uint8Array, bounds: Int32Array, cells: number, line: number): void {
    const decoder = new TextDecoder();
    this.names = Array.from({ length: cells }, (_, j) =>
      decoder.decode(bytes.subarray(bounds[2 * j], bounds[2 * j + 1])).trim(),
    );
    this.#line = line;
    this.#jumps.push([0, line + 1]);
    const digits = String(cells - 1).length;
    const called = this.names.map((name, j) => (name === '' ? `column${String(j).padStart(digits, '0')}` : name));
    const seen = new Set<string>();
    for (const name of called) {
      if (seen.has(name.toLowerCase())) throw errors.columnDuplicate(name, line);
      seen.add(name.toLowerCase());
    }
    const known = this.names.filter((name) => name !== '');
    if (known.length > 0 && known.every((name) => !Number.isNaN(plainNumber(name))))
      throw errors.fileLine(
        this.options.name,
        line,
        'numbers where the names of the columns are expected; put a line of names before it',
      );
    this.#named = this.names.findLastIndex((name) => name !== '') + 1;
    this.columns = called.map((name, j) => {
      const numeric = this.numeric ? this.numeric(j) : false;
      return numeric === undefined ? undefined : new CellColumn(name, numeric);
    });
  }

  #ragged(bytes: Uint8Array, bounds: Int32Array, cells: number, line: number): void {
    const { columns } = this;
    const { name, onError } = this.options;
    const found = `${cells} ${cells === 1 ? 'cell' : 'cells'} where the first line names ${columns.length}`;
    if (cells < columns.length) {
      if (cells >= this.#named) return;
      if (onError !== 'missing')
        throw errors.fileLine(
          name,
          line,
          `${found}; --on-error missing takes the absent ones as missing, --delimiter names another delimiter`,
        );
      this.#short++;
      return;
    }
    for (let j = columns.length; j < cells; j++)
      if (!isBlank(bytes, bounds[2 * j], bounds[2 * j + 1]))
        throw errors.fileLine(
          name,
          line,
          `${found}; a cell that holds the delimiter stands in quotes, --delimiter names another delimiter`,
        );
    this.#long++;
  }
}
