/** Of some rows, those with the largest products with others: which of a user's items are most like a recommended one. */
import type { Engine } from '../engine/engine.js';
import { place } from '../wasm/memory.js';
import { largest } from './order.js';

/** Rows of the same matrix: for each of `of` the nearest `among` are asked for. */
export interface Neighbourhood {
  of: ArrayLike<number>;
  among: Int32Array;
}

/**
 * Runs on the calling thread, by the kernel factor_scores.
 *
 * @param rows f32[count, k]
 * @param n how many
 * @returns for each neighbourhood and each of its rows at most n rows with a product above 0, largest first; of equal ones
 *   the one that stands first
 */
export function nearest(
  engine: Engine,
  rows: Float32Array,
  k: number,
  asked: readonly Neighbourhood[],
  n: number,
): Int32Array[][] {
  const count = rows.length / k;
  const ld = Math.ceil(k / 8) * 8;
  const most = asked.reduce((m, { of, among }) => Math.max(m, of.length * among.length), 0);
  const { at, region } = place(engine, (layout) => ({
    rows: layout.take(count * ld * 4),
    zeros: layout.take(count * 4),
    of: layout.take(most * 4),
    among: layout.take(most * 4),
    out: layout.take(most * 4),
  }));
  using _ = region;
  const resident = engine.f32(at.rows, count * ld).fill(0);
  for (let r = 0; r < count; r++) resident.set(rows.subarray(r * k, (r + 1) * k), r * ld);
  engine.f32(at.zeros, count).fill(0);
  const [ofs, amongs, products] = [engine.i32(at.of, most), engine.i32(at.among, most), engine.f32(at.out, most)];
  return asked.map(({ of, among }) => {
    for (let o = 0; o < of.length; o++) {
      ofs.fill(of[o], o * among.length, (o + 1) * among.length);
      amongs.set(among, o * among.length);
    }
    const pairs = of.length * among.length;
    engine.kernels.factor_scores(at.out, at.rows, at.rows, at.zeros, at.zeros, at.of, at.among, pairs, ld, 0);
    return Array.from(of, (_, o) => {
      const row = products.subarray(o * among.length, (o + 1) * among.length);
      const best = largest(row, n).filter((j) => row[j] > 0);
      return Int32Array.from(best, (j) => among[j]);
    });
  });
}
