/**
 * Gradient-boosted trees in the manner of scikit-learn's HistGradientBoostingClassifier and HistGradientBoostingRegressor: numbers with NaN
 * for missing, categories as codes, monotonic constraints, weights of classes and of rows.
 */
import { infiniteAt } from '../arrays.js';
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { argmax, exp, logistic } from '../math.js';
import type { Task } from '../metrics/index.js';
import { evaluateRegression } from '../metrics/regression.js';
import { checked, type OptionSchema } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Matrix } from '../table/matrix.js';
import { ResidentMatrix } from '../wasm/resident.js';
import { type Forest, MAX_BINS } from './forest.js';
import {
  CLASSIFIER_OPTIONS,
  type GradientBoostingClassifierOptions,
  type GradientBoostingOptions,
  OPTIONS,
  type Settled,
} from './gradient-boosting-options.js';
import { learnForest, type TreeExamples } from './learn-trees.js';
import { outputsOf } from './outputs.js';
import { sampleWeights, type WeightedFit, weigh } from './weights.js';

/** Rows above which 'auto' stops early. */
const AUTO_ROWS = 10_000;

abstract class GradientBoosting {
  /** The fitted trees. */
  forest: Forest | undefined;
  protected readonly settled: Settled;

  constructor(options: object, schema: OptionSchema) {
    this.settled = checked(schema, options) as Settled;
  }

  /** Rounds done and kept. */
  get nIter(): number {
    return this.fitted().trees.length / this.fitted().outputs;
  }

  protected fitted(): Forest {
    if (!this.forest) throw errors.notFitted(this.constructor.name);
    return this.forest;
  }

  protected async engine(): Promise<Engine> {
    return this.settled.engine ?? (await defaultEngine());
  }

  protected async learn(
    x: Matrix | ResidentMatrix,
    { task, outputs, y, weights }: { task: Task; outputs: number; y: Float64Array; weights?: Float64Array },
    run: RunOptions,
  ): Promise<void> {
    if (x.rows === 0) throw errors.tableEmpty('The training matrix');
    if (y.length !== x.rows) throw errors.shape('Targets', `${x.rows}`, `${y.length}`);
    const engine = await this.engine();
    const { engine: _, categoricalFeatures, monotonicCst, ...options } = this.settled;
    const earlyStopping = options.earlyStopping === 'auto' ? x.rows > AUTO_ROWS : options.earlyStopping;
    const resident = x instanceof ResidentMatrix;
    const examples: TreeExamples = {
      task,
      outputs,
      rows: x.rows,
      y,
      weights,
      features: this.#features(x, categoricalFeatures, monotonicCst, outputs),
      slotBytes: resident ? 0 : x.rows * 4,
      values(feature, slot) {
        if (x instanceof ResidentMatrix) return { x: x.address(feature), step: 1 };
        engine.f32(slot, x.rows).set(x.column(feature));
        return { x: slot, step: 1 };
      },
    };
    this.forest = await learnForest(engine, examples, { ...options, earlyStopping }, run);
  }

  #features(
    x: Matrix | ResidentMatrix,
    categorical: readonly number[],
    constraints: readonly number[] | undefined,
    outputs: number,
  ): TreeExamples['features'] {
    for (const j of categorical) {
      if (!Number.isInteger(j) || j < 0 || j >= x.columns)
        throw errors.option('categoricalFeatures', `numbers of columns from 0 to ${x.columns - 1}`, j);
    }
    if (constraints && constraints.length !== x.columns)
      throw errors.option('monotonicCst', `${x.columns} numbers, one a column`, constraints.length);
    if (outputs > 1 && constraints?.some((c) => c !== 0))
      throw errors.option('monotonicCst', 'left out with several classes, whose scores depend on each other', 'a constraint');
    return Array.from({ length: x.columns }, (_, j) => {
      const column = x.column(j);
      const infinite = infiniteAt(column);
      if (infinite >= 0) throw errors.columnInfinite(String(j), infinite);
      const constraint = constraints?.[j] ?? 0;
      if (!categorical.includes(j)) return { labels: -1, constraint };
      if (constraint !== 0) throw errors.option('monotonicCst', `0 for column ${j}, which holds categories`, constraint);
      let most = -1;
      for (const value of column) if (Number.isInteger(value) && value > most) most = value;
      if (most >= MAX_BINS) throw errors.option('categoricalFeatures', `columns of codes below ${MAX_BINS}`, most);
      return { labels: most + 1, constraint };
    });
  }

  /** Raw outputs f32[rows, outputs], row-major, or what each column adds to one; a copy. */
  protected async ask(x: Matrix | ResidentMatrix, explained: number | undefined, run: RunOptions): Promise<Float32Array> {
    return outputsOf(await this.engine(), this.fitted(), x, explained, run);
  }

  /**
   * What each column adds to a raw output above its mean over the training rows, exact Shapley values: f32[rows, columns], row-major; a copy.
   * @param output the class, where there are several; default 0
   */
  contributions(
    x: Matrix | ResidentMatrix,
    { output = 0, ...run }: { output?: number } & RunOptions = {},
  ): Promise<Float32Array> {
    const { outputs } = this.fitted();
    if (!(Number.isInteger(output) && output >= 0 && output < outputs))
      throw errors.option('output', `a whole number from 0 to ${outputs - 1}`, output);
    return this.ask(x, output, run);
  }

  /** The mean raw outputs of the training rows, from which contributions count; a copy. */
  get base(): number[] {
    return this.fitted().base();
  }
}

export class GradientBoostingClassifier extends GradientBoosting {
  /** The classes, ascending, in the order of predictProba's columns. */
  classes: number[] = [];

  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: GradientBoostingClassifierOptions = {}) {
    super(options, CLASSIFIER_OPTIONS);
  }

  /**
   * @param x numbers with NaN for missing, codes of categories
   * @param y a class (any number) per row
   * @throws CameoError 'data' for a single class or weights that are negative or all 0; 'column' for infinity
   */
  async fit(x: Matrix | ResidentMatrix, y: ArrayLike<number>, { sampleWeight, ...run }: WeightedFit = {}): Promise<this> {
    const seen = new Set<number>();
    for (let r = 0; r < y.length; r++) seen.add(y[r]);
    const classes = [...seen].sort((a, b) => a - b);
    if (classes.length < 2) throw errors.targetClasses('y', classes.length);
    const code = new Map(classes.map((value, i) => [value, i]));
    const codes = new Float64Array(y.length);
    for (let r = 0; r < y.length; r++) codes[r] = code.get(y[r]) as number;
    const weights = this.#weights(classes, codes, sampleWeight);
    const several = classes.length > 2;
    const outputs = several ? classes.length : 1;
    await this.learn(x, { task: several ? 'multiclass' : 'binary', outputs, y: codes, weights }, run);
    this.classes = classes;
    return this;
  }

  #weights(
    classes: readonly number[],
    codes: Float64Array,
    sampleWeight: ArrayLike<number> | undefined,
  ): Float64Array | undefined {
    const { classWeight } = this.settled;
    if (!classWeight) return sampleWeight && sampleWeights(codes.length, sampleWeight);
    const ofClass = classWeight === 'balanced' ? classWeight : classes.map((value) => classWeight.get(value) ?? 1);
    return weigh(codes, classes.length, sampleWeight, ofClass);
  }

  /** Raw outputs: log-odds of the second of two classes, or one number a class, [rows, classes], row-major; a copy. */
  decisionFunction(x: Matrix | ResidentMatrix, run: RunOptions = {}): Promise<Float32Array> {
    return this.ask(x, undefined, run);
  }

  /** Probabilities f32[rows, classes], row-major; a copy. */
  async predictProba(x: Matrix | ResidentMatrix, run: RunOptions = {}): Promise<Float32Array> {
    const raw = await this.ask(x, undefined, run);
    const k = this.classes.length;
    const p = new Float32Array(x.rows * k);
    if (k === 2) {
      raw.forEach((z, r) => {
        p[2 * r + 1] = logistic(z);
        p[2 * r] = logistic(-z);
      });
      return p;
    }
    for (let first = 0; first < p.length; first += k) {
      const top = raw[first + argmax(raw, first, k)];
      let sum = 0;
      for (let c = first; c < first + k; c++) sum += exp(raw[c] - top);
      for (let c = first; c < first + k; c++) p[c] = exp(raw[c] - top) / sum;
    }
    return p;
  }

  /** The likeliest class of each row; a copy. */
  async predict(x: Matrix | ResidentMatrix, run: RunOptions = {}): Promise<Float64Array> {
    const raw = await this.ask(x, undefined, run);
    const k = this.classes.length;
    if (k === 2) return Float64Array.from(raw, (z) => this.classes[Number(z > 0)]);
    return Float64Array.from({ length: x.rows }, (_, r) => this.classes[argmax(raw, r * k, k)]);
  }

  /** Accuracy. */
  async score(x: Matrix | ResidentMatrix, y: ArrayLike<number>): Promise<number> {
    const predicted = await this.predict(x);
    return predicted.reduce((sum, value, i) => sum + Number(value === y[i]), 0) / predicted.length;
  }
}

export class GradientBoostingRegressor extends GradientBoosting {
  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: GradientBoostingOptions = {}) {
    super(options, OPTIONS);
  }

  /** As GradientBoostingClassifier.fit, with a number per row. */
  async fit(x: Matrix | ResidentMatrix, y: ArrayLike<number>, { sampleWeight, ...run }: WeightedFit = {}): Promise<this> {
    const truth = Float64Array.from(y);
    const bad = truth.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw errors.nonFinite('The target', bad, 0);
    const weights = sampleWeight && sampleWeights(truth.length, sampleWeight);
    await this.learn(x, { task: 'regression', outputs: 1, y: truth, weights }, run);
    return this;
  }

  /** The predicted number of each row; a copy. */
  predict(x: Matrix | ResidentMatrix, run: RunOptions = {}): Promise<Float32Array> {
    return this.ask(x, undefined, run);
  }

  /** The coefficient of determination R². */
  async score(x: Matrix | ResidentMatrix, y: ArrayLike<number>): Promise<number> {
    return evaluateRegression(y, await this.predict(x)).r2;
  }
}
