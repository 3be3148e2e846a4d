/**
 * The vector helpers that every kernel shares.
 *
 * A matrix that kernels exchange is row-major float32 whose rows are padded with zeros to
 * `stride(columns)` floats, so that a vector load never needs a scalar tail:
 *
 *     stride(1) = 1          a single column is dense
 *     stride(n) = 8⌈n / 8⌉   otherwise
 *
 * Scalar tails are avoided on purpose: a tail computed by `a * b + c` and a body computed by a
 * fused `relaxed_madd` would round differently, and the result for a row would depend on where
 * in the batch it stands.
 */

/** Bytes in a float32. */
export const F32: usize = 4;

/** Floats between the starts of two rows of a matrix with this many columns. */
// @ts-ignore: decorator
@inline
export function stride(columns: i32): i32 {
  return columns == 1 ? 1 : (columns + 7) & ~7;
}

/** Whether this build uses relaxed SIMD: an immutable global, by which the host knows what it was given. */
export const relaxed: bool = ASC_FEATURE_RELAXED_SIMD;

/** a · b + c, rounded once where the engine fuses it (relaxed SIMD) and twice elsewhere. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** (a₀ + a₂) + (a₁ + a₃): the one order in which four lanes are summed anywhere. */
// @ts-ignore: decorator
@inline
export function sumLanes(a: v128): f32 {
  const b = f32x4.add(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(b, 0) + f32x4.extract_lane(b, 1);
}

/** Four lanes summed in float64. */
// @ts-ignore: decorator
@inline
export function sum64(x: v128): f64 {
  return (
    <f64>f32x4.extract_lane(x, 0) +
    <f64>f32x4.extract_lane(x, 1) +
    (<f64>f32x4.extract_lane(x, 2) + <f64>f32x4.extract_lane(x, 3))
  );
}

/** All ones in the lanes whose column index `first + lane` is below `columns`, zeros elsewhere. */
// @ts-ignore: decorator
@inline
export function columnMask(first: i32, columns: i32): v128 {
  const lane = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  return i32x4.lt_s(lane, i32x4.splat(columns));
}
