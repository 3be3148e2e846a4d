/**
 * Losses with their gradients by the network's raw output (the logit), averaged over the batch.
 *
 *     logistic   Σ softplus(z) − y z          dz = (σ(z) − y) / rows
 *     softmax    Σ log Σₖ exp zₖ − z_label    dz = (softmax(z) − onehot) / rows
 *     squared    Σ (z − y)² / 2               dz = (z − y) / rows
 *
 * A row's loss and gradient are multiplied by its weight, weights f32[rows], 0 for none. Each returns the sum of the losses in float64; dz may
 * be z.
 */
import { exp4, log4, logistic4 } from './math';
import { columnMask, F32, stride, sum64 } from './simd';

// @ts-ignore: decorator
@inline
function weighted(x: v128, weights: usize, at: usize): v128 {
  return weights ? f32x4.mul(x, v128.load(weights + at)) : x;
}

/** dz f32[rows], z f32[rows], y f32[rows] in {0, 1}; the buffers are padded to 16 bytes. */
export function logistic_loss(dz: usize, z: usize, y: usize, weights: usize, rows: i32): f64 {
  const zero = f32x4.splat(0);
  const scale = f32x4.splat(1 / <f32>rows);
  let sum: f64 = 0;
  for (let r = 0; r < rows; r += 4) {
    const at = <usize>r * F32;
    const a = v128.load(z + at);
    const t = v128.load(y + at);
    // softplus(a) = max(a, 0) + log(1 + e^-|a|)
    const tail = log4(f32x4.add(f32x4.splat(1), exp4(f32x4.neg(f32x4.abs(a)))));
    const loss = f32x4.sub(f32x4.add(f32x4.max(a, zero), tail), f32x4.mul(a, t));
    const valid = columnMask(r, rows);
    sum += sum64(v128.and(weighted(loss, weights, at), valid));
    v128.store(dz + at, v128.and(weighted(f32x4.mul(f32x4.sub(logistic4(a), t), scale), weights, at), valid));
  }
  return sum;
}

/** One row of softmax; returns log Σₖ exp zₖ. */
// @ts-ignore: decorator
@inline
function softmaxRow(probabilities: usize, z: usize, classes: i32, ld: usize): f64 {
  let top = load<f32>(z);
  for (let c = 1; c < classes; c++) top = max(top, load<f32>(z + <usize>c * F32));
  const shift = f32x4.splat(top);
  let total = f32x4.splat(0);
  for (let c = 0; c < classes; c += 4) {
    const at = <usize>c * F32;
    const e = v128.and(exp4(f32x4.sub(v128.load(z + at), shift)), columnMask(c, classes));
    total = f32x4.add(total, e);
    v128.store(probabilities + at, e);
  }
  const sum = f32x4.splat(
    f32x4.extract_lane(total, 0) + f32x4.extract_lane(total, 1) + (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3)),
  );
  for (let at: usize = 0; at < ld; at += 16) {
    const inside = columnMask(<i32>(at / F32), classes);
    v128.store(probabilities + at, v128.and(f32x4.div(v128.load(probabilities + at), sum), inside));
  }
  return <f64>top + <f64>f32x4.extract_lane(log4(sum), 0);
}

/**
 * probabilities f32[rows, stride(classes)] = softmax of z by row, zero padding; classes > 1. May be in place.
 */
export function softmax(probabilities: usize, z: usize, rows: i32, classes: i32): void {
  const ld = <usize>stride(classes) * F32;
  for (let r = 0; r < rows; r++) {
    softmaxRow(probabilities, z, classes, ld);
    probabilities += ld;
    z += ld;
  }
}

/** dz and z f32[rows, stride(classes)], labels i32[rows] in 0 … classes − 1. */
export function softmax_loss(dz: usize, z: usize, labels: usize, weights: usize, rows: i32, classes: i32): f64 {
  const ld = <usize>stride(classes) * F32;
  let sum: f64 = 0;
  for (let r = 0; r < rows; r++) {
    const label = <usize>load<i32>(labels + <usize>r * 4) * F32;
    const raw = <f64>load<f32>(z + label);
    const weight = weights ? load<f32>(weights + <usize>r * F32) : <f32>1;
    const scale = f32x4.splat((1 / <f32>rows) * weight);
    sum += (softmaxRow(dz, z, classes, ld) - raw) * <f64>weight;
    store<f32>(dz + label, load<f32>(dz + label) - 1);
    for (let at: usize = 0; at < ld; at += 16) {
      v128.store(dz + at, f32x4.mul(v128.load(dz + at), scale));
    }
    dz += ld;
    z += ld;
  }
  return sum;
}

/** dz, z and y f32[rows]; the buffers are padded to 16 bytes. */
export function squared_loss(dz: usize, z: usize, y: usize, weights: usize, rows: i32): f64 {
  const scale = f32x4.splat(1 / <f32>rows);
  let sum: f64 = 0;
  for (let r = 0; r < rows; r += 4) {
    const at = <usize>r * F32;
    const valid = columnMask(r, rows);
    const d = v128.and(f32x4.sub(v128.load(z + at), v128.load(y + at)), valid);
    const g = v128.and(weighted(d, weights, at), valid);
    sum += sum64(f32x4.mul(d, g));
    v128.store(dz + at, f32x4.mul(g, scale));
  }
  return sum / 2;
}
