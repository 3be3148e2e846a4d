/**
 * Exact Shapley values of trees (Lundberg et al., "From Local Explanations to Global Understanding with Explainable AI for Trees", 2020),
 * path-dependent: a feature that is not known sends a row both ways, by the shares of the training rows. Leaf by leaf, for many rows at once.
 *
 * A leaf of value v whose path tests d different features contributes to feature j
 *
 *     v (oⱼ − zⱼ) ∫₀¹ Πₖ≠ⱼ (oₖ t + zₖ (1 − t)) dt
 *
 * where zₖ is the share of the training rows that pass all tests of feature k, and oₖ is 1 where this row passes them and 0 elsewhere: the
 * integral is the sum over all subsets with the weights of Shapley, |S|! (d − 1 − |S|)! / d! = ∫ tˢ (1 − t)^(d−1−s) dt. Its integrand is a
 * polynomial of degree d − 1, for which a Gauss–Legendre sum of ⌈d/2⌉ points is exact. With aₖ = t + zₖ (1 − t), bₖ = zₖ (1 − t) and
 * P = v · w · Πₖ (aₖ or bₖ) at each point,
 *
 *     oⱼ = 1:  Σ P (1 − zⱼ) / aⱼ          oⱼ = 0:  −Σ P / (1 − t), the same for all such features
 *
 *     leaves     i32[leaves, 4]   first path entry · d · first constant · points
 *     paths      i32              of each feature of the leaf: its number · how many tests · each node's number · 2 + 1 where right passes
 *     constants  f64              of each point w, −1 / (1 − t), then a and b of each feature; then of each feature (1 − z) / a of each point
 */
import { F32 } from '../simd';
import { inTable } from './predict';

/** Rows that share the tests of a tree. */
const ROWS = 16;

/** masks v128[nodes]: all ones in the bytes of the rows that go right. nodes and tables as in predict.ts. */
// @ts-ignore: decorator
@inline
function rightOf(masks: usize, tile: usize, node: usize, end: usize, tables: usize): void {
  for (; node < end; node += 16) {
    const bins = v128.load(tile + <usize>load<i32>(node));
    const test = load<i32>(node, 4);
    let right: v128;
    if (test >= 0) {
      right = i8x16.gt_s(i8x16.add(bins, i8x16.splat(<i8>(test >> 8))), i8x16.splat(<i8>test));
    } else {
      const place = -1 - test;
      right = inTable(bins, tables + <usize>(place & ~15), (place & 15) + 1);
    }
    v128.store(masks, right);
    masks += 16;
  }
}

/** passed v128[8] = a byte a row, widened to 64 bits. */
// @ts-ignore: decorator
@inline
function widen(passed: usize, bytes: v128): void {
  const h0 = i16x8.extend_low_i8x16_s(bytes);
  const h1 = i16x8.extend_high_i8x16_s(bytes);
  const w0 = i32x4.extend_low_i16x8_s(h0);
  const w1 = i32x4.extend_high_i16x8_s(h0);
  const w2 = i32x4.extend_low_i16x8_s(h1);
  const w3 = i32x4.extend_high_i16x8_s(h1);
  v128.store(passed, i64x2.extend_low_i32x4_s(w0));
  v128.store(passed, i64x2.extend_high_i32x4_s(w0), 16);
  v128.store(passed, i64x2.extend_low_i32x4_s(w1), 32);
  v128.store(passed, i64x2.extend_high_i32x4_s(w1), 48);
  v128.store(passed, i64x2.extend_low_i32x4_s(w2), 64);
  v128.store(passed, i64x2.extend_high_i32x4_s(w2), 80);
  v128.store(passed, i64x2.extend_low_i32x4_s(w3), 96);
  v128.store(passed, i64x2.extend_high_i32x4_s(w3), 112);
}

// @ts-ignore: decorator
@inline
function at2(x: usize): v128 {
  return v128.load64_splat(x);
}

/**
 * out f32[rows, features] (dense) = what each feature adds to Σ over outputs of direction f32[rows, ld] · raw output.
 *
 * trees, nodes, tables, values and tile as in predict.ts; leaves, paths and constants as above. scratch f64[outputs, 16] directions,
 * f64[features, 16] sums, v128[255] masks, then v128[8] for each feature of the longest path, and v128[2] for each of its points, one
 * behind the other; `longest` is the features of that path.
 */
export function tree_explain(
  out: usize,
  tile: usize,
  direction: usize,
  trees: usize,
  nodes: usize,
  tables: usize,
  values: usize,
  leaves: usize,
  paths: usize,
  constants: usize,
  scratch: usize,
  rows: i32,
  count: i32,
  features: i32,
  outputs: i32,
  ld: i32,
  longest: i32,
): void {
  const sums = scratch + ((<usize>outputs) << 7);
  const masks = sums + ((<usize>features) << 7);
  const passed = masks + 256 * 16;
  const products = passed + ((<usize>longest) << 7);
  for (let first = 0; first < rows; first += ROWS) {
    const n = min(ROWS, rows - first);
    for (let k: usize = 0; k < <usize>outputs; k++) {
      for (let r: usize = 0; r < <usize>ROWS; r++) {
        const from = direction + (<usize>(first + <i32>r) * <usize>ld + k) * F32;
        store<f64>(scratch + ((k << 4) + r) * 8, r < <usize>n ? <f64>load<f32>(from) : 0);
      }
    }
    memory.fill(sums, 0, (<usize>features) << 7);
    const bytes = ((<usize>n + 3) & ~3) << 3;
    for (let t: usize = 0; t < <usize>count; t++) {
      const tree = trees + (t << 4);
      const node = nodes + ((<usize>load<i32>(tree)) << 4);
      const inner = load<i32>(tree, 4);
      rightOf(masks, tile, node, node + ((<usize>inner) << 4), tables);
      const firstLeaf = <usize>load<i32>(tree, 8);
      const own = scratch + ((<usize>load<i32>(tree, 12)) << 7);
      for (let l = firstLeaf; l <= firstLeaf + <usize>inner; l++) {
        const leaf = leaves + (l << 4);
        const d = load<i32>(leaf, 4);
        if (d > 0) {
          const points = load<i32>(leaf, 12);
          const begin = paths + ((<usize>load<i32>(leaf)) << 2);
          let path = begin;
          for (let j: usize = 0; j < <usize>d; j++) {
            let passes = i8x16.splat(-1);
            const tests = load<i32>(path, 4);
            path += 8;
            for (let i = 0; i < tests; i++) {
              const test = load<i32>(path);
              const mask = v128.load(masks + ((<usize>(test >> 1)) << 4));
              passes = test & 1 ? v128.and(passes, mask) : v128.andnot(passes, mask);
              path += 4;
            }
            widen(passed + (j << 7), passes);
          }
          const value = f64x2.splat(<f64>load<f32>(values + (l << 2)));
          const table = constants + ((<usize>load<i32>(leaf, 8)) << 3);
          for (let v: usize = 0; v < bytes; v += 32) {
            const s0 = f64x2.mul(value, v128.load(own + v));
            const s1 = f64x2.mul(value, v128.load(own + v, 16));
            let c = table;
            let miss0 = f64x2.splat(0);
            let miss1 = f64x2.splat(0);
            for (let q: usize = 0; q < <usize>points; q++) {
              const w = at2(c);
              const k = at2(c + 8);
              c += 16;
              let p0 = f64x2.mul(s0, w);
              let p1 = f64x2.mul(s1, w);
              for (let j: usize = 0; j < <usize>d; j++) {
                const a = at2(c);
                const b = at2(c + 8);
                const o = passed + (j << 7) + v;
                p0 = f64x2.mul(p0, v128.bitselect(a, b, v128.load(o)));
                p1 = f64x2.mul(p1, v128.bitselect(a, b, v128.load(o, 16)));
                c += 16;
              }
              miss0 = f64x2.add(miss0, f64x2.mul(p0, k));
              miss1 = f64x2.add(miss1, f64x2.mul(p1, k));
              v128.store(products + (q << 5), p0);
              v128.store(products + (q << 5), p1, 16);
            }
            path = begin;
            for (let j: usize = 0; j < <usize>d; j++) {
              let hit0 = f64x2.splat(0);
              let hit1 = f64x2.splat(0);
              for (let q: usize = 0; q < <usize>points; q++) {
                const k = at2(c);
                c += 8;
                hit0 = f64x2.add(hit0, f64x2.mul(v128.load(products + (q << 5)), k));
                hit1 = f64x2.add(hit1, f64x2.mul(v128.load(products + (q << 5), 16), k));
              }
              const o = passed + (j << 7) + v;
              const sum = sums + ((<usize>load<i32>(path)) << 7) + v;
              v128.store(sum, f64x2.add(v128.load(sum), v128.bitselect(hit0, miss0, v128.load(o))));
              v128.store(sum, f64x2.add(v128.load(sum, 16), v128.bitselect(hit1, miss1, v128.load(o, 16))), 16);
              path += 8 + ((<usize>load<i32>(path, 4)) << 2);
            }
          }
        }
      }
    }
    for (let r: usize = 0; r < <usize>n; r++) {
      for (let f: usize = 0; f < <usize>features; f++) {
        store<f32>(out, <f32>load<f64>(sums + ((f << 4) + r) * 8));
        out += F32;
      }
    }
    tile += ROWS;
  }
}
