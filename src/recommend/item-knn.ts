/**
 * Item-based nearest neighbours (Sarwar et al., "Item-Based Collaborative Filtering Recommendation Algorithms", 2001), the
 * baseline that a factorization must beat: score(u, i) = Σ over the user's items j of cos(i, j), where cos(i, j) =
 * |users of both| / √(|users of i| · |users of j|).
 */
import type { TopList } from './top.js';

/**
 * @param history distinct items of each user, ascending: items[offsets[u]] … items[offsets[u + 1] − 1]
 * @returns the n best items that each user asked for has not had; equal scores by lower item id
 */
export function itemKnn(
  { offsets, items }: { offsets: Int32Array; items: Int32Array },
  nItems: number,
  users: ArrayLike<number>,
  n = 10,
): TopList[] {
  const nUsers = offsets.length - 1;
  const counts = new Float64Array(nItems);
  for (const item of items) counts[item]++;
  // The same pairs by item: who had it.
  const starts = new Int32Array(nItems + 1);
  for (const item of items) starts[item + 1]++;
  for (let i = 0; i < nItems; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  const owners = new Int32Array(items.length);
  for (let u = 0; u < nUsers; u++) for (let t = offsets[u]; t < offsets[u + 1]; t++) owners[next[items[t]]++] = u;

  // Rows of cosines, made when first needed: most users' items are few.
  const rows = new Map<number, Float32Array>();
  const cosines = (item: number) => {
    let row = rows.get(item);
    if (row) return row;
    row = new Float32Array(nItems);
    for (let t = starts[item]; t < starts[item + 1]; t++) {
      const u = owners[t];
      for (let s = offsets[u]; s < offsets[u + 1]; s++) row[items[s]]++;
    }
    for (let j = 0; j < nItems; j++) if (row[j] > 0) row[j] /= Math.sqrt(counts[item] * counts[j]);
    rows.set(item, row);
    return row;
  };
  return Array.from(users, (u) => {
    const scores = new Float64Array(nItems);
    const own = items.subarray(offsets[u], offsets[u + 1]);
    for (const j of own) {
      const row = cosines(j);
      for (let i = 0; i < nItems; i++) scores[i] += row[i];
    }
    for (const j of own) scores[j] = Number.NEGATIVE_INFINITY;
    const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
    const best = order.subarray(0, n).filter((i) => scores[i] > 0);
    return { ids: best, scores: Float32Array.from(best, (i) => scores[i]) };
  });
}
