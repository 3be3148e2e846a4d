/**
 * Dropout (Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014): a unit's output becomes zero by
 * chance and is scaled up where it does not, so that its mean stays.
 *
 * The chance is in 256ths: a byte for each unit, of Philox4x32-10 (random.ts), four blocks side by side in the lanes of a vector:
 *
 *     counter = (block, stream, 1, 0), key = (seed, 0)
 */
import { F32 } from './simd';

/** The high and the low words of a · b, of four words by one. */
// @ts-ignore: decorator
@inline
function high4(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b), 1, 3, 5, 7);
}

// @ts-ignore: decorator
@inline
function drop4(x: usize, keep: v128, scale: v128): void {
  v128.store(x, v128.and(f32x4.mul(v128.load(x), scale), keep));
}

/** Sixteen values, each kept where its byte is at least the threshold's; `left` of them are to be looked at. */
function drop16(x: usize, bytes: v128, threshold: v128, scale: v128, left: i32): void {
  const keep = i8x16.ge_u(bytes, threshold);
  const low = i16x8.extend_low_i8x16_s(keep);
  const high = i16x8.extend_high_i8x16_s(keep);
  if (left > 0) drop4(x, i32x4.extend_low_i16x8_s(low), scale);
  if (left > 4) drop4(x + 16, i32x4.extend_high_i16x8_s(low), scale);
  if (left > 8) drop4(x + 32, i32x4.extend_low_i16x8_s(high), scale);
  if (left > 12) drop4(x + 48, i32x4.extend_high_i16x8_s(high), scale);
}

/**
 * x f32[n] in place: zero where the value's byte is below `threshold`, else x · 256 / (256 − threshold). n is rounded up to a multiple of
 * 4, and the buffer is.
 */
export function dropout(x: usize, n: i32, threshold: i32, seed: u32, stream: u32): void {
  const least = i8x16.splat(<i8>threshold);
  const kept = 256 - threshold;
  const scale = f32x4.splat(<f32>256 / <f32>kept);
  const m0 = i32x4.splat(0xd2511f53);
  const m1 = i32x4.splat(0xcd9e8d57);
  for (let i = 0; i < n; i += 64) {
    let c0 = i32x4.add(i32x4.splat(i >> 4), i32x4(0, 1, 2, 3));
    let c1 = i32x4.splat(stream);
    let c2 = i32x4.splat(1);
    let c3 = i32x4.splat(0);
    let k0 = seed;
    let k1: u32 = 0;
    for (let round = 0; round < 10; round++) {
      const x0 = v128.xor(v128.xor(high4(m1, c2), c1), i32x4.splat(k0));
      const x2 = v128.xor(v128.xor(high4(m0, c0), c3), i32x4.splat(k1));
      c1 = i32x4.mul(m1, c2);
      c3 = i32x4.mul(m0, c0);
      c0 = x0;
      c2 = x2;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    // A loop, so that the code of sixteen values stands here once.
    for (let j = i; j < i + 64; j += 16) {
      drop16(x + <usize>j * F32, c0, least, scale, n - j);
      c0 = c1;
      c1 = c2;
      c2 = c3;
    }
  }
}
