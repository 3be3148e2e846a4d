/** Joint log-likelihoods of rows and classes: the logarithm of the prior, and of every known value's likelihood. */
import type { Kernels } from '../../wasm/kernels.js';
import type { ClassColumn, Likelihoods } from './columns.js';
import { addColumn } from './columns.js';

export interface JointArgs {
  columns: (ClassColumn & Likelihoods)[];
  /** f64[ld] */
  prior: number;
  ld: number;
  rows: number;
  /** out f64[rows, ld] */
  out: number;
}

/** Rows that are taken at a time, so that their sums stay in the first-level cache. */
const TILE = 1024;

export function jointLikelihoods(kernels: Kernels, _: WebAssembly.Memory, { columns, prior, ld, rows, out }: JointArgs): void {
  for (let first = 0; first < rows; first += TILE) {
    const n = Math.min(TILE, rows - first);
    const joint = out + first * ld * 8;
    kernels.class_fill(joint, prior, n, ld);
    for (const column of columns) addColumn(kernels, joint, column.x + first * column.step, column, n, column.step, ld);
  }
}
