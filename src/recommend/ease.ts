/**
 * EASE as a family of recommenders (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", 2019): one weight for every pair of
 * items, learnt exactly (programs/ease/ease.ts), of which each item keeps the strongest. The matrix of all weights must fit into memory
 * while it is inverted, and the time grows with the cube of the items: it is for catalogues of thousands.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { runGang } from '../engine/gang.js';
import { errors } from '../errors.js';
import { above, sought, whole } from '../options.js';
import { BARRIER_BYTES } from '../programs/barrier.js';
import { blocksOf, TILE_FLOATS, tilesOf } from '../programs/ease/tiles.js';
import type { ItemWeights } from '../programs/neighbours/item-scores.js';
import { type RunOptions, throwIfAborted } from '../scheduler/scheduler.js';
import { Layout, place } from '../wasm/memory.js';
import { historiesOf } from './histories.js';
import { type ItemRow, joinRows, transposed } from './item-weights.js';
import type { Histories, Pairs, RecommenderFamily } from './recommender.js';
import { WeightedRecommender, weightedReader } from './weighted.js';

const OPTIONS = v.strictObject({
  /** λ: what is added to how many had an item */
  regularization: v.optional(v.pipe(above(0), sought({ from: 10, to: 3000, log: true })), 300),
  /** weights kept of each item: few leave what is certain, and rank as well as all */
  neighbours: v.optional(v.pipe(whole(1, 10_000), sought({ from: 20, to: 500, log: true })), 100),
});
export type EaseOptions = v.InferOutput<typeof OPTIONS>;

/** The pairs by item: of item i the users owners[starts[i]] …, and where each pair stands among all. */
function byItem({ user, item, items }: Pairs) {
  const starts = new Int32Array(items + 1);
  for (const i of item) starts[i + 1]++;
  for (let i = 0; i < items; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  const owners = new Int32Array(item.length);
  const places = new Int32Array(item.length);
  item.forEach((i, t) => {
    owners[next[i]] = user[t];
    places[next[i]++] = t;
  });
  return { starts, owners, places };
}

/** All that the gang works on. */
function layerOf(engine: Engine, pairs: Pairs, { offsets }: Histories, k: number) {
  const { item, items, weights } = pairs;
  const inverse = byItem(pairs);
  const tile = TILE_FLOATS * 4;
  return (layout: Layout) => ({
    tiles: layout.take(tilesOf(items) * tile),
    left: layout.take(blocksOf(items) * tile),
    right: layout.take(blocksOf(items) * tile),
    scratch: layout.take(Math.max(1, engine.scheduler.threads) * 2 * tile),
    offsets: layout.put(offsets),
    history: layout.put(item),
    weights: weights ? layout.put(weights) : 0,
    starts: layout.put(inverse.starts),
    owners: layout.put(inverse.owners),
    places: layout.put(inverse.places),
    columns: layout.take(items * k * 4),
    values: layout.take(items * k * 4),
    sync: layout.take(BARRIER_BYTES),
  });
}

/** Bytes of linear memory that a catalogue takes, pairs apart. */
export function easeBytes(items: number, { neighbours }: Pick<EaseOptions, 'neighbours'>): number {
  return (tilesOf(items) + 2 * blocksOf(items)) * TILE_FLOATS * 4 + items * Math.min(neighbours, items) * 8;
}

async function weightsOf(
  engine: Engine,
  pairs: Pairs,
  history: Histories,
  { regularization, neighbours }: EaseOptions,
  run: RunOptions,
): Promise<ItemWeights> {
  const { users, items } = pairs;
  const k = Math.min(neighbours, items);
  const lay = layerOf(engine, pairs, history, k);
  const measured = new Layout(0);
  lay(measured);
  const { maximum, used } = engine.memoryStats();
  if (measured.bytes > maximum - used) throw errors.catalogue(items, measured.bytes, maximum - used);
  const { at, region } = place(engine, lay);
  using _ = region;
  const args = { ...at, n: items, users, entries: pairs.item.length, regularization, k };
  await runGang(engine, 'ease', args, () => {}, run);
  const rows = Array.from({ length: items }, (_, i): ItemRow => {
    const all = engine.i32(at.columns + i * k * 4, k);
    const found = all.indexOf(-1);
    const length = found < 0 ? k : found;
    return { columns: all.slice(0, length), values: engine.f32(at.values + i * k * 4, length).slice() };
  });
  return transposed(joinRows(rows));
}

async function fit(engine: Engine, pairs: Pairs, options: EaseOptions, run: RunOptions) {
  throwIfAborted(run.signal);
  if (pairs.user.length === 0) throw errors.tableEmpty('The list of interactions');
  const { users, items, weights: counted } = pairs;
  const history = historiesOf(pairs.user, pairs.item, users);
  const weights = await weightsOf(engine, pairs, history, options, run);
  const facts = { regularization: options.regularization, weights: weights.columns.length };
  return new WeightedRecommender(engine, 'ease', { users, items, history, counted, weights }, facts);
}

export const ease: RecommenderFamily<EaseOptions> = {
  name: 'ease',
  options: OPTIONS,
  fit,
  ...weightedReader('ease'),
};
