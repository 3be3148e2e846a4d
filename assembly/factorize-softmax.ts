/**
 * Steps of factorization on events by the sampled softmax: the entry's item against k sampled ones (Bengio and Senécal, "Adaptive Importance
 * Sampling to Accelerate Training of a Neural Probabilistic Language Model", 2008).
 *
 *     score(u, i) = bᵢ + pᵤ · qᵢ,   π = softmax of the scores of the own item and those sampled
 *     loss = −w log π(own)          e = w (1 − π) for the own item, −w π for a sampled one
 *     pᵤ += η (Σ e q − λ pᵤ),   q += η (e pᵤ − λ q),   b += η (e − λ b)      one step for all of them, each by the pᵤ before it
 *
 * With AdaGrad it is a step for each of them, the own item first. What is trained as bᵢ is the bias less the logarithm of how often the item is
 * sampled, where scores are to be corrected for that. Memory and sampling are those of factorize.ts.
 */
import { dot4, has, moveAdaptively, moveBias, moveItem, penaltyOf } from './factorize';
import { exp4, log4 } from './math';
import { F32 } from './simd';

/**
 * Items are sampled from a list of two pieces, others i32[m] and more i32[k]. scratch f32[2 · (samples + 4) + ld]. Returns Σ of the losses before
 * each step; an entry whose sampled items the user all has makes none.
 */
export function factorize_softmax(
  p: usize,
  q: usize,
  bi: usize,
  gu: usize,
  gi: usize,
  lu: usize,
  li: usize,
  users: usize,
  items: usize,
  weights: usize,
  others: usize,
  more: usize,
  bits: usize,
  seen: usize,
  offsets: usize,
  scratch: usize,
  n: i32,
  m: i32,
  k: i32,
  samples: i32,
  ld: i32,
  rate: f32,
  l2: f32,
  l2_bias: f32,
): f64 {
  const bytes = <usize>ld * F32;
  const drawn = scratch;
  const errors = drawn + ((<usize>samples + 4) & ~3) * F32;
  const moved = errors + ((<usize>samples + 4) & ~3) * F32;
  let sum: f64 = 0;
  for (let t: usize = 0; t < <usize>n * 4; t += 4) {
    const u = load<i32>(users + t);
    const i = load<i32>(items + t);
    const pu = p + <usize>u * bytes;
    const w: f32 = weights ? load<f32>(weights + t) : 1;
    store<i32>(drawn, i);
    let count: usize = 4;
    for (let s = 0; s < samples; s++, bits += 4) {
      const at = <i32>((<u64>load<u32>(bits) * <u64>(m + k)) >> 32);
      const item = load<i32>(at < m ? others + ((<usize>at) << 2) : more + ((<usize>(at - m)) << 2));
      if (has(seen, offsets, u, item)) continue;
      store<i32>(drawn + count, item);
      count += 4;
    }
    if (count == 4) continue;
    // To whole vectors by the own item, without a step.
    for (let c = count; c & 15; c += 4) store<i32>(drawn + c, i);
    let most: f32 = -Infinity;
    for (let c: usize = 0; c < count; c += 16) {
      const biases = f32x4(
        biasOf(bi, drawn + c),
        biasOf(bi, drawn + c + 4),
        biasOf(bi, drawn + c + 8),
        biasOf(bi, drawn + c + 12),
      );
      const rows = dot4(
        pu,
        rowOf(q, drawn + c, bytes),
        rowOf(q, drawn + c + 4, bytes),
        rowOf(q, drawn + c + 8, bytes),
        rowOf(q, drawn + c + 12, bytes),
        bytes,
      );
      v128.store(errors + c, f32x4.add(biases, rows));
    }
    for (let c: usize = 0; c < count; c += 4) most = max<f32>(most, load<f32>(errors + c));
    const own = load<f32>(errors);
    for (let c: usize = 0; c < count; c += 16) {
      v128.store(errors + c, exp4(f32x4.sub(v128.load(errors + c), f32x4.splat(most))));
    }
    let whole: f32 = 0;
    for (let c: usize = 0; c < count; c += 4) whole += load<f32>(errors + c);
    sum += <f64>w * (<f64>f32x4.extract_lane(log4(f32x4.splat(whole)), 0) + <f64>(most - own));
    const scale: f32 = -w / whole;
    for (let c: usize = 0; c < count; c += 4) store<f32>(errors + c, scale * load<f32>(errors + c));
    store<f32>(errors, w + load<f32>(errors));
    for (let c = count; c & 15; c += 4) store<f32>(errors + c, 0);

    const lp = penaltyOf(lu, <usize>u, l2);
    if (gu) {
      for (let c: usize = 0; c < count; c += 4) {
        const j = <usize>load<i32>(drawn + c);
        const lq = penaltyOf(li, j, l2);
        const e = load<f32>(errors + c);
        moveAdaptively(pu, q + j * bytes, 0, bi + j * F32, gu + <usize>u * F32, gi + j * F32, bytes, e, rate, lp, lq, l2_bias);
      }
      continue;
    }
    const decay = f32x4.splat(<f32>1 - rate * lp);
    for (let a: usize = 0; a < bytes; a += 16) v128.store(moved + a, f32x4.mul(decay, v128.load(pu + a)));
    for (let c: usize = 0; c < count; c += 16) {
      const q0 = rowOf(q, drawn + c, bytes);
      const q1 = rowOf(q, drawn + c + 4, bytes);
      const q2 = rowOf(q, drawn + c + 8, bytes);
      const q3 = rowOf(q, drawn + c + 12, bytes);
      const d0 = decayOf(li, drawn + c, c < count, rate, l2);
      const d1 = decayOf(li, drawn + c + 4, c + 4 < count, rate, l2);
      const d2 = decayOf(li, drawn + c + 8, c + 8 < count, rate, l2);
      const d3 = decayOf(li, drawn + c + 12, c + 12 < count, rate, l2);
      const g = f32x4.mul(f32x4.splat(rate), v128.load(errors + c));
      const g0 = f32x4.splat(f32x4.extract_lane(g, 0));
      const g1 = f32x4.splat(f32x4.extract_lane(g, 1));
      const g2 = f32x4.splat(f32x4.extract_lane(g, 2));
      const g3 = f32x4.splat(f32x4.extract_lane(g, 3));
      for (let a: usize = 0; a < bytes; a += 16) {
        const x = v128.load(pu + a);
        let y = v128.load(moved + a);
        y = moveItem(q0 + a, x, d0, g0, y);
        y = moveItem(q1 + a, x, d1, g1, y);
        y = moveItem(q2 + a, x, d2, g2, y);
        v128.store(moved + a, moveItem(q3 + a, x, d3, g3, y));
      }
    }
    memory.copy(pu, moved, bytes);
    for (let c: usize = 0; c < count; c += 4) {
      moveBias(bi + <usize>load<i32>(drawn + c) * F32, rate, load<f32>(errors + c), l2_bias);
    }
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function rowOf(q: usize, item: usize, bytes: usize): usize {
  return q + <usize>load<i32>(item) * bytes;
}

// @ts-ignore: decorator
@inline
function biasOf(bi: usize, item: usize): f32 {
  return load<f32>(bi + <usize>load<i32>(item) * F32);
}

/** What a step leaves of an item's row. */
// @ts-ignore: decorator
@inline
function decayOf(li: usize, item: usize, moves: bool, rate: f32, l2: f32): v128 {
  return f32x4.splat(moves ? <f32>1 - rate * penaltyOf(li, <usize>load<i32>(item), l2) : 1);
}
