/**
 * Activation functions of a dense layer, their derivatives, and their secants.
 *
 *     code        0 identity    1 ReLU         2 logistic         3 tanh
 *     f(a)        a             max(a, 0)      1 / (1 + e⁻ᵃ)      tanh a
 *     f′ by h     1             h > 0          h (1 − h)          1 − h²        where h = f(a)
 */
import { vector_logistic, vector_tanh } from './math';
import { fill_columns } from './rows';
import { F32, stride } from './simd';

export const IDENTITY: i32 = 0;
export const RELU: i32 = 1;
export const LOGISTIC: i32 = 2;
export const TANH: i32 = 3;

/**
 * f(a) for the two cheap functions, identity and ReLU. A NaN passes through ReLU too, so that a diverged
 * network is seen. The others are left as they are: compilers turn this into a select, which would compute
 * the costly branches every time, so a layer applies those by `activate` in a second pass.
 */
// @ts-ignore: decorator
@inline
export function activateCheap4(a: v128, activation: i32): v128 {
  return activation == RELU ? f32x4.max(a, f32x4.splat(0)) : a;
}

/** f′(a), from h = f(a). */
// @ts-ignore: decorator
@inline
export function derivative4(h: v128, activation: i32): v128 {
  const one = f32x4.splat(1);
  if (activation == RELU) return v128.and(one, f32x4.gt(h, f32x4.splat(0)));
  if (activation == LOGISTIC) return f32x4.mul(h, f32x4.sub(one, h));
  if (activation == TANH) return f32x4.sub(one, f32x4.mul(h, h));
  return one;
}

/** out f32[rows, stride(columns)] = f(a); padding becomes zero. `out` may be `a`. */
export function activate(out: usize, a: usize, rows: i32, columns: i32, activation: i32): void {
  const ld = stride(columns);
  const n = rows * ld; // a dense column's buffer is padded to a vector at its end
  if (activation == LOGISTIC) vector_logistic(out, a, n);
  else if (activation == TANH) vector_tanh(out, a, n);
  else {
    for (let i: usize = 0; i < <usize>n * F32; i += 16) {
      v128.store(out + i, activateCheap4(v128.load(a + i), activation));
    }
  }
  // The logistic function of the zero padding is one half.
  if (activation == LOGISTIC && ld > columns) fill_columns(out, rows, columns, ld, 0);
}

/**
 * A gradient d by the output of an activation, times the slope of the activation's chord between two points, which is the
 * average of f′ over the straight line from a0 to a1:
 *
 *     d f32[rows, stride(columns)] *= (h1 − h0) / (a1 − a0),   or f′(h1) where |a1 − a0| < 1e-4
 */
export function secant_backward(
  d: usize,
  a1: usize,
  h1: usize,
  a0: usize,
  h0: usize,
  rows: i32,
  columns: i32,
  activation: i32,
): void {
  const n = <usize>(rows * stride(columns)) * F32;
  const near = f32x4.splat(1e-4);
  for (let i: usize = 0; i < n; i += 16) {
    const h = v128.load(h1 + i);
    const da = f32x4.sub(v128.load(a1 + i), v128.load(a0 + i));
    const dh = f32x4.sub(h, v128.load(h0 + i));
    const flat = f32x4.lt(f32x4.abs(da), near);
    const slope = v128.bitselect(derivative4(h, activation), f32x4.div(dh, da), flat);
    v128.store(d + i, f32x4.mul(v128.load(d + i), slope));
  }
}
