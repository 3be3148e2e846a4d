/**
 * The nearest neighbours of one shard of items by the users whom they share (Sarwar et al., "Item-Based Collaborative Filtering
 * Recommendation Algorithms", 2001). With xᵤᵢ the value of a pair and c the number of users who had both:
 *
 *     similarity(i, j) = Σᵤ xᵤᵢ xᵤⱼ / (‖i‖ ‖j‖) · c / (c + shrinkage)
 *
 * Sums are float64, by user. Of each item the k largest above 0 are kept; of equal ones the item with the smaller number.
 */
import { errors } from '../../errors.js';
import type { Kernels } from '../../wasm/kernels.js';
import type { Control } from '../program.js';

export interface SimilaritiesArgs {
  users: number;
  items: number;
  entries: number;
  /** pairs by user: i32[users + 1], i32[entries], and f64[entries] their values */
  offsets: number;
  history: number;
  x: number;
  /** the same pairs by item: i32[items + 1], the users i32[entries], and the values f64[entries] */
  starts: number;
  owners: number;
  y: number;
  /** f64[items]; 0 for an item without neighbours */
  norms: number;
  shrinkage: number;
  k: number;
  first: number;
  count: number;
  /** out i32[count, k], ascending, −1 behind the last, and f32[count, k] */
  columns: number;
  values: number;
}

export function similarities(_: Kernels, memory: WebAssembly.Memory, a: SimilaritiesArgs, control: Control): void {
  const { buffer } = memory;
  const i32 = (at: number, length: number) => new Int32Array(buffer, at, length);
  const f64 = (at: number, length: number) => new Float64Array(buffer, at, length);
  const [offsets, history, x] = [i32(a.offsets, a.users + 1), i32(a.history, a.entries), f64(a.x, a.entries)];
  const [starts, owners, y] = [i32(a.starts, a.items + 1), i32(a.owners, a.entries), f64(a.y, a.entries)];
  const norms = f64(a.norms, a.items);
  const columns = i32(a.columns, a.count * a.k).fill(-1);
  const values = new Float32Array(buffer, a.values, a.count * a.k);
  const sums = new Float64Array(a.items);
  const both = new Int32Array(a.items);
  const touched = new Int32Array(a.items);
  for (let r = 0; r < a.count; r++) {
    if (control.aborted()) throw errors.aborted();
    const item = a.first + r;
    let count = 0;
    for (let t = starts[item]; t < starts[item + 1]; t++) {
      const u = owners[t];
      for (let e = offsets[u]; e < offsets[u + 1]; e++) {
        const other = history[e];
        if (both[other]++ === 0) touched[count++] = other;
        sums[other] += y[t] * x[e];
      }
    }
    const near = touched.subarray(0, count);
    for (const other of near) {
      const scale = norms[item] * norms[other];
      const shared = both[other];
      sums[other] = scale > 0 && other !== item ? ((sums[other] / scale) * shared) / (shared + a.shrinkage) : 0;
    }
    const kept = strongest(near, sums, a.k);
    columns.set(kept, r * a.k);
    values.set(
      Float32Array.from(kept, (other) => sums[other]),
      r * a.k,
    );
    for (const other of near) sums[other] = both[other] = 0;
  }
}

/** The k of these items with the largest values above 0, ascending by number; of equal ones those with the smaller number. */
export function strongest(items: Int32Array, values: Float64Array, k: number): Int32Array {
  const above = items.filter((item) => values[item] > 0).sort();
  if (above.length <= k) return above;
  const sorted = Float64Array.from(above, (item) => values[item]).sort();
  const least = sorted[sorted.length - k];
  // Of those that are as strong as the last one, as many as there is room for.
  let room = k - above.reduce((count, item) => count + Number(values[item] > least), 0);
  return above.filter((item) => values[item] > least || (values[item] === least && room-- > 0));
}
