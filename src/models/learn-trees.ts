/** Learns a forest from columns of raw values in linear memory: bins, initial scores, and the program that boosts (programs/trees/). */
import { range } from '../arrays.js';
import type { Engine } from '../engine/engine.js';
import { CameoError, errors } from '../errors.js';
import { log } from '../math.js';
import type { Task } from '../metrics/index.js';
import { trainTestSplit } from '../prepare/split.js';
import { BARRIER_BYTES } from '../programs/barrier.js';
import type { BoostArgs, BoostOptions, BoostResult } from '../programs/trees/boosting.js';
import { chunksOf } from '../programs/trees/derivatives.js';
import { type BinnedFeature, growPlaces, pitchOf } from '../programs/trees/places.js';
import type { FeatureBins } from '../programs/trees/plan.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { stride } from '../wasm/kernels.js';
import { Layout, place } from '../wasm/memory.js';
import { besides, ONE_FOLD_ROWS } from './folds.js';
import { Forest } from './forest.js';

/** Values below which one worker is faster than many that meet at every split. */
const ALONE = 1 << 19;
const ATTEMPTS = 3;
/** Edges of a feature. */
const SCRATCH_BYTES = 256 * 4;
/** A class without weight has this share rather than none. */
const LEAST_SHARE = 1e-12;

export interface TreeOptions {
  learningRate: number;
  maxIter: number;
  maxLeafNodes: number;
  maxDepth?: number;
  minSamplesLeaf: number;
  l2Regularization: number;
  maxFeatures: number;
  maxBins: number;
  earlyStopping: boolean;
  validationFraction: number;
  nIterNoChange: number;
  tol: number;
  seed: number;
}

/** What is learnt from. */
export interface TreeExamples {
  task: Task;
  outputs: number;
  rows: number;
  /** of each feature: how many labels its codes have, −1 for a number; and whether the score must rise (1) or fall (−1) with it */
  features: readonly { labels: number; constraint: number }[];
  /** how many features belong together, and are explained as one; by default each stands by itself */
  widths?: readonly number[];
  /** f64[rows]: the class from 0, or the number */
  y: Float64Array;
  /** [rows] from 0 on (weights.ts); absent where all count 1 */
  weights?: Float32Array | Float64Array;
  /** rows to stop by: without, some are chosen where stopping early is asked for */
  held?: Int32Array;
  /** bytes of a slot that a feature's values are put into; 0 where they stand in memory already */
  slotBytes: number;
  /** The address of a feature's values f32[rows], and floats from one row to the next; puts them into the slot where there is one. */
  values(feature: number, slot: number): { x: number; step: number };
}

/** @throws CameoError 'data' for a class without a row; 'aborted', 'memory', 'diverged' */
export async function learnForest(
  engine: Engine,
  examples: TreeExamples,
  options: TreeOptions,
  run: RunOptions,
): Promise<Forest> {
  const { rows, outputs } = examples;
  if (rows === 0) throw errors.tableEmpty('The training matrix');
  engine.arena.require(forestRoom(engine, examples, options));
  const { index, held } = orderOf(examples, options);
  const trained = rows - held;
  const { at: bins, region } = place(engine, (layout) => ({
    index: layout.put(index),
    bins: layout.take(examples.features.length * pitchOf(rows)),
  }));
  using _ = region;
  const features = await binFeatures(engine, examples, options, bins, trained, run);
  const init = initialScores(examples, index.subarray(0, trained));
  const result = await boost(engine, examples, options, { ...bins, order: index, held, features, init }, run);
  const rounds = result.trees.length / outputs;
  const leaves = result.trees.reduce((sum, { value }) => sum + value.length, 0);
  const facts = {
    rounds,
    leaves,
    stopped: result.stopped,
    ...(held > 0 && { loss: Math.min(...result.validation) }),
  };
  return new Forest(features, init, result.trees, facts, examples.widths);
}

/** Bytes that learning takes at most: the bins and what they are made from, and what trees are grown with. */
export function forestRoom(engine: Engine, examples: TreeExamples, options: TreeOptions): number {
  const { rows, features, slotBytes, held } = examples;
  const layout = new Layout(0);
  layout.take(rows * 4);
  layout.take(features.length * pitchOf(rows));
  const binned = features.map(({ labels, constraint }): BinnedFeature => {
    return { bins: labels >= 0 ? labels : options.maxBins, category: labels >= 0, constraint };
  });
  const bins = layout.bytes;
  boostPlaces(layout, examples, rows - (held?.length ?? 0), binned, 0, options, workersOf(engine, examples));
  return Math.max(bins + slotBytes + SCRATCH_BYTES, layout.bytes);
}

/** The rows in the order of training, those held out for early stopping behind the others. */
function orderOf({ rows, task, y, held }: TreeExamples, options: TreeOptions): { index: Uint32Array; held: number } {
  if (held) return { index: inOrder(besides(rows, held), held), held: held.length };
  if (!options.earlyStopping) return { index: inOrder(range(rows)), held: 0 };
  const stratify = task === 'regression' ? undefined : y;
  const { train, test } = trainTestSplit(rows, { testSize: options.validationFraction, seed: options.seed, stratify });
  return { index: inOrder(train, test), held: test.length };
}

function inOrder(train: Int32Array, held: Int32Array = new Int32Array(0)): Uint32Array {
  const index = new Uint32Array(train.length + held.length);
  index.set(train);
  index.set(held, train.length);
  return index;
}

async function binFeatures(
  engine: Engine,
  { rows, features, slotBytes, values }: TreeExamples,
  { maxBins }: TreeOptions,
  at: { index: number; bins: number },
  trainRows: number,
  run: RunOptions,
): Promise<FeatureBins[]> {
  const layout = new Layout(0);
  const own = { values: layout.take(slotBytes), scratch: layout.take(SCRATCH_BYTES) };
  const found: FeatureBins[] = [];
  const results = engine.map(
    'bin',
    features,
    ({ labels }, slot, f) => ({
      ...values(f, slot + own.values),
      index: at.index,
      rows,
      trainRows,
      labels,
      maxBins,
      out: at.bins + f * pitchOf(rows),
      scratch: slot + own.scratch,
    }),
    { signal: run.signal, slotBytes: layout.bytes },
  );
  for await (const { value } of results) found.push({ edges: Float32Array.from(value), labels: features[found.length].labels });
  return found;
}

/** The raw outputs before any tree: log-odds, logarithms of the classes' shares, or the mean, by the weights of these rows. */
function initialScores({ task, outputs, y, weights }: TreeExamples, rows: Uint32Array): Float64Array {
  const sums = new Float64Array(task === 'regression' ? 1 : Math.max(2, outputs));
  let total = 0;
  for (const r of rows) {
    const w = weights ? weights[r] : 1;
    total += w;
    if (task === 'regression') sums[0] += w * y[r];
    else sums[y[r]] += w;
  }
  if (task === 'regression') return Float64Array.of(sums[0] / total);
  const present = sums.filter((sum) => sum > 0).length;
  if (present < 2) throw errors.targetClasses('y', present);
  const logs = sums.map((sum) => log(Math.max(sum / total, LEAST_SHARE)));
  return task === 'binary' ? Float64Array.of(logs[1] - logs[0]) : logs;
}

interface Prepared {
  bins: number;
  order: Uint32Array;
  held: number;
  features: readonly FeatureBins[];
  init: Float64Array;
}

/** How many workers learn one forest: folds are learnt side by side, each by one. */
function workersOf({ scheduler }: Engine, { rows, features, held }: TreeExamples): number {
  const alone = rows * features.length < ALONE || (held !== undefined && rows <= ONE_FOLD_ROWS);
  return alone ? 1 : Math.max(1, scheduler.threads);
}

/** Options with what follows from the rows that are trained on. */
const settle = (options: TreeOptions, trained: number): BoostOptions => ({
  ...options,
  maxDepth: options.maxDepth ?? Number.MAX_SAFE_INTEGER,
  // More leaves than the rows can fill need no memory.
  maxLeafNodes: Math.max(1, Math.min(options.maxLeafNodes, Math.floor(trained / options.minSamplesLeaf))),
});

/** Where the program stands; shapes are those of BoostArgs. */
function boostPlaces(
  layout: Layout,
  { rows, outputs, task, weights }: TreeExamples,
  trained: number,
  features: readonly BinnedFeature[],
  bins: number,
  options: TreeOptions,
  workers: number,
) {
  const scores = rows * stride(outputs) * 4;
  return {
    init: layout.take(outputs * 8),
    z: layout.take(scores),
    p: task === 'multiclass' ? layout.take(scores) : 0,
    y: layout.take(rows * 4),
    weights: weights ? layout.take(rows * 4) : 0,
    losses: layout.take(2 * chunksOf(rows) * 8),
    sync: layout.take(BARRIER_BYTES),
    grow: growPlaces(layout, bins, features, trained, rows, settle(options, trained), workers),
  };
}

async function boost(
  engine: Engine,
  examples: TreeExamples,
  options: TreeOptions,
  { bins, order, held, features, init }: Prepared,
  run: RunOptions,
): Promise<BoostResult> {
  const { rows, outputs, task, y, weights, features: asked } = examples;
  const trained = rows - held;
  const workers = workersOf(engine, examples);
  const binned = features.map(({ edges, labels }, f): BinnedFeature => {
    const category = labels >= 0;
    return { bins: category ? labels : edges.length + 1, category, constraint: asked[f].constraint };
  });
  // Numbers are learnt as what they are above the mean, so that large ones keep their digits in a float32.
  const above = task === 'regression' ? init[0] : 0;
  const ordered = (values: Float32Array | Float64Array, least = 0) => {
    const out = new Float32Array(order.length);
    for (let i = 0; i < out.length; i++) out[i] = values[order[i]] - least;
    return out;
  };
  const w = weights && ordered(weights);
  const { at, region } = place(engine, (layout) => boostPlaces(layout, examples, trained, binned, bins, options, workers));
  using _ = region;
  engine.f64(at.init, outputs).set(task === 'regression' ? [0] : init);
  engine.f32(at.y, rows).set(ordered(y, above));
  if (w) engine.f32(at.weights, rows).set(w);
  const args = (worker: number, many: number): BoostArgs => ({
    ...at,
    worker,
    workers: many,
    loss: task === 'multiclass' ? 'softmax' : task === 'binary' ? 'logistic' : 'squared',
    features: binned,
    rows: trained,
    held,
    outputs,
    ld: stride(outputs),
    largest: w ? w.subarray(0, trained).reduce((a, b) => Math.max(a, b), 0) : 1,
    weightSums: w ? [sum(w.subarray(0, trained)), sum(w.subarray(trained))] : [trained, held],
    options: settle(options, trained),
  });
  const begin = () => {
    engine.i32(at.sync, BARRIER_BYTES / 4).fill(0);
    return workers === 1 ? engine.run('boost', args(0, 1), { ...run, attempts: 1 }) : engine.gang('boost', args, run);
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return (await begin()) as BoostResult;
    } catch (error) {
      // A worker died. The program begins anew with what it is given, so it can run again.
      if (!(error instanceof CameoError) || error.code !== 'worker' || attempt === ATTEMPTS) throw error;
    }
  }
}

const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);
