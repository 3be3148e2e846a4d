/**
 * Imputation and standardization,
 *
 *     out = (x − mean) / scale,   a missing x (NaN) first replaced by a fill value
 *
 * The mean is a float64 split into two float32, mean = high + low: x − high is exact where x is near the
 * mean, so a column with mean 1e6 and deviation 1 keeps all its digits. The parameters of a column are
 *
 *     f32[4] = (high, low, 1 / scale, fill)
 */
import { F32 } from './simd';

/** Bytes of a column's parameters. */
const PARAMETERS: usize = 16;

// @ts-ignore: decorator
@inline
function standardize4(x: v128, parameters: usize): v128 {
  const filled = v128.bitselect(x, v128.load32_splat(parameters, 12), f32x4.eq(x, x));
  const centered = f32x4.sub(f32x4.sub(filled, v128.load32_splat(parameters)), v128.load32_splat(parameters, 4));
  return f32x4.mul(centered, v128.load32_splat(parameters, 8));
}

/** out f32[rows] from column f32[rows], both padded to 16 bytes; `out` may be the column. */
export function standardize_column(out: usize, column: usize, parameters: usize, rows: i32): void {
  for (let i: usize = 0; i < <usize>rows * F32; i += 16) {
    v128.store(out + i, standardize4(v128.load(column + i), parameters));
  }
}

/** The inverse: out f32[rows] = x / (1 / scale) + mean, rounded once from float64. */
export function standardize_inverse(out: usize, column: usize, parameters: usize, rows: i32): void {
  const mean = <f64>load<f32>(parameters) + <f64>load<f32>(parameters, 4);
  const scale = <f64>load<f32>(parameters, 8);
  for (let i: usize = 0; i < <usize>rows * F32; i += F32) {
    store<f32>(out + i, <f32>(<f64>load<f32>(column + i) / scale + mean));
  }
}

/**
 * From columns to a row-major tile in one pass:
 *
 *     tile f32[rows, ld] columns 0 … columns − 1  =  the standardized columns
 *
 * `pointers` u32[columns] holds the address of each column's first row, each readable for `rows` floats
 * rounded up to 4; parameters f32[columns, 4]. Four columns by four rows are transposed in registers. Up to
 * three floats behind the last column of a row may be overwritten with zeros, so this comes before whatever
 * fills the rest of the row.
 */
export function standardize(tile: usize, pointers: usize, parameters: usize, rows: i32, columns: i32, ld: i32): void {
  const step = <usize>ld * F32;
  if (ld == 1) {
    standardize_column(tile, load<u32>(pointers), parameters, rows);
    return;
  }
  const zero = f32x4.splat(0);
  for (let j = 0; j < columns; j += 4) {
    const p = parameters + <usize>j * PARAMETERS;
    const at = pointers + <usize>j * 4;
    const left = columns - j;
    const c0 = <usize>load<u32>(at);
    const c1 = left > 1 ? <usize>load<u32>(at, 4) : 0;
    const c2 = left > 2 ? <usize>load<u32>(at, 8) : 0;
    const c3 = left > 3 ? <usize>load<u32>(at, 12) : 0;
    let to = tile + <usize>j * F32;
    for (let r = 0; r < rows; r += 4) {
      const from = <usize>r * F32;
      const x0 = standardize4(v128.load(c0 + from), p);
      const x1 = left > 1 ? standardize4(v128.load(c1 + from), p + PARAMETERS) : zero;
      const x2 = left > 2 ? standardize4(v128.load(c2 + from), p + 2 * PARAMETERS) : zero;
      const x3 = left > 3 ? standardize4(v128.load(c3 + from), p + 3 * PARAMETERS) : zero;
      const y0 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
      const y1 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
      const y2 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
      const y3 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
      const below = rows - r;
      v128.store(to, v128.shuffle<i64>(y0, y1, 0, 2));
      if (below > 1) v128.store(to + step, v128.shuffle<i64>(y0, y1, 1, 3));
      if (below > 2) v128.store(to + 2 * step, v128.shuffle<i64>(y2, y3, 0, 2));
      if (below > 3) v128.store(to + 3 * step, v128.shuffle<i64>(y2, y3, 1, 3));
      to += 4 * step;
    }
  }
}
