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

/** The column of a name, or an error that names its role. */
export function columnOf(table: Table, role: string, name: string): Column {
  const column = table.columns.find((c) => c.name === name);
  if (column) return column;
  throw errors.columnUnknown(
    role,
    name,
    table.columns.map((c) => c.name),
  );
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

export const kindName = (kind: Column['kind']) => (kind === 'number' ? 'a number' : 'text');

/** The ids of some rows: the column's values as text, or the row numbers from `before`. */
export function idsOf(column: Column | undefined, first: number, rows: number, before: number): (string | null)[] {
  return Array.from({ length: rows }, (_, i) => {
    const row = first + i;
    if (!column) return String(before + row);
    if (column.kind === 'number') return Number.isNaN(column.values[row]) ? null : String(column.values[row]);
    return column.codes[row] < 0 ? null : column.categories[column.codes[row]];
  });
}
