/**
 * Logistic regression with the options, defaults and results of scikit-learn's LogisticRegression: an L2 penalty, of the whole weights C · Σ
 * loss + ½ ‖w‖², for two classes the logistic loss, for several the multinomial one. The intercept is not penalized.
 *
 * There is no choice of solver: L-BFGS from a factorized Hessian (programs/linear/) ends where each of scikit-learn's would.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { argmax } from '../math.js';
import { above, atLeast, checked, type Entries, flag, opaque, whole } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { type Input, LinearEstimator } from './linear-estimator.js';
import { type WeightedFit, weigh } from './weights.js';

export interface LogisticRegressionOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /**
   * Inverse strength of the penalty; default 1. Infinity for none: then classes that the features tell apart are refused, and where they
   * tell some rows apart, the weights that do so grow until `tol` is reached.
   */
  C?: number;
  /** what no component of the gradient of the mean loss is above at the end; default 1e-4 */
  tol?: number;
  /** steps at most; default 100 */
  maxIter?: number;
  /** default true */
  fitIntercept?: boolean;
  /** what the rows of a class weigh, by class, 1 where it is not named; 'balanced': all classes weigh the same together */
  classWeight?: 'balanced' | Readonly<Record<string, number>>;
}

const POSITIVE = 'a number above 0; Infinity for no penalty';
const OPTIONS = v.strictObject({
  engine: v.optional(opaque<Engine>()),
  C: v.optional(v.pipe(v.number(POSITIVE), v.gtValue(0, POSITIVE)), 1),
  tol: v.optional(above(0), 1e-4),
  maxIter: v.optional(whole(1), 100),
  fitIntercept: v.optional(flag, true),
  classWeight: v.optional(
    v.union([v.literal('balanced'), v.record(v.string(), atLeast(0))], "'balanced' or a weight from 0 on for each class"),
  ),
} satisfies Entries<LogisticRegressionOptions>);

export class LogisticRegression extends LinearEstimator {
  /** The classes, ascending, in the order of predictProba's columns. */
  classes: number[] = [];

  constructor(private readonly options: LogisticRegressionOptions = {}) {
    super(options.engine);
  }

  /** Weights [classes][inputs]; for two classes one row, of the second. A copy. */
  get coef(): number[][] {
    const { coef, intercept } = this.fitted();
    const inputs = coef.length / intercept.length;
    return Array.from(intercept, (_, k) => [...coef.subarray(k * inputs, (k + 1) * inputs)]);
  }

  /** As coef. A copy. */
  get intercept(): number[] {
    return [...this.fitted().intercept];
  }

  /**
   * @param x features without NaN
   * @param y a class (any number) per row
   * @throws CameoError 'argument' for an option out of range; 'data' for NaN, infinity, a single class, weights that are none, and without
   *   a penalty for classes that can be told apart; 'diverged' for numbers too large; 'aborted'
   */
  async fit(x: Input, y: ArrayLike<number>, given: WeightedFit = {}): Promise<this> {
    const { C, tol, maxIter, fitIntercept, classWeight } = checked(OPTIONS, this.options);
    if (y.length !== x.rows) throw errors.shape('Targets', `${x.rows}`, `${y.length}`);
    const classes = [...new Set(Array.from(y))].sort((a, b) => a - b);
    const bad = classes.some((c) => !Number.isFinite(c)) ? Array.from(y).findIndex((c) => !Number.isFinite(c)) : -1;
    if (bad >= 0) throw errors.targetMissing('y', bad);
    if (classes.length < 2) throw errors.targetClasses('y', classes.length);
    const code = new Map(classes.map((value, i) => [value, i]));
    const labels = Float64Array.from(y, (value) => code.get(value) as number);
    const weights = weigh(labels, classes.length, given.sampleWeight, this.#classWeights(classes, classWeight));
    if (!weights.some((w) => w > 0)) throw errors.noWeight();
    const [outputs, loss] = classes.length === 2 ? ([1, 'logistic'] as const) : ([classes.length, 'softmax'] as const);
    this.keep(await this.solve(x, { y: labels, weights, outputs, loss, fitIntercept, tol, maxIter }, 1 / C, given));
    this.classes = classes;
    return this;
  }

  /** Log-odds of the second of two classes, f64[rows]; or a raw output a class, f64[rows, classes]. */
  decisionFunction(x: Input, run: RunOptions = {}): Promise<Float64Array> {
    return this.predictions(x, 'squared', run);
  }

  /** Probabilities f32[rows, classes], row-major; a copy. */
  async predictProba(x: Input, run: RunOptions = {}): Promise<Float32Array> {
    this.fitted();
    if (this.classes.length > 2) return Float32Array.from(await this.predictions(x, 'softmax', run));
    const p = await this.predictions(x, 'logistic', run);
    const both = new Float32Array(2 * p.length);
    for (let r = 0; r < p.length; r++) both.set([1 - p[r], p[r]], 2 * r);
    return both;
  }

  /** The likeliest class of each row; a copy. */
  async predict(x: Input, run: RunOptions = {}): Promise<Float64Array> {
    const z = await this.decisionFunction(x, run);
    const k = this.classes.length;
    if (k === 2) return z.map((value) => this.classes[Number(value > 0)]);
    return Float64Array.from({ length: x.rows }, (_, r) => this.classes[argmax(z, r * k, k)]);
  }

  /** Accuracy. */
  async score(x: Input, y: ArrayLike<number>): Promise<number> {
    const predicted = await this.predict(x);
    return predicted.reduce((sum, value, r) => sum + Number(value === y[r]), 0) / predicted.length;
  }

  #classWeights(classes: readonly number[], given: LogisticRegressionOptions['classWeight']) {
    if (given === undefined || given === 'balanced') return given;
    const names = classes.map(String);
    const strange = Object.keys(given).find((name) => !names.includes(name));
    if (strange !== undefined) throw errors.option('classWeight', `weights of the classes ${names.join(', ')}`, `'${strange}'`);
    return names.map((name) => given[name] ?? 1);
  }
}
