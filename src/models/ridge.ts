/**
 * Ridge regression with the options, defaults and results of scikit-learn's Ridge: Σ weight · (y − x w − b)² + alpha ‖w‖². The intercept is
 * not penalized.
 *
 * The loss is quadratic, so that one step by the Cholesky factor ends it and a second takes back its rounding; where there are too many
 * columns to factorize, L-BFGS goes on from their scales (programs/linear/).
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { evaluateRegression } from '../metrics/regression.js';
import { atLeast, checked, type Entries, flag, opaque } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { type Input, LinearEstimator } from './linear-estimator.js';
import { sampleWeights, type WeightedFit } from './weights.js';

export interface RidgeOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** strength of the penalty; default 1. With 0 and columns that depend on each other, one of many solutions comes out */
  alpha?: number;
  /** default true */
  fitIntercept?: boolean;
}

const OPTIONS = v.strictObject({
  engine: v.optional(opaque<Engine>()),
  alpha: v.optional(atLeast(0), 1),
  fitIntercept: v.optional(flag, true),
} satisfies Entries<RidgeOptions>);

/** How near the minimum the solver goes, in deviations of the target: as near as float64 has digits for. */
const TOL = 1e-13;
const MAX_ITER = 10_000;

export class Ridge extends LinearEstimator {
  constructor(private readonly options: RidgeOptions = {}) {
    super(options.engine);
  }

  /** Weights [inputs]. A copy. */
  get coef(): number[] {
    return [...this.fitted().coef];
  }

  get intercept(): number {
    return this.fitted().intercept[0];
  }

  /**
   * @param x features without NaN
   * @param y a number per row
   * @throws CameoError 'argument' for an option out of range; 'data' for NaN, infinity and weights that are none; 'diverged' for numbers
   *   too large; 'aborted'
   */
  async fit(x: Input, y: ArrayLike<number>, given: WeightedFit = {}): Promise<this> {
    const { alpha, fitIntercept } = checked(OPTIONS, this.options);
    if (y.length !== x.rows) throw errors.shape('Targets', `${x.rows}`, `${y.length}`);
    const bad = Array.from(y).findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw errors.nonFinite('The target', bad, 0);
    const weights = sampleWeights(x.rows, given.sampleWeight);
    // Weights and intercept are proportional to the target, so that it is learnt in its deviations, in which a tolerance has a meaning.
    const total = weights.reduce((sum, w) => sum + w, 0);
    const mean = fitIntercept ? weights.reduce((sum, w, r) => sum + (w / total) * y[r], 0) : 0;
    const square = weights.reduce((sum, w, r) => sum + (w / total) * (y[r] - mean) * (y[r] - mean), 0);
    if (!Number.isFinite(square)) throw errors.lossNotFinite();
    const scale = Math.sqrt(square) || 1;
    const targets = Float64Array.from(y, (value) => (value - mean) / scale);
    const problem = { y: targets, weights, outputs: 1, loss: 'squared', fitIntercept, tol: TOL, maxIter: MAX_ITER } as const;
    const solution = await this.solve(x, problem, alpha, given);
    const intercept = solution.intercept.map((b) => b * scale + mean);
    this.keep({ ...solution, coef: solution.coef.map((w) => w * scale), intercept });
    return this;
  }

  /** The predicted number of each row; a copy. */
  predict(x: Input, run: RunOptions = {}): Promise<Float64Array> {
    return this.predictions(x, 'squared', run);
  }

  /** The coefficient of determination R². */
  async score(x: Input, y: ArrayLike<number>): Promise<number> {
    return evaluateRegression(y, await this.predict(x)).r2;
  }
}
