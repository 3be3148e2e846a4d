/**
 * Elementary functions on four floats, within 2 ulp of the float64 result rounded to float32.
 *
 * `Math.exp` and its like differ between JavaScript engines and their versions, so everything that
 * feeds a model or a score comes from here. The method is that of Cephes (Moshier, "Methods and
 * Programs for Mathematical Functions", 1989; expf.c, logf.c, tanhf.c): reduce the argument to a
 * small interval, evaluate a minimax polynomial there, put the exponent back.
 */
import { F32, madd } from './simd';

// @ts-ignore: decorator
@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/**
 * eˣ = 2ⁿ · eʳ with n = round(x / ln 2), |r| ≤ ln 2 / 2. Overflows to Infinity above 88.72, and is 0 below
 * −87.33 (subnormal results are flushed). NaN stays NaN.
 */
export function exp4(x: v128): v128 {
  // ln 2 in two parts: the first has few enough bits that n · LN2_HI is exact.
  const clamped = f32x4.max(f32x4.min(x, splat(89)), splat(-88));
  const n = f32x4.nearest(f32x4.mul(clamped, splat(1.44269504088896341)));
  let r = f32x4.sub(clamped, f32x4.mul(n, splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, splat(2.1219444e-4)));
  let p = splat(1.98756915e-4);
  p = madd(p, r, splat(1.3981999507e-3));
  p = madd(p, r, splat(8.3334519073e-3));
  p = madd(p, r, splat(4.1665795894e-2));
  p = madd(p, r, splat(1.6666665459e-1));
  p = madd(p, r, splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), p), r), splat(1));
  // 2ⁿ in two factors, since n may be 128 while the result is still finite.
  const e = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(e, 1);
  const bias = i32x4.splat(127);
  const low = i32x4.shl(i32x4.add(half, bias), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(e, half), bias), 23);
  const y = f32x4.mul(f32x4.mul(p, low), high);
  const flushed = v128.andnot(y, f32x4.lt(x, splat(-87.3365447505)));
  return v128.bitselect(x, flushed, f32x4.ne(x, x));
}

/** Natural logarithm: x = m · 2ᵉ with √½ ≤ m < √2. ln 0 = −Infinity; negative arguments and NaN give NaN. */
export function log4(x: v128): v128 {
  // Subnormal arguments are scaled into the normal range first.
  const small = f32x4.lt(x, splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, splat(8388608)), x, small);
  let e = i32x4.sub(i32x4.shr_u(scaled, 23), i32x4.splat(126));
  e = i32x4.sub(e, v128.and(small, i32x4.splat(23)));
  let m = v128.or(v128.and(scaled, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const below = f32x4.lt(m, splat(0.707106781186547524));
  e = i32x4.add(e, below); // a true lane is −1
  m = f32x4.sub(f32x4.add(m, v128.and(below, m)), splat(1));
  const n = f32x4.convert_i32x4_s(e);
  const z = f32x4.mul(m, m);
  let p = splat(7.0376836292e-2);
  p = madd(p, m, splat(-1.151461031e-1));
  p = madd(p, m, splat(1.167699874e-1));
  p = madd(p, m, splat(-1.2420140846e-1));
  p = madd(p, m, splat(1.4249322787e-1));
  p = madd(p, m, splat(-1.6668057665e-1));
  p = madd(p, m, splat(2.0000714765e-1));
  p = madd(p, m, splat(-2.4999993993e-1));
  p = madd(p, m, splat(3.3333331174e-1));
  p = f32x4.mul(f32x4.mul(p, m), z);
  p = f32x4.add(p, f32x4.mul(n, splat(-2.1219444e-4)));
  p = f32x4.sub(p, f32x4.mul(z, splat(0.5)));
  let y = f32x4.add(f32x4.add(m, p), f32x4.mul(n, splat(0.693359375)));
  y = v128.bitselect(splat(-Infinity), y, f32x4.eq(x, splat(0)));
  y = v128.bitselect(x, y, f32x4.eq(x, splat(Infinity)));
  // Not (x ≥ 0) covers both negative numbers and NaN.
  return v128.bitselect(y, splat(NaN), f32x4.ge(x, splat(0)));
}

/** tanh: an odd polynomial below 0.625, 1 − 2 / (e²ˣ + 1) above. */
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = splat(-5.70498872745e-3);
  p = madd(p, z, splat(2.06390887954e-2));
  p = madd(p, z, splat(-5.37397155531e-2));
  p = madd(p, z, splat(1.33314422036e-1));
  p = madd(p, z, splat(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const e = exp4(f32x4.add(a, a));
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(e, splat(1))));
  const signed = v128.bitselect(x, far, splat(-0.0));
  return v128.bitselect(near, signed, f32x4.lt(a, splat(0.625)));
}

/** The logistic function 1 / (1 + e⁻ˣ). */
export function logistic4(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp4(f32x4.neg(x))));
}

/** sin 2πq for |q| ≤ ¼: an odd polynomial, fitted to within 4e-9. */
// @ts-ignore: decorator
@inline
function sinQuarter4(q: v128): v128 {
  const z = f32x4.mul(q, q);
  let p = splat(39.53670585);
  p = madd(p, z, splat(-76.54978226));
  p = madd(p, z, splat(81.60100407));
  p = madd(p, z, splat(-41.34165503));
  p = madd(p, z, splat(6.28318516));
  return f32x4.mul(p, q);
}

/** cos 2πt: t is brought to |r| ≤ ½, and cos 2πr = sin 2π(¼ − |r|). Within 4e-7 for |t| ≤ 1; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function cosTurns4(t: v128): v128 {
  const r = f32x4.sub(t, f32x4.nearest(t));
  return sinQuarter4(f32x4.sub(splat(0.25), f32x4.abs(r)));
}

/** sin 2πt = cos 2π(t − ¼), with the quarter taken off after t was brought to |r| ≤ ½. */
// @ts-ignore: decorator
@inline
export function sinTurns4(t: v128): v128 {
  const r = f32x4.sub(t, f32x4.nearest(t));
  const folded = f32x4.sub(splat(0.25), f32x4.abs(f32x4.sub(f32x4.abs(r), splat(0.25))));
  // The magnitude of the one with the sign of the other.
  return sinQuarter4(v128.bitselect(r, folded, splat(-0.0)));
}

/**
 * The quantile of the normal distribution, Φ⁻¹(p) = √2 · erf⁻¹(2p − 1), by two polynomials in w = −ln 4p(1 − p) (Giles, "Approximating the erfinv
 * function", 2010). ±5.3 at 0 and 1;
 * NaN stays NaN.
 */
export function normalQuantile4(p: v128): v128 {
  const x = f32x4.sub(f32x4.add(p, p), splat(1));
  const product = f32x4.mul(f32x4.add(p, p), f32x4.sub(splat(2), f32x4.add(p, p)));
  const w = f32x4.min(f32x4.neg(log4(product)), splat(16));
  const c = f32x4.sub(w, splat(2.5));
  let near = splat(2.81022636e-8);
  near = madd(near, c, splat(3.43273939e-7));
  near = madd(near, c, splat(-3.5233877e-6));
  near = madd(near, c, splat(-4.39150654e-6));
  near = madd(near, c, splat(0.00021858087));
  near = madd(near, c, splat(-0.00125372503));
  near = madd(near, c, splat(-0.00417768164));
  near = madd(near, c, splat(0.246640727));
  near = madd(near, c, splat(1.50140941));
  const t = f32x4.sub(f32x4.sqrt(w), splat(3));
  let far = splat(-0.000200214257);
  far = madd(far, t, splat(0.000100950558));
  far = madd(far, t, splat(0.00134934322));
  far = madd(far, t, splat(-0.00367342844));
  far = madd(far, t, splat(0.00573950773));
  far = madd(far, t, splat(-0.0076224613));
  far = madd(far, t, splat(0.00943887047));
  far = madd(far, t, splat(1.00167406));
  far = madd(far, t, splat(2.83297682));
  const y = v128.bitselect(near, far, f32x4.lt(w, splat(5)));
  return f32x4.mul(f32x4.mul(y, x), splat(1.4142135623730951));
}

/** out f32[n] = x · factor; padded and aliasing as in vector_exp. */
export function vector_scale(out: usize, x: usize, n: i32, factor: f32): void {
  const by = splat(factor);
  for (let i: usize = 0; i < <usize>n * F32; i += 16) v128.store(out + i, f32x4.mul(v128.load(x + i), by));
}

/** out f32[n] = eˣ; n is rounded up to a multiple of 4, so the buffers must be. `out` may be `x`. */
export function vector_exp(out: usize, x: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n * F32; i += 16) v128.store(out + i, exp4(v128.load(x + i)));
}

/** out f32[n] = ln x; padded and aliasing as in vector_exp. */
export function vector_log(out: usize, x: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n * F32; i += 16) v128.store(out + i, log4(v128.load(x + i)));
}

/** out f32[n] = tanh x; padded and aliasing as in vector_exp. */
export function vector_tanh(out: usize, x: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n * F32; i += 16) v128.store(out + i, tanh4(v128.load(x + i)));
}

/** out f32[n] = 1 / (1 + e⁻ˣ); padded and aliasing as in vector_exp. */
export function vector_logistic(out: usize, x: usize, n: i32): void {
  for (let i: usize = 0; i < <usize>n * F32; i += 16) {
    v128.store(out + i, logistic4(v128.load(x + i)));
  }
}
