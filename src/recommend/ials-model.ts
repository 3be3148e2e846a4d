/**
 * A fitted iALS: how it is read, asked and written; ials.ts learns it. In a file beside what each user had (history-file.ts):
 *
 *     metadata   facts and options, as JSON
 *     userFactors f32[users, rank]   itemFactors f32[items, rank]
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { pow } from '../math.js';
import { atLeast, seed, sought, whole } from '../options.js';
import { f32, type Part, within } from '../part.js';
import { gramFloats, gramOf, piecesOf, scratchFloats } from '../programs/als/als.js';
import { place } from '../wasm/memory.js';
import { FactorizedRecommender } from './factorized.js';
import { checkKnown, dot, FACTORS, type Factors, meanRow, rowOf } from './factors.js';
import { readFacts } from './facts.js';
import { historyTensors, readHistories } from './history-file.js';
import type { NumberedHistory, RecommenderReader, Recommends } from './recommender.js';

export const OPTIONS = v.strictObject({
  /** length of a factor vector */
  rank: v.optional(v.pipe(whole(1, 1024), sought({ from: 16, to: 256, log: true })), 64),
  /** times that all users and then all items are solved */
  sweeps: v.optional(v.pipe(whole(1, 1000), sought({ from: 5, to: 30 })), 15),
  /** λ */
  regularization: v.optional(v.pipe(atLeast(1e-6), sought({ from: 0.1, to: 100, log: true })), 5),
  /** ν: 1 scales the penalty of a row by how much it has, 0 is the same for all */
  regularizationExponent: v.optional(v.pipe(atLeast(0), sought({ to: 1 })), 0),
  /** α₀: weight of pairs that did not occur, beside 1 of those that did */
  unobservedWeight: v.optional(v.pipe(atLeast(0), sought({ from: 0.01, to: 2, log: true })), 0.5),
  seed: v.optional(seed, 42),
});
export type IalsOptions = v.InferOutput<typeof OPTIONS>;

export const ldOf = (rank: number) => Math.ceil(rank / 8) * 8;

/** What was learnt: factors without biases. */
export type IalsFactors = Pick<Factors, 'rank' | 'users' | 'items' | 'userFactors' | 'itemFactors' | 'history'>;

/** @param options that it was fitted with: folding in solves what fitting solved */
export function ialsOf(
  engine: Engine,
  learnt: IalsFactors,
  options: IalsOptions,
  facts: Recommends['facts'],
): FactorizedRecommender {
  const { users, items, rank, userFactors, itemFactors, history } = learnt;
  const factors: Factors = { ...learnt, mean: 0, userBiases: new Float32Array(users), itemBiases: new Float32Array(items) };
  let gram: Float32Array | undefined;
  let mean: Float32Array | undefined;
  return new FactorizedRecommender(engine, factors, {
    family: 'ials',
    facts,
    predictsRatings: false,
    foldIn(given) {
      gram ??= gramianOf(engine, learnt, options);
      return { factors: foldIn(engine, learnt, options, gram, given), bias: 0 };
    },
    strangers(ids) {
      mean ??= meanRow(userFactors, rank);
      return Float32Array.from(ids, (item) => dot(rowOf(itemFactors, item, rank), mean as Float32Array));
    },
    write: (): Part => ({
      metadata: { options: JSON.stringify(options), facts: JSON.stringify(facts) },
      tensors: {
        userFactors: f32(userFactors, users, rank),
        itemFactors: f32(itemFactors, items, rank),
        ...historyTensors(history),
      },
    }),
  });
}

/** f32[gramFloats]: α₀ · qᵀ q over all items. */
function gramianOf(engine: Engine, { itemFactors, items, rank }: IalsFactors, { unobservedWeight }: IalsOptions): Float32Array {
  const ld = ldOf(rank);
  const { at, region } = place(engine, (layout) => ({
    factors: layout.take(items * ld * 4),
    gram: layout.take(gramFloats(ld) * 4),
    pieces: layout.take(piecesOf(items) * gramFloats(ld) * 4),
  }));
  using _ = region;
  const rows = engine.f32(at.factors, items * ld).fill(0);
  for (let i = 0; i < items; i++) rows.set(rowOf(itemFactors, i, rank), i * ld);
  gramOf(engine.kernels, engine.memory, { ...at, ld, unobservedWeight }, { rows: items, factors: at.factors });
  return engine.f32(at.gram, gramFloats(ld)).slice();
}

/** Solves the user's equations as fitting does; the work grows with the history alone. */
function foldIn(
  engine: Engine,
  { itemFactors, items, rank }: IalsFactors,
  { regularization, regularizationExponent, unobservedWeight }: IalsOptions,
  gram: Float32Array,
  history: NumberedHistory,
): Float32Array {
  checkKnown(history.items, items, 'item');
  const ld = ldOf(rank);
  const n = history.items.length;
  const { at, region } = place(engine, (layout) => ({
    x: layout.take(ld * 4),
    rows: layout.take(n * ld * 4),
    index: layout.take(n * 4),
    gram: layout.put(gram),
    scratch: layout.take(scratchFloats(ld) * 4),
  }));
  using _ = region;
  const rows = engine.f32(at.rows, n * ld).fill(0);
  const index = engine.i32(at.index, n);
  for (let t = 0; t < n; t++) {
    rows.set(rowOf(itemFactors, history.items[t], rank), t * ld);
    index[t] = t;
  }
  const sum = n + unobservedWeight * items;
  const penalty = sum > 0 ? regularization * pow(sum, regularizationExponent) : regularization;
  engine.kernels.als_row(at.x, at.rows, at.index, 0, at.gram, at.scratch, n, ld, penalty);
  const factors = engine.f32(at.x, rank).slice();
  if (!within(factors, FACTORS)) throw errors.notFinite('A factor of this history', 'iALS');
  return factors;
}

export const ialsReader: RecommenderReader = {
  read(engine, part) {
    const options = part.json('options', OPTIONS);
    const { rank } = options;
    const [users, items] = [part.length('userFactors'), part.length('itemFactors')];
    part.check(users > 0 && items > 0, 'users and items', 'at least one of each', `${users} and ${items}`);
    const learnt = {
      rank,
      users,
      items,
      userFactors: part.f32('userFactors', [users, rank], FACTORS),
      itemFactors: part.f32('itemFactors', [items, rank], FACTORS),
      history: readHistories(part, users, items),
    };
    return ialsOf(engine, learnt, options, readFacts(part));
  },
};
