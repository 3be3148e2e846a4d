/**
 * Skip-gram with negative sampling (Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality", 2013): a
 * token's vector v says which tokens stand around it by their vectors u,
 *
 *     loss = −log σ(v · u) − Σ log σ(−v · uⱼ)        for a pair of center and context, and j sampled as count^exponent
 *
 * in two steps: the pairs of a slice of text sorted by block, and descent over the pairs of one block. A block is a group of centers
 * against a group of contexts; sampled tokens are of the block's own contexts.
 */
import { dot4 } from './factorize';
import { exp4, log4 } from './math';
import { philox } from './random';
import { madd, sum64, sumLanes } from './simd';

/** Whether a token is kept, and how far its window reaches: two numbers a token, of two tokens one block of the generator. */
// @ts-ignore: decorator
@inline
function bitsOf(scratch: usize, t: i32, stream: u32, round: u32, slice: u32, seed: u32): usize {
  if ((t & 1) == 0) philox(scratch, t >> 1, stream, round, slice, seed, 0);
  return scratch + ((<usize>(t & 1)) << 3);
}

/** Maps u32 bits to 0 … n − 1. */
// @ts-ignore: decorator
@inline
function below(bits: u32, n: u32): u32 {
  return <u32>((<u64>bits * <u64>n) >> 32);
}

/**
 * The pairs of a slice by block: centers and contexts i32[≤ 2 n window], those of block b from starts[b] to starts[b + 1] − 1, in the order of
 * the text. starts i32[blocks² + 2]. Pairs of one context stand together.
 *
 * tokens i32[n], −1 between sentences; those are left out whose bits are above keep u32[tokens], before windows are laid; a window reaches
 * 1 … window tokens to both sides by chance, or always `window` where shrink is 0. group i32[tokens]. scratch i32[2 n + 4]. Returns how many.
 */
export function skip_gram_pairs(
  centers: usize,
  contexts: usize,
  starts: usize,
  tokens: usize,
  keep: usize,
  group: usize,
  scratch: usize,
  n: i32,
  blocks: i32,
  window: i32,
  shrink: i32,
  seed: u32,
  stream: u32,
  round: u32,
  slice: u32,
): i32 {
  const bits = scratch;
  const kept = scratch + 16;
  const reach = kept + ((<usize>n) << 2);
  let m = 0;
  for (let t = 0; t < n; t++) {
    const drawn = bitsOf(bits, t, stream, round, slice, seed);
    const token = load<i32>(tokens + ((<usize>t) << 2));
    if (token >= 0 && load<u32>(drawn) > load<u32>(keep + ((<usize>token) << 2))) continue;
    store<i32>(kept + ((<usize>m) << 2), token);
    const far = shrink ? <i32>below(load<u32>(drawn, 4), window) + 1 : window;
    store<i32>(reach + ((<usize>m) << 2), far);
    m++;
  }
  const cells = blocks * blocks;
  memory.fill(starts, 0, (<usize>cells + 2) << 2);
  // First how many of each block, two places further on; then where they stand, by which the starts move one place back.
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < m; i++) {
      const context = load<i32>(kept + ((<usize>i) << 2));
      if (context < 0) continue;
      const far = load<i32>(reach + ((<usize>i) << 2));
      const column = load<i32>(group + ((<usize>context) << 2));
      for (let side = -1; side <= 1; side += 2) {
        const end = side < 0 ? max<i32>(i - far, 0) - 1 : min<i32>(i + far, m - 1) + 1;
        for (let j = i + side; j != end; j += side) {
          const center = load<i32>(kept + ((<usize>j) << 2));
          if (center < 0) break;
          const cell = starts + ((<usize>(load<i32>(group + ((<usize>center) << 2)) * blocks + column)) << 2);
          if (pass == 0) {
            store<i32>(cell, load<i32>(cell, 8) + 1, 8);
          } else {
            const at = load<i32>(cell, 4);
            store<i32>(cell, at + 1, 4);
            store<i32>(centers + ((<usize>at) << 2), center);
            store<i32>(contexts + ((<usize>at) << 2), context);
          }
        }
      }
    }
    if (pass == 1) break;
    let sum = 0;
    for (let b = 0; b <= cells + 1; b++) {
      sum += load<i32>(starts + ((<usize>b) << 2));
      store<i32>(starts + ((<usize>b) << 2), sum);
    }
  }
  return load<i32>(starts + ((<usize>cells) << 2));
}

/** The place of a token drawn by its weight: the first whose running sum is above x. */
// @ts-ignore: decorator
@inline
function drawn(cumulative: usize, m: i32, x: u32): usize {
  let low: usize = 0;
  let n = <usize>m;
  while (n > 1) {
    const half = n >> 1;
    low = select<usize>(low + half, low, load<u32>(cumulative + ((low + half - 1) << 2)) <= x);
    n -= half;
  }
  return low;
}

/** c ← c + d */
// @ts-ignore: decorator
@inline
function add(c: usize, d: v128): void {
  v128.store(c, f32x4.add(v128.load(c), d));
}

/** z / (1 + z) or 1 / (1 + z) by z = exp(−|x|): σ(−x) */
// @ts-ignore: decorator
@inline
function slopeOf(x: v128, z: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(v128.bitselect(z, one, f32x4.ge(x, f32x4.splat(0))), f32x4.add(one, z));
}

/** −log σ(x) by z = exp(−|x|) */
// @ts-ignore: decorator
@inline
function lossOf(x: v128, z: v128): v128 {
  return f32x4.add(f32x4.max(f32x4.neg(x), f32x4.splat(0)), log4(f32x4.add(f32x4.splat(1), z)));
}

/**
 * Descent over n pairs of one block, four at a time, which share their `negative` sampled tokens: one step along the sum of the gradients of the
 * four, one of each quarter of the pairs. A sampled token that is a pair's own context does not count for that pair.
 *
 * input f32[tokens, ld] (v) and output f32[tokens, ld] (u), of which the first `columns` are used, a multiple of 4. Tokens are sampled from
 * members i32[m] with cumulative u32[m], the running sums of their weights. scratch f32[5 negative + 8], of 16-byte alignment.
 * Returns the loss of the pairs before their steps.
 */
export function skip_gram_step(
  input: usize,
  output: usize,
  centers: usize,
  contexts: usize,
  members: usize,
  cumulative: usize,
  scratch: usize,
  n: i32,
  m: i32,
  negative: i32,
  ld: i32,
  columns: i32,
  rate: f32,
  seed: u32,
  stream: u32,
  round: u32,
  slice: u32,
): f64 {
  const pitch = (<usize>ld) << 2;
  const bytes = (<usize>columns) << 2;
  const total = load<u32>(cumulative + ((<usize>(m - 1)) << 2));
  const blocks = (negative + 3) >> 2;
  // The four steps of the pairs themselves, the four of each sampled token, the bits, and the sampled tokens' rows.
  const own = scratch;
  const steps = scratch + 16;
  const bits = steps + ((<usize>negative) << 4);
  const rows = bits + 16;
  const rates = f32x4.splat(rate);
  let sum: f64 = 0;
  // Four pairs that stand far apart: what they share falls to other tokens.
  const quarter = (n + 3) >> 2;
  for (let t = 0; t < quarter; t++) {
    const at = i32x4(t, t + quarter, t + 2 * quarter, t + 3 * quarter);
    // Places beyond the last pair are the last pair again, without a step.
    const valid = i32x4.lt_s(at, i32x4.splat(n));
    const a0 = (<usize>t) << 2;
    const a1 = (<usize>min<i32>(t + quarter, n - 1)) << 2;
    const a2 = (<usize>min<i32>(t + 2 * quarter, n - 1)) << 2;
    const a3 = (<usize>min<i32>(t + 3 * quarter, n - 1)) << 2;
    const positive = i32x4(
      load<i32>(contexts + a0),
      load<i32>(contexts + a1),
      load<i32>(contexts + a2),
      load<i32>(contexts + a3),
    );
    const c0 = input + <usize>load<i32>(centers + a0) * pitch;
    const c1 = input + <usize>load<i32>(centers + a1) * pitch;
    const c2 = input + <usize>load<i32>(centers + a2) * pitch;
    const c3 = input + <usize>load<i32>(centers + a3) * pitch;
    const u0 = output + <usize>i32x4.extract_lane(positive, 0) * pitch;
    const u1 = output + <usize>i32x4.extract_lane(positive, 1) * pitch;
    const u2 = output + <usize>i32x4.extract_lane(positive, 2) * pitch;
    const u3 = output + <usize>i32x4.extract_lane(positive, 3) * pitch;
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) {
      s0 = madd(v128.load(c0 + k), v128.load(u0 + k), s0);
      s1 = madd(v128.load(c1 + k), v128.load(u1 + k), s1);
      s2 = madd(v128.load(c2 + k), v128.load(u2 + k), s2);
      s3 = madd(v128.load(c3 + k), v128.load(u3 + k), s3);
    }
    let x = f32x4(sumLanes(s0), sumLanes(s1), sumLanes(s2), sumLanes(s3));
    let z = exp4(f32x4.neg(f32x4.abs(x)));
    sum += sum64(v128.and(lossOf(x, z), valid));
    v128.store(own, v128.and(f32x4.mul(rates, slopeOf(x, z)), valid));
    for (let j = 0; j < negative; j++) {
      if ((j & 3) == 0) philox(bits, t * blocks + (j >> 2), stream, round, slice, seed, 0);
      const place = drawn(cumulative, m, below(load<u32>(bits + ((<usize>(j & 3)) << 2)), total));
      const token = load<i32>(members + (place << 2));
      const u = output + <usize>token * pitch;
      store<u32>(rows + ((<usize>j) << 2), <u32>u);
      x = f32x4.neg(dot4(u, c0, c1, c2, c3, bytes));
      z = exp4(f32x4.neg(f32x4.abs(x)));
      const counts = v128.andnot(valid, i32x4.eq(positive, i32x4.splat(token)));
      sum += sum64(v128.and(lossOf(x, z), counts));
      v128.store(steps + ((<usize>j) << 4), v128.and(f32x4.neg(f32x4.mul(rates, slopeOf(x, z))), counts));
    }
    for (let k: usize = 0; k < bytes; k += 16) {
      const v0 = v128.load(c0 + k);
      const v1 = v128.load(c1 + k);
      const v2 = v128.load(c2 + k);
      const v3 = v128.load(c3 + k);
      const g0 = v128.load32_splat(own);
      const g1 = v128.load32_splat(own, 4);
      const g2 = v128.load32_splat(own, 8);
      const g3 = v128.load32_splat(own, 12);
      // All by the rows before the step; contexts, like centers, may be the same rows, so each is read again before it is written.
      let d0 = f32x4.mul(g0, v128.load(u0 + k));
      let d1 = f32x4.mul(g1, v128.load(u1 + k));
      let d2 = f32x4.mul(g2, v128.load(u2 + k));
      let d3 = f32x4.mul(g3, v128.load(u3 + k));
      for (let j: usize = 0; j < <usize>negative; j++) {
        const y = v128.load(<usize>load<u32>(rows + (j << 2)) + k);
        const step = steps + (j << 4);
        d0 = madd(v128.load32_splat(step), y, d0);
        d1 = madd(v128.load32_splat(step, 4), y, d1);
        d2 = madd(v128.load32_splat(step, 8), y, d2);
        d3 = madd(v128.load32_splat(step, 12), y, d3);
      }
      for (let j: usize = 0; j < <usize>negative; j++) {
        const u = <usize>load<u32>(rows + (j << 2)) + k;
        const step = steps + (j << 4);
        let y = madd(v128.load32_splat(step), v0, v128.load(u));
        y = madd(v128.load32_splat(step, 4), v1, y);
        y = madd(v128.load32_splat(step, 8), v2, y);
        v128.store(u, madd(v128.load32_splat(step, 12), v3, y));
      }
      add(u0 + k, f32x4.mul(g0, v0));
      add(u1 + k, f32x4.mul(g1, v1));
      add(u2 + k, f32x4.mul(g2, v2));
      add(u3 + k, f32x4.mul(g3, v3));
      add(c0 + k, d0);
      add(c1 + k, d1);
      add(c2 + k, d2);
      add(c3 + k, d3);
    }
  }
  return sum;
}
