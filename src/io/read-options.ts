/** What a caller may say about a file that the file does not say itself. */
import * as v from 'valibot';
import { checked, oneOf, RUN } from '../options.js';
import type { Progress } from '../progress.js';
import { delimiterOf } from '../table/dialect.js';
import { encodingOf } from './encoding.js';

export interface ReadOptions {
  /** of a text that is not UTF-8 and does not say so at its head: a label that TextDecoder knows, such as 'gbk' */
  encoding?: string;
  /** of a CSV: one sign, or 'comma', 'semicolon', 'tab', 'pipe', 'space'; default: seen from the first rows */
  delimiter?: string;
  /** the decimal mark of numbers that do not show it, such as 1.234; default: seen from the other columns, else '.' */
  decimal?: '.' | ',';
  /** what becomes of a text in a column of numbers, and of the absent cells of a short row; 'text' makes the column a category; default 'stop' */
  onError?: 'stop' | 'missing' | 'text';
  /** of a workbook: a sheet's name, or its number from 1; default: the first */
  sheet?: string | number;
  /** columns that may be of text where nearly all is numbers: such as an id, and what is left out */
  lenient?: readonly string[];
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

const text = v.string('a text');
const READ_OPTIONS = v.strictObject({
  encoding: v.optional(text),
  delimiter: v.optional(text),
  decimal: v.optional(oneOf('.', ',')),
  onError: v.optional(oneOf('stop', 'missing', 'text'), 'stop'),
  sheet: v.optional(v.union([text, v.number()], 'a name or a number')),
  lenient: v.optional(v.array(text, 'a list of column names'), []),
  ...RUN,
});

export type CheckedReadOptions = Omit<v.InferOutput<typeof READ_OPTIONS>, 'onProgress'> & Pick<ReadOptions, 'onProgress'>;

/** @throws CameoError 'argument' for what is not known or out of its range */
export function checkReadOptions(options: ReadOptions): CheckedReadOptions {
  const good = checked(READ_OPTIONS, options);
  if (good.encoding !== undefined) encodingOf(good.encoding);
  if (good.delimiter !== undefined) delimiterOf(good.delimiter);
  return good;
}
