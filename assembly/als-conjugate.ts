/**
 * Alternating least squares where the penalty is the same for all rows of a side, by conjugate gradients (Hestenes and Stiefel, "Methods of
 * Conjugate Gradients for Solving Linear Systems", 1952; for this problem Takács, Pilászy and Tikk, "Applications of the Conjugate Gradient
 * Method for Implicit Feedback Collaborative Filtering", 2011), preconditioned by what all rows have in common. With V upper triangular and
 *
 *     Vᵀ (G + l2 I) V = I        y′ = Vᵀ y, x = V x′
 *
 * the normal equations (G + l2 I + Σ w y yᵀ) x = Σ w y of assembly/als.ts become
 *
 *     (I + Σ w y′ y′ᵀ) x′ = Σ w y′
 *
 * of which a step costs two products with each row y′ and none with a matrix, and which needs no more steps than there are rows. No eigenvalue is
 * below 1, so that the error of x′ is no larger than the residual: it steps until that is a TOLERANCE of x′.
 */
import { dot4 } from './factorize';
import { F32, madd, sumLanes } from './simd';
import { product4x8 } from './symmetric';

const TOLERANCE: f32 = 1e-5;

/** out f32[1, 8], in the same order. */
// @ts-ignore: decorator
@inline
function product1x8(out: usize, a: usize, b: usize, ld: usize, from: usize, to: usize): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  for (let k = from; k < to; k++) {
    const s = v128.load32_splat(a + k * F32);
    c0 = madd(s, v128.load(b + k * ld), c0);
    c1 = madd(s, v128.load(b + k * ld, 16), c1);
  }
  v128.store(out, c0);
  v128.store(out, c1, 16);
}

/** out f32[rows, ld] = y f32[rows, ld] · v f32[ld, ld], which is lower triangular, or upper. A row's result is its own whatever stands around it. */
export function als_transform(out: usize, y: usize, v: usize, rows: i32, ld: i32, lower: i32): void {
  const d = <usize>ld;
  const bytes = d * F32;
  for (let j: usize = 0; j < d; j += 8) {
    const from = lower ? j : 0;
    const to = lower ? d : j + 8;
    let r = 0;
    for (; r + 4 <= rows; r += 4) {
      const at = <usize>r * bytes;
      product4x8(out + at + j * F32, y + at + from * F32, v + j * F32 + from * bytes, bytes, to - from, false);
    }
    for (; r < rows; r++) {
      const at = <usize>r * bytes;
      product1x8(out + at + j * F32, y + at, v + j * F32, bytes, from, to);
    }
  }
}

/** Address of the t-th row that counts; beyond the last any row will do. */
// @ts-ignore: decorator
@inline
function rowAt(y: usize, index: usize, t: i32, n: i32, bytes: usize): usize {
  return y + <usize>load<i32>(index + ((<usize>min(t, n - 1)) << 2)) * bytes;
}

/** Its weight, 0 beyond the last. */
// @ts-ignore: decorator
@inline
function weightAt(weights: usize, t: i32, n: i32): f32 {
  if (t >= n) return 0;
  return weights ? load<f32>(weights + ((<usize>t) << 2)) : 1;
}

// @ts-ignore: decorator
@inline
function weights4(weights: usize, t: i32, n: i32): v128 {
  return f32x4(weightAt(weights, t, n), weightAt(weights, t + 1, n), weightAt(weights, t + 2, n), weightAt(weights, t + 3, n));
}

/** out f32[ld] += Σ e · row, of four rows. */
// @ts-ignore: decorator
@inline
function add4(out: usize, e: v128, q0: usize, q1: usize, q2: usize, q3: usize, bytes: usize): void {
  const e0 = v128.shuffle<i32>(e, e, 0, 0, 0, 0);
  const e1 = v128.shuffle<i32>(e, e, 1, 1, 1, 1);
  const e2 = v128.shuffle<i32>(e, e, 2, 2, 2, 2);
  const e3 = v128.shuffle<i32>(e, e, 3, 3, 3, 3);
  for (let k: usize = 0; k < bytes; k += 16) {
    let sum = madd(e0, v128.load(q0 + k), v128.load(out + k));
    sum = madd(e1, v128.load(q1 + k), sum);
    sum = madd(e2, v128.load(q2 + k), sum);
    v128.store(out + k, madd(e3, v128.load(q3 + k), sum));
  }
}

// @ts-ignore: decorator
@inline
function product(a: usize, b: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  for (let k: usize = 0; k < bytes; k += 32) {
    s0 = madd(v128.load(a + k), v128.load(b + k), s0);
    s1 = madd(v128.load(a + k, 16), v128.load(b + k, 16), s1);
  }
  return sumLanes(f32x4.add(s0, s1));
}

/**
 * x f32[ld] solves (I + Σ w y yᵀ) x = Σ w y over the rows `index` i32[n] of y f32[…, ld], with weights f32[n] or address 0 where all count 1, in
 * no more than `most` steps. scratch f32[3 · ld].
 */
export function als_conjugate(
  x: usize,
  y: usize,
  index: usize,
  weights: usize,
  scratch: usize,
  n: i32,
  ld: i32,
  most: i32,
): void {
  const bytes = <usize>ld * F32;
  const r = scratch;
  const p = r + bytes;
  const a = p + bytes;
  memory.fill(x, 0, bytes);
  if (n == 0) return;
  memory.fill(r, 0, bytes);
  for (let t = 0; t < n; t += 4) {
    const e = weights4(weights, t, n);
    const q0 = rowAt(y, index, t, n, bytes);
    const q1 = rowAt(y, index, t + 1, n, bytes);
    const q2 = rowAt(y, index, t + 2, n, bytes);
    const q3 = rowAt(y, index, t + 3, n, bytes);
    add4(r, e, q0, q1, q2, q3, bytes);
  }
  memory.copy(p, r, bytes);
  let rest = product(r, r, bytes);
  let enough: f32 = 0;
  for (let step = 0; step < most && rest > enough; step++) {
    memory.copy(a, p, bytes);
    for (let t = 0; t < n; t += 4) {
      const q0 = rowAt(y, index, t, n, bytes);
      const q1 = rowAt(y, index, t + 1, n, bytes);
      const q2 = rowAt(y, index, t + 2, n, bytes);
      const q3 = rowAt(y, index, t + 3, n, bytes);
      add4(a, f32x4.mul(weights4(weights, t, n), dot4(p, q0, q1, q2, q3, bytes)), q0, q1, q2, q3, bytes);
    }
    const alpha = f32x4.splat(rest / product(p, a, bytes));
    const minus = f32x4.neg(alpha);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    for (let k: usize = 0; k < bytes; k += 16) {
      const found = madd(alpha, v128.load(p + k), v128.load(x + k));
      v128.store(x + k, found);
      s1 = madd(found, found, s1);
      const left = madd(minus, v128.load(a + k), v128.load(r + k));
      v128.store(r + k, left);
      s0 = madd(left, left, s0);
    }
    const next = sumLanes(s0);
    const beta = f32x4.splat(next / rest);
    for (let k: usize = 0; k < bytes; k += 16) v128.store(p + k, madd(beta, v128.load(p + k), v128.load(r + k)));
    rest = next;
    enough = TOLERANCE * TOLERANCE * sumLanes(s1);
  }
}
