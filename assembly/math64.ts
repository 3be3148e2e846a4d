/**
 * Exponential and logarithm of two float64, within 2 ulp, for sums that must come out exactly enough for a second-order method; by the
 * method of math.ts in src/, with constants in place of divisions. No fused operation, so that every build gives the same bits.
 */

// @ts-ignore: decorator
@inline
function splat(x: f64): v128 {
  return f64x2.splat(x);
}

// @ts-ignore: decorator
@inline
function step(sum: v128, x: v128, next: f64): v128 {
  return f64x2.add(f64x2.mul(sum, x), f64x2.splat(next));
}

/** eˣ = 2ᵏ · eʳ with |r| ≤ ½ log 2 and eʳ by its series; arguments are clipped to ±708. */
export function exp2x64(x: v128): v128 {
  const clipped = f64x2.pmin(splat(708), f64x2.pmax(splat(-708), x));
  const k = f64x2.nearest(f64x2.mul(clipped, splat(1.4426950408889634)));
  // log 2 in two parts: the first has few enough bits that k times it is exact.
  let r = f64x2.sub(clipped, f64x2.mul(k, splat(0.6931471803691238)));
  r = f64x2.sub(r, f64x2.mul(k, splat(1.9082149292705877e-10)));
  let p = splat(1.6059043836821613e-10); // 1 / 13!
  p = step(p, r, 2.08767569878681e-9);
  p = step(p, r, 2.505210838544172e-8);
  p = step(p, r, 2.755731922398589e-7);
  p = step(p, r, 2.7557319223985893e-6);
  p = step(p, r, 2.48015873015873e-5);
  p = step(p, r, 1.984126984126984e-4);
  p = step(p, r, 1.388888888888889e-3);
  p = step(p, r, 8.333333333333333e-3);
  p = step(p, r, 4.1666666666666664e-2);
  p = step(p, r, 1.6666666666666666e-1);
  p = step(p, r, 0.5);
  p = step(p, r, 1);
  p = step(p, r, 1);
  // 2ᵏ by its bits: k as two 32-bit integers, widened and put where the exponent stands.
  const e = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  return f64x2.mul(p, i64x2.shl(i64x2.add(e, i64x2.splat(1023)), 52));
}

/** log x of normal positive x = 2ᵉ · m, √½ ≤ m < √2: e · log 2 + 2 · (s + s³/3 + s⁵/5 + …), s = (m − 1) / (m + 1). */
export function log2x64(x: v128): v128 {
  let e = i64x2.sub(i64x2.shr_u(x, 52), i64x2.splat(1023));
  let m = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), splat(1));
  const large = f64x2.gt(m, splat(1.4142135623730951));
  m = v128.bitselect(f64x2.mul(m, splat(0.5)), m, large);
  e = i64x2.sub(e, large); // a true lane is −1
  const s = f64x2.div(f64x2.sub(m, splat(1)), f64x2.add(m, splat(1)));
  const z = f64x2.mul(s, s);
  let p = splat(0.05263157894736842); // 1 / 19
  p = step(p, z, 0.058823529411764705);
  p = step(p, z, 0.06666666666666667);
  p = step(p, z, 0.07692307692307693);
  p = step(p, z, 0.09090909090909091);
  p = step(p, z, 0.1111111111111111);
  p = step(p, z, 0.14285714285714285);
  p = step(p, z, 0.2);
  p = step(p, z, 0.3333333333333333);
  p = step(p, z, 1);
  const n = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(e, e, 0, 2, 0, 2));
  return f64x2.add(f64x2.mul(n, splat(0.6931471805599453)), f64x2.mul(f64x2.mul(s, splat(2)), p));
}

/** out f64[n] = log x; n is rounded up to an even number, so the buffers must be. `out` may be `x`. */
export function vector_log64(out: usize, x: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n * 8; i += 16) v128.store(out + i, log2x64(v128.load(x + i)));
}
