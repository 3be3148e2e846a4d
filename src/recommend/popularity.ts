/** Popularity: what most users had. A stranger is recommended it, and every recommender must beat it. */
import { itemCounts, itemsOf } from './histories.js';
import { descending } from './order.js';
import type { Histories, Ranker } from './recommender.js';

/** Recommends each user the most popular items that they have not had, with how many users had them. */
export function popularity(histories: Histories, count: number): Ranker {
  const counts = itemCounts(histories, count);
  const order = descending(counts);
  const listFor = (user: number, n: number) => {
    const known = new Set(itemsOf(histories, user));
    const ids: number[] = [];
    for (let k = 0; ids.length < n && k < order.length; k++) if (!known.has(order[k])) ids.push(order[k]);
    return { ids: Int32Array.from(ids), scores: Float32Array.from(ids, (item) => counts[item]) };
  };
  return { recommend: async (users, { n }) => Array.from(users, (user) => listFor(user, n)) };
}
