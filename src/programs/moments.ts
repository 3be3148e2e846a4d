/** Moments of the columns of one shard. */
import type { Kernels } from '../wasm/kernels.js';

export interface MomentsArgs {
  /** address of each column's first row in this shard: f32[rows] */
  columns: number[];
  rows: number;
  /** out f64[columns, 3]: count, mean, sum of squared deviations; 64 bytes a column */
  out: number;
}

export function moments(kernels: Kernels, _memory: WebAssembly.Memory, { columns, rows, out }: MomentsArgs): void {
  columns.forEach((column, j) => kernels.moments(out + j * 64, column, rows));
}
