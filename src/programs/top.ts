/** Exact top n for one shard of rows: blocked scores by the dense kernel, a bounded list per row, excluded columns left out. */

import { errors } from '../errors.js';
import type { Kernels } from '../wasm/kernels.js';
import { Layout } from '../wasm/memory.js';
import type { Control } from './program.js';

/** Rows and columns of a tile of scores: 64 × 1024 floats stay in the second-level cache. */
const ROWS = 64;
const COLUMNS = 1024;

export interface TopArgs {
  /** f32[rows, ld] */
  x: number;
  rows: number;
  /** packed panels of f32[ld, columns] (assembly/gemm.ts), and f32[columns] added to every row */
  y: number;
  bias: number;
  /** a multiple of 8: a bias of −∞ keeps the padding out */
  columns: number;
  /** a multiple of 8 */
  ld: number;
  n: number;
  /** i32: columns to leave out for row r are exclude[offsets[r]] … exclude[offsets[r + 1] − 1], ascending; 0 for none */
  exclude: number;
  offsets: number;
  /** out f32[rows, n] descending, −∞ where there are fewer, and i32[rows, n], −1 there */
  values: number;
  ids: number;
  /** topScratch(…) bytes */
  scratch: number;
}

function buffers(kernels: Kernels, ld: number, base: number) {
  const layout = new Layout(base);
  return { scores: layout.take(ROWS * COLUMNS * 4), gemm: layout.take(kernels.gemm_scratch(ld) * 4), layout };
}

/** Bytes of scratch that `top` needs. */
export const topScratch = (kernels: Kernels, ld: number) => buffers(kernels, ld, 0).layout.bytes;

export function top(kernels: Kernels, memory: WebAssembly.Memory, a: TopArgs, control: Control): void {
  const { scores, gemm } = buffers(kernels, a.ld, a.scratch);
  new Float32Array(memory.buffer, a.values, a.rows * a.n).fill(Number.NEGATIVE_INFINITY);
  new Int32Array(memory.buffer, a.ids, a.rows * a.n).fill(-1);
  const offsets = a.exclude ? new Int32Array(memory.buffer, a.offsets, a.rows + 1) : undefined;
  const excluded = offsets && new Int32Array(memory.buffer, a.exclude, offsets[a.rows]);
  for (let first = 0; first < a.rows; first += ROWS) {
    if (control.aborted()) throw errors.aborted();
    const rows = Math.min(ROWS, a.rows - first);
    // Where each row's list of excluded columns has got to.
    const next = offsets?.slice(first, first + rows);
    for (let column = 0; column < a.columns; column += COLUMNS) {
      const count = Math.min(COLUMNS, a.columns - column);
      kernels.dense_forward(
        scores,
        a.x + first * a.ld * 4,
        a.y + column * a.ld * 4,
        a.bias + column * 4,
        gemm,
        rows,
        a.ld,
        count,
        0,
      );
      if (offsets && excluded && next) {
        const tile = new Float32Array(memory.buffer, scores, rows * count);
        for (let r = 0; r < rows; r++) {
          const end = offsets[first + r + 1];
          for (; next[r] < end && excluded[next[r]] < column + count; next[r]++) {
            tile[r * count + excluded[next[r]] - column] = Number.NEGATIVE_INFINITY;
          }
        }
      }
      const at = first * a.n * 4;
      kernels.top_n(a.values + at, a.ids + at, scores, rows, a.n, count, count, column);
    }
  }
}
