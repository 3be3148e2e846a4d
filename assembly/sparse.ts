/**
 * Compressed sparse rows: of row r the columns indices i32[…] and their values f32[…] from indptr[r] to indptr[r + 1] − 1; all other columns
 * are 0. indptr i32[rows + 1].
 */
import { F32 } from './simd';

/**
 * sums f64[classes, columns] += weight · the rows of each class. y i32[rows], weights f64[rows] or address 0; whole numbers without weights are
 * summed exactly.
 */
export function csr_class_sums(
  sums: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  y: usize,
  weights: usize,
  rows: i32,
  columns: i32,
): void {
  let i = <usize>load<i32>(indptr) * 4;
  for (let r: usize = 0; r < <usize>rows; r++) {
    const out = sums + <usize>load<i32>(y + r * 4) * <usize>columns * 8;
    const w: f64 = weights ? load<f64>(weights + r * 8) : 1;
    const end = <usize>load<i32>(indptr + r * 4, 4) * 4;
    for (; i < end; i += 4) {
      const at = out + <usize>load<i32>(indices + i) * 8;
      store<f64>(at, load<f64>(at) + w * <f64>load<f32>(values + i));
    }
  }
}

/** out f64[rows, ld] = x · dense f64[columns, ld] + bias f64[ld], with ld even; sums run in the order of a row's columns. */
export function csr_multiply(
  out: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  dense: usize,
  bias: usize,
  rows: i32,
  ld: i32,
): void {
  const run = <usize>ld * 8;
  for (let r = 0; r < rows; r++) {
    const first = <usize>load<i32>(indptr) * F32;
    const end = <usize>load<i32>(indptr, 4) * F32;
    let c: usize = 0;
    for (; c + 64 <= run; c += 64) {
      let s0 = v128.load(bias + c);
      let s1 = v128.load(bias + c, 16);
      let s2 = v128.load(bias + c, 32);
      let s3 = v128.load(bias + c, 48);
      for (let i = first; i < end; i += F32) {
        const value = f64x2.splat(<f64>load<f32>(values + i));
        const at = dense + <usize>load<i32>(indices + i) * run + c;
        s0 = f64x2.add(s0, f64x2.mul(value, v128.load(at)));
        s1 = f64x2.add(s1, f64x2.mul(value, v128.load(at, 16)));
        s2 = f64x2.add(s2, f64x2.mul(value, v128.load(at, 32)));
        s3 = f64x2.add(s3, f64x2.mul(value, v128.load(at, 48)));
      }
      v128.store(out + c, s0);
      v128.store(out + c, s1, 16);
      v128.store(out + c, s2, 32);
      v128.store(out + c, s3, 48);
    }
    for (; c < run; c += 16) {
      let sum = v128.load(bias + c);
      for (let i = first; i < end; i += F32) {
        const value = f64x2.splat(<f64>load<f32>(values + i));
        sum = f64x2.add(sum, f64x2.mul(value, v128.load(dense + <usize>load<i32>(indices + i) * run + c)));
      }
      v128.store(out + c, sum);
    }
    indptr += 4;
    out += run;
  }
}

/** z f64[rows, outputs] = x · weights f64[columns, outputs] + bias f64[outputs]; sums run in the order of a row's columns. */
export function csr_forward(
  z: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  weights: usize,
  bias: usize,
  rows: i32,
  outputs: i32,
): void {
  const run = <usize>outputs * 8;
  let first = <usize>load<i32>(indptr) * 4;
  for (let r = 0; r < rows; r++) {
    indptr += 4;
    const end = <usize>load<i32>(indptr) * 4;
    for (let k: usize = 0; k < run; k += 8) {
      let sum = load<f64>(bias + k);
      for (let i = first; i < end; i += 4) {
        sum += <f64>load<f32>(values + i) * load<f64>(weights + <usize>load<i32>(indices + i) * run + k);
      }
      store<f64>(z + k, sum);
    }
    first = end;
    z += run;
  }
}

/** dweights f64[columns, outputs] += xᵀ · dz f64[rows, outputs], dbias f64[outputs] += the sums of dz's columns. */
export function csr_backward(
  dweights: usize,
  dbias: usize,
  dz: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  rows: i32,
  outputs: i32,
): void {
  const run = <usize>outputs * 8;
  let first = <usize>load<i32>(indptr) * 4;
  for (let r = 0; r < rows; r++) {
    indptr += 4;
    const end = <usize>load<i32>(indptr) * 4;
    for (let k: usize = 0; k < run; k += 8) {
      const d = load<f64>(dz + k);
      if (d == 0) continue; // a row that is held out
      store<f64>(dbias + k, load<f64>(dbias + k) + d);
      for (let i = first; i < end; i += 4) {
        const at = dweights + <usize>load<i32>(indices + i) * run + k;
        store<f64>(at, load<f64>(at) + d * <f64>load<f32>(values + i));
      }
    }
    first = end;
    dz += run;
  }
}

/** squares f64[columns] += Σ weight · x²; weights f64[rows]. */
export function csr_squares(squares: usize, indptr: usize, indices: usize, values: usize, weights: usize, rows: i32): void {
  let i = <usize>load<i32>(indptr) * 4;
  for (let r: usize = 0; r < <usize>rows; r++) {
    const w = load<f64>(weights + r * 8);
    const end = <usize>load<i32>(indptr + r * 4, 4) * 4;
    for (; i < end; i += 4) {
      const value = <f64>load<f32>(values + i);
      const at = squares + <usize>load<i32>(indices + i) * 8;
      store<f64>(at, load<f64>(at) + w * value * value);
    }
  }
}
