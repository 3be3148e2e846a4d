/**
 * Bins: a number becomes how many edges are below it, a code stays a code, a byte each. Trees are grown on bins and asked in bins, so that
 * a split of a number is `bin ≤ b` and stands for `x ≤ edges[b]`.
 */
import { F32 } from '../simd';

/** The number of the n ascending edges that are below x, without a branch on their values. */
// @ts-ignore: decorator
@inline
function below(edges: usize, n: i32, x: f32): i32 {
  let at = edges;
  while (n > 1) {
    const half = n >> 1;
    at = select<usize>(at + ((<usize>half) << 2), at, load<f32>(at + ((<usize>(half - 1)) << 2)) < x);
    n -= half;
  }
  return <i32>((at - edges) >> 2) + (n == 1 && load<f32>(at) < x ? 1 : 0);
}

/**
 * out u8[rows] = first + the number of edges below x, `missing` where x is NaN, both modulo 256.
 *
 * x f32, `step` floats apart; index u32[rows] picks rows of x, 0 for all in their order; edges f32[n] ascending, n below 256.
 */
export function bin_numbers(
  out: usize,
  x: usize,
  index: usize,
  edges: usize,
  rows: i32,
  step: i32,
  n: i32,
  first: i32,
  missing: i32,
): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const row = index ? <usize>load<u32>(index + (r << 2)) : r;
    const value = load<f32>(x + row * <usize>step * F32);
    store<u8>(out + r, value != value ? missing : first + below(edges, n, value));
  }
}

/** As bin_numbers: out u8[rows] = first + the code, `missing` for what is no whole number from 0 to labels − 1. */
export function bin_codes(
  out: usize,
  x: usize,
  index: usize,
  rows: i32,
  step: i32,
  labels: i32,
  first: i32,
  missing: i32,
): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const row = index ? <usize>load<u32>(index + (r << 2)) : r;
    const value = load<f32>(x + row * <usize>step * F32);
    // NaN fails the comparison.
    const known = value >= 0 && value < <f32>labels && nearest(value) == value;
    store<u8>(out + r, known ? first + <i32>value : missing);
  }
}
