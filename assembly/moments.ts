/**
 * Count, mean and sum of squared deviations of a column, NaN skipped.
 *
 * Two passes over blocks that stay in the first-level cache, merged by Chan, Golub and LeVeque
 * ("Algorithms for Computing the Sample Variance", 1983): no cancellation at a mean of 1e6 with a deviation
 * of 1, and the memory is read once. Infinity makes the mean non-finite, by which the caller sees it.
 */
import { F32 } from './simd';

/** Values in a block: 8 KiB. */
const BLOCK: i32 = 2048;

// @ts-ignore: decorator
@inline
function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

// @ts-ignore: decorator
@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0));
}

// @ts-ignore: decorator
@inline
function sumLanes64(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/**
 * Merges two groups: state f64[3] = (count, mean, M2) takes in (count, mean, m2).
 * An empty group changes nothing.
 */
export function moments_merge(state: usize, count: f64, mean: f64, m2: f64): void {
  const n = load<f64>(state);
  const total = n + count;
  if (count == 0) return;
  const delta = mean - load<f64>(state, 8);
  store<f64>(state, total);
  store<f64>(state, load<f64>(state, 8) + (delta * count) / total, 8);
  store<f64>(state, load<f64>(state, 16) + m2 + ((delta * delta * n) / total) * count, 16);
}

/** state f64[3] = (count, mean, M2) of column f32[rows], which is aligned to 16 bytes. */
export function moments(state: usize, column: usize, rows: i32): void {
  store<f64>(state, 0);
  store<f64>(state, 0, 8);
  store<f64>(state, 0, 16);
  for (let first = 0; first < rows; first += BLOCK) {
    const n = min(BLOCK, rows - first);
    const from = column + <usize>first * F32;
    const whole = from + <usize>(n & ~3) * F32;
    const end = from + <usize>n * F32;

    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let present = i32x4.splat(0);
    let p = from;
    for (; p < whole; p += 16) {
      const x = v128.load(p);
      const known = f32x4.eq(x, x);
      const y = v128.and(x, known);
      present = i32x4.sub(present, known);
      s0 = f64x2.add(s0, low(y));
      s1 = f64x2.add(s1, high(y));
    }
    let count = <f64>(
      (i32x4.extract_lane(present, 0) +
        i32x4.extract_lane(present, 1) +
        i32x4.extract_lane(present, 2) +
        i32x4.extract_lane(present, 3))
    );
    let sum = sumLanes64(f64x2.add(s0, s1));
    for (; p < end; p += F32) {
      const x = load<f32>(p);
      if (x == x) {
        sum += <f64>x;
        count += 1;
      }
    }
    if (count == 0) continue;

    const mean = sum / count;
    const center = f64x2.splat(mean);
    s0 = f64x2.splat(0);
    s1 = f64x2.splat(0);
    for (p = from; p < whole; p += 16) {
      const x = v128.load(p);
      const known = f32x4.eq(x, x);
      const d0 = f64x2.sub(low(x), center);
      const d1 = f64x2.sub(high(x), center);
      // A NaN lane is masked after the difference; the 32-bit mask is widened to 64 bits.
      s0 = f64x2.add(s0, v128.and(f64x2.mul(d0, d0), v128.shuffle<i32>(known, known, 0, 0, 1, 1)));
      s1 = f64x2.add(s1, v128.and(f64x2.mul(d1, d1), v128.shuffle<i32>(known, known, 2, 2, 3, 3)));
    }
    let m2 = sumLanes64(f64x2.add(s0, s1));
    for (; p < end; p += F32) {
      const x = load<f32>(p);
      if (x == x) m2 += (<f64>x - mean) * (<f64>x - mean);
    }
    moments_merge(state, count, mean, m2);
  }
}
