/** Sparse rows times a dense matrix. */
import type { Kernels } from '../../wasm/kernels.js';
import type { CsrShard } from './csr.js';

export interface CsrMultiplyArgs extends CsrShard {
  /** f64[columns, ld], ld even */
  dense: number;
  /** f64[ld] */
  bias: number;
  ld: number;
  /** out f64[rows, ld] */
  out: number;
}

export function csrMultiply(kernels: Kernels, _: WebAssembly.Memory, args: CsrMultiplyArgs): void {
  const { indptr, indices, values, rows, dense, bias, ld, out } = args;
  kernels.csr_multiply(out, indptr, indices, values, dense, bias, rows, ld);
}
