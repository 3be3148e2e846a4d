/**
 * Naive Bayes of categories with the options, defaults and results of scikit-learn's CategoricalNB: columns hold codes from 0 on. A missing
 * code (NaN) is left out, in fitting and in predicting; so is one that fitting never saw, where scikit-learn fails.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { checked, type Entries, flag, opaque } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Matrix } from '../table/matrix.js';
import type { ResidentMatrix } from '../wasm/resident.js';
import { type Labelled, statisticsOf } from './class-statistics.js';
import { jointOf } from './joint-likelihood.js';
import { categoryLogs, paired } from './likelihood-parameters.js';
import { NaiveBayes, PROBABILITIES } from './naive-bayes-estimator.js';
import { ALPHA, LEAST_ALPHA } from './smoothing.js';

/** Codes of a column. */
const MAX_CODES = 1_000_000;

export interface CategoricalNBOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** what is added to every count, 1e-10 at least; default 1 */
  alpha?: number;
  /** learn the classes' probabilities from the rows rather than take them as alike; default true */
  fitPrior?: boolean;
  /** probabilities of the classes; default: as fitPrior says */
  classPrior?: ArrayLike<number>;
  /** categories of every column, or of each, at least; default: those seen */
  minCategories?: number | readonly number[];
}

const CATEGORIES = `a whole number from 1 to ${MAX_CODES}, or one for each column`;
const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_CODES;

const OPTIONS = v.strictObject({
  engine: v.optional(opaque<Engine>()),
  alpha: v.optional(ALPHA, 1),
  fitPrior: v.optional(flag, true),
  classPrior: v.optional(PROBABILITIES),
  minCategories: v.optional(
    v.custom<number | readonly number[]>(
      (value) => isCount(value) || (Array.isArray(value) && value.every(isCount)),
      CATEGORIES,
    ),
  ),
} satisfies Entries<CategoricalNBOptions>);

export class CategoricalNB extends NaiveBayes<Matrix | ResidentMatrix, Float64Array[]> {
  readonly #alpha: number;
  readonly #least: number | readonly number[];

  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: CategoricalNBOptions = {}) {
    const { engine, alpha, fitPrior, classPrior, minCategories = 1 } = checked(OPTIONS, options);
    super(engine, { name: 'classPrior', given: classPrior, fit: fitPrior });
    this.#alpha = Math.max(alpha, LEAST_ALPHA);
    this.#least = minCategories;
  }

  protected width(learnt: Float64Array[]): number {
    return learnt.length;
  }

  /** Of each column the rows, or their weight, of each category and class [categories, classes], row-major. Copies. */
  get categoryCount(): Float64Array[] {
    return this.fitted().map((counts) => counts.slice());
  }

  protected async count(
    engine: Engine,
    x: Matrix | ResidentMatrix,
    labelled: Labelled,
    before: Float64Array[] | undefined,
    run: RunOptions,
  ): Promise<Float64Array[]> {
    const least = this.#least;
    if (typeof least !== 'number' && least.length !== x.columns)
      throw errors.option('minCategories', `${x.columns} numbers, one for each column`, least.length);
    const labels = Array.from({ length: x.columns }, (_, j) => {
      const known = before ? before[j].length / labelled.classes : 1;
      return Math.max(known, typeof least === 'number' ? least : least[j], largestCode(x.column(j), j, true) + 1);
    });
    const counts = await statisticsOf(engine, x, labels, labelled, run);
    before?.forEach((older, j) => {
      older.forEach((count, i) => {
        counts[j][i] += count;
      });
    });
    return counts;
  }

  protected joint(
    engine: Engine,
    x: Matrix | ResidentMatrix,
    learnt: Float64Array[],
    prior: Float64Array,
    run: RunOptions,
  ): Promise<Float64Array> {
    const classes = prior.length;
    for (let j = 0; j < x.columns; j++) largestCode(x.column(j), j, false);
    const fitted = learnt.map((counts) => ({
      labels: counts.length / classes,
      parameters: paired(categoryLogs(counts, classes, this.#alpha), classes),
    }));
    return jointOf(engine, x, fitted, prior, run);
  }
}

/** The largest code of a column, −1 where all are missing. @throws CameoError 'column' for what is no code */
function largestCode(column: Float32Array, j: number, limited: boolean): number {
  let most = -1;
  for (let r = 0; r < column.length; r++) {
    const code = column[r];
    if (code > most) most = code;
    if (code < 0 || Math.trunc(code) !== code) {
      // NaN, a missing code, is not equal to itself.
      if (!Number.isNaN(code)) throw errors.noCode(String(j), r);
    }
  }
  if (limited ? most >= MAX_CODES : most === Number.POSITIVE_INFINITY) throw errors.noCode(String(j), column.indexOf(most));
  return most;
}
