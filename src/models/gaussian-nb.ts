/**
 * Gaussian naive Bayes with the options, defaults and results of scikit-learn's GaussianNB: within a class each column is normal. A missing value
 * (NaN) is left out, in fitting and in predicting.
 *
 * Batches may come one by one: what is added to the variances is a share of the largest variance of all rows so far, where scikit-learn
 * takes the last batch's.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { atLeast, checked, type Entries, opaque } from '../options.js';
import { StandardScaler } from '../prepare/standard-scaler.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Matrix } from '../table/matrix.js';
import type { ResidentMatrix } from '../wasm/resident.js';
import { type Labelled, mergeMoments, type Normal, normalOf, pooledMoments, statisticsOf } from './class-statistics.js';
import { jointOf } from './joint-likelihood.js';
import { gaussianParameters } from './likelihood-parameters.js';
import { NaiveBayes, PROBABILITIES } from './naive-bayes-estimator.js';

export interface GaussianNBOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** probabilities of the classes; default: their shares of the rows */
  priors?: ArrayLike<number>;
  /** share of the largest column's variance that is added to every variance; default 1e-9 */
  varSmoothing?: number;
}

const OPTIONS = v.strictObject({
  engine: v.optional(opaque<Engine>()),
  priors: v.optional(PROBABILITIES),
  varSmoothing: v.optional(atLeast(0), 1e-9),
} satisfies Entries<GaussianNBOptions>);

interface Moments {
  /** of each column f64[classes, 3]: count, mean, sum of squared deviations */
  groups: Float64Array[];
  /** of each column f64[3]: of all rows, which count 1 each */
  all: Float64Array[];
}

export class GaussianNB extends NaiveBayes<Matrix | ResidentMatrix, Moments> {
  readonly #varSmoothing: number;

  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: GaussianNBOptions = {}) {
    const { engine, priors, varSmoothing } = checked(OPTIONS, options);
    super(engine, { name: 'priors', given: priors, fit: true });
    this.#varSmoothing = varSmoothing;
  }

  protected width({ groups }: Moments): number {
    return groups.length;
  }

  /** Means [classes, columns], row-major; of a class that has no value of a column all rows' mean. A copy. */
  get theta(): Float64Array {
    return this.#byClass(({ mean }) => mean);
  }

  /** Variances [classes, columns] with what was added to them, row-major; a copy. */
  get variance(): Float64Array {
    return this.#byClass(({ variance }) => variance);
  }

  /** What was added to the variances. */
  get epsilon(): number {
    return this.#epsilon(this.fitted());
  }

  #epsilon({ all }: Moments): number {
    return this.#varSmoothing * all.reduce((most, [n, , m2]) => Math.max(most, n > 0 ? m2 / n : 0), 0);
  }

  #byClass(of: (normal: Normal) => Float64Array): Float64Array {
    const { groups } = this.fitted();
    const out = new Float64Array((groups[0].length / 3) * groups.length);
    this.#normals(this.fitted()).forEach((normal, j) => {
      of(normal).forEach((value, c) => {
        out[c * groups.length + j] = value;
      });
    });
    return out;
  }

  #normals(learnt: Moments): Normal[] {
    const epsilon = this.#epsilon(learnt);
    return learnt.groups.map((moments) => normalOf(moments, epsilon));
  }

  protected async count(
    engine: Engine,
    x: Matrix | ResidentMatrix,
    labelled: Labelled,
    before: Moments | undefined,
    run: RunOptions,
  ): Promise<Moments> {
    const numbers = Array.from({ length: x.columns }, () => -1);
    const groups = await statisticsOf(engine, x, numbers, labelled, run);
    let all = groups.map(pooledMoments);
    if (labelled.weights) {
      const { count, mean, variance } = await new StandardScaler({ engine }).fit(x);
      all = groups.map((_, j) => Float64Array.of(count[j], mean[j], count[j] > 0 ? variance[j] * count[j] : 0));
    }
    if (before) {
      const merged = (older: Float64Array, newer: Float64Array) => {
        const sum = older.slice();
        mergeMoments(sum, newer);
        return sum;
      };
      return {
        groups: groups.map((newer, j) => merged(before.groups[j], newer)),
        all: all.map((newer, j) => merged(before.all[j], newer)),
      };
    }
    return { groups, all };
  }

  protected joint(
    engine: Engine,
    x: Matrix | ResidentMatrix,
    learnt: Moments,
    prior: Float64Array,
    run: RunOptions,
  ): Promise<Float64Array> {
    const fitted = this.#normals(learnt).map(({ mean, variance }, j) => {
      const bad = variance.findIndex((value) => !(value > 0));
      if (bad >= 0) throw errors.noVariance(j, bad);
      return { labels: -1, parameters: gaussianParameters(mean, variance) };
    });
    return jointOf(engine, x, fitted, prior, run);
  }
}
