/** A recommender that recommends the items in their order to everybody: a family without factors, to try the contract with. */
import * as v from 'valibot';
import { errors } from '../../src/errors.js';
import { whole } from '../../src/options.js';
import { f64, type PartReader } from '../../src/part.js';
import { historiesOf, itemCounts, itemsOf } from '../../src/recommend/histories.js';
import { descending } from '../../src/recommend/order.js';
import type { Histories, RecommenderFamily, Recommends } from '../../src/recommend/recommender.js';

const OPTIONS = v.strictObject({ first: v.optional(whole(0), 0) });

/** Items from `first` on, and then those before it: item i scores −((i − first) mod items). */
function constantList(histories: Histories, items: number, first: number): Recommends {
  const users = histories.offsets.length - 1;
  const scoreOf = (item: number) => 0 - ((item - first + items) % items);
  const known = (ids: ArrayLike<number>, count: number) => {
    if (!Array.from(ids).every((id) => id >= 0 && id < count)) throw errors.invalid('There is no such number.');
  };
  const list = (n: number, without: ArrayLike<number>) => {
    const had = new Set(Array.from(without));
    const ids = Int32Array.from({ length: items }, (_, k) => (first + k) % items).filter((item) => !had.has(item));
    return { ids: ids.subarray(0, n), scores: Float32Array.from(ids.subarray(0, n), scoreOf) };
  };
  return {
    family: 'constant-list',
    facts: { first },
    users,
    items,
    histories,
    rank: 0,
    async recommend(asked, { n }) {
      known(asked, users);
      return Array.from(asked, (user) => list(n, itemsOf(histories, user)));
    },
    score: (_, of) => Float32Array.from(of, scoreOf),
    async similar(of, { n }) {
      known(of, items);
      return Array.from(of, (item) => list(n, [item]));
    },
    async recommendFor(history, { n }) {
      known(history.items, items);
      return list(n, history.items);
    },
    because: (lists, n) => lists.map(({ of, among }) => Array.from(of, () => among.slice(0, n))),
    popular(n) {
      const ids = descending(itemCounts(histories, items)).slice(0, n);
      return { ids, scores: Float32Array.from(ids, scoreOf) };
    },
    write: () => ({
      metadata: { items: String(items), first: String(first) },
      tensors: { offsets: f64(histories.offsets), history: f64(histories.items) },
    }),
  };
}

function read(_: unknown, part: PartReader): Recommends {
  const items = part.json('items', whole(1));
  const [rows, length] = [part.length('offsets'), part.length('history')];
  const offsets = part.i32('offsets', [rows], { least: 0, most: length });
  const history = part.i32('history', [length], { least: 0, most: items - 1 });
  return constantList({ offsets, items: history }, items, part.json('first', whole(0, items - 1)));
}

export const constantListFamily: RecommenderFamily<{ first?: number }> = {
  name: 'constant-list',
  options: OPTIONS,
  async fit(_, { user, item, users, items }, { first = 0 }, { signal }) {
    if (signal?.aborted) throw errors.aborted();
    return constantList(historiesOf(user, item, users), items, first % items);
  },
  read,
};
