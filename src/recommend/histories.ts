/** What each user had, as lists of items one behind the other. */
import type { Entries } from './interactions.js';
import type { Histories } from './recommender.js';

/** The items that a user had, ascending: a view. */
export const itemsOf = ({ offsets, items }: Histories, user: number): Int32Array =>
  items.subarray(offsets[user], offsets[user + 1]);

/** How many users had each of `count` items. */
export function itemCounts({ items }: Histories, count: number): Int32Array {
  const counts = new Int32Array(count);
  for (const item of items) counts[item]++;
  return counts;
}

/** Each user's distinct items, ascending: a counting sort by user, then each user's part by itself. */
export function historiesOf(users: Int32Array, items: Int32Array, nUsers: number): Histories {
  const starts = new Int32Array(nUsers + 1);
  for (const user of users) starts[user + 1]++;
  for (let u = 0; u < nUsers; u++) starts[u + 1] += starts[u];
  const next = starts.slice();
  const all = new Int32Array(users.length);
  for (let t = 0; t < users.length; t++) all[next[users[t]]++] = items[t];
  const offsets = new Int32Array(nUsers + 1);
  let end = 0;
  for (let u = 0; u < nUsers; u++) {
    const list = all.subarray(starts[u], starts[u + 1]).sort();
    for (let t = 0; t < list.length; t++) if (t === 0 || list[t] !== all[end - 1]) all[end++] = list[t];
    offsets[u + 1] = end;
  }
  return { offsets, items: all.slice(0, end) };
}

/** The histories with those of more entries: what was had before stays had. */
export function joinHistories(before: Histories, { users, items }: Entries, nUsers: number): Histories {
  const owners = new Int32Array(before.items.length);
  for (let u = 0; u + 1 < before.offsets.length; u++) owners.fill(u, before.offsets[u], before.offsets[u + 1]);
  const join = (a: Int32Array, b: Int32Array) => {
    const all = new Int32Array(a.length + b.length);
    all.set(a);
    all.set(b, a.length);
    return all;
  };
  return historiesOf(join(owners, users), join(before.items, items), nUsers);
}
