/** Sums of the sparse rows of each class. */
import type { Kernels } from '../../wasm/kernels.js';
import type { CsrShard } from './csr.js';

export interface ClassSumsArgs extends CsrShard {
  columns: number;
  classes: number;
  /** i32[rows] */
  y: number;
  /** f64[rows], or 0 where every row counts 1 */
  weights: number;
  /** out f64[classes, columns] */
  out: number;
  /** scratch i32[rows], i32[classes + 1] */
  index: number;
  starts: number;
}

export function classSums(kernels: Kernels, memory: WebAssembly.Memory, args: ClassSumsArgs): void {
  const { indptr, indices, values, rows, columns, classes, y, weights, out, index, starts } = args;
  new Float64Array(memory.buffer, out, classes * columns).fill(0);
  kernels.class_order(index, starts, y, rows, classes);
  kernels.csr_class_sums(out, indptr, indices, values, index, starts, weights, classes, columns);
}
