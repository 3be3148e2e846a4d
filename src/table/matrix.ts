/**
 * A matrix of features: float32 columns of equal length, NaN for missing. Columns, because tables, files and
 * Arrow are made of columns; the kernels turn them into row-major tiles.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { stride } from '../wasm/kernels.js';
import type { Region } from '../wasm/memory.js';

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

/** A matrix that stands in the engine's memory. Columns are 64-byte aligned. */
export class ResidentMatrix implements Disposable {
  readonly #region: Region;
  readonly #pitch: number;

  constructor(
    private readonly engine: Engine,
    readonly rows: number,
    readonly columns: number,
  ) {
    this.#pitch = Math.ceil((rows * 4 + 64) / 64) * 64;
    this.#region = engine.allocate(this.#pitch * columns);
  }

  /** Byte address of column j. */
  address(j: number): number {
    return this.#region.offset + j * this.#pitch;
  }

  /** Column j: a view, valid until the memory grows. */
  column(j: number): Float32Array {
    return this.engine.f32(this.address(j), this.rows);
  }

  dispose(): void {
    this.#region.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Encoded rows in the engine's memory, as networks read them: f32[rows, stride(columns)], zeros behind the last column. */
export class Tile implements Disposable {
  readonly #region: Region;

  constructor(
    private readonly engine: Engine,
    readonly rows: number,
    readonly columns: number,
  ) {
    this.#region = engine.allocate(rows * stride(columns) * 4);
  }

  /** Byte address of a row. */
  address(row = 0): number {
    return this.#region.offset + row * stride(this.columns) * 4;
  }

  /** Row-major values with their padding: a view, valid until the memory grows. */
  values(): Float32Array {
    return this.engine.f32(this.address(), this.rows * stride(this.columns));
  }

  dispose(): void {
    this.#region.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
