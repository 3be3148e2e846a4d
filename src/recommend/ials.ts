/**
 * Implicit alternating least squares as a family of recommenders (Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback
 * Datasets", 2008; with the weight and the penalty of Rendle, Krichene, Zhang and Koren, "Revisiting the Performance of iALS on Item
 * Recommendation Benchmarks", 2021). Factors p and q such that
 *
 *     Σ over pairs of w (1 − p·q)² + α₀ Σ over all users and items of (p·q)² + Σ λᵤ ‖pᵤ‖² + Σ λᵢ ‖qᵢ‖²
 *
 * is least, where w is the pair's weight, and with n the sum of a row's weights
 *
 *     λᵤ = λ (nᵤ + α₀ items)^ν        λᵢ = λ (nᵢ + α₀ users)^ν
 */
import type { Engine } from '../engine/engine.js';
import { runGang } from '../engine/gang.js';
import { errors } from '../errors.js';
import { pow } from '../math.js';
import { within } from '../part.js';
import { gramFloats, piecesOf, scratchFloats } from '../programs/als/als.js';
import { BARRIER_BYTES } from '../programs/barrier.js';
import { type RunOptions, throwIfAborted } from '../scheduler/scheduler.js';
import { type Layout, place } from '../wasm/memory.js';
import { FACTORS } from './factors.js';
import { historiesOf } from './histories.js';
import { type IalsOptions, ialsOf, ialsReader, ldOf, OPTIONS } from './ials-model.js';
import type { Pairs, RecommenderFamily } from './recommender.js';

/** Stream of the generator for the items' start. */
const STREAM = 0x73000000;
/** Of the start's values, times √rank. */
const DEVIATION = 0.1;

/** f32[items, rank] to begin with: uniform, of a deviation that makes products of two rows small. */
export function startItems(engine: Engine, items: number, { rank, seed }: Pick<IalsOptions, 'rank' | 'seed'>): Float32Array {
  const most = (DEVIATION * Math.sqrt(3)) / Math.sqrt(rank);
  using drawn = engine.allocate(items * rank * 4);
  engine.kernels.random_uniform(drawn.offset, items * rank, -most, 2 * most, seed, STREAM);
  return engine.f32(drawn.offset, items * rank).slice();
}

/** The penalty of each row. @param others how many rows the other side has */
function penaltiesOf(
  rows: Int32Array,
  weights: Float32Array | undefined,
  count: number,
  others: number,
  { regularization, regularizationExponent, unobservedWeight }: IalsOptions,
): Float32Array {
  const sums = new Float64Array(count).fill(unobservedWeight * others);
  rows.forEach((row, t) => {
    sums[row] += weights ? weights[t] : 1;
  });
  return Float32Array.from(sums, (sum) => (sum > 0 ? regularization * pow(sum, regularizationExponent) : regularization));
}

/** The pairs by item: users and weights. */
function byItem({ user, item, items, weights }: Pairs) {
  const offsets = new Int32Array(items + 1);
  for (const i of item) offsets[i + 1]++;
  for (let i = 0; i < items; i++) offsets[i + 1] += offsets[i];
  const next = offsets.slice();
  const index = new Int32Array(item.length);
  const counted = weights && new Float32Array(item.length);
  item.forEach((i, t) => {
    index[next[i]] = user[t];
    if (counted && weights) counted[next[i]] = weights[t];
    next[i]++;
  });
  return { offsets, index, weights: counted };
}

/** Lays out one side. */
const sideOf = (
  layout: Layout,
  rows: number,
  ld: number,
  entries: { offsets: Int32Array; index: Int32Array; weights?: Float32Array },
  penalties: Float32Array,
) => ({
  rows,
  factors: layout.take(rows * ld * 4),
  offsets: layout.put(entries.offsets),
  index: layout.put(entries.index),
  weights: entries.weights ? layout.put(entries.weights) : 0,
  penalties: layout.put(penalties),
});

/**
 * @param start f32[items, rank]: what the first users are solved from
 * @returns f32[users, rank] and f32[items, rank]
 */
export async function learnIals(engine: Engine, pairs: Pairs, options: IalsOptions, start: Float32Array, run: RunOptions) {
  const { users, items, user, item, weights } = pairs;
  const { rank, sweeps, unobservedWeight } = options;
  const ld = ldOf(rank);
  const { offsets } = historiesOf(user, item, users);
  const inverse = byItem(pairs);
  const ofUsers = penaltiesOf(user, weights, users, items, options);
  const ofItems = penaltiesOf(item, weights, items, users, options);
  const { at, region } = place(engine, (layout) => ({
    users: sideOf(layout, users, ld, { offsets, index: item, weights }, ofUsers),
    items: sideOf(layout, items, ld, inverse, ofItems),
    gram: layout.take(gramFloats(ld) * 4),
    pieces: layout.take(piecesOf(Math.max(users, items)) * gramFloats(ld) * 4),
    scratch: layout.take(Math.max(1, engine.scheduler.threads) * scratchFloats(ld) * 4),
    // Rows have one penalty.
    ...(options.regularizationExponent === 0
      ? {
          common: {
            v: layout.take(ld * ld * 4),
            k: layout.take(ld * ld * 4),
            rows: layout.take(Math.max(users, items) * ld * 4),
          },
        }
      : {}),
    sync: layout.take(BARRIER_BYTES),
  }));
  using _ = region;
  const begin = () => {
    const rows = engine.f32(at.items.factors, items * ld).fill(0);
    for (let i = 0; i < items; i++) rows.set(start.subarray(i * rank, (i + 1) * rank), i * ld);
  };
  await runGang(engine, 'als', { ...at, ld, sweeps, unobservedWeight }, begin, run);
  const take = ({ rows, factors }: { rows: number; factors: number }) => {
    const padded = engine.f32(factors, rows * ld);
    const out = new Float32Array(rows * rank);
    for (let r = 0; r < rows; r++) out.set(padded.subarray(r * ld, r * ld + rank), r * rank);
    return out;
  };
  return { userFactors: take(at.users), itemFactors: take(at.items) };
}

async function fit(engine: Engine, pairs: Pairs, options: IalsOptions, run: RunOptions) {
  throwIfAborted(run.signal);
  if (pairs.user.length === 0) throw errors.tableEmpty('The list of interactions');
  const { users, items } = pairs;
  const learnt = await learnIals(engine, pairs, options, startItems(engine, items, options), run);
  if (!within(learnt.userFactors, FACTORS) || !within(learnt.itemFactors, FACTORS))
    throw errors.notFinite('A factor', 'iALS with so small a regularization');
  const history = historiesOf(pairs.user, pairs.item, users);
  return ialsOf(engine, { ...learnt, users, items, rank: options.rank, history }, options, { sweeps: options.sweeps });
}

export const ials: RecommenderFamily<IalsOptions> = { name: 'ials', options: OPTIONS, fit, ...ialsReader };
