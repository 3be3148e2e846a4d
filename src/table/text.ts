/** Tables from texts, for pages: of a CSV as a file holds it, or of cells that something else has parsed. */
import { errors } from '../errors.js';
import { type CsvOptions, tableFromCsv } from './csv-table.js';
import { type Column, type ReadingNote, some, type Table } from './table.js';
import { columnOfTexts, numbersIn, type TextColumnOptions } from './text-column.js';

/** What a caller may say about a text; `lenient` are columns that may be of text where nearly all is numbers. */
export interface TextOptions extends Pick<CsvOptions, 'decimal' | 'onError'> {
  /** for messages; default 'the text' */
  name?: string;
  delimiter?: string;
  lenient?: readonly string[];
}

/**
 * The table of a CSV, whose first line names the columns.
 * @throws CameoError 'file' naming the line that cannot be read, 'column' for a name that appears twice and a text among numbers, 'data' for
 *   no rows
 */
export function tableFromCSV(text: string, { name = 'the text', lenient = [], ...options }: TextOptions = {}): Promise<Table> {
  const encoder = new TextEncoder();
  const bytes = async function* () {
    // In pieces, which are made anew each time: the parser changes them. A pair of surrogates stays together.
    for (let at = 0; at < text.length; ) {
      let end = at + (1 << 18);
      if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end++;
      yield encoder.encode(text.slice(at, end));
      at = end;
    }
  };
  return tableFromCsv(bytes, { ...options, name, lenient: new Set(lenient) });
}

/**
 * @param names of the columns
 * @param rows texts by column; a blank or absent one is missing
 * @returns numbers where the texts of a column are such, in whichever way they are written (numbers.ts), else categories, ascending
 * @throws CameoError 'argument' for a row that is longer than the names, 'column' for a text among numbers
 */
export function tableFromText(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  options: Pick<TextColumnOptions, 'decimal' | 'onError'> = {},
): Table {
  const long = rows.findIndex((row) => row.length > names.length);
  if (long >= 0) throw errors.shape(`Row ${long}`, `at most ${names.length} values`, `${rows[long].length}`);
  const columns: Column[] = [];
  const notes: ReadingNote[] = [];
  for (const [j, name] of names.entries()) {
    const numbers = new Map<string, number>();
    const counts: number[] = [];
    const codes = Int32Array.from(rows, (row) => {
      const text = row[j]?.trim() ?? '';
      if (text === '') return -1;
      const code = numbers.get(text) ?? numbers.size;
      numbers.set(text, code);
      counts[code] = (counts[code] ?? 0) + 1;
      return code;
    });
    const texts = { name, texts: [...numbers.keys()], counts, codes };
    const read = columnOfTexts(texts, numbersIn(texts, options), options);
    columns.push(read.column);
    notes.push(...read.notes);
  }
  return { rows: rows.length, columns, notes: some(notes) };
}
