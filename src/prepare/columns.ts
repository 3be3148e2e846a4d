/** Columns of a table by name, and what no feature can be made of. */
import { errors } from '../errors.js';
import type { Column, Table } from '../table/table.js';

/** Refuses a table that no model can be fitted on or applied to. */
export function checkTable(table: Table): void {
  if (table.rows === 0) throw errors.tableEmpty('The table');
  const names = new Set<string>();
  for (const { name } of table.columns) {
    if (names.has(name)) throw errors.columnDuplicate(name);
    names.add(name);
  }
}

/** Infinity in a column that is used is an error, in whatever row. */
export function refuseInfinity({ name, values }: Extract<Column, { kind: 'number' }>): void {
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(Math.fround(values[i])) === Number.POSITIVE_INFINITY) throw errors.columnInfinite(name, i);
  }
}

/** Whether none of these rows has a value. */
export const isEmpty = (column: Column, rows: Int32Array): boolean =>
  column.kind === 'number' ? rows.every((r) => Number.isNaN(column.values[r])) : rows.every((r) => column.codes[r] < 0);

/** Whether all of these rows have a finite value, and the same one; of numbers, the same float32. */
export function isConstant(column: Column, rows: Int32Array): boolean {
  if (column.kind === 'category') {
    const first = column.codes[rows[0]];
    return first >= 0 && rows.every((r) => column.codes[r] === first);
  }
  const { values } = column;
  const kept = column.kind === 'number' ? Math.fround : Number;
  const first = kept(values[rows[0]]);
  return Number.isFinite(first) && rows.every((r) => kept(values[r]) === first);
}

/** Every row of a table of so many. */
export const kindName = (kind: Column['kind']) => (kind === 'number' ? 'a number' : 'text');
