/**
 * Learns a factorization by stochastic gradient descent over block strata, on all workers: the formulas stand in assembly/factorize.ts, the
 * schedule in programs/factorization/factorize.ts. Here is what comes before and after: the entries cut into blocks and laid out in linear
 * memory, and the rows taken out again.
 */
import type { Engine } from '../engine/engine.js';
import { runGang } from '../engine/gang.js';
import { errors } from '../errors.js';
import { pow } from '../math.js';
import { within } from '../part.js';
import { BARRIER_BYTES } from '../programs/barrier.js';
import { compares, type FactorizeResult, softmaxFloats } from '../programs/factorization/factorize.js';
import { shuffle } from '../random.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { type Layout, place } from '../wasm/memory.js';
import { ldOf, offsetsOf, startRows, takeRows } from './factor-rows.js';
import { corrects, type FactorizationSettings } from './factorization-options.js';
import { FACTORS, type Factors } from './factors.js';
import { historiesOf, itemsOf, joinHistories } from './histories.js';
import type { Entries } from './interactions.js';
import type { Histories } from './recommender.js';
import { type Offsets, offsetsFor, type Sampling, samplingOf } from './sampling.js';
import { BLOCKS, cutStrata, type Strata } from './strata.js';

/** Stream of the generator for the held-out share. */
const HELD_STREAM = 0x71000002;

/** The entries in the order of training: those of the strata by block, and behind them those held out. */
interface Plan {
  strata: Strata;
  sampling: Sampling;
  blocks: number;
  order: Int32Array;
  trained: number;
  held: number;
}

/**
 * @param before what was learnt before, to go on from: what these entries do not touch stays as it is. Absent to begin anew
 * @throws CameoError 'data' for fewer than two users or items, 'diverged', 'aborted', 'memory'
 */
export async function learnFactors(
  engine: Engine,
  settings: FactorizationSettings,
  entries: Entries,
  before: Factors | undefined,
  run: RunOptions,
): Promise<{ factors: Factors; result: FactorizeResult }> {
  const { users, items, values } = entries;
  const nUsers = Math.max(before?.users ?? 0, entries.nUsers);
  const nItems = Math.max(before?.items ?? 0, entries.nItems);
  if (nUsers < 2) throw errors.tooFewRows('Factorization (users)', nUsers, 2);
  if (nItems < 2) throw errors.tooFewRows('Factorization (items)', nItems, 2);
  const plan = await planOf(engine, settings, entries, nUsers, nItems);
  const history = before ? joinHistories(before.history, entries, nUsers) : historiesOf(users, items, nUsers);
  // Biases and factors were learnt beside the first mean: another would shift every score that these entries do not touch.
  const mean = before?.mean ?? (values ? meanOf(values, plan.order.subarray(0, plan.trained)) : 0);

  const shift = offsetsOfPlan(settings, entries, plan, history, before);
  const from = before && shift ? shiftBiases(before, shift, -1) : before;

  const { at, region } = place(engine, layerOf(engine, settings, entries, plan, history));
  using _ = region;
  const start = () => {
    startRows(engine, at.p, plan.strata, settings, from);
    if (at.squares) engine.f32(at.squares, plan.strata.rowsP + plan.strata.rowsQ).fill(1);
  };
  const result = (await runGang(engine, 'factorize', { ...argsOf(settings, plan, at), mean }, start, run)) as FactorizeResult;
  const taken = takeRows(engine, at.p, plan.strata, settings.rank);
  const rows = shift ? shiftBiases(taken, shift, 1) : taken;
  // Beyond, a file of the model would be refused.
  const usable = within(rows.userFactors, FACTORS) && within(rows.itemFactors, FACTORS);
  if (!usable) throw errors.diverged(result.lossCurve.length, settings.learningRate, 'a factor');
  return { factors: { rank: settings.rank, users: nUsers, items: nItems, ...rows, mean, history }, result };
}

/** By how much scores are corrected for sampling; undefined where they are not. */
function offsetsOfPlan(
  settings: FactorizationSettings,
  { users }: Entries,
  { sampling, order, trained }: Plan,
  history: Histories,
  before: Factors | undefined,
): Offsets | undefined {
  if (!corrects(settings)) return undefined;
  const touched = order.subarray(0, trained).map((entry) => users[entry]);
  const known = { users: before?.users ?? 0, items: before?.items ?? 0 };
  const offsets = offsetsFor(sampling, history, touched, settings.samples, trained, known);
  // How much a user has cancels out where their items are compared.
  return compares(settings.loss) ? { ...offsets, users: offsets.users.fill(0) } : offsets;
}

/** The same with other biases. @param sign 1 adds the offsets, −1 takes them off */
function shiftBiases<T extends Pick<Factors, 'userBiases' | 'itemBiases'>>(
  rows: T,
  { users, items }: Offsets,
  sign: number,
): T {
  const shifted = (biases: Float32Array, by: Float64Array) => biases.map((bias, k) => bias + sign * by[k]);
  return { ...rows, userBiases: shifted(rows.userBiases, users), itemBiases: shifted(rows.itemBiases, items) };
}

async function planOf(
  engine: Engine,
  { rank, validationFraction, seed, samplingExponent }: FactorizationSettings,
  { users, items }: Entries,
  nUsers: number,
  nItems: number,
): Promise<Plan> {
  const held = Math.floor(users.length * validationFraction);
  const all = Int32Array.from({ length: users.length }, (_, entry) => entry);
  const mixed = held > 0 ? shuffle(all, seed, HELD_STREAM) : all;
  const size = { starts: [users.length - held], rowsP: nUsers, rowsQ: nItems, ld: ldOf(rank) };
  const { blocks = BLOCKS } = await engine.prefer('factorize', size);
  const strata = cutStrata(users, items, mixed.subarray(held), nUsers, nItems, seed, blocks);
  const order = new Int32Array(users.length);
  order.set(strata.order);
  order.set(mixed.subarray(0, held), strata.order.length);
  const sampling = samplingOf(items, strata.order, strata, blocks, samplingExponent);
  return { strata, sampling, blocks, order, trained: strata.order.length, held };
}

const meanOf = (values: Float32Array, entries: Int32Array) =>
  entries.reduce((sum, entry) => sum + values[entry], 0) / entries.length;

/** Samples drawn of each entry. */
const samplesOf = ({ loss, samples }: FactorizationSettings) =>
  ({ squared: 0, bpr: 1, logistic: samples, softmax: samples })[loss];

/** Lays out all that the program works on, and puts the entries there. */
function layerOf(
  engine: Engine,
  settings: FactorizationSettings,
  { users, items, values, weights }: Entries,
  { strata, sampling, blocks, order, trained, held }: Plan,
  history: Histories,
) {
  const { userRow, itemRow, rowsP, rowsQ, starts } = strata;
  const { length } = offsetsOf(strata, ldOf(settings.rank));
  const rowOfUser = order.map((entry) => userRow[users[entry]]);
  const rowOfItem = order.map((entry) => itemRow[items[entry]]);
  const ordered = (list: Float32Array | undefined) => list && Float32Array.from(order, (entry) => list[entry]);
  const [orderedValues, orderedWeights] = [ordered(values), ordered(weights)];
  const seen = settings.loss === 'squared' ? undefined : seenByRow(history, strata);
  const penalties = penaltiesOf(settings, strata, rowOfUser.subarray(0, trained), rowOfItem.subarray(0, trained));
  const { table } = sampling;
  const threads = Math.max(1, engine.scheduler.threads);
  let largest = 0;
  for (let b = 0; b < blocks * blocks; b++) largest = Math.max(largest, starts[b + 1] - starts[b]);
  const bitsPerWorker = Math.ceil(Math.max(largest * samplesOf(settings), held > 0 ? 32768 : 0) / 16) * 16 + 16;
  return (layout: Layout) => ({
    p: layout.take(length * 4),
    users: layout.put(rowOfUser),
    items: layout.put(rowOfItem),
    values: orderedValues ? layout.put(orderedValues) : 0,
    weights: orderedWeights ? layout.put(orderedWeights) : 0,
    seen: seen ? layout.put(seen.items) : 0,
    seenOffsets: seen ? layout.put(seen.offsets) : 0,
    losses: layout.take(blocks * blocks * 8),
    best: held > 0 ? layout.take(length * 4) : 0,
    // Σ of squared gradients, of the rows of p and then those of q.
    squares: settings.schedule === 'adagrad' ? layout.take((rowsP + rowsQ) * 4) : 0,
    penalties: penalties ? layout.put(penalties) : 0,
    ...(table && seen ? { others: layout.put(table.others), tables: table.tables } : {}),
    bits: layout.take(threads * bitsPerWorker * 4),
    bitsPerWorker,
    ...(settings.loss === 'softmax'
      ? { scratch: layout.take(threads * softmaxFloats(settings.samples, ldOf(settings.rank)) * 4) }
      : {}),
    sync: layout.take(BARRIER_BYTES),
  });
}

/** f32[rowsP + rowsQ]: λ of each row; undefined where it is the same for all. */
function penaltiesOf(
  { regularization, regularizationExponent }: FactorizationSettings,
  { rowsP, rowsQ }: Strata,
  users: Int32Array,
  items: Int32Array,
): Float32Array | undefined {
  if (regularizationExponent === 1) return undefined;
  const side = (rows: number, entries: Int32Array) => {
    const counts = new Float64Array(rows);
    for (const row of entries) counts[row]++;
    const mean =
      entries.length /
      Math.max(
        1,
        counts.reduce((sum, n) => sum + Number(n > 0), 0),
      );
    return counts.map((n) => (n > 0 ? regularization * pow(n / mean, regularizationExponent - 1) : regularization));
  };
  return Float32Array.from([...side(rowsP, users), ...side(rowsQ, items)]);
}

type Addresses = ReturnType<ReturnType<typeof layerOf>>;

/** The histories by rows: each user's items ascending by their row. */
function seenByRow(histories: Histories, { userRow, itemRow, rowsP }: Strata): Histories {
  const userOf = new Int32Array(rowsP).fill(-1);
  userRow.forEach((row, user) => {
    userOf[row] = user;
  });
  const seen = { offsets: new Int32Array(rowsP + 1), items: new Int32Array(histories.items.length) };
  let end = 0;
  for (let row = 0; row < rowsP; row++) {
    const user = userOf[row];
    if (user >= 0) {
      const items = itemsOf(histories, user);
      const rows = seen.items.subarray(end, end + items.length);
      rows.set(items.map((item) => itemRow[item]));
      rows.sort();
      end += items.length;
    }
    seen.offsets[row + 1] = end;
  }
  return seen;
}

/** All of a worker's arguments but its number and the mean. */
function argsOf(settings: FactorizationSettings, { strata, blocks, trained, held }: Plan, at: Addresses) {
  const ld = ldOf(settings.rank);
  const offsets = offsetsOf(strata, ld);
  const { rank: _, initScale: __, validationFraction: ___, nIterNoChange: patience, ...rest } = settings;
  return {
    ...rest,
    ...at,
    q: at.p + offsets.q * 4,
    bu: at.p + offsets.bu * 4,
    bi: at.p + offsets.bi * 4,
    blocks,
    starts: [...strata.starts],
    rowsP: strata.rowsP,
    rowsQ: strata.rowsQ,
    ld,
    heldFirst: trained,
    held,
    samples: samplesOf(settings),
    patience,
  };
}
