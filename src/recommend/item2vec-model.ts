/** A fitted item2vec (item2vec.ts): how it is asked, written and read. */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { above, seed, sought, whole } from '../options.js';
import { f32 } from '../part.js';
import { unitRows } from './cosine.js';
import { FactorizedRecommender } from './factorized.js';
import { checkKnown, dot, FACTORS, meanRow, rowOf } from './factors.js';
import { readFacts } from './facts.js';
import { itemsOf } from './histories.js';
import { historyTensors, readHistories } from './history-file.js';
import type { Histories, RecommenderReader, Recommends } from './recommender.js';

const exponent = v.pipe(v.number('from -2 to 2'), v.minValue(-2, 'from -2 to 2'), v.maxValue(2, 'from -2 to 2'));

export const OPTIONS = v.strictObject({
  /** length of a vector */
  rank: v.optional(v.pipe(whole(1, 1024), sought({ from: 16, to: 256, log: true })), 64),
  /** items to each side of an item that it is learnt with, at most */
  window: v.optional(v.pipe(whole(1, 1000), sought({ from: 2, to: 50, log: true })), 10),
  epochs: v.optional(v.pipe(whole(1, 100_000), sought({ from: 10, to: 200, log: true })), 60),
  /** sampled items a pair */
  negative: v.optional(v.pipe(whole(1, 100), sought({ from: 2, to: 20, log: true })), 5),
  /** α: items are sampled as count^α */
  samplingExponent: v.optional(v.pipe(exponent, sought({ from: -1, to: 1 })), 0.75),
  /** falls evenly to none */
  learningRate: v.optional(v.pipe(above(0), sought({ from: 0.01, to: 0.2, log: true })), 0.1),
  seed: v.optional(seed, 42),
});
export type Item2VecOptions = v.InferOutput<typeof OPTIONS>;

/** What was learnt. */
export interface ItemVectors {
  readonly users: number;
  readonly items: number;
  /** f32[items, rank] */
  readonly vectors: Float32Array;
  readonly history: Histories;
}

/** The direction of the mean of some items' directions: f32[rank], zeros of no items. */
function meanOf(unit: Float32Array, rank: number, items: ArrayLike<number>): Float32Array {
  const sum = new Float32Array(rank);
  for (let t = 0; t < items.length; t++) rowOf(unit, items[t], rank).forEach((value, j) => (sum[j] += value));
  return unitRows(sum, rank);
}

export function item2vecOf(
  engine: Engine,
  learnt: ItemVectors,
  options: Item2VecOptions,
  facts: Recommends['facts'],
): FactorizedRecommender {
  const { users, items, vectors, history } = learnt;
  const { rank } = options;
  const itemFactors = unitRows(vectors, rank);
  const userFactors = new Float32Array(users * rank);
  for (let u = 0; u < users; u++) userFactors.set(meanOf(itemFactors, rank, itemsOf(history, u)), u * rank);
  const biases = { userBiases: new Float32Array(users), itemBiases: new Float32Array(items) };
  const factors = { rank, users, items, userFactors, itemFactors, ...biases, mean: 0, history };
  let mean: Float32Array | undefined;
  return new FactorizedRecommender(engine, factors, {
    family: 'item2vec',
    facts,
    predictsRatings: false,
    foldIn(given) {
      checkKnown(given.items, items, 'item');
      return { factors: meanOf(itemFactors, rank, given.items), bias: 0 };
    },
    strangers(ids) {
      mean ??= meanRow(userFactors, rank);
      return Float32Array.from(ids, (item) => dot(rowOf(itemFactors, item, rank), mean as Float32Array));
    },
    write: () => ({
      metadata: { options: JSON.stringify(options), facts: JSON.stringify(facts) },
      tensors: { vectors: f32(vectors, items, rank), ...historyTensors(history) },
    }),
  });
}

export const item2vecReader: RecommenderReader = {
  read(engine, part) {
    const options = part.json('options', OPTIONS);
    const [users, items] = [part.length('history.offsets') - 1, part.length('vectors')];
    part.check(users > 0 && items > 0, 'users and items', 'at least one of each', `${users} and ${items}`);
    const vectors = part.f32('vectors', [items, options.rank], FACTORS);
    const history = readHistories(part, users, items);
    return item2vecOf(engine, { users, items, vectors, history }, options, readFacts(part));
  },
};
