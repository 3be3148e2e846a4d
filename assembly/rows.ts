/**
 * Whole-row operations on row-major tiles: gather, one-hot columns, and the folding of contributions.
 */
import { F32 } from './simd';

/** out f32[rows, ld] = x[index[r], :], with index i32[rows]. */
export function gather_rows(out: usize, x: usize, index: usize, rows: i32, ld: i32): void {
  const step = <usize>ld * F32;
  if (ld & 7) {
    for (let r: usize = 0; r < <usize>rows; r++) {
      memory.copy(out + r * step, x + <usize>load<i32>(index + r * 4) * step, step);
    }
    return;
  }
  for (let r: usize = 0; r < <usize>rows; r++) {
    const from = x + <usize>load<i32>(index + r * 4) * step;
    for (let i: usize = 0; i < step; i += 32) {
      v128.store(out + i, v128.load(from + i));
      v128.store(out + i, v128.load(from + i, 16), 16);
    }
    out += step;
  }
}

/**
 * One categorical column as `categories` columns of a row-major tile:
 *
 *     out[r, c] = on[c] if codes[r] = c, else off[c]
 *
 * `out` is the address of the first of these columns in row 0, rows `ld` floats apart; codes i32[rows], where
 * a code outside 0 … categories − 1 (unknown, missing) leaves every column off; on and off f32[categories].
 */
export function one_hot(out: usize, codes: usize, on: usize, off: usize, rows: i32, categories: i32, ld: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let c: usize = 0; c < <usize>categories * F32; c += F32) {
      store<f32>(out + c, load<f32>(off + c));
    }
    const code = load<i32>(codes);
    if (<u32>code < <u32>categories) {
      store<f32>(out + <usize>code * F32, load<f32>(on + <usize>code * F32));
    }
    out += <usize>ld * F32;
    codes += 4;
  }
}

/**
 * One categorical column as one column of a row-major tile: out[r] = values[codes[r]], NaN for a code outside 0 … categories − 1. `out` is
 * the column's address in row 0, rows `ld` floats apart; codes i32[rows], values f32[categories].
 */
export function label_values(out: usize, codes: usize, values: usize, rows: i32, categories: i32, ld: i32): void {
  for (let r = 0; r < rows; r++) {
    const code = load<i32>(codes);
    store<f32>(out, <u32>code < <u32>categories ? load<f32>(values + <usize>code * F32) : <f32>NaN);
    out += <usize>ld * F32;
    codes += 4;
  }
}

/** out f32[rows, ld] = value in columns first … ld − 1 (the padding of a tile). */
export function fill_columns(out: usize, rows: i32, first: i32, ld: i32, value: f32): void {
  for (let r = 0; r < rows; r++) {
    for (let c = first; c < ld; c++) store<f32>(out + <usize>c * F32, value);
    out += <usize>ld * F32;
  }
}

/**
 * Contributions of encoded columns, folded into the columns that they came from:
 *
 *     out f32[rows, groups] (dense) = Σ over columns i of group[i] of  dx[r, i] · (x1[r, i] − x0[r, i])
 *
 * x1, dx f32[rows, ld]; x0 f32[rows, ld], or one row when `broadcast` is 1; group i32[columns]. Sums run in
 * float64; with `accumulate` 1 they are added to what `out` holds. scratch f64[groups].
 */
export function fold_contributions(
  out: usize,
  dx: usize,
  x1: usize,
  x0: usize,
  group: usize,
  scratch: usize,
  rows: i32,
  columns: i32,
  groups: i32,
  ld: i32,
  broadcast: i32,
  accumulate: i32,
): void {
  const step = <usize>ld * F32;
  for (let r = 0; r < rows; r++) {
    for (let g: usize = 0; g < <usize>groups; g++) {
      store<f64>(scratch + g * 8, accumulate ? <f64>load<f32>(out + g * F32) : 0);
    }
    for (let i: usize = 0; i < <usize>columns; i++) {
      const at = scratch + <usize>load<i32>(group + i * 4) * 8;
      const delta = <f64>load<f32>(x1 + i * F32) - <f64>load<f32>(x0 + i * F32);
      store<f64>(at, load<f64>(at) + <f64>load<f32>(dx + i * F32) * delta);
    }
    for (let g: usize = 0; g < <usize>groups; g++) {
      store<f32>(out + g * F32, <f32>load<f64>(scratch + g * 8));
    }
    out += <usize>groups * F32;
    dx += step;
    x1 += step;
    if (!broadcast) x0 += step;
  }
}

/** out f32[rows, ld] = x0 + t · (x1 − x0), with x0 one row f32[ld]. */
export function interpolate_rows(out: usize, x1: usize, x0: usize, rows: i32, ld: i32, t: f32): void {
  for (let r = 0; r < rows; r++) {
    for (let i: usize = 0; i < <usize>ld * F32; i += F32) {
      const from = load<f32>(x0 + i);
      store<f32>(out + i, from + t * (load<f32>(x1 + i) - from));
    }
    out += <usize>ld * F32;
    x1 += <usize>ld * F32;
  }
}
