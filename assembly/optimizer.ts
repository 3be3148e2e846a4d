/**
 * Optimizers, elementwise over n parameters (n is rounded up to a multiple of 4, and the buffers are
 * padded). The gradient gets `l2` · parameter first, the derivative of an L2 penalty of l2 / 2 · ‖w‖².
 */
import { F32, madd } from './simd';

/**
 * Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1 in the form of
 * section 2, with both bias corrections in `rate` = η √(1 − β₂ᵗ) / (1 − β₁ᵗ)):
 *
 *     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   w ← w − rate · m / (√v + ε)
 *
 * w, m, v f32[n] are updated in place; dw f32[n] is read.
 */
export function adam(
  w: usize,
  m: usize,
  v: usize,
  dw: usize,
  n: i32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  l2: f32,
): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const c1 = f32x4.splat(1 - beta1);
  const c2 = f32x4.splat(1 - beta2);
  const e = f32x4.splat(epsilon);
  const decay = f32x4.splat(l2);
  const step = f32x4.splat(-rate);
  for (let i: usize = 0; i < <usize>n * F32; i += 16) {
    const x = v128.load(w + i);
    const g = madd(decay, x, v128.load(dw + i));
    const mean = madd(b1, v128.load(m + i), f32x4.mul(c1, g));
    const square = madd(b2, v128.load(v + i), f32x4.mul(c2, f32x4.mul(g, g)));
    v128.store(m + i, mean);
    v128.store(v + i, square);
    const update = f32x4.div(f32x4.mul(step, mean), f32x4.add(f32x4.sqrt(square), e));
    v128.store(w + i, f32x4.add(x, update));
  }
}

/**
 * Stochastic gradient descent with momentum μ, by Nesterov's look-ahead when `nesterov` is 1
 * (Sutskever et al., "On the importance of initialization and momentum", 2013):
 *
 *     u ← μ u − rate · g,   w ← w + μ u − rate · g   (w ← w + u without look-ahead)
 *
 * w and the velocity u f32[n] are updated in place; dw f32[n] is read.
 */
export function sgd(w: usize, u: usize, dw: usize, n: i32, rate: f32, momentum: f32, nesterov: i32, l2: f32): void {
  const mu = f32x4.splat(momentum);
  const step = f32x4.splat(-rate);
  const decay = f32x4.splat(l2);
  for (let i: usize = 0; i < <usize>n * F32; i += 16) {
    const x = v128.load(w + i);
    const move = f32x4.mul(step, madd(decay, x, v128.load(dw + i)));
    const velocity = madd(mu, v128.load(u + i), move);
    v128.store(u + i, velocity);
    v128.store(w + i, f32x4.add(x, nesterov ? madd(mu, velocity, move) : velocity));
  }
}

/** The sum of squares of w f32[n] in float64, for the L2 penalty; NaN or Infinity in w show in it. */
export function sum_squares(w: usize, n: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  for (let i: usize = 0; i < <usize>n * F32; i += 16) {
    const x = v128.load(w + i);
    const low = f64x2.promote_low_f32x4(x);
    const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0));
    s0 = f64x2.add(s0, f64x2.mul(low, low));
    s1 = f64x2.add(s1, f64x2.mul(high, high));
  }
  const s = f64x2.add(s0, s1);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}
