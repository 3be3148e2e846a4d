/**
 * A dense layer, forward and backward.
 *
 *     forward    out = f(x · W + b)
 *     backward   dW = xᵀ · dout,  db = Σ rows of dout,  dx = (dout · Wᵀ) ⊙ f′(x)
 *
 * where in the last formula f is the activation that made x (the layer below), so that dx is the gradient
 * of that layer's pre-activation. `dout` arrives as the gradient of this layer's pre-activation.
 *
 * W stands in packed panels (gemm.ts). A layer of one unit, the output of a binary classifier or of a
 * regression, would waste seven eighths of a panel; its weights are one row f32[stride(inputs)] with zeros
 * behind, and the products are dot products and outer products.
 */
import { activate, derivative4, RELU } from './activation';
import { DERIVATIVE, gemm, gemm_transposed } from './gemm';
import { F32, madd, stride, sumLanes } from './simd';

/** Floats in the packed weights of a layer. */
export function dense_weights(inputs: i32, units: i32): i32 {
  return units == 1 ? max(stride(inputs), 8) : inputs * stride(units);
}

/**
 * out f32[rows, stride(units)] = activation(x f32[rows, stride(inputs)] · weights + bias f32[stride(units)])
 *
 * scratch f32[gemm_scratch(inputs)]. Buffers are padded to 16 bytes at their ends.
 */
export function dense_forward(
  out: usize,
  x: usize,
  weights: usize,
  bias: usize,
  scratch: usize,
  rows: i32,
  inputs: i32,
  units: i32,
  activation: i32,
): void {
  if (units == 1) {
    dot_rows(out, x, weights, load<f32>(bias), rows, inputs);
    if (activation) activate(out, out, rows, 1, activation);
  } else {
    gemm(out, x, weights, bias, 0, scratch, rows, inputs, units, activation);
    if (activation > RELU) activate(out, out, rows, units, activation);
  }
}

/** out f32[rows] = x · weights + bias, eight columns a step in two accumulators. */
// @ts-ignore: decorator
@inline
function dot_rows(out: usize, x: usize, weights: usize, bias: f32, rows: i32, inputs: i32): void {
  const ld = <usize>stride(inputs) * F32;
  if (inputs == 1) {
    // As a vector operation, so that it is fused or not fused like every other product.
    const w = v128.load32_splat(weights);
    for (let r = 0; r < rows; r++) {
      const y = madd(v128.load32_splat(x + <usize>r * F32), w, f32x4.splat(bias));
      store<f32>(out + <usize>r * F32, f32x4.extract_lane(y, 0));
    }
    return;
  }
  for (let r = 0; r < rows; r++) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    for (let i: usize = 0; i < ld; i += 32) {
      s0 = madd(v128.load(x + i), v128.load(weights + i), s0);
      s1 = madd(v128.load(x + i, 16), v128.load(weights + i, 16), s1);
    }
    store<f32>(out + <usize>r * F32, sumLanes(f32x4.add(s0, s1)) + bias);
    x += ld;
  }
}

/**
 * dweights (packed as the weights) = xᵀ · dout, dbias f32[stride(units)] = column sums of dout
 *
 * x f32[rows, stride(inputs)], dout f32[rows, stride(units)] with zero padding.
 */
export function dense_backward_weights(
  dweights: usize,
  dbias: usize,
  x: usize,
  dout: usize,
  rows: i32,
  inputs: i32,
  units: i32,
): void {
  if (units != 1) {
    gemm_transposed(dweights, x, dout, rows, inputs, units);
    const ld = <usize>stride(units) * F32;
    for (let j: usize = 0; j < ld; j += 16) {
      let sum = f32x4.splat(0);
      let at = dout + j;
      for (let r = 0; r < rows; r++) {
        sum = f32x4.add(sum, v128.load(at));
        at += ld;
      }
      v128.store(dbias + j, sum);
    }
    return;
  }
  const ld = <usize>stride(inputs) * F32;
  let sum: f32 = 0;
  for (let r = 0; r < rows; r++) sum += load<f32>(dout + <usize>r * F32);
  store<f32>(dbias, sum);
  if (inputs == 1) {
    let dw = f32x4.splat(0);
    for (let r: usize = 0; r < <usize>rows * F32; r += F32) {
      dw = madd(v128.load32_splat(x + r), v128.load32_splat(dout + r), dw);
    }
    store<f32>(dweights, f32x4.extract_lane(dw, 0));
    return;
  }
  for (let i: usize = 0; i < ld; i += 32) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let at = x + i;
    for (let r: usize = 0; r < <usize>rows * F32; r += F32) {
      const d = v128.load32_splat(dout + r);
      s0 = madd(d, v128.load(at), s0);
      s1 = madd(d, v128.load(at, 16), s1);
      at += ld;
    }
    v128.store(dweights + i, s0);
    v128.store(dweights + i, s1, 16);
  }
}

/** out panels[units, inputs] = the transpose of weights panels[inputs, units], for units > 1 < inputs. */
export function dense_transpose(out: usize, weights: usize, inputs: i32, units: i32): void {
  const padded = stride(inputs);
  for (let i = 0; i < padded; i++) {
    const to = out + (<usize>(i & ~7) * units + (i & 7)) * F32;
    for (let j = 0; j < units; j++) {
      const from = weights + (<usize>(j & ~7) * inputs + <usize>i * 8 + (j & 7)) * F32;
      store<f32>(to + <usize>j * 32, i < inputs ? load<f32>(from) : 0);
    }
  }
}

/**
 * dx f32[rows, stride(inputs)] = (dout f32[rows, stride(units)] · weightsᵀ) ⊙ f′(x f32[rows, stride(inputs)])
 *
 * `transposed` is the output of dense_transpose for units > 1 (and inputs > 1), and the weights themselves
 * for one unit. `activation` is the one that made x; identity leaves the product as it is.
 * scratch f32[gemm_scratch(units)].
 */
export function dense_backward_input(
  dx: usize,
  dout: usize,
  transposed: usize,
  x: usize,
  scratch: usize,
  rows: i32,
  inputs: i32,
  units: i32,
  activation: i32,
): void {
  if (units != 1) {
    gemm(dx, dout, transposed, 0, x, scratch, rows, units, inputs, DERIVATIVE + activation);
    return;
  }
  const ld = <usize>stride(inputs) * F32;
  if (activation == RELU) {
    // The common case apart: otherwise every derivative is computed and one selected.
    for (let r: usize = 0; r < <usize>rows * F32; r += F32) {
      const d = v128.load32_splat(dout + r);
      for (let i: usize = 0; i < ld; i += 16) {
        const active = f32x4.gt(v128.load(x + i), f32x4.splat(0));
        v128.store(dx + i, v128.and(f32x4.mul(d, v128.load(transposed + i)), active));
      }
      x += ld;
      dx += ld;
    }
    return;
  }
  for (let r: usize = 0; r < <usize>rows * F32; r += F32) {
    const d = v128.load32_splat(dout + r);
    for (let i: usize = 0; i < ld; i += 16) {
      const slope = derivative4(v128.load(x + i), activation);
      v128.store(dx + i, f32x4.mul(f32x4.mul(d, v128.load(transposed + i)), slope));
    }
    x += ld;
    dx += ld;
  }
}
