/**
 * First and second derivatives of the losses by the raw output, rounded to whole numbers (Shi et al., "Quantized Training of Gradient
 * Boosting Decision Trees", 2022), so that their sums are the same in any order. With 30 bits a row and 64 a sum nothing is lost that a
 * float32 held. A row's pair counts it, too:
 *
 *     gh i64[rows, 2]:   round(g · scaleG),   round(h · scaleH) · 2^shift + 1
 *
 *     logistic   g = σ(z) − y            h = |g| (1 − |g|)
 *     softmax    g = p − (y = class)     h = |g| (1 − |g|)
 *     squared    g = z − y               h = 1
 *
 * Each is multiplied by the row's weight, and each kernel returns the weighted sum of the losses in float64. weights f32[rows], 0 for none;
 * with gh = 0 only the loss is computed. Buffers are readable to a multiple of 16 bytes.
 */
import { exp4, log4, logistic4 } from '../math';
import { columnMask, F32, sum64 } from '../simd';

// @ts-ignore: decorator
@inline
function pair(at: usize, g: i32, h: i32, shift: i64): void {
  store<i64>(at, <i64>g);
  store<i64>(at, ((<i64>h) << shift) + 1, 8);
}

/** The pairs of the rows r … r + 3 that are below `rows`. */
// @ts-ignore: decorator
@inline
function pairs(gh: usize, r: i32, rows: i32, g: v128, h: v128, scaleG: f32, scaleH: f32, shift: i32): void {
  const wholeG = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(g, f32x4.splat(scaleG))));
  const wholeH = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(h, f32x4.splat(scaleH))));
  const at = gh + ((<usize>r) << 4);
  const bits = <i64>shift;
  pair(at, i32x4.extract_lane(wholeG, 0), i32x4.extract_lane(wholeH, 0), bits);
  if (r + 1 < rows) pair(at + 16, i32x4.extract_lane(wholeG, 1), i32x4.extract_lane(wholeH, 1), bits);
  if (r + 2 < rows) pair(at + 32, i32x4.extract_lane(wholeG, 2), i32x4.extract_lane(wholeH, 2), bits);
  if (r + 3 < rows) pair(at + 48, i32x4.extract_lane(wholeG, 3), i32x4.extract_lane(wholeH, 3), bits);
}

// @ts-ignore: decorator
@inline
function weightsAt(weights: usize, at: usize): v128 {
  return weights ? v128.load(weights + at) : f32x4.splat(1);
}

/** g (1 − g) for g from 0 to 1. */
// @ts-ignore: decorator
@inline
function curvature(g: v128): v128 {
  const a = f32x4.min(f32x4.abs(g), f32x4.splat(1));
  return f32x4.mul(a, f32x4.sub(f32x4.splat(1), a));
}

/** z f32[rows], y f32[rows] in {0, 1}. */
export function tree_gradients_logistic(
  gh: usize,
  z: usize,
  y: usize,
  weights: usize,
  rows: i32,
  scaleG: f32,
  scaleH: f32,
  shift: i32,
): f64 {
  let sum: f64 = 0;
  for (let r = 0; r < rows; r += 4) {
    const at = <usize>r * F32;
    const a = v128.load(z + at);
    const t = v128.load(y + at);
    const w = weightsAt(weights, at);
    const tail = log4(f32x4.add(f32x4.splat(1), exp4(f32x4.neg(f32x4.abs(a)))));
    const loss = f32x4.sub(f32x4.add(f32x4.max(a, f32x4.splat(0)), tail), f32x4.mul(a, t));
    sum += sum64(v128.and(f32x4.mul(loss, w), columnMask(r, rows)));
    if (!gh) continue;
    const g = f32x4.sub(logistic4(a), t);
    pairs(gh, r, rows, f32x4.mul(g, w), f32x4.mul(curvature(g), w), scaleG, scaleH, shift);
  }
  return sum;
}

/** z, y f32[rows]. */
export function tree_gradients_squared(
  gh: usize,
  z: usize,
  y: usize,
  weights: usize,
  rows: i32,
  scaleG: f32,
  scaleH: f32,
  shift: i32,
): f64 {
  let sum: f64 = 0;
  for (let r = 0; r < rows; r += 4) {
    const at = <usize>r * F32;
    const w = weightsAt(weights, at);
    const g = f32x4.sub(v128.load(z + at), v128.load(y + at));
    sum += sum64(v128.and(f32x4.mul(f32x4.mul(g, g), w), columnMask(r, rows)));
    if (gh) pairs(gh, r, rows, f32x4.mul(g, w), w, scaleG, scaleH, shift);
  }
  return sum / 2;
}

/** The largest |w (z − y)|: what the gradients of the squared loss are scaled by. */
export function tree_largest(z: usize, y: usize, weights: usize, rows: i32): f32 {
  let top = f32x4.splat(0);
  for (let r = 0; r < rows; r += 4) {
    const at = <usize>r * F32;
    const g = f32x4.mul(f32x4.sub(v128.load(z + at), v128.load(y + at)), weightsAt(weights, at));
    top = f32x4.max(top, v128.and(f32x4.abs(g), columnMask(r, rows)));
  }
  return max(
    max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)),
    max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
  );
}

/** Pairs of one class of several: p f32[rows, ld] the probabilities, y f32[rows] the class. */
export function tree_gradients_softmax(
  gh: usize,
  p: usize,
  y: usize,
  weights: usize,
  rows: i32,
  ld: i32,
  label: i32,
  scaleG: f32,
  scaleH: f32,
  shift: i32,
): void {
  const step = <usize>ld * F32;
  const bits = <i64>shift;
  p += <usize>label * F32;
  for (let r: usize = 0; r < <usize>rows; r++) {
    const w = weights ? load<f32>(weights + r * F32) : <f32>1;
    const g = load<f32>(p) - <f32>(load<f32>(y + r * F32) == <f32>label ? 1 : 0);
    const a = min<f32>(abs(g), 1);
    const h = a * (1 - a);
    pair(gh + (r << 4), <i32>nearest(g * w * scaleG), <i32>nearest(h * w * scaleH), bits);
    p += step;
  }
}

/** Σ −w log p of the row's own class. */
export function tree_loss_softmax(p: usize, y: usize, weights: usize, rows: i32, ld: i32): f64 {
  const step = <usize>ld * F32;
  let sum: f64 = 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    const own = load<f32>(p + <usize>load<f32>(y + r * F32) * F32);
    const loss = -f32x4.extract_lane(log4(f32x4.splat(max<f32>(own, 1.1754944e-38))), 0);
    sum += <f64>(weights ? loss * load<f32>(weights + r * F32) : loss);
    p += step;
  }
  return sum;
}
