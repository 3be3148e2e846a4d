/**
 * From a table to a model: hold rows out, learn the features, train, evaluate on the held-out rows, rank the features.
 * Everything is a pure function of the table, the options and the seed, for any number of workers.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type Evaluation, evaluate, type Task } from '../metrics/index.js';
import { MLPClassifier, MLPRegressor } from '../models/mlp.js';
import { QuantileTransformer } from '../prepare/quantile-transformer.js';
import { KFold, type Split, StratifiedKFold, trainTestSplit } from '../prepare/split.js';
import { type Target, targetOf, truthOf } from '../prepare/target.js';
import { type Binding, bindTable, LabelIndex } from '../profile/bind.js';
import { checkTable, columnOf, type Features, fitFeatures, type Ignored, type Preset } from '../profile/features.js';
import { type CrossValidation, type Model, ResidentModel, residentEncoder } from '../profile/model.js';
import { encodeRows, scoreRows } from '../profile/shards.js';
import { ForwardPass, type Network } from '../programs/perceptron/network.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { Matrix } from '../table/matrix.js';
import type { Table } from '../table/table.js';
import { stride } from '../wasm/kernels.js';
import { Layout } from '../wasm/memory.js';
import type { Tile } from '../wasm/resident.js';
import { meanAndDeviation } from './cross-validate.js';
import { importances } from './importance.js';

/** What is under way: `done` of `total`, where there is a total. */
export interface Progress {
  stage: 'prepare' | 'train' | 'evaluate' | 'cross-validate' | 'profile';
  done: number;
  /** 0 for not known */
  total: number;
  /** the metric or loss so far, in words */
  note?: string;
}

export interface FitOptions {
  /** the column to predict */
  target: string;
  /** the column that names the user; default: the row number */
  id?: string;
  /** columns to leave out */
  ignore?: readonly string[];
  /** default: what the target's column holds, see targetOf */
  task?: Task;
  /** 'article' is the plain program: numbers standardized, no ranks, no early stopping; default 'default' */
  preset?: Preset;
  /** default 42 */
  seed?: number;
  /** share of the rows held out for evaluation; default 0.2 */
  testSize?: number;
  /** units of each hidden layer; default [100] */
  hiddenLayerSizes?: number[];
  /** epochs at most; default 1000 */
  maxIter?: number;
  /** folds of a cross-validation beside the held-out evaluation; default 0: none */
  folds?: number;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Rows below which early stopping has too few held-out rows to go by. */
const EARLY_STOPPING_ROWS = 100;
/** Held-out rows that permutation importance looks at, at most. */
const IMPORTANCE_ROWS = 20_000;
const RANKS = 1000;

interface Job {
  engine: Engine;
  table: Table;
  target: Target;
  truth: Float64Array;
  without: ReadonlySet<string>;
  options: Required<Pick<FitOptions, 'preset' | 'seed' | 'hiddenLayerSizes' | 'maxIter'>>;
  run: RunOptions;
}

interface Trained {
  features: Features;
  ignored: Ignored[];
  binding: Binding;
  network: Network;
  parameters: Float32Array;
  baseline: Float32Array;
  mlp: MLPClassifier | MLPRegressor;
}

export async function fitModel(engine: Engine, table: Table, given: FitOptions): Promise<Model> {
  const { preset = 'default', seed = 42, testSize = 0.2, hiddenLayerSizes = [100], maxIter = 1000, folds = 0 } = given;
  const report = given.onProgress ?? (() => {});
  if (preset !== 'default' && preset !== 'article') throw errors.option('preset', "'default' or 'article'", preset);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw errors.option('seed', 'a whole number from 0 to 4294967295', seed);
  checkTable(table);
  const column = columnOf(table, 'Target', given.target);
  if (given.id !== undefined) columnOf(table, 'Id', given.id);
  for (const name of given.ignore ?? []) columnOf(table, 'Ignored', name);
  if (given.id === given.target) throw errors.option('id', 'another column than the target', given.id);
  const target = targetOf(column, given.task);
  const truth = truthOf(target, column);
  const labelled = Int32Array.from(truth.keys()).filter((r) => !Number.isNaN(truth[r]));
  if (labelled.length < 5) throw errors.tooFewRows('Training', labelled.length, 5);
  const without = new Set([given.target, ...(given.ignore ?? [])]);
  if (given.id !== undefined) without.add(given.id);
  const run: RunOptions = { signal: given.signal };
  const job: Job = { engine, table, target, truth, without, options: { preset, seed, hiddenLayerSizes, maxIter }, run };

  report({ stage: 'prepare', done: 0, total: 1 });
  const classes = target.task === 'regression' ? undefined : labelled.map((r) => truth[r]);
  const split = withEveryClass(rowsOf(labelled, trainTestSplit(labelled.length, { testSize, seed, stratify: classes })), job);
  const trained = await trainOn(job, split.train, report);
  const { features, network, parameters, baseline } = trained;

  report({ stage: 'evaluate', done: 0, total: 1 });
  const model: Model = {
    target,
    id: given.id,
    features,
    network,
    parameters,
    baseline,
    base: [],
    ranks: new Float32Array(0),
    summary: {
      preset,
      seed,
      rows: table.rows,
      trainRows: split.train.length,
      testRows: split.test.length,
      epochs: trained.mlp.nIter,
      stopped: trained.mlp.stopped ?? 'maxIter',
      evaluation: {} as Evaluation,
      importances: [],
      crossValidation: null,
      ignored: trained.ignored,
    },
  };
  const { binding } = trained;
  using resident = new ResidentModel(engine, model);
  model.base = baseValues(engine, resident.plan);
  model.summary.evaluation = await evaluateRows(job, resident, binding, split.test);
  if (target.task !== 'multiclass') {
    const scores = await scoreRows(engine, resident.plan, binding, split.train, run);
    model.ranks = (await new QuantileTransformer({ engine, nQuantiles: RANKS }).fit(new Matrix([scores]))).quantiles[0];
  }
  const step = Math.ceil(split.test.length / IMPORTANCE_ROWS);
  const looked = split.test.filter((_, i) => i % step === 0);
  using held = await encodeRows(engine, resident.plan.encode, binding, looked, run);
  const y = Float32Array.from(looked, (r) => (truth[r] - target.mean) / target.scale);
  const ranked = await importances(engine, { task: target.task, network, parameters, features }, held, y, seed, run);
  const key = preset === 'article' ? 'weight' : 'mean';
  model.summary.importances = ranked.sort((a, b) => b[key] - a[key]);
  report({ stage: 'evaluate', done: 1, total: 1 });
  if (folds > 0) model.summary.crossValidation = await crossValidate(job, labelled, folds, report);
  return model;
}

/** Learns features and network from these rows. */
async function trainOn(job: Job, rows: Int32Array, report: (p: Progress) => void): Promise<Trained> {
  const { engine, table, target, truth, options, run } = job;
  const { features, ignored } = await fitFeatures(engine, table, rows, job.without, options.preset);
  const known = new Set([...job.without, ...ignored.map(({ name }) => name)]);
  const binding = bindTable(
    features,
    features.categories.map((c) => new LabelIndex(c)),
    table,
    known,
  );
  const { plan, region } = residentEncoder(engine, features);
  using _ = region;
  using tile = await encodeRows(engine, plan, binding, rows, run);
  report({ stage: 'prepare', done: 1, total: 1 });
  const article = options.preset === 'article';
  const mlpOptions = {
    engine,
    seed: options.seed,
    hiddenLayerSizes: options.hiddenLayerSizes,
    maxIter: options.maxIter,
    ...(article ? {} : { alpha: 0.1, earlyStopping: rows.length >= EARLY_STOPPING_ROWS }),
  };
  const mlp = target.task === 'regression' ? new MLPRegressor(mlpOptions) : new MLPClassifier(mlpOptions);
  const y = Float64Array.from(rows, (r) => (truth[r] - target.mean) / target.scale);
  report({ stage: 'train', done: 0, total: options.maxIter });
  await mlp.fit(tile, y, {
    ...run,
    onProgress: (epoch, loss) =>
      report({ stage: 'train', done: epoch, total: options.maxIter, note: `loss ${loss.toFixed(4)}` }),
  });
  const network = mlp.network as Network;
  return { features, ignored, binding, network, parameters: mlp.parameters, baseline: meanRow(tile), mlp };
}

async function evaluateRows({ engine, target, truth, run }: Job, model: ResidentModel, binding: Binding, rows: Int32Array) {
  const scores = await scoreRows(engine, model.plan, binding, rows, run);
  const actual = Float64Array.from(rows, (r) => truth[r]);
  return evaluate(target.task, actual, scores, model.plan.network.sizes.at(-1) as number);
}

/** Fits the whole pipeline once per fold, side by side over the workers, and evaluates it on the fold. */
async function crossValidate(
  job: Job,
  labelled: Int32Array,
  folds: number,
  report: (p: Progress) => void,
): Promise<CrossValidation> {
  const { engine, truth, target, options } = job;
  const fold = { nSplits: folds, seed: options.seed };
  const splits =
    target.task === 'regression'
      ? new KFold(fold).split(labelled.length)
      : new StratifiedKFold(fold).split(labelled.map((r) => truth[r]));
  let done = 0;
  report({ stage: 'cross-validate', done, total: folds });
  const evaluations = await Promise.all(
    splits.map(async (part) => {
      const { train, test } = withEveryClass(rowsOf(labelled, part), job);
      const { features, network, parameters, baseline, binding } = await trainOn(job, train, () => {});
      const shell = { target, features, network, parameters, baseline, base: [], ranks: new Float32Array(0) };
      using model = new ResidentModel(engine, shell);
      const evaluation = await evaluateRows(job, model, binding, test);
      report({ stage: 'cross-validate', done: ++done, total: folds });
      return evaluation;
    }),
  );
  return { folds, ...meanAndDeviation(evaluations) };
}

const rowsOf = (labelled: Int32Array, { train, test }: Split): Split => ({
  train: train.map((i) => labelled[i]),
  test: test.map((i) => labelled[i]),
});

/** A class that has rows only in the test part gives them to the training part: a network needs one of each. */
function withEveryClass({ train, test }: Split, { truth, target }: Pick<Job, 'truth' | 'target'>): Split {
  if (target.task === 'regression') return { train, test };
  const present = new Set(Array.from(train, (r) => truth[r]));
  const moved = test.filter((r) => !present.has(truth[r]));
  if (moved.length === 0) return { train, test };
  const kept = test.filter((r) => present.has(truth[r]));
  if (kept.length === 0)
    throw errors.tooFewRows('Holding rows out of every class', train.length + test.length, 2 * target.classes.length);
  return { train: Int32Array.from([...train, ...moved]).sort(), test: kept };
}

/** The mean of a tile's rows, in float64, without the padding. */
function meanRow(tile: Tile): Float32Array {
  const values = tile.values();
  const ld = stride(tile.columns);
  const sums = new Float64Array(tile.columns);
  for (let r = 0; r < tile.rows; r++) for (let i = 0; i < tile.columns; i++) sums[i] += values[r * ld + i];
  return Float32Array.from(sums, (sum) => sum / tile.rows);
}

/** The baseline row's value in the scale of the contributions, per output. */
function baseValues(
  engine: Engine,
  { network, parameters, baseline, targetScale, targetMean }: ResidentModel['plan'],
): number[] {
  const place = (base: number) => {
    const layout = new Layout(base);
    return { pass: new ForwardPass(engine.kernels, network, parameters, layout, 1), bytes: layout.bytes };
  };
  using scratch = engine.allocate(place(0).bytes);
  const outputs = network.sizes.at(-1) as number;
  const z = [...engine.f32(place(scratch.offset).pass.run(baseline, 1), outputs)];
  const center = network.output === 'softmax' ? z.reduce((a, b) => a + b, 0) / outputs : 0;
  return z.map((v) => (v - center) * targetScale + targetMean);
}
