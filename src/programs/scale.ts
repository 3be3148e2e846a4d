/** Standardization of the columns of one shard, column by column. */
import type { Kernels } from '../wasm/kernels.js';

export interface ScaleArgs {
  /** address of each column's first row in this shard: f32[rows] */
  columns: number[];
  /** where each standardized column goes: f32[rows], apart from the columns, so that the shard can run again */
  out: number[];
  /** f32[columns, 4] as in assembly/standardize.ts */
  parameters: number;
  rows: number;
  inverse: boolean;
}

export function scale(
  kernels: Kernels,
  _memory: WebAssembly.Memory,
  { columns, out, parameters, rows, inverse }: ScaleArgs,
): void {
  const kernel = inverse ? kernels.standardize_inverse : kernels.standardize_column;
  columns.forEach((column, j) => kernel(out[j], column, parameters + j * 16, rows));
}
