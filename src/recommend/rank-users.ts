/** Lists of items for many users by sparse weights between items, in shards of users over the workers. */
import type { Engine } from '../engine/engine.js';
import type { Places } from '../programs/neighbours/item-scores.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { place } from '../wasm/memory.js';
import { itemsOf } from './histories.js';
import type { Weighted } from './item-weights.js';
import type { TopList } from './recommender.js';

const SHARD = 256;

export async function rankUsers(
  engine: Engine,
  { history, counted, weights, items }: Weighted,
  places: Places,
  asked: ArrayLike<number>,
  n: number,
  run: RunOptions,
): Promise<TopList[]> {
  const users = Array.from(asked);
  const offsets = new Int32Array(users.length + 1);
  users.forEach((user, r) => {
    offsets[r + 1] = offsets[r] + history.offsets[user + 1] - history.offsets[user];
  });
  const had = new Int32Array(offsets[users.length]);
  const counts = counted && new Float32Array(had.length);
  users.forEach((user, r) => {
    had.set(itemsOf(history, user), offsets[r]);
    counts?.set((counted as Float32Array).subarray(history.offsets[user], history.offsets[user + 1]), offsets[r]);
  });
  const { at, region } = place(engine, (layout) => ({
    starts: layout.put(weights.starts),
    columns: layout.put(weights.columns),
    values: layout.put(weights.values),
    place: layout.put(places.place),
    order: layout.put(places.order),
    offsets: layout.put(offsets),
    history: layout.put(had),
    weights: counts ? layout.put(counts) : 0,
  }));
  using _ = region;
  const shards = Array.from({ length: Math.ceil(users.length / SHARD) }, (_, s) => s * SHARD);
  const common = { ...at, items, entries: weights.columns.length, users: users.length, n };
  const rowsOf = (first: number) => Math.min(SHARD, users.length - first);
  const results = engine.map(
    'rankItems',
    shards,
    (first, slot) => ({ ...common, first, rows: rowsOf(first), ids: slot, scores: slot + SHARD * n * 4 }),
    { ...run, slotBytes: SHARD * n * 8 },
  );
  const lists: TopList[] = [];
  for await (const { slot } of results) {
    const rows = rowsOf(lists.length);
    for (let r = 0; r < rows; r++) {
      const ids = engine.i32(slot + r * n * 4, n).slice();
      const found = ids.indexOf(-1);
      const length = found < 0 ? n : found;
      lists.push({
        ids: ids.subarray(0, length),
        scores: engine.f32(slot + (SHARD + r) * n * 4, length).slice(),
      });
    }
  }
  return lists;
}
