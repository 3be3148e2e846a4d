/**
 * Item-based nearest neighbours as a family of recommenders (Sarwar et al., "Item-Based Collaborative Filtering Recommendation
 * Algorithms", 2001): what a user had adds to the scores of what is most like it. How much a pair counts in the similarity of two items:
 *
 *     cosine   xᵤᵢ = w                                   over the lengths of both items
 *     tfidf    xᵤᵢ = √w · idf(u)                         over the lengths of both items
 *     bm25     xᵤᵢ = w (k₁ + 1) / (k₁ m + w) · idf(u)    m = 1 − b + b · |i| / mean |i| (Robertson and Walker, 1994)
 *
 * where w is the pair's weight, |i| = Σᵤ w, and idf(u) = log(1 + items / items of u): who had nearly everything tells little of what goes
 * together.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { log } from '../math.js';
import { atLeast, oneOf, sought, whole } from '../options.js';
import type { ItemWeights } from '../programs/neighbours/item-scores.js';
import { type RunOptions, throwIfAborted } from '../scheduler/scheduler.js';
import { Layout, place } from '../wasm/memory.js';
import { historiesOf } from './histories.js';
import { type ItemRow, joinRows } from './item-weights.js';
import type { Histories, Pairs, RecommenderFamily } from './recommender.js';
import { WeightedRecommender, weightedReader } from './weighted.js';

const part = v.pipe(v.number('from 0 to 1'), v.minValue(0, 'from 0 to 1'), v.maxValue(1, 'from 0 to 1'));

const OPTIONS = v.strictObject({
  /** how pairs count: 'cosine', 'tfidf' or 'bm25' */
  weighting: v.optional(v.pipe(oneOf('cosine', 'tfidf', 'bm25'), sought()), 'bm25'),
  /** neighbours kept of each item */
  neighbours: v.optional(v.pipe(whole(1, 10_000), sought({ from: 20, to: 1000, log: true })), 500),
  /** users of both at which a similarity is halved */
  shrinkage: v.optional(v.pipe(atLeast(0), sought({ from: 0.5, to: 200, log: true })), 10),
  /** of 'bm25' */
  k1: v.optional(v.pipe(atLeast(0), sought({ from: 0.2, to: 5, log: true })), 1.2),
  b: v.optional(v.pipe(part, sought()), 0.75),
});
export type NeighbourOptions = v.InferOutput<typeof OPTIONS>;

/** Items to a shard: enough that their rows are worth a message. */
const SHARD = 128;

/** Values of pairs by user and the lengths of items: f64[pairs] and f64[items]. */
interface Values {
  x: Float64Array;
  norms: Float64Array;
}

function valuesOf({ user, item, users, items, weights }: Pairs, { weighting, k1, b }: NeighbourOptions): Values {
  const had = new Int32Array(users);
  for (const u of user) had[u]++;
  const sums = new Float64Array(items);
  const w = (t: number) => (weights ? weights[t] : 1);
  item.forEach((i, t) => {
    sums[i] += w(t);
  });
  const mean = sums.reduce((sum, x) => sum + x, 0) / items || 1;
  const idf = Float64Array.from(had, (n) => log(1 + items / Math.max(1, n)));
  const value = {
    cosine: w,
    tfidf: (t: number) => Math.sqrt(w(t)) * idf[user[t]],
    bm25: (t: number) => ((w(t) * (k1 + 1)) / (k1 * (1 - b + (b * sums[item[t]]) / mean) + w(t)) || 0) * idf[user[t]],
  }[weighting];
  const x = Float64Array.from(user, (_, t) => value(t));
  if (weighting === 'bm25') return { x, norms: new Float64Array(items).fill(1) };
  const norms = new Float64Array(items);
  x.forEach((value, t) => {
    norms[item[t]] += value * value;
  });
  return { x, norms: norms.map(Math.sqrt) };
}

/** The pairs by item: of item i the users owners[starts[i]] … with the values of these pairs. */
function byItem({ user, item, items }: Pairs, x: Float64Array) {
  const starts = new Int32Array(items + 1);
  for (const i of item) starts[i + 1]++;
  for (let i = 0; i < items; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  const owners = new Int32Array(item.length);
  const y = new Float64Array(item.length);
  item.forEach((i, t) => {
    owners[next[i]] = user[t];
    y[next[i]++] = x[t];
  });
  return { starts, owners, y };
}

/** The strongest similarities of every item, over the workers. */
async function neighboursOf(
  engine: Engine,
  pairs: Pairs,
  { offsets }: Histories,
  options: NeighbourOptions,
  run: RunOptions,
): Promise<ItemWeights> {
  const { users, items, item } = pairs;
  const { x, norms } = valuesOf(pairs, options);
  const inverse = byItem(pairs, x);
  const { at, region } = place(engine, (layout) => ({
    offsets: layout.put(offsets),
    history: layout.put(item),
    x: layout.put(x),
    starts: layout.put(inverse.starts),
    owners: layout.put(inverse.owners),
    y: layout.put(inverse.y),
    norms: layout.put(norms),
  }));
  using _ = region;
  const { shrinkage } = options;
  const k = Math.min(options.neighbours, items);
  const slot = new Layout(0);
  const out = { columns: slot.take(SHARD * k * 4), values: slot.take(SHARD * k * 4) };
  const firsts = Array.from({ length: Math.ceil(items / SHARD) }, (_, s) => s * SHARD);
  const countOf = (first: number) => Math.min(SHARD, items - first);
  const common = { ...at, users, items, entries: item.length, shrinkage, k };
  const results = engine.map(
    'similarities',
    firsts,
    (first, slot) => ({ ...common, first, count: countOf(first), columns: slot + out.columns, values: slot + out.values }),
    { ...run, slotBytes: slot.bytes },
  );
  const rows: ItemRow[] = [];
  for await (const { slot } of results) {
    for (let r = 0, count = countOf(rows.length); r < count; r++) {
      const all = engine.i32(slot + out.columns + r * k * 4, k);
      const found = all.indexOf(-1);
      const length = found < 0 ? k : found;
      rows.push({ columns: all.slice(0, length), values: engine.f32(slot + out.values + r * k * 4, length).slice() });
    }
  }
  return joinRows(rows);
}

async function fit(engine: Engine, pairs: Pairs, options: NeighbourOptions, run: RunOptions) {
  throwIfAborted(run.signal);
  if (pairs.user.length === 0) throw errors.tableEmpty('The list of interactions');
  const { users, items, weights: counted } = pairs;
  const history = historiesOf(pairs.user, pairs.item, users);
  const weights = await neighboursOf(engine, pairs, history, options, run);
  const facts = { weighting: options.weighting, weights: weights.columns.length };
  return new WeightedRecommender(engine, 'neighbours', { users, items, history, counted, weights }, facts);
}

export const neighbours: RecommenderFamily<NeighbourOptions> = {
  name: 'neighbours',
  options: OPTIONS,
  fit,
  ...weightedReader('neighbours'),
};
