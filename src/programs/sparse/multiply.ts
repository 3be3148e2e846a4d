/** Sparse rows times a dense matrix, or which of the products is the largest in each row. */
import { argmax } from '../../math.js';
import type { Kernels } from '../../wasm/kernels.js';
import type { CsrShard } from './csr.js';

/** Columns of a dense matrix that stand together. */
export const PANEL = 4;

export interface CsrMultiplyArgs extends CsrShard {
  columns: number;
  /** f64[ld / 4, columns, 4] (assembly/sparse.ts) */
  panels: number;
  /** f64[ld] */
  bias: number;
  ld: number;
  /** out f64[rows, ld] */
  out: number;
  /** out i32[rows]: the largest of the first n of each row; 0 where that is not asked for */
  top: number;
  n: number;
}

export function csrMultiply(kernels: Kernels, memory: WebAssembly.Memory, args: CsrMultiplyArgs): void {
  const { indptr, indices, values, rows, columns, panels, bias, ld, out, top, n } = args;
  kernels.csr_multiply(out, indptr, indices, values, panels, bias, rows, columns, ld);
  if (!top) return;
  const products = new Float64Array(memory.buffer, out, rows * ld);
  const tops = new Int32Array(memory.buffer, top, rows);
  for (let r = 0; r < rows; r++) tops[r] = argmax(products, r * ld, n);
}
