/**
 * Stochastic gradient descent for matrix factorization (Koren, Bell and Volinsky, "Matrix Factorization Techniques for
 * Recommender Systems", 2009) over one block of ratings:
 *
 *     score(u, i) = μ + bᵤ + bᵢ + pᵤ · qᵢ
 *
 *     squared     e = r − score                                  pᵤ += η (w e qᵢ − λ pᵤ), and so on for q and the biases
 *     logistic    e = y − σ(score), y 1 for an event and 0 for a sampled item
 *     bpr         e = σ(−(score(u, i) − score(u, j))), j sampled (Rendle et al., "BPR", 2009)
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
 * A sampled item is the item of a random entry, of the same block or (bpr) of the list `others` i32[m], so that items are
 * drawn as often as they occur; bits u32[n · samples] decide which. One that the user has (`seen`: per user, ascending items
 * from offsets[u] to offsets[u + 1]) is skipped.
 */
import { exp4, log4 } from "./math";
import { F32, madd, sumLanes } from "./simd";

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

/** p ← decay p + g q,  q ← decay q + g p (the p before) */
// @ts-ignore: decorator
@inline
function move(p: usize, q: usize, bytes: usize, decay: f32, g: f32): void {
  const d = f32x4.splat(decay);
  const s = f32x4.splat(g);
  for (let k: usize = 0; k < bytes; k += 32) {
    const x0 = v128.load(p + k);
    const y0 = v128.load(q + k);
    const x1 = v128.load(p + k, 16);
    const y1 = v128.load(q + k, 16);
    v128.store(p + k, madd(s, y0, f32x4.mul(d, x0)));
    v128.store(q + k, madd(s, x0, f32x4.mul(d, y0)));
    v128.store(p + k, madd(s, y1, f32x4.mul(d, x1)), 16);
    v128.store(q + k, madd(s, x1, f32x4.mul(d, y1)), 16);
  }
}

/** b ← b + rate (e − l2 b) */
// @ts-ignore: decorator
@inline
function moveBias(b: usize, rate: f32, e: f32, l2: f32): void {
  const x = load<f32>(b);
  store<f32>(b, x + rate * (e - l2 * x));
}

/** As `move` and `moveBias`, by AdaGrad; bu and bi 0 for no biases. */
function moveAdaptively(
  p: usize, q: usize, bu: usize, bi: usize, gu: usize, gi: usize, bytes: usize, e: f32, rate: f32, l2: f32, l2_bias: f32,
): void {
  const rp: f32 = rate / sqrt<f32>(load<f32>(gu));
  const rq: f32 = rate / sqrt<f32>(load<f32>(gi));
  const ev = f32x4.splat(e);
  const lv = f32x4.splat(l2);
  const rpv = f32x4.splat(rp);
  const rqv = f32x4.splat(rq);
  let sp = f32x4.splat(0);
  let sq = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.load(p + k);
    const y = v128.load(q + k);
    const dx = f32x4.sub(f32x4.mul(ev, y), f32x4.mul(lv, x));
    const dy = f32x4.sub(f32x4.mul(ev, x), f32x4.mul(lv, y));
    sp = madd(dx, dx, sp);
    sq = madd(dy, dy, sq);
    v128.store(p + k, madd(rpv, dx, x));
    v128.store(q + k, madd(rqv, dy, y));
  }
  const each: f32 = <f32>F32 / <f32>bytes;
  store<f32>(gu, load<f32>(gu) + sumLanes(sp) * each);
  store<f32>(gi, load<f32>(gi) + sumLanes(sq) * each);
  if (bu) moveBias(bu, rp, e, l2_bias);
  if (bi) moveBias(bi, rq, e, l2_bias);
}

// @ts-ignore: decorator
@inline
function has(seen: usize, offsets: usize, user: i32, item: i32): bool {
  let low = load<i32>(offsets + (<usize>user << 2));
  let high = load<i32>(offsets + (<usize>user << 2), 4);
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = load<i32>(seen + (<usize>middle << 2));
    if (found == item) return true;
    if (found < item) low = middle + 1;
    else high = middle;
  }
  return false;
}

/** Maps u32 bits to 0 … n − 1. */
// @ts-ignore: decorator
@inline
function below(bits: u32, n: i32): usize {
  return <usize>((<u64>bits * <u64>n) >> 32);
}

/** Returns Σ w e², before each step. */
export function factorize_squared(
  p: usize, q: usize, bu: usize, bi: usize, gu: usize, gi: usize, users: usize, items: usize, values: usize, weights: usize,
  n: i32, ld: i32, mean: f32, rate: f32, l2: f32, l2_bias: f32, biases: i32,
): f64 {
  const bytes = <usize>ld * F32;
  const decay: f32 = <f32>1 - rate * l2;
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
    if (gu) {
      const bias = <usize>biases;
      moveAdaptively(pu, qi, bias * (bu + u * F32), bias * (bi + i * F32), gu + u * F32, gi + i * F32, bytes, w * e, rate, l2, l2_bias);
      continue;
    }
    move(pu, qi, bytes, decay, rate * w * e);
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

/** Each entry is a step towards 1, and `samples` sampled items are steps towards 0. Returns the log loss of the entries. */
export function factorize_logistic(
  p: usize, q: usize, bu: usize, bi: usize, gu: usize, gi: usize, users: usize, items: usize, weights: usize,
  bits: usize, seen: usize, offsets: usize,
  n: i32, samples: i32, ld: i32, rate: f32, l2: f32, l2_bias: f32,
): f64 {
  const bytes = <usize>ld * F32;
  const decay: f32 = <f32>1 - rate * l2;
  let sum: f64 = 0;
  for (let t: usize = 0; t < <usize>n * 4; t += 4) {
    const u = <usize>load<i32>(users + t);
    const pu = p + u * bytes;
    const w: f32 = weights ? load<f32>(weights + t) : 1;
    for (let s = 0; s <= samples; s++) {
      let item = load<i32>(items + t);
      if (s > 0) {
        item = load<i32>(items + (below(load<u32>(bits), n) << 2));
        bits += 4;
        if (has(seen, offsets, <i32>u, item)) continue;
      }
      const i = <usize>item;
      const qi = q + i * bytes;
      const score = load<f32>(bu + u * F32) + load<f32>(bi + i * F32) + dot(pu, qi, bytes);
      if (s == 0) sum += <f64>w * softplusOfMinus(score);
      const e = s == 0 ? w * (<f32>1 - logistic(score)) : -w * logistic(score);
      if (gu) {
        moveAdaptively(pu, qi, bu + u * F32, bi + i * F32, gu + u * F32, gi + i * F32, bytes, e, rate, l2, l2_bias);
        continue;
      }
      move(pu, qi, bytes, decay, rate * e);
      moveBias(bu + u * F32, rate, e, l2_bias);
      moveBias(bi + i * F32, rate, e, l2_bias);
    }
  }
  return sum;
}

/** The step of bpr on a user and two items, by AdaGrad. */
function compareAdaptively(
  p: usize, qi: usize, qj: usize, bi: usize, bj: usize, gu: usize, gi: usize, gj: usize,
  bytes: usize, e: f32, rate: f32, l2: f32, l2_bias: f32,
): void {
  const ri: f32 = rate / sqrt<f32>(load<f32>(gi));
  const rj: f32 = rate / sqrt<f32>(load<f32>(gj));
  const ru = f32x4.splat(rate / sqrt<f32>(load<f32>(gu)));
  const riv = f32x4.splat(ri);
  const rjv = f32x4.splat(rj);
  const ev = f32x4.splat(e);
  const lv = f32x4.splat(l2);
  let su = f32x4.splat(0);
  let si = f32x4.splat(0);
  let sj = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const a = v128.load(p + k);
    const b = v128.load(qi + k);
    const c = v128.load(qj + k);
    const ea = f32x4.mul(ev, a);
    const da = f32x4.sub(f32x4.mul(ev, f32x4.sub(b, c)), f32x4.mul(lv, a));
    const db = f32x4.sub(ea, f32x4.mul(lv, b));
    const dc = f32x4.neg(f32x4.add(ea, f32x4.mul(lv, c)));
    su = madd(da, da, su);
    si = madd(db, db, si);
    sj = madd(dc, dc, sj);
    v128.store(p + k, madd(ru, da, a));
    v128.store(qi + k, madd(riv, db, b));
    v128.store(qj + k, madd(rjv, dc, c));
  }
  const each: f32 = <f32>F32 / <f32>bytes;
  store<f32>(gu, load<f32>(gu) + sumLanes(su) * each);
  store<f32>(gi, load<f32>(gi) + sumLanes(si) * each);
  store<f32>(gj, load<f32>(gj) + sumLanes(sj) * each);
  moveBias(bi, ri, e, l2_bias);
  moveBias(bj, rj, -e, l2_bias);
}

/** Each entry against one sampled item. Returns Σ −w log σ(x) over the pairs that were not skipped. */
export function factorize_bpr(
  p: usize, q: usize, bi: usize, gu: usize, gi: usize, users: usize, items: usize, weights: usize, others: usize,
  bits: usize, seen: usize, offsets: usize,
  n: i32, m: i32, ld: i32, rate: f32, l2: f32, l2_bias: f32,
): f64 {
  const bytes = <usize>ld * F32;
  const d = f32x4.splat(<f32>1 - rate * l2);
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
    if (gu) {
      compareAdaptively(pu, qi, qj, bi + i * F32, bi + j * F32, gu + u * F32, gi + i * F32, gi + j * F32, bytes, e, rate, l2, l2_bias);
      continue;
    }
    const g = f32x4.splat(rate * e);
    for (let k: usize = 0; k < bytes; k += 16) {
      const a = v128.load(pu + k);
      const b = v128.load(qi + k);
      const c = v128.load(qj + k);
      v128.store(pu + k, madd(g, f32x4.sub(b, c), f32x4.mul(d, a)));
      v128.store(qi + k, madd(g, a, f32x4.mul(d, b)));
      v128.store(qj + k, f32x4.sub(f32x4.mul(d, c), f32x4.mul(g, a)));
    }
    moveBias(bi + i * F32, rate, e, l2_bias);
    moveBias(bi + j * F32, rate, -e, l2_bias);
  }
  return sum;
}

/** out f32[n] = scores of pairs (users[t], items[t]). */
export function factor_scores(
  out: usize, p: usize, q: usize, bu: usize, bi: usize, users: usize, items: usize, n: i32, ld: i32, mean: f32,
): void {
  const bytes = <usize>ld * F32;
  for (let t: usize = 0; t < <usize>n * 4; t += 4) {
    const u = <usize>load<i32>(users + t);
    const i = <usize>load<i32>(items + t);
    const score = mean + load<f32>(bu + u * F32) + load<f32>(bi + i * F32);
    store<f32>(out + t, score + dot(p + u * bytes, q + i * bytes, bytes));
  }
}
