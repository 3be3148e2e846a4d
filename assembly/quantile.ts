/**
 * The quantile transform: a value becomes its rank, in [0, 1], among the quantiles seen in training, by
 * linear interpolation. Skewed numbers come out evenly spread, whatever their scale. A value that equals a
 * run of equal quantiles inside the range gets the middle of the run, as in scikit-learn's QuantileTransformer.
 */
import { normalQuantile4 } from './math';
import { F32 } from './simd';

/** The number of the n ascending values that are below x, or with `inclusive` at most x. */
// @ts-ignore: decorator
@inline
function bisect(values: usize, n: i32, x: f32, inclusive: bool): i32 {
  let first = 0;
  while (n > 0) {
    const half = n >> 1;
    const v = load<f32>(values + <usize>(first + half) * F32);
    if (inclusive ? v <= x : v < x) {
      first += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return first;
}

/**
 * out f32[rows] in [0, 1]; column f32[rows]; quantiles f32[n] ascending, n ≥ 1. NaN stays NaN; the lowest
 * quantile and what is below become 0, the highest and what is above 1. `out` may be the column.
 */
export function quantile_transform(out: usize, column: usize, quantiles: usize, rows: i32, n: i32): void {
  const last = n - 1;
  const lowest = load<f32>(quantiles);
  const highest = load<f32>(quantiles + <usize>last * F32);
  const step: f64 = last > 0 ? 1 / <f64>last : 0;
  for (let i: usize = 0; i < <usize>rows * F32; i += F32) {
    const x = load<f32>(column + i);
    let y: f64;
    if (x != x) y = <f64>x;
    else if (x <= lowest) y = 0;
    else if (x >= highest) y = 1;
    else {
      const above = bisect(quantiles, n, x, true);
      const at = quantiles + <usize>(above - 1) * F32;
      const q0 = <f64>load<f32>(at);
      if (q0 == <f64>x) {
        y = (<f64>bisect(quantiles, n, x, false) + <f64>(above - 1)) * 0.5 * step;
      } else {
        const q1 = <f64>load<f32>(at, F32);
        y = (<f64>(above - 1) + (<f64>x - q0) / (q1 - q0)) * step;
      }
    }
    store<f32>(out + i, <f32>y);
  }
}

/** out f32[rows] = Φ⁻¹(p), with p f32[rows] in [least, most] or brought there; NaN stays NaN. Padded to 16 bytes; `out` may be p. */
export function normal_quantile(out: usize, p: usize, rows: i32, least: f32, most: f32): void {
  const low = f32x4.splat(least);
  const high = f32x4.splat(most);
  for (let i: usize = 0; i < <usize>rows * F32; i += 16) {
    v128.store(out + i, normalQuantile4(f32x4.max(f32x4.min(v128.load(p + i), high), low)));
  }
}

/** out f32[rows] = 1 where the column is missing (NaN), else 0; padded as above. */
export function missing_indicator(out: usize, column: usize, rows: i32): void {
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < <usize>rows * F32; i += 16) {
    const x = v128.load(column + i);
    v128.store(out + i, v128.and(one, f32x4.ne(x, x)));
  }
}
