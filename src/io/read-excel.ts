/**
 * Reads a sheet of an Excel workbook (.xlsx) by `read-excel-file`, an optional peer: MIT, released every few weeks, five small packages, no
 * install script. (exceljs has had no release since 2023 and brings nine packages; SheetJS left the registry in 2022, and what is there has
 * known holes.) Cells come as what Excel shows them to be: numbers, texts, truth values and dates, formulas as their last result.
 */
import { errors } from '../errors.js';
import { type Column, type ReadingNote, some, type Table } from '../table/table.js';
import { columnOfTexts, numbersIn, type TextColumnOptions } from '../table/text-column.js';
import type { InputFile } from './input.js';
import type { CheckedReadOptions } from './read-options.js';
import { unpackedSize } from './zip.js';

/** Of a workbook when unpacked; it is held in memory. */
const MAX_BYTES = 2 ** 30;

type Cell = string | number | boolean | Date | null;

/** @throws CameoError 'file' for what is no workbook or lacks the sheet, 'runtime' without the package */
export async function readExcel(file: InputFile, options: CheckedReadOptions): Promise<Table> {
  const { readSheet } = await import('read-excel-file/node').catch((cause) => {
    throw errors.runtime("Reading Excel workbooks needs the package 'read-excel-file': npm install read-excel-file.", cause);
  });
  let all: Cell[][];
  try {
    if ((await unpackedSize(file.path)) > MAX_BYTES)
      throw new Error('it is no workbook, or one of more than 1 GiB when unpacked');
    const { sheet = 1 } = options;
    all = (await readSheet(file.path, typeof sheet === 'string' && /^\d+$/.test(sheet) ? Number(sheet) : sheet)) as Cell[][];
  } catch (cause) {
    const { sheets } = cause as { sheets?: string[] };
    throw errors.fileRead(
      file.name,
      sheets ? new Error(`it has no such sheet, but ${sheets.map((s) => `'${s}'`).join(', ')}`) : cause,
    );
  }
  // Rows with their numbers in the sheet; those without a value are left out.
  const rows = all.map((cells, i) => ({ cells, line: i + 1 })).filter(({ cells }) => cells.some((cell) => !blank(cell)));
  const [head, ...body] = rows;
  if (!head) throw errors.tableEmpty(`'${file.name}'`);
  if (body.length === 0) throw errors.headerOnly(file.name, head.line);
  const names = head.cells.map((cell) => (blank(cell) ? '' : textOf(cell).trim()));
  const twice = names.find((name, j) => name !== '' && names.findIndex((n) => n.toLowerCase() === name.toLowerCase()) < j);
  if (twice !== undefined) throw errors.columnDuplicate(twice, head.line);
  const columns: Column[] = [];
  const notes: ReadingNote[] = [];
  const { decimal, onError, lenient } = options;
  const lineOf = (row: number) => body[row].line;
  for (const [j, name] of names.entries()) {
    const cells = body.map(({ cells }) => cells[j] ?? null);
    if (name === '' && cells.every(blank)) continue;
    const called = name || `column${String(j).padStart(String(names.length - 1).length, '0')}`;
    if (name === '') notes.push({ column: called, message: 'has no name in the first row, and is called this' });
    const read = columnOf(called, cells, { decimal, onError, lenient: new Set(lenient), lineOf });
    columns.push(read.column);
    notes.push(...read.notes);
  }
  return { rows: body.length, columns, notes: some(notes) };
}

const blank = (cell: Cell | undefined) =>
  cell === null || cell === undefined || (typeof cell === 'string' && cell.trim() === '');

function textOf(cell: Cell): string {
  if (!(cell instanceof Date)) return String(cell);
  // A day's fraction is a little less than the second that was written.
  const text = new Date(Math.round(cell.getTime() / 1000) * 1000).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}

/** Numbers where all cells are; else what the texts are, in which plain numbers stay texts unless some cells are numbers. */
function columnOf(name: string, cells: readonly Cell[], options: TextColumnOptions): { column: Column; notes: ReadingNote[] } {
  const known = cells.filter((cell) => !blank(cell));
  if (known.length > 0 && known.every((cell) => typeof cell === 'number')) {
    const values = Float64Array.from(cells, (cell) => (typeof cell === 'number' ? cell : Number.NaN));
    return { column: { name, kind: 'number', values }, notes: [] };
  }
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const codes = Int32Array.from(cells, (cell) => {
    if (blank(cell)) return -1;
    const text = textOf(cell as Cell);
    const code = numbers.get(text) ?? numbers.size;
    numbers.set(text, code);
    counts[code] = (counts[code] ?? 0) + 1;
    return code;
  });
  const texts = { name, texts: [...numbers.keys()], counts, codes };
  const typed = !known.some((cell) => typeof cell === 'number');
  return columnOfTexts(texts, numbersIn(texts, { ...options, typed }), options);
}
