/**
 * Multinomial naive Bayes with the options, defaults and results of scikit-learn's MultinomialNB: a row is counts, such as those of words, each
 * drawn from the shares of its class.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { log } from '../math.js';
import { checked, type Entries, flag, opaque } from '../options.js';
import type { CsrMatrix } from '../table/csr-matrix.js';
import { PROBABILITIES } from './naive-bayes-estimator.js';
import { ALPHAS, alphasOf } from './smoothing.js';
import { countsOf, type SparseInput, SparseNB, type Sums, type Weighing } from './sparse-nb.js';

export interface MultinomialNBOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** what is added to every count, or to those of each column, 1e-10 at least; default 1 */
  alpha?: number | ArrayLike<number>;
  /** learn the classes' probabilities from the rows rather than take them as alike; default true */
  fitPrior?: boolean;
  /** probabilities of the classes; default: as fitPrior says */
  classPrior?: ArrayLike<number>;
}

export const OPTIONS = v.strictObject({
  engine: v.optional(opaque<Engine>()),
  alpha: v.optional(ALPHAS, 1),
  fitPrior: v.optional(flag, true),
  classPrior: v.optional(PROBABILITIES),
} satisfies Entries<MultinomialNBOptions>);

export class MultinomialNB extends SparseNB {
  readonly #alpha: number | ArrayLike<number>;

  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: MultinomialNBOptions = {}) {
    const { engine, alpha, fitPrior, classPrior } = checked(OPTIONS, options);
    super(engine, { name: 'classPrior', given: classPrior, fit: fitPrior });
    this.#alpha = alpha;
  }

  protected rowsOf(x: SparseInput): CsrMatrix {
    return countsOf(x, 'MultinomialNB');
  }

  protected weigh({ counts, classCount, columns }: Sums, logarithms: (values: Float64Array) => Float64Array): Weighing {
    const alphas = alphasOf(this.#alpha, columns);
    const smoothed = counts.slice();
    const totals = new Float64Array(classCount.length);
    for (let c = 0, i = 0; c < totals.length; c++) {
      for (let j = 0; j < columns; j++, i++) {
        smoothed[i] += alphas[j];
        totals[c] += smoothed[i];
      }
    }
    const weights = logarithms(smoothed);
    for (let c = 0, i = 0; c < totals.length; c++) {
      const total = log(totals[c]);
      for (let j = 0; j < columns; j++, i++) weights[i] -= total;
    }
    return { weights, bias: new Float64Array(totals.length) };
  }
}
