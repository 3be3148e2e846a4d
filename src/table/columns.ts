/** Columns of a table by name. */
import { errors } from '../errors.js';
import type { Column, Ignored, Table } from './table.js';

/** The column of a name, or an error that names its role. */
export function columnOf(table: Table, role: string, name: string): Column {
  const column = table.columns.find((c) => c.name === name);
  if (column) return column;
  const left = leftOut(table, name);
  if (left) throw errors.columnLeftOut(role, name, left.reason);
  throw errors.columnUnknown(
    role,
    name,
    table.columns.map((c) => c.name),
  );
}

/** The column of a name that reading left out, and why. */
export const leftOut = (table: Table, name: string): Ignored | undefined => table.leftOut?.find((left) => left.name === name);

/** As `columnOf`, of one whose values are not asked for: it may be left out. */
export function checkColumn(table: Table, role: string, name: string): void {
  if (!leftOut(table, name)) columnOf(table, role, name);
}

/** The ids of some rows: the column's values as text, or the row numbers from `before`. */
export function idsOf(column: Column | undefined, first: number, rows: number, before: number): (string | null)[] {
  return Array.from({ length: rows }, (_, i) => {
    const row = first + i;
    if (!column) return String(before + row);
    if (column.kind === 'number') return Number.isNaN(column.values[row]) ? null : String(column.values[row]);
    return column.codes[row] < 0 ? null : column.categories[column.codes[row]];
  });
}
