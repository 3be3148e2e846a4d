/** A table from texts, as a CSV parser gives them: which columns are numbers is seen from all their values. */
import { errors } from '../errors.js';
import type { Column, Table } from './table.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const BOOLEAN = /^(true|false)$/i;

/**
 * @param names of the columns
 * @param rows texts by column; an empty or absent one is missing
 * @returns numbers where every text of a column is one, 'true' and 'false' where every one is a boolean, else categories in the order
 *   of their first appearance
 * @throws CameoError 'argument' for a row that is longer than the names
 */
export function tableFromText(names: readonly string[], rows: readonly (readonly string[])[]): Table {
  const long = rows.findIndex((row) => row.length > names.length);
  if (long >= 0) throw errors.shape(`Row ${long}`, `at most ${names.length} values`, `${rows[long].length}`);
  const columns = names.map((name, j): Column => {
    const texts = rows.map((row) => row[j]?.trim() ?? '');
    const known = texts.filter((text) => text !== '');
    if (known.length > 0 && known.every((text) => NUMBER.test(text))) {
      return { kind: 'number', name, values: Float64Array.from(texts, (text) => (text === '' ? Number.NaN : Number(text))) };
    }
    const boolean = known.length > 0 && known.every((text) => BOOLEAN.test(text));
    const numbers = new Map<string, number>();
    const codes = Int32Array.from(texts, (text) => {
      if (text === '') return -1;
      const category = boolean ? text.toLowerCase() : text;
      const code = numbers.get(category) ?? numbers.size;
      numbers.set(category, code);
      return code;
    });
    return { kind: 'category', name, codes, categories: [...numbers.keys()] };
  });
  return { rows: rows.length, columns };
}
