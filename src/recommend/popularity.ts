/** Popularity: what most users had. A stranger is recommended it, and every recommender must beat it. */
import { hadBy } from './factors.js';
import { descending } from './order.js';
import type { Histories, Ranker } from './recommender.js';

/** How many users had each of `count` items. */
export function itemCounts({ items }: Histories, count: number): Int32Array {
  const counts = new Int32Array(count);
  for (const item of items) counts[item]++;
  return counts;
}

/** Recommends each user the most popular items that they have not had, with how many users had them. */
export function popularity(histories: Histories, count: number): Ranker {
  const counts = itemCounts(histories, count);
  const order = descending(counts);
  const listFor = (user: number, n: number) => {
    const had = new Set(hadBy(histories, user));
    const ids: number[] = [];
    for (let k = 0; ids.length < n && k < order.length; k++) if (!had.has(order[k])) ids.push(order[k]);
    return { ids: Int32Array.from(ids), scores: Float32Array.from(ids, (item) => counts[item]) };
  };
  return { recommend: async (users, { n }) => Array.from(users, (user) => listFor(user, n)) };
}
