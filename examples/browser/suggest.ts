/** Which column names the user, as far as the table itself tells, and what a column holds in words. */
import type { Column, Table } from 'cameo/browser';

export interface Suggestion {
  name: string;
  why: string;
}

/** user_id, customerId, "Client no.", email; not paid, valid, orders. */
const NAMES =
  /(^|[^a-z])(uu|gu)?id$|[a-z](Id|ID)$|^(user|customer|client|member|visitor|account|person|e-?mail)([^a-z]*(id|no|nr|number|name|code|key))?[^a-z]*$/;

const number = new Intl.NumberFormat('en');

/** Different values of a column, and rows that have one. */
function countsOf(column: Column): { distinct: number; present: number } {
  const values =
    column.kind === 'number' ? column.values.filter((value) => !Number.isNaN(value)) : column.codes.filter((code) => code >= 0);
  return { distinct: new Set<number>(values).size, present: values.length };
}

function mayName(column: Column, first: boolean): boolean {
  if (column.kind === 'category') return column.categories.every((text) => !/\s/.test(text));
  return first && column.values.every(Number.isInteger);
}

/**
 * A column whose values are all different: one with the name of an id first, then one of words, then whole numbers in the first column.
 * Without any, one with the name of an id, whose values may come more than once.
 */
export function suggestId({ rows, columns }: Table, target: string): Suggestion | undefined {
  const others = columns.filter(({ name }) => name !== target);
  const named = others.filter(({ name }) => NAMES.test(name) || NAMES.test(name.toLowerCase()));
  const different = (column: Column) => countsOf(column).distinct === rows;
  const unique = named.find(different) ?? others.find((column) => mayName(column, column === columns[0]) && different(column));
  if (unique) return { name: unique.name, why: 'its values are all different' };
  return named.length > 0 ? { name: named[0].name, why: 'it is called so' } : undefined;
}

/** What a column holds, by its whole name. */
export function describe(column: Column, rows: number): string {
  const { distinct, present } = countsOf(column);
  const what = column.kind === 'number' ? 'numbers' : 'words';
  const missing = present < rows ? `, ${number.format(rows - present)} missing` : '';
  return `${column.name}: ${what}, ${number.format(distinct)} different${missing}.`;
}
