/**
 * A matrix of which most values are 0, as compressed sparse rows (CSR, scipy.sparse.csr_array): of each row the columns that are not 0 and
 * their values. Counts of words, for instance.
 *
 *     row r    indices[indptr[r] … indptr[r + 1] − 1], ascending, and values at the same places
 */
import { errors } from '../errors.js';
import type { Matrix } from './matrix.js';

export interface CsrParts {
  /** i32[rows + 1]: where each row begins; the last one is the number of values */
  indptr: Int32Array;
  /** i32[values]: columns, ascending within a row */
  indices: Int32Array;
  /** f32[values], all finite */
  values: Float32Array;
  columns: number;
}

export class CsrMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
  /** place of the first value below 0; −1 where there is none */
  readonly firstNegative: number;

  /**
   * @param parts not copied, and not to be changed
   * @throws CameoError 'argument' for arrays of other types, starts that fall or do not fit, and columns that are out of range or do not
   *   rise within a row; 'data' for a value that is not finite
   */
  constructor({ indptr, indices, values, columns }: CsrParts) {
    if (!(indptr instanceof Int32Array && indices instanceof Int32Array && values instanceof Float32Array))
      throw errors.invalid('A CsrMatrix is made of indptr and indices in Int32Array, and values in Float32Array.');
    if (!(Number.isInteger(columns) && columns >= 0 && columns < 2 ** 31))
      throw errors.shape('Columns of a CsrMatrix', 'a whole number from 0 on', String(columns));
    const rows = indptr.length - 1;
    if (indices.length !== values.length) throw errors.shape('Values of a CsrMatrix', `${indices.length}`, `${values.length}`);
    if (rows < 0 || indptr[0] !== 0 || indptr[rows] !== values.length)
      throw errors.shape('indptr of a CsrMatrix', `starts from 0 to ${values.length}`, `${indptr[0]} to ${indptr[rows]}`);
    let negative = -1;
    for (let r = 0; r < rows; r++) {
      const [first, end] = [indptr[r], indptr[r + 1]];
      if (end < first || end > values.length) throw errors.shape(`indptr of row ${r}`, `at least ${first}`, `${end}`);
      for (let i = first, least = 0; i < end; i++) {
        const column = indices[i];
        if (column < least || column >= columns)
          throw errors.shape(`A column of row ${r}`, `${least} to ${columns - 1}, each column once and ascending`, `${column}`);
        least = column + 1;
        if (negative < 0 && values[i] < 0) negative = i;
        if (!Number.isFinite(values[i])) throw errors.nonFinite('The sparse matrix', r, column);
      }
    }
    this.firstNegative = negative;
    this.rows = rows;
    this.columns = columns;
    this.indptr = indptr;
    this.indices = indices;
    this.values = values;
  }

  /** From rows of [column, value], ascending by column; values are rounded to float32. */
  static fromRows(rows: readonly (readonly (readonly [column: number, value: number])[])[], columns: number): CsrMatrix {
    const indptr = new Int32Array(rows.length + 1);
    rows.forEach((row, r) => {
      indptr[r + 1] = indptr[r] + row.length;
    });
    const all = rows.flat();
    const bad = all.find(([column]) => !Number.isInteger(column));
    if (bad) throw errors.shape('A column', 'a whole number', String(bad[0]));
    const indices = Int32Array.from(all, ([column]) => column);
    return new CsrMatrix({ indptr, indices, values: Float32Array.from(all, ([, value]) => value), columns });
  }

  /** The values of dense columns that are not 0. @throws CameoError 'data' for NaN and infinity */
  static fromMatrix(x: Pick<Matrix, 'rows' | 'columns' | 'column'>): CsrMatrix {
    const indptr = new Int32Array(x.rows + 1);
    for (let j = 0; j < x.columns; j++) {
      const column = x.column(j);
      for (let r = 0; r < x.rows; r++) indptr[r + 1] += Number(column[r] !== 0);
    }
    for (let r = 0; r < x.rows; r++) indptr[r + 1] += indptr[r];
    const next = indptr.slice(0, x.rows);
    const indices = new Int32Array(indptr[x.rows]);
    const values = new Float32Array(indptr[x.rows]);
    for (let j = 0; j < x.columns; j++) {
      const column = x.column(j);
      for (let r = 0; r < x.rows; r++) {
        if (column[r] === 0) continue;
        indices[next[r]] = j;
        values[next[r]++] = column[r];
      }
    }
    return new CsrMatrix({ indptr, indices, values, columns: x.columns });
  }
}
