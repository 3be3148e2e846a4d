/**
 * What a linear model is fitted with: raw outputs, losses with their gradients, and the Gram matrix, over rows x f32[rows, stride(columns)].
 * Sums run over rows, so everything but x is float64, and no operation is fused: every build gives the same bits.
 *
 *     weights f64[outputs, stride(columns)] with zeros behind, bias f64[outputs], z and dz f64[rows, outputs]
 */
import { exp2x64, log2x64 } from './math64';
import { F32, stride } from './simd';

/** Bytes in a float64. */
const F64: usize = 8;

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
function sumLanes(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

// @ts-ignore: decorator
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/** z = x · weightsᵀ + bias */
export function linear_forward(z: usize, x: usize, weights: usize, bias: usize, rows: i32, columns: i32, outputs: i32): void {
  const ld = <usize>stride(columns);
  for (let r = 0; r < rows; r++) {
    let w = weights;
    for (let k: usize = 0; k < <usize>outputs * F64; k += F64) {
      let sum: f64;
      if (ld == 1) {
        sum = <f64>load<f32>(x) * load<f64>(w);
      } else {
        let s0 = f64x2.splat(0);
        let s1 = s0;
        let s2 = s0;
        let s3 = s0;
        for (let i: usize = 0; i < ld; i += 8) {
          const x0 = v128.load(x + i * F32);
          const x1 = v128.load(x + i * F32, 16);
          const at = w + i * F64;
          s0 = madd(low(x0), v128.load(at), s0);
          s1 = madd(high(x0), v128.load(at, 16), s1);
          s2 = madd(low(x1), v128.load(at, 32), s2);
          s3 = madd(high(x1), v128.load(at, 48), s3);
        }
        sum = sumLanes(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
      }
      store<f64>(z + k, sum + load<f64>(bias + k));
      w += ld * F64;
    }
    z += <usize>outputs * F64;
    x += ld * F32;
  }
}

/** dweights += dzᵀ · x, dbias += the column sums of dz */
export function linear_backward(
  dweights: usize,
  dbias: usize,
  dz: usize,
  x: usize,
  rows: i32,
  columns: i32,
  outputs: i32,
): void {
  const ld = <usize>stride(columns);
  const across = <usize>outputs * F64;
  const end = <usize>rows * across;
  for (let k: usize = 0; k < across; k += F64) {
    let sum = load<f64>(dbias + k);
    for (let r: usize = k; r < end; r += across) sum += load<f64>(dz + r);
    store<f64>(dbias + k, sum);
    if (ld == 1) {
      let dw = load<f64>(dweights);
      let at = x;
      for (let r: usize = k; r < end; r += across, at += F32) dw += load<f64>(dz + r) * <f64>load<f32>(at);
      store<f64>(dweights, dw);
    }
    for (let i: usize = 0; i + 8 <= ld; i += 8) {
      const to = dweights + i * F64;
      let s0 = v128.load(to);
      let s1 = v128.load(to, 16);
      let s2 = v128.load(to, 32);
      let s3 = v128.load(to, 48);
      let at = x + i * F32;
      for (let r: usize = k; r < end; r += across, at += ld * F32) {
        const d = v128.load64_splat(dz + r);
        const x0 = v128.load(at);
        const x1 = v128.load(at, 16);
        s0 = madd(d, low(x0), s0);
        s1 = madd(d, high(x0), s1);
        s2 = madd(d, low(x1), s2);
        s3 = madd(d, high(x1), s3);
      }
      v128.store(to, s0);
      v128.store(to, s1, 16);
      v128.store(to, s2, 32);
      v128.store(to, s3, 48);
    }
    dweights += ld * F64;
  }
}

/**
 * dz = weight · (σ(z) − y), y f64[rows] in {0, 1}, weight f64[rows]; in place where dz is z. Buffers are padded to 16 bytes.
 * @returns Σ weight · (softplus(z) − y z)
 */
export function linear_logistic(dz: usize, z: usize, y: usize, weight: usize, rows: i32): f64 {
  const one = f64x2.splat(1);
  let sum: f64 = 0;
  for (let r = 0; r < rows; r += 2) {
    const at = <usize>r * F64;
    const a = v128.load(z + at);
    const t = v128.load(y + at);
    const w = v128.load(weight + at);
    const e = exp2x64(f64x2.neg(f64x2.abs(a)));
    const whole = f64x2.add(one, e);
    // σ(a) is 1 / (1 + e) above 0 and e / (1 + e) below: no cancellation on either side.
    const p = f64x2.div(v128.bitselect(e, one, f64x2.lt(a, f64x2.splat(0))), whole);
    const softplus = f64x2.add(f64x2.pmax(f64x2.splat(0), a), log2x64(whole));
    const loss = f64x2.mul(w, f64x2.sub(softplus, f64x2.mul(t, a)));
    sum += f64x2.extract_lane(loss, 0);
    if (r + 1 < rows) sum += f64x2.extract_lane(loss, 1);
    v128.store(dz + at, f64x2.mul(w, f64x2.sub(p, t)));
  }
  return sum;
}

/** dz = weight · (softmax(z) − onehot(y)), y f64[rows] the class; else as linear_logistic. @returns Σ weight · (log Σₖ exp zₖ − z_y) */
export function linear_softmax(dz: usize, z: usize, y: usize, weight: usize, rows: i32, outputs: i32): f64 {
  const across = <usize>outputs * F64;
  let sum: f64 = 0;
  for (let r: usize = 0; r < <usize>rows * F64; r += F64) {
    let top = load<f64>(z);
    for (let c: usize = F64; c < across; c += F64) top = max(top, load<f64>(z + c));
    const label = <usize>load<f64>(y + r) * F64;
    const own = load<f64>(z + label) - top;
    const shift = f64x2.splat(top);
    let total: f64 = 0;
    let k: usize = 0;
    for (; k + 16 <= across; k += 16) {
      const e = exp2x64(f64x2.sub(v128.load(z + k), shift));
      total += sumLanes(e);
      v128.store(dz + k, e);
    }
    if (k < across) {
      const e = f64x2.extract_lane(exp2x64(f64x2.splat(load<f64>(z + k) - top)), 0);
      total += e;
      store<f64>(dz + k, e);
    }
    const w = load<f64>(weight + r);
    sum += w * (f64x2.extract_lane(log2x64(f64x2.splat(total)), 0) - own);
    for (k = 0; k < across; k += F64) store<f64>(dz + k, (w * load<f64>(dz + k)) / total);
    store<f64>(dz + label, load<f64>(dz + label) - w);
    dz += across;
    z += across;
  }
  return sum;
}

/** dz = weight · (z − y), y f64[rows]; else as linear_logistic. @returns Σ weight · (z − y)² / 2 */
export function linear_squared(dz: usize, z: usize, y: usize, weight: usize, rows: i32): f64 {
  let sum: f64 = 0;
  for (let r: usize = 0; r < <usize>rows * F64; r += F64) {
    const d = load<f64>(z + r) - load<f64>(y + r);
    const w = load<f64>(weight + r);
    sum += w * d * d;
    store<f64>(dz + r, w * d);
  }
  return sum / 2;
}

/** squares f64[stride(columns)] += Σ weight · x², sums f64[stride(columns)] += Σ weight · x; weight f64[rows]. */
export function linear_squares(squares: usize, sums: usize, x: usize, weight: usize, rows: i32, columns: i32): void {
  const ld = <usize>stride(columns);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const w = load<f64>(weight + r * F64);
    for (let i: usize = 0; i < ld; i++, x += F32) {
      const value = <f64>load<f32>(x);
      store<f64>(sums + i * F64, load<f64>(sums + i * F64) + w * value);
      store<f64>(squares + i * F64, load<f64>(squares + i * F64) + w * value * value);
    }
  }
}

/**
 * gram += Σ weight · x xᵀ, sums f64[4⌈columns / 4⌉] += Σ weight · x; weight f64[rows].
 *
 * The upper half, in tiles of 4 × 4 row by row: gram f64[i ≤ j][4, 4]. Four columns of a row that are all zero are passed over, as most of
 * one-hot columns are: a row costs the square of what it holds, not of what it might. scratch f64[stride(columns)] and i32 of as many.
 */
export function linear_gram(gram: usize, sums: usize, x: usize, weight: usize, scratch: usize, rows: i32, columns: i32): void {
  const ld = <usize>stride(columns);
  const blocks = <usize>((columns + 3) >> 2);
  const list = scratch + (ld < 4 ? 4 : ld) * F64;
  for (let r: usize = 0; r < <usize>rows; r++, x += ld * F32) {
    const w = load<f64>(weight + r * F64);
    if (w == 0) continue;
    let held: usize = 0;
    for (let b: usize = 0; b < blocks; b++) {
      const four = ld == 1 ? v128.load32_zero(x) : v128.load(x + b * 16);
      if (!v128.any_true(f32x4.ne(four, f32x4.splat(0)))) continue;
      store<i32>(list + held * 4, <i32>b);
      held++;
      const at = scratch + b * 32;
      v128.store(at, low(four));
      v128.store(at, high(four), 16);
      const to = sums + b * 32;
      v128.store(to, madd(f64x2.splat(w), low(four), v128.load(to)));
      v128.store(to, madd(f64x2.splat(w), high(four), v128.load(to, 16)), 16);
    }
    for (let i: usize = 0; i < held; i++) {
      const b = <usize>load<i32>(list + i * 4);
      // Tiles of the rows of blocks before this one: blocks, blocks − 1, …
      const tiles = gram + (((b * (2 * blocks - b + 1)) >> 1) - b) * 128;
      const from = scratch + b * 32;
      const a0 = f64x2.splat(w * load<f64>(from));
      const a1 = f64x2.splat(w * load<f64>(from, 8));
      const a2 = f64x2.splat(w * load<f64>(from, 16));
      const a3 = f64x2.splat(w * load<f64>(from, 24));
      for (let j = i; j < held; j++) {
        const c = <usize>load<i32>(list + j * 4);
        const x0 = v128.load(scratch + c * 32);
        const x1 = v128.load(scratch + c * 32, 16);
        const tile = tiles + c * 128;
        v128.store(tile, madd(a0, x0, v128.load(tile)));
        v128.store(tile, madd(a0, x1, v128.load(tile, 16)), 16);
        v128.store(tile, madd(a1, x0, v128.load(tile, 32)), 32);
        v128.store(tile, madd(a1, x1, v128.load(tile, 48)), 48);
        v128.store(tile, madd(a2, x0, v128.load(tile, 64)), 64);
        v128.store(tile, madd(a2, x1, v128.load(tile, 80)), 80);
        v128.store(tile, madd(a3, x0, v128.load(tile, 96)), 96);
        v128.store(tile, madd(a3, x1, v128.load(tile, 112)), 112);
      }
    }
  }
}
