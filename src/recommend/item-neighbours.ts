/**
 * Item-based nearest neighbours (Sarwar et al., "Item-Based Collaborative Filtering Recommendation Algorithms", 2001), the
 * baseline that a factorization must beat: score(u, i) = Σ over the user's items j of cos(i, j), where cos(i, j) =
 * |users of both| / √(|users of i| · |users of j|).
 */
import { itemCounts, itemsOf } from './histories.js';
import { descending } from './order.js';
import type { Histories, Ranker, TopList } from './recommender.js';

/** Recommends each user the items that are nearest to those that they had. */
export const itemNeighbours = (histories: Histories, count: number): Ranker => ({
  recommend: async (users, { n }) => itemKnn(histories, count, users, n),
});

/**
 * @param history distinct items of each user, ascending: items[offsets[u]] … items[offsets[u + 1] − 1]
 * @returns the n best items that each user asked for has not had, of those with a neighbour among the user's
 */
export function itemKnn(history: Histories, nItems: number, users: ArrayLike<number>, n = 10): TopList[] {
  const cosines = cosinesOf(history, nItems);
  return Array.from(users, (u) => {
    const scores = new Float64Array(nItems);
    const items = itemsOf(history, u);
    for (const j of items) {
      const row = cosines(j);
      for (let i = 0; i < nItems; i++) scores[i] += row[i];
    }
    for (const j of items) scores[j] = Number.NEGATIVE_INFINITY;
    const best = descending(scores)
      .subarray(0, n)
      .filter((i) => scores[i] > 0);
    return { ids: best, scores: Float32Array.from(best, (i) => scores[i]) };
  });
}

/** Cosines of an item with all: f32[items], made when first asked for, since most users' items are few. */
function cosinesOf(history: Histories, nItems: number): (item: number) => Float32Array {
  const { offsets, items } = history;
  const counts = itemCounts(history, nItems);
  const { starts, owners } = byItem(history, counts);
  const rows = new Map<number, Float32Array>();
  return (item) => {
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
}

/** The same pairs by item: who had item i is owners[starts[i]] … owners[starts[i + 1] − 1]. */
function byItem({ offsets, items }: Histories, counts: Int32Array) {
  const starts = new Int32Array(counts.length + 1);
  counts.forEach((count, i) => {
    starts[i + 1] = starts[i] + count;
  });
  const next = starts.slice();
  const owners = new Int32Array(items.length);
  for (let u = 0; u + 1 < offsets.length; u++) {
    for (let t = offsets[u]; t < offsets[u + 1]; t++) owners[next[items[t]]++] = u;
  }
  return { starts, owners };
}
