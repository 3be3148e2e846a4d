/**
 * What the naive Bayes estimators share: classes and their prior, rows in one piece or batch after batch, and what follows from joint
 * log-likelihoods. Names, options and results are scikit-learn's.
 */
import * as v from 'valibot';
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { argmax, exp, log } from '../math.js';
import { checked, opaque } from '../options.js';
import { RUN_OPTIONS, type RunOptions } from '../scheduler/scheduler.js';
import type { Labelled } from './class-statistics.js';
import { sampleWeights, type WeightedFit } from './weights.js';

/** How a batch is learnt from. */
export interface PartialFit extends WeightedFit {
  /** all classes that there will be: needed with the first batch */
  classes?: ArrayLike<number>;
}

const FIT_OPTIONS = v.strictObject({
  ...RUN_OPTIONS.entries,
  sampleWeight: v.optional(opaque<ArrayLike<number>>()),
  classes: v.optional(opaque<ArrayLike<number>>()),
});

/** Whole numbers below which classes are numbered by a table. */
const TABLE = 65536;

/** How far a given prior may be from summing to 1. */
const PRIOR_SUM = 1e-6;

/** log x, and −Infinity for 0. */
export const logOf = (x: number): number => (x > 0 ? log(x) : Number.NEGATIVE_INFINITY);

export const PROBABILITIES = opaque<ArrayLike<number>>();

/** Where the classes' probabilities come from. */
export interface Prior {
  /** the option's name */
  name: string;
  given?: ArrayLike<number>;
  /** learn them from the rows rather than take them as alike */
  fit: boolean;
}

/** @param Learnt what is kept of the rows besides how many each class has */
export abstract class NaiveBayes<Rows extends { readonly rows: number; readonly columns: number }, Learnt> {
  /** The classes, ascending, in the order of the probabilities' columns. */
  classes: number[] = [];
  /** Rows of each class, or what they weigh. */
  classCount = new Float64Array(0);
  protected learnt: Learnt | undefined;

  constructor(
    private readonly shared: Engine | undefined,
    private readonly prior: Prior,
  ) {}

  /** What these rows add to what was learnt before: a new value. */
  protected abstract count(
    engine: Engine,
    x: Rows,
    labelled: Labelled,
    before: Learnt | undefined,
    run: RunOptions,
  ): Promise<Learnt>;
  /** Joint log-likelihoods f64[rows, classes], from the logarithms of the prior on. */
  protected abstract joint(
    engine: Engine,
    x: Rows,
    learnt: Learnt,
    prior: Float64Array,
    run: RunOptions,
  ): Promise<Float64Array>;
  /** Columns that it was fitted on. */
  protected abstract width(learnt: Learnt): number;

  /**
   * Learns, forgetting an earlier fit.
   * @param y a class (any number) per row
   * @throws CameoError 'argument' for wrong options, 'data' for no rows, a single class, or weights that are none; 'aborted'
   */
  async fit(x: Rows, y: ArrayLike<number>, given: WeightedFit = {}): Promise<this> {
    if ('classes' in given) throw errors.optionUnknown('classes', ['sampleWeight', 'signal', 'onProgress']);
    return this.#learn(x, y, given, undefined);
  }

  /**
   * Learns from more rows, on top of what was learnt. The first call names all classes. On an error nothing is changed.
   * @throws as `fit`; 'argument' where the first call names no classes, or a later one others; 'data' for a row of none of them
   */
  async partialFit(x: Rows, y: ArrayLike<number>, { classes, ...given }: PartialFit = {}): Promise<this> {
    if (this.learnt === undefined) {
      if (classes === undefined)
        throw errors.option('classes', 'given with the first batch: all classes that there will be', 'none');
      return this.#learn(x, y, given, classesOf(classes));
    }
    if (classes !== undefined && String(classesOf(classes)) !== String(this.classes))
      throw errors.option('classes', `those of the first batch, ${this.classes.length} of them`, 'others');
    return this.#learn(x, y, given, this.classes, this.learnt);
  }

  async #learn(
    x: Rows,
    y: ArrayLike<number>,
    given: WeightedFit,
    known: readonly number[] | undefined,
    before?: Learnt,
  ): Promise<this> {
    const { sampleWeight, classes: _, ...run } = checked(FIT_OPTIONS, given) as PartialFit;
    if (x.rows === 0) throw errors.tableEmpty('The training matrix');
    if (x.columns === 0) throw errors.shape('The training matrix', 'at least one column', 'none');
    if (y.length !== x.rows) throw errors.shape('Targets', `${x.rows}`, `${y.length}`);
    if (before !== undefined && this.width(before) !== x.columns)
      throw errors.shape('Matrix columns', `${this.width(before)} as fitted before`, `${x.columns}`);
    const { classes, codes } = encodeClasses(y, known);
    checkPrior(this.prior, classes.length);
    const weights = sampleWeight && sampleWeights(x.rows, sampleWeight);
    const labelled = { y: codes, classes: classes.length, weights };
    const learnt = await this.count(await this.engine(), x, labelled, before, run);
    const counts = before === undefined ? new Float64Array(classes.length) : this.classCount.slice();
    for (let r = 0; r < codes.length; r++) counts[codes[r]] += weights ? weights[r] : 1;
    this.classes = [...classes];
    this.classCount = counts;
    this.learnt = learnt;
    return this;
  }

  protected engine(): Promise<Engine> {
    return this.shared ? Promise.resolve(this.shared) : defaultEngine();
  }

  /** @throws CameoError 'not-fitted' */
  protected fitted(): Learnt {
    if (this.learnt === undefined) throw errors.notFitted(this.constructor.name);
    return this.learnt;
  }

  /** What was learnt, for rows of as many columns. @throws CameoError 'not-fitted', 'argument' */
  protected fittedFor(x: Rows): Learnt {
    const learnt = this.fitted();
    if (x.columns !== this.width(learnt)) throw errors.shape('Matrix columns', `${this.width(learnt)}`, `${x.columns}`);
    return learnt;
  }

  /** Logarithms of the classes' probabilities: given, learnt, or alike for all. A copy. */
  get classLogPrior(): Float64Array {
    this.fitted();
    const { given, fit } = this.prior;
    if (given) return Float64Array.from(given, logOf);
    const k = this.classes.length;
    if (!fit) return new Float64Array(k).fill(-log(k));
    const total = this.classCount.reduce((a, b) => a + b, 0);
    return this.classCount.map((n) => logOf(n / total));
  }

  /** log P(class) + log P(row | class), f64[rows, classes], row-major; a copy. */
  async predictJointLogProba(x: Rows, run: RunOptions = {}): Promise<Float64Array> {
    const learnt = this.fittedFor(x);
    if (x.rows === 0) return new Float64Array(0);
    return this.joint(await this.engine(), x, learnt, this.classLogPrior, run);
  }

  /** Logarithms of the classes' probabilities, f64[rows, classes], row-major; a copy. */
  async predictLogProba(x: Rows, run: RunOptions = {}): Promise<Float64Array> {
    const joint = await this.predictJointLogProba(x, run);
    const k = this.classes.length;
    for (let first = 0; first < joint.length; first += k) {
      const top = joint[first + argmax(joint, first, k)];
      let sum = 0;
      for (let c = first; c < first + k; c++) sum += exp(joint[c] - top);
      const total = top + log(sum);
      for (let c = first; c < first + k; c++) joint[c] -= total;
    }
    return joint;
  }

  /** Probabilities f32[rows, classes], row-major; a copy. */
  async predictProba(x: Rows, run: RunOptions = {}): Promise<Float32Array> {
    return Float32Array.from(await this.predictLogProba(x, run), exp);
  }

  /** The likeliest class of each row; a copy. */
  async predict(x: Rows, run: RunOptions = {}): Promise<Float64Array> {
    const joint = await this.predictJointLogProba(x, run);
    const k = this.classes.length;
    const out = new Float64Array(x.rows);
    for (let r = 0; r < x.rows; r++) out[r] = this.classes[argmax(joint, r * k, k)];
    return out;
  }

  /** Accuracy. */
  async score(x: Rows, y: ArrayLike<number>): Promise<number> {
    if (y.length !== x.rows) throw errors.shape('Targets', `${x.rows}`, `${y.length}`);
    const predicted = await this.predict(x);
    return predicted.reduce((sum, value, r) => sum + Number(value === y[r]), 0) / predicted.length;
  }
}

/** Classes ascending, each once. */
function classesOf(values: ArrayLike<number>): number[] {
  const classes = [...new Set(Array.from(values))].sort((a, b) => a - b);
  if (!classes.every(Number.isFinite)) throw errors.option('classes', 'finite numbers', 'others');
  if (classes.length < 2) throw errors.targetClasses('y', classes.length);
  return classes;
}

/** The classes, and of each row the number of its own: by a table where they are small whole numbers, which most are. */
function encodeClasses(y: ArrayLike<number>, known?: readonly number[]): { classes: readonly number[]; codes: Int32Array } {
  const small = new Int32Array(TABLE).fill(-1);
  const others = new Map<number, number>();
  const isSmall = (value: number) => value >= 0 && value < TABLE && value === Math.trunc(value);
  if (!known) {
    for (let r = 0; r < y.length; r++) {
      const value = y[r];
      if (isSmall(value)) small[value] = 0;
      else if (Number.isFinite(value)) others.set(value, 0);
      else throw errors.targetMissing('y', r);
    }
  }
  const classes = known ?? numbersIn(small, others);
  if (classes.length < 2) throw errors.targetClasses('y', classes.length);
  classes.forEach((value, code) => {
    if (isSmall(value)) small[value] = code;
    else others.set(value, code);
  });
  const codes = new Int32Array(y.length);
  for (let r = 0; r < y.length; r++) {
    const value = y[r];
    const code = isSmall(value) ? small[value] : others.get(value);
    if (code === undefined || code < 0) throw errors.classUnknown('y', r);
    codes[r] = code;
  }
  return { classes, codes };
}

/** Those that were marked, ascending. */
function numbersIn(small: Int32Array, others: ReadonlyMap<number, number>): number[] {
  const found = [...others.keys()];
  for (let value = 0; value < small.length; value++) if (small[value] === 0) found.push(value);
  return found.sort((a, b) => a - b);
}

function checkPrior({ name, given }: Prior, classes: number): void {
  if (!given) return;
  const values = Array.from(given);
  const sum = values.reduce((a, b) => a + b, 0);
  if (values.length !== classes || !values.every((p) => p >= 0) || !(Math.abs(sum - 1) < PRIOR_SUM))
    throw errors.option(name, `${classes} probabilities that sum to 1`, `${values.length} that sum to ${sum}`);
}
