/**
 * Stochastic gradient descent for matrix factorization (Koren, Bell and Volinsky, "Matrix Factorization Techniques for
 * Recommender Systems", 2009) over one block of ratings:
 *
 *     score(u, i) = μ + bᵤ + bᵢ + pᵤ · qᵢ
 *
 *     squared     e = r − score                                  pᵤ += η (w e qᵢ − λ pᵤ), and so on for q and the biases
 *     logistic    e = y − σ(score), y 1 for an event and 0 for a sampled item
 *     bpr         e = σ(−(score(u, i) − score(u, j))), j sampled (Rendle et al., "BPR", 2009)
 *     softmax     in factorize-softmax.ts
 *
 * p f32[users, ld], q f32[items, ld] with ld a multiple of 8 and zero padding; bu f32[users], bi f32[items].
 * Entries are users i32[n], items i32[n], in the order of the steps, with weights f32[n] or address 0 for none.
 *
 * With addresses gu f32[users] and gi f32[items] the rate is AdaGrad's, one for each row (Duchi et al., 2011; by rows as in
 * LIBMF, Chin et al., "A Learning-rate Schedule for Stochastic Gradient Methods to Matrix Factorization", 2015):
 *
 *     xᵤ += η / √gᵤ · ∇,   then gᵤ += mean of ∇² over the ld factors
 *
 * which needs g to start at 1; the row's bias moves at the row's rate. Address 0 is a rate of η for all.
 *
 * λ is l2, or with addresses lu f32[users] and li f32[items] a row's own; address 0 is l2 for all.
 *
 * A sampled item is a random one of the list `others` i32[m], such as the items of the entries, so that items are drawn as often as they
 * stand there; bits u32[n · samples] decide which. One that the user has (`seen`: per user, ascending items
 * from offsets[u] to offsets[u + 1]) is skipped.
 */
import { exp4, log4 } from './math';
import { F32, madd, sumLanes } from './simd';

// @ts-ignore: decorator
@inline
function dot(p: usize, q: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 32) {
    s0 = madd(v128.load(p + k), v128.load(q + k), s0);
    s1 = madd(v128.load(p + k, 16), v128.load(q + k, 16), s1);
  }
  return sumLanes(f32x4.add(s0, s1));
}

/** A row's λ. */
// @ts-ignore: decorator
@inline
export function penaltyOf(penalties: usize, row: usize, l2: f32): f32 {
  return penalties ? load<f32>(penalties + row * F32) : l2;
}

/** p ← decayP p + g q,  q ← decayQ q + g p (the p before) */
// @ts-ignore: decorator
@inline
function move(p: usize, q: usize, bytes: usize, decayP: f32, decayQ: f32, g: f32): void {
  const dp = f32x4.splat(decayP);
  const dq = f32x4.splat(decayQ);
  const s = f32x4.splat(g);
  for (let k: usize = 0; k < bytes; k += 32) {
    const x0 = v128.load(p + k);
    const y0 = v128.load(q + k);
    const x1 = v128.load(p + k, 16);
    const y1 = v128.load(q + k, 16);
    v128.store(p + k, madd(s, y0, f32x4.mul(dp, x0)));
    v128.store(q + k, madd(s, x0, f32x4.mul(dq, y0)));
    v128.store(p + k, madd(s, y1, f32x4.mul(dp, x1)), 16);
    v128.store(q + k, madd(s, x1, f32x4.mul(dq, y1)), 16);
  }
}

/** b ← b + rate (e − l2 b) */
// @ts-ignore: decorator
@inline
export function moveBias(b: usize, rate: f32, e: f32, l2: f32): void {
  const x = load<f32>(b);
  store<f32>(b, x + rate * (e - l2 * x));
}

/** A row's rate by AdaGrad. */
// @ts-ignore: decorator
@inline
function adaptiveRate(rate: f32, g: usize): f32 {
  return rate / sqrt<f32>(load<f32>(g));
}

/** g ← g + mean of the squares, which `lanes` holds the sums of. */
// @ts-ignore: decorator
@inline
function addSquares(g: usize, lanes: v128, bytes: usize): void {
  store<f32>(g, load<f32>(g) + sumLanes(lanes) * (<f32>F32 / <f32>bytes));
}

/** As `move` and `moveBias`, by AdaGrad; bu and bi 0 for no biases. */
export function moveAdaptively(
  p: usize,
  q: usize,
  bu: usize,
  bi: usize,
  gu: usize,
  gi: usize,
  bytes: usize,
  e: f32,
  rate: f32,
  lp: f32,
  lq: f32,
  l2_bias: f32,
): void {
  const rp: f32 = adaptiveRate(rate, gu);
  const rq: f32 = adaptiveRate(rate, gi);
  const ev = f32x4.splat(e);
  const lpv = f32x4.splat(lp);
  const lqv = f32x4.splat(lq);
  const rpv = f32x4.splat(rp);
  const rqv = f32x4.splat(rq);
  let sp = f32x4.splat(0);
  let sq = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.load(p + k);
    const y = v128.load(q + k);
    const dx = f32x4.sub(f32x4.mul(ev, y), f32x4.mul(lpv, x));
    const dy = f32x4.sub(f32x4.mul(ev, x), f32x4.mul(lqv, y));
    sp = madd(dx, dx, sp);
    sq = madd(dy, dy, sq);
    v128.store(p + k, madd(rpv, dx, x));
    v128.store(q + k, madd(rqv, dy, y));
  }
  addSquares(gu, sp, bytes);
  addSquares(gi, sq, bytes);
  if (bu) moveBias(bu, rp, e, l2_bias);
  if (bi) moveBias(bi, rq, e, l2_bias);
}

/** Whether the user has the item: a binary search without branches to guess wrong. */
// @ts-ignore: decorator
@inline
export function has(seen: usize, offsets: usize, user: i32, item: i32): bool {
  let low = seen + ((<usize>load<i32>(offsets + ((<usize>user) << 2))) << 2);
  let bytes = seen + ((<usize>load<i32>(offsets + ((<usize>user) << 2), 4)) << 2) - low;
  if (bytes == 0) return false;
  while (bytes > 4) {
    const half = (bytes >> 1) & ~3;
    low = select<usize>(low + half, low, load<i32>(low + half) <= item);
    bytes -= half;
  }
  return load<i32>(low) == item;
}

/** Maps u32 bits to 0 … n − 1. */
// @ts-ignore: decorator
@inline
function below(bits: u32, n: i32): usize {
  return <usize>((<u64>bits * <u64>n) >> 32);
}

/** Returns Σ w e², before each step. */
export function factorize_squared(
  p: usize,
  q: usize,
  bu: usize,
  bi: usize,
  gu: usize,
  gi: usize,
  lu: usize,
  li: usize,
  users: usize,
  items: usize,
  values: usize,
  weights: usize,
  n: i32,
  ld: i32,
  mean: f32,
  rate: f32,
  l2: f32,
  l2_bias: f32,
  biases: i32,
): f64 {
  const bytes = <usize>ld * F32;
  let sum: f64 = 0;
  for (let t: usize = 0; t < <usize>n * 4; t += 4) {
    const u = <usize>load<i32>(users + t);
    const i = <usize>load<i32>(items + t);
    const pu = p + u * bytes;
    const qi = q + i * bytes;
    const w: f32 = weights ? load<f32>(weights + t) : 1;
    const score = mean + load<f32>(bu + u * F32) + load<f32>(bi + i * F32) + dot(pu, qi, bytes);
    const e = load<f32>(values + t) - score;
    sum += <f64>w * <f64>e * <f64>e;
    const lp = penaltyOf(lu, u, l2);
    const lq = penaltyOf(li, i, l2);
    if (gu) {
      const bias = <usize>biases;
      moveAdaptively(
        pu,
        qi,
        bias * (bu + u * F32),
        bias * (bi + i * F32),
        gu + u * F32,
        gi + i * F32,
        bytes,
        w * e,
        rate,
        lp,
        lq,
        l2_bias,
      );
      continue;
    }
    move(pu, qi, bytes, <f32>1 - rate * lp, <f32>1 - rate * lq, rate * w * e);
    if (biases) {
      moveBias(bu + u * F32, rate, w * e, l2_bias);
      moveBias(bi + i * F32, rate, w * e, l2_bias);
    }
  }
  return sum;
}

/** σ(x) of one number. */
// @ts-ignore: decorator
@inline
function logistic(x: f32): f32 {
  const e = exp4(f32x4.splat(-x));
  return <f32>1 / (<f32>1 + f32x4.extract_lane(e, 0));
}

/** −log σ(x) of one number. */
// @ts-ignore: decorator
@inline
function softplusOfMinus(x: f32): f64 {
  const tail = log4(f32x4.add(f32x4.splat(1), exp4(f32x4.splat(-abs(x)))));
  return <f64>max<f32>(-x, 0) + <f64>f32x4.extract_lane(tail, 0);
}

/** The products of one row with four others. */
// @ts-ignore: decorator
@inline
export function dot4(p: usize, q0: usize, q1: usize, q2: usize, q3: usize, bytes: usize): v128 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.load(p + k);
    s0 = madd(x, v128.load(q0 + k), s0);
    s1 = madd(x, v128.load(q1 + k), s1);
    s2 = madd(x, v128.load(q2 + k), s2);
    s3 = madd(x, v128.load(q3 + k), s3);
  }
  const a = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
  const b = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
}

/** q ← d q + g x, and returns g q (the q before) added to `sum`. */
// @ts-ignore: decorator
@inline
export function moveItem(q: usize, x: v128, d: v128, g: v128, sum: v128): v128 {
  const y = v128.load(q);
  v128.store(q, madd(g, x, f32x4.mul(d, y)));
  return madd(g, y, sum);
}

/**
 * Each entry is a step towards 1; then its `samples` sampled items are steps towards 0, four at a time: one step along the sum
 * of the four gradients. Returns the log loss of the entries.
 */
export function factorize_logistic(
  p: usize,
  q: usize,
  bu: usize,
  bi: usize,
  gu: usize,
  gi: usize,
  lu: usize,
  li: usize,
  users: usize,
  items: usize,
  weights: usize,
  others: usize,
  bits: usize,
  seen: usize,
  offsets: usize,
  n: i32,
  m: i32,
  samples: i32,
  ld: i32,
  rate: f32,
  l2: f32,
  l2_bias: f32,
): f64 {
  const bytes = <usize>ld * F32;
  let sum: f64 = 0;
  for (let t: usize = 0; t < <usize>n * 4; t += 4) {
    const u = <usize>load<i32>(users + t);
    const pu = p + u * bytes;
    const w: f32 = weights ? load<f32>(weights + t) : 1;
    const i = <usize>load<i32>(items + t);
    const qi = q + i * bytes;
    const score = load<f32>(bu + u * F32) + load<f32>(bi + i * F32) + dot(pu, qi, bytes);
    // By z = exp(−|score|): −log σ(score) = max(−score, 0) + log(1 + z), 1 − σ(score) = z / (1 + z) or 1 / (1 + z).
    const zs = exp4(f32x4.splat(-abs(score)));
    const z = f32x4.extract_lane(zs, 0);
    sum += <f64>w * <f64>(max<f32>(-score, 0) + f32x4.extract_lane(log4(f32x4.add(f32x4.splat(1), zs)), 0));
    const e = (w * select<f32>(z, 1, score >= 0)) / (<f32>1 + z);
    const lp = penaltyOf(lu, u, l2);
    const lq = penaltyOf(li, i, l2);
    if (gu) {
      moveAdaptively(pu, qi, bu + u * F32, bi + i * F32, gu + u * F32, gi + i * F32, bytes, e, rate, lp, lq, l2_bias);
    } else {
      move(pu, qi, bytes, <f32>1 - rate * lp, <f32>1 - rate * lq, rate * e);
      moveBias(bu + u * F32, rate, e, l2_bias);
      moveBias(bi + i * F32, rate, e, l2_bias);
    }
    for (let s = 0; s < samples; s += 4) {
      // Items that the user has, and places beyond the last sample, become the entry's own item without a step.
      const j0 = sample(others, bits, m, seen, offsets, <i32>u);
      const j1 = s + 1 < samples ? sample(others, bits + 4, m, seen, offsets, <i32>u) : -1;
      const j2 = s + 2 < samples ? sample(others, bits + 8, m, seen, offsets, <i32>u) : -1;
      const j3 = s + 3 < samples ? sample(others, bits + 12, m, seen, offsets, <i32>u) : -1;
      bits += <usize>min<i32>(4, samples - s) * 4;
      const v0: f32 = j0 < 0 ? 0 : 1;
      const v1: f32 = j1 < 0 ? 0 : 1;
      const v2: f32 = j2 < 0 ? 0 : 1;
      const v3: f32 = j3 < 0 ? 0 : 1;
      const valid = v0 + v1 + v2 + v3;
      if (valid == 0) continue;
      const i0 = j0 < 0 ? i : <usize>j0;
      const i1 = j1 < 0 ? i : <usize>j1;
      const i2 = j2 < 0 ? i : <usize>j2;
      const i3 = j3 < 0 ? i : <usize>j3;
      const l0 = penaltyOf(li, i0, l2);
      const l1 = penaltyOf(li, i1, l2);
      const l_2 = penaltyOf(li, i2, l2);
      const l3 = penaltyOf(li, i3, l2);
      const q0 = q + i0 * bytes;
      const q1 = q + i1 * bytes;
      const q2 = q + i2 * bytes;
      const q3 = q + i3 * bytes;
      const biases = f32x4(
        load<f32>(bi + i0 * F32),
        load<f32>(bi + i1 * F32),
        load<f32>(bi + i2 * F32),
        load<f32>(bi + i3 * F32),
      );
      const scores = f32x4.add(f32x4.add(f32x4.splat(load<f32>(bu + u * F32)), biases), dot4(pu, q0, q1, q2, q3, bytes));
      // −w σ(score)
      const one = f32x4.splat(1);
      const errors = f32x4.div(f32x4.splat(-w), f32x4.add(one, exp4(f32x4.neg(scores))));
      const e0 = v0 * f32x4.extract_lane(errors, 0);
      const e1 = v1 * f32x4.extract_lane(errors, 1);
      const e2 = v2 * f32x4.extract_lane(errors, 2);
      const e3 = v3 * f32x4.extract_lane(errors, 3);
      if (gu) {
        const ub = bu + u * F32;
        const ug = gu + u * F32;
        if (v0) moveAdaptively(pu, q0, ub, bi + i0 * F32, ug, gi + i0 * F32, bytes, e0, rate, lp, l0, l2_bias);
        if (v1) moveAdaptively(pu, q1, ub, bi + i1 * F32, ug, gi + i1 * F32, bytes, e1, rate, lp, l1, l2_bias);
        if (v2) moveAdaptively(pu, q2, ub, bi + i2 * F32, ug, gi + i2 * F32, bytes, e2, rate, lp, l_2, l2_bias);
        if (v3) moveAdaptively(pu, q3, ub, bi + i3 * F32, ug, gi + i3 * F32, bytes, e3, rate, lp, l3, l2_bias);
        continue;
      }
      const d = f32x4.splat(<f32>1 - rate * lp * valid);
      const d0 = f32x4.splat(<f32>1 - rate * l0 * v0);
      const d1 = f32x4.splat(<f32>1 - rate * l1 * v1);
      const d2 = f32x4.splat(<f32>1 - rate * l_2 * v2);
      const d3 = f32x4.splat(<f32>1 - rate * l3 * v3);
      const g0 = f32x4.splat(rate * e0);
      const g1 = f32x4.splat(rate * e1);
      const g2 = f32x4.splat(rate * e2);
      const g3 = f32x4.splat(rate * e3);
      for (let k: usize = 0; k < bytes; k += 16) {
        const x = v128.load(pu + k);
        let moved = f32x4.mul(d, x);
        moved = moveItem(q0 + k, x, d0, g0, moved);
        moved = moveItem(q1 + k, x, d1, g1, moved);
        moved = moveItem(q2 + k, x, d2, g2, moved);
        moved = moveItem(q3 + k, x, d3, g3, moved);
        v128.store(pu + k, moved);
      }
      const b = load<f32>(bu + u * F32);
      store<f32>(bu + u * F32, b + rate * (e0 + e1 + e2 + e3 - valid * l2_bias * b));
      moveBias(bi + i0 * F32, rate, e0, l2_bias * v0);
      moveBias(bi + i1 * F32, rate, e1, l2_bias * v1);
      moveBias(bi + i2 * F32, rate, e2, l2_bias * v2);
      moveBias(bi + i3 * F32, rate, e3, l2_bias * v3);
    }
  }
  return sum;
}

/** A random item of the list, −1 for one that the user has. */
// @ts-ignore: decorator
@inline
function sample(others: usize, bits: usize, m: i32, seen: usize, offsets: usize, user: i32): i32 {
  const item = load<i32>(others + (below(load<u32>(bits), m) << 2));
  return has(seen, offsets, user, item) ? -1 : item;
}

/** The step of bpr on a user and two items, by AdaGrad. */
function compareAdaptively(
  p: usize,
  qi: usize,
  qj: usize,
  bi: usize,
  bj: usize,
  gu: usize,
  gi: usize,
  gj: usize,
  bytes: usize,
  e: f32,
  rate: f32,
  lu: f32,
  li: f32,
  lj: f32,
  l2_bias: f32,
): void {
  const ri: f32 = adaptiveRate(rate, gi);
  const rj: f32 = adaptiveRate(rate, gj);
  const ru = f32x4.splat(adaptiveRate(rate, gu));
  const riv = f32x4.splat(ri);
  const rjv = f32x4.splat(rj);
  const ev = f32x4.splat(e);
  const luv = f32x4.splat(lu);
  const liv = f32x4.splat(li);
  const ljv = f32x4.splat(lj);
  let su = f32x4.splat(0);
  let si = f32x4.splat(0);
  let sj = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const a = v128.load(p + k);
    const b = v128.load(qi + k);
    const c = v128.load(qj + k);
    const ea = f32x4.mul(ev, a);
    const da = f32x4.sub(f32x4.mul(ev, f32x4.sub(b, c)), f32x4.mul(luv, a));
    const db = f32x4.sub(ea, f32x4.mul(liv, b));
    const dc = f32x4.neg(f32x4.add(ea, f32x4.mul(ljv, c)));
    su = madd(da, da, su);
    si = madd(db, db, si);
    sj = madd(dc, dc, sj);
    v128.store(p + k, madd(ru, da, a));
    v128.store(qi + k, madd(riv, db, b));
    v128.store(qj + k, madd(rjv, dc, c));
  }
  addSquares(gu, su, bytes);
  addSquares(gi, si, bytes);
  addSquares(gj, sj, bytes);
  moveBias(bi, ri, e, l2_bias);
  moveBias(bj, rj, -e, l2_bias);
}

/** Each entry against one sampled item. Returns Σ −w log σ(x) over the pairs that were not skipped. */
export function factorize_bpr(
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
  bits: usize,
  seen: usize,
  offsets: usize,
  n: i32,
  m: i32,
  ld: i32,
  rate: f32,
  l2: f32,
  l2_bias: f32,
): f64 {
  const bytes = <usize>ld * F32;
  let sum: f64 = 0;
  for (let t: usize = 0; t < <usize>n * 4; t += 4) {
    const u = <usize>load<i32>(users + t);
    const i = <usize>load<i32>(items + t);
    const other = load<i32>(others + (below(load<u32>(bits + t), m) << 2));
    if (has(seen, offsets, <i32>u, other)) continue;
    const j = <usize>other;
    const pu = p + u * bytes;
    const qi = q + i * bytes;
    const qj = q + j * bytes;
    const w: f32 = weights ? load<f32>(weights + t) : 1;
    const x = load<f32>(bi + i * F32) - load<f32>(bi + j * F32) + dot(pu, qi, bytes) - dot(pu, qj, bytes);
    sum += <f64>w * softplusOfMinus(x);
    const e = w * logistic(-x);
    const lp = penaltyOf(lu, u, l2);
    const lq = penaltyOf(li, i, l2);
    const lr = penaltyOf(li, j, l2);
    if (gu) {
      compareAdaptively(
        pu,
        qi,
        qj,
        bi + i * F32,
        bi + j * F32,
        gu + u * F32,
        gi + i * F32,
        gi + j * F32,
        bytes,
        e,
        rate,
        lp,
        lq,
        lr,
        l2_bias,
      );
      continue;
    }
    const g = f32x4.splat(rate * e);
    const dp = f32x4.splat(<f32>1 - rate * lp);
    const dq = f32x4.splat(<f32>1 - rate * lq);
    const dr = f32x4.splat(<f32>1 - rate * lr);
    for (let k: usize = 0; k < bytes; k += 16) {
      const a = v128.load(pu + k);
      const b = v128.load(qi + k);
      const c = v128.load(qj + k);
      v128.store(pu + k, madd(g, f32x4.sub(b, c), f32x4.mul(dp, a)));
      v128.store(qi + k, madd(g, a, f32x4.mul(dq, b)));
      v128.store(qj + k, f32x4.sub(f32x4.mul(dr, c), f32x4.mul(g, a)));
    }
    moveBias(bi + i * F32, rate, e, l2_bias);
    moveBias(bi + j * F32, rate, -e, l2_bias);
  }
  return sum;
}

/** out f32[n] = scores of pairs (users[t], items[t]). */
export function factor_scores(
  out: usize,
  p: usize,
  q: usize,
  bu: usize,
  bi: usize,
  users: usize,
  items: usize,
  n: i32,
  ld: i32,
  mean: f32,
): void {
  const bytes = <usize>ld * F32;
  for (let t: usize = 0; t < <usize>n * 4; t += 4) {
    const u = <usize>load<i32>(users + t);
    const i = <usize>load<i32>(items + t);
    const score = mean + load<f32>(bu + u * F32) + load<f32>(bi + i * F32);
    store<f32>(out + t, score + dot(p + u * bytes, q + i * bytes, bytes));
  }
}
