/** What a column of texts is: numbers, in whichever way they are written (numbers.ts), or categories. */
import { errors } from '../errors.js';
import { type DecimalMark, exampleOf, kindOfText, type Recognition, recognize } from './numbers.js';
import type { Column, ReadingNote } from './table.js';

/** What becomes of a cell that is no number in a column where nearly all are. */
export type OnError = 'stop' | 'missing' | 'text';

/** A column as texts: one code a row into `texts`, −1 for missing. */
export interface Texts {
  name: string;
  texts: readonly string[];
  /** cells of each text */
  counts: ArrayLike<number>;
  codes: Int32Array;
}

export interface TextColumnOptions {
  decimal?: DecimalMark;
  onError?: OnError;
  /** see NumberOptions */
  typed?: boolean;
  /** columns that stay texts where not all of their cells are numbers: an id, what is left out */
  lenient?: ReadonlySet<string>;
  /** the line of a row, for messages */
  lineOf?: (row: number) => number;
}

/** @throws CameoError 'column' for a text among numbers, unless `onError` says what it becomes */
export function columnOfTexts(
  given: Texts,
  found: Recognition | undefined,
  options: TextColumnOptions,
): { column: Column; notes: ReadingNote[] } {
  const { name, codes } = given;
  const { onError = 'stop', lenient } = options;
  if (!found || (found.strays.length > 0 && (onError === 'text' || lenient?.has(name))))
    return { column: categories(given), notes: [] };
  const cells = found.strays.reduce((sum, k) => sum + given.counts[k], 0);
  if (cells > 0 && onError === 'stop') throw strayText(given, found, cells, options);
  const values = Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : found.values[code]));
  return { column: { name, kind: 'number', values }, notes: notesOf(name, found, cells) };
}

/** The numbers in these texts; undefined where they are none. */
export const numbersIn = ({ texts, counts }: Texts, options: TextColumnOptions): Recognition | undefined =>
  recognize(texts, counts, options);

function strayText({ name, codes, texts }: Texts, { strays }: Recognition, cells: number, { lineOf }: TextColumnOptions) {
  const stray = new Set(strays);
  const row = codes.findIndex((code) => stray.has(code));
  return errors.columnStray(name, kindOfText(texts[codes[row]]), row, lineOf?.(row), cells, codes.length);
}

export function notesOf(
  name: string,
  found: Pick<Recognition, 'decimal' | 'unit' | 'disguised' | 'ambiguous' | 'marks'>,
  strays: number,
): ReadingNote[] {
  const notes: ReadingNote[] = [];
  if (found.disguised) {
    const other = found.decimal === '.' ? ',' : '.';
    const doubt = found.ambiguous ? `; nothing in it says so, --decimal '${other}' reads it otherwise` : '';
    notes.push({ column: name, message: `numbers written like ${exampleOf(found)}${doubt}` });
  }
  const cells = (count: number) => (count === 1 ? '1 cell' : `${count} cells`);
  if (found.marks > 0) notes.push({ column: name, message: `${cells(found.marks)} such as NA or ? taken as missing` });
  if (strays > 0) notes.push({ column: name, message: `${cells(strays)} of text among numbers taken as missing` });
  return notes;
}

const BOOLEAN = /^(true|false)$/i;

/** Texts as categories, ascending, so that the order of the rows does not matter. Truth values are 'true' and 'false', however spelt. */
export function categories({ name, texts, codes }: Texts): Column {
  const names = texts.every((text) => BOOLEAN.test(text)) ? texts.map((text) => text.toLowerCase()) : texts;
  const sorted = [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
  const position = new Map(sorted.map((text, i) => [text, i]));
  const rank = Int32Array.from(names, (text) => position.get(text) as number);
  return { name, kind: 'category', codes: codes.map((code) => (code < 0 ? -1 : rank[code])), categories: sorted };
}
