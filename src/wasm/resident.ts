/** What stays in linear memory between programs: a matrix of columns, and rows that are encoded for a model. Dispose them after use. */
import { stride } from './kernels.js';
import type { Region, Space } from './memory.js';

/** A matrix of float32 columns in linear memory. Columns are 64-byte aligned. */
export class ResidentMatrix implements Disposable {
  readonly #region: Region;
  readonly #pitch: number;

  constructor(
    private readonly memory: Space,
    readonly rows: number,
    readonly columns: number,
  ) {
    this.#pitch = Math.ceil((rows * 4 + 64) / 64) * 64;
    this.#region = memory.allocate(this.#pitch * columns);
  }

  /** Byte address of column j. */
  address(j: number): number {
    return this.#region.offset + j * this.#pitch;
  }

  /** Column j: a view, valid until the memory grows. */
  column(j: number): Float32Array {
    return new Float32Array(this.memory.memory.buffer, this.address(j), this.rows);
  }

  dispose(): void {
    this.#region.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Encoded rows in linear memory, as models read them: f32[rows, stride(columns)], zeros behind the last column. */
export class Tile implements Disposable {
  readonly #region: Region;

  constructor(
    private readonly memory: Space,
    readonly rows: number,
    readonly columns: number,
  ) {
    this.#region = memory.allocate(rows * stride(columns) * 4);
  }

  /** Byte address of a row. */
  address(row = 0): number {
    return this.#region.offset + row * stride(this.columns) * 4;
  }

  /** Row-major values with their padding: a view, valid until the memory grows. */
  values(): Float32Array {
    return new Float32Array(this.memory.memory.buffer, this.address(), this.rows * stride(this.columns));
  }

  dispose(): void {
    this.#region.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
