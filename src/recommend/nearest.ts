/** Of some rows, those with the largest products with others: which of a user's items are most like a recommended one. */
import type { Engine } from '../engine/engine.js';
import { Layout } from '../wasm/memory.js';

/** Rows of the same matrix: for each of `of` the nearest `among` are asked for. */
export interface Neighbourhood {
  of: Int32Array;
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
): number[][][] {
  const count = rows.length / k;
  const ld = Math.ceil(k / 8) * 8;
  const most = asked.reduce((m, { of, among }) => Math.max(m, of.length * among.length), 0);
  const place = (base: number) => {
    const layout = new Layout(base);
    const at = {
      rows: layout.take(count * ld * 4),
      zeros: layout.take(count * 4),
      of: layout.take(most * 4),
      among: layout.take(most * 4),
      out: layout.take(most * 4),
    };
    return { at, bytes: layout.bytes };
  };
  using region = engine.allocate(place(0).bytes);
  const { at } = place(region.offset);
  const resident = engine.f32(at.rows, count * ld).fill(0);
  for (let r = 0; r < count; r++) resident.set(rows.subarray(r * k, (r + 1) * k), r * ld);
  engine.f32(at.zeros, count).fill(0);
  const [ofs, amongs, products] = [engine.i32(at.of, most), engine.i32(at.among, most), engine.f32(at.out, most)];
  return asked.map(({ of, among }) => {
    of.forEach((row, o) => {
      ofs.fill(row, o * among.length, (o + 1) * among.length);
      amongs.set(among, o * among.length);
    });
    const pairs = of.length * among.length;
    engine.kernels.factor_scores(at.out, at.rows, at.rows, at.zeros, at.zeros, at.of, at.among, pairs, ld, 0);
    return Array.from(of, (_, o) =>
      largest(products.subarray(o * among.length, (o + 1) * among.length), n).map((j) => among[j]),
    );
  });
}

/** Positions of the n largest values above 0. */
function largest(values: Float32Array, n: number): number[] {
  const best: number[] = [];
  for (let j = 0; j < values.length; j++) {
    if (!(values[j] > 0) || (best.length === n && values[j] <= values[best[n - 1]])) continue;
    let place = best.length;
    while (place > 0 && values[best[place - 1]] < values[j]) place--;
    best.splice(place, 0, j);
    if (best.length > n) best.pop();
  }
  return best;
}
