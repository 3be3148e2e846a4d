/**
 * Compressed sparse rows: of row r the columns indices i32[…] and their values f32[…] from indptr[r] to indptr[r + 1] − 1; all other columns
 * are 0. indptr i32[rows + 1].
 */
import { F32 } from './simd';

/**
 * sums f64[classes, columns] += weight · the rows of each class. The rows stand in the order of their classes, index i32[rows] and
 * starts i32[classes + 1] (class_order), so that the sums of one class stay in the cache. weights f64[rows] or address 0; whole numbers
 * without weights are summed exactly.
 */
export function csr_class_sums(
  sums: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  index: usize,
  starts: usize,
  weights: usize,
  classes: i32,
  columns: i32,
): void {
  let p = index;
  for (let c: usize = 0; c < <usize>classes; c++) {
    const last = index + <usize>load<i32>(starts + c * 4, 4) * 4;
    for (; p < last; p += 4) {
      const r = <usize>load<i32>(p);
      const w: f64 = weights ? load<f64>(weights + r * 8) : 1;
      const end = <usize>load<i32>(indptr + r * 4, 4) * 4;
      for (let i = <usize>load<i32>(indptr + r * 4) * 4; i < end; i += 4) {
        const at = sums + <usize>load<i32>(indices + i) * 8;
        store<f64>(at, load<f64>(at) + w * <f64>load<f32>(values + i));
      }
    }
    sums += <usize>columns * 8;
  }
}

/**
 * out f64[rows, ld] = x · dense + bias f64[ld], with ld a multiple of 4. Dense stands in panels of four columns, f64[ld / 4, columns, 4], each
 * so small that it stays in the second-level cache while all rows pass. A sum is that of a row's first, third, … values and that of the
 * others.
 */
export function csr_multiply(
  out: usize,
  indptr: usize,
  indices: usize,
  values: usize,
  panels: usize,
  bias: usize,
  rows: i32,
  columns: i32,
  ld: i32,
): void {
  const run = <usize>ld * 8;
  for (let c: usize = 0; c < run; c += 32) {
    let row = out + c;
    for (let r: usize = 0; r < <usize>rows; r++) {
      let i = <usize>load<i32>(indptr + r * 4) * F32;
      const end = <usize>load<i32>(indptr + r * 4, 4) * F32;
      let s0 = v128.load(bias + c);
      let s1 = v128.load(bias + c, 16);
      let s2 = f64x2.splat(0);
      let s3 = f64x2.splat(0);
      for (; i + F32 < end; i += 2 * F32) {
        const even = f64x2.splat(<f64>load<f32>(values + i));
        const odd = f64x2.splat(<f64>load<f32>(values + i, 4));
        const p = panels + <usize>load<i32>(indices + i) * 32;
        const q = panels + <usize>load<i32>(indices + i, 4) * 32;
        s0 = f64x2.add(s0, f64x2.mul(even, v128.load(p)));
        s1 = f64x2.add(s1, f64x2.mul(even, v128.load(p, 16)));
        s2 = f64x2.add(s2, f64x2.mul(odd, v128.load(q)));
        s3 = f64x2.add(s3, f64x2.mul(odd, v128.load(q, 16)));
      }
      if (i < end) {
        const last = f64x2.splat(<f64>load<f32>(values + i));
        const p = panels + <usize>load<i32>(indices + i) * 32;
        s0 = f64x2.add(s0, f64x2.mul(last, v128.load(p)));
        s1 = f64x2.add(s1, f64x2.mul(last, v128.load(p, 16)));
      }
      v128.store(row, f64x2.add(s0, s2));
      v128.store(row, f64x2.add(s1, s3), 16);
      row += run;
    }
    panels += <usize>columns * 32;
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
