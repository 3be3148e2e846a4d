/**
 * A matrix of features: float32 columns of equal length, NaN for missing. Columns, because tables, files and
 * Arrow are made of columns; the kernels turn them into row-major tiles.
 */
import { errors } from '../errors.js';

export class Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly #columns: readonly Float32Array[];

  /** @param columns not copied; each of the same length */
  constructor(columns: readonly Float32Array[], rows = columns[0]?.length ?? 0) {
    for (const column of columns) {
      if (column.length !== rows) throw errors.shape('Column length', `${rows}`, `${column.length}`);
    }
    this.#columns = columns;
    this.rows = rows;
    this.columns = columns.length;
  }

  /** From rows, as scikit-learn takes them; values are copied and rounded to float32. */
  static fromRows(rows: readonly (readonly number[])[]): Matrix {
    const columns = Array.from({ length: rows[0]?.length ?? 0 }, () => new Float32Array(rows.length));
    rows.forEach((row, i) => {
      if (row.length !== columns.length) throw errors.shape(`Row ${i}`, `${columns.length} values`, `${row.length}`);
      columns.forEach((column, j) => {
        column[i] = row[j];
      });
    });
    return new Matrix(columns, rows.length);
  }

  /** Column j: a view. */
  column(j: number): Float32Array {
    return this.#columns[j];
  }
}
