/**
 * Complement naive Bayes with the options, defaults and results of scikit-learn's ComplementNB (Rennie, Shih, Teevan and Karger, "Tackling the
 * Poor Assumptions of Naive Bayes Text Classifiers", 2003): a class is judged by how little a row is like all others, which suits
 * classes of unlike sizes. The prior does not enter.
 */
import * as v from 'valibot';
import { log } from '../math.js';
import { checked, flag } from '../options.js';
import type { CsrMatrix } from '../table/csr-matrix.js';
import { OPTIONS as MULTINOMIAL, type MultinomialNBOptions } from './multinomial-nb.js';
import { alphasOf } from './smoothing.js';
import { countsOf, type SparseInput, SparseNB, type Sums, type Weighing } from './sparse-nb.js';

export interface ComplementNBOptions extends MultinomialNBOptions {
  /** divide the weights of a class by their sum; default false */
  norm?: boolean;
}

const OPTIONS = v.strictObject({ ...MULTINOMIAL.entries, norm: v.optional(flag, false) });

export class ComplementNB extends SparseNB {
  readonly #alpha: number | ArrayLike<number>;
  readonly #norm: boolean;

  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: ComplementNBOptions = {}) {
    const { engine, alpha, fitPrior, classPrior, norm } = checked(OPTIONS, options);
    super(engine, { name: 'classPrior', given: classPrior, fit: fitPrior }, false);
    this.#alpha = alpha;
    this.#norm = norm;
  }

  protected rowsOf(x: SparseInput): CsrMatrix {
    return countsOf(x, 'ComplementNB');
  }

  protected weigh({ counts, classCount, columns }: Sums, logarithms: (values: Float64Array) => Float64Array): Weighing {
    const classes = classCount.length;
    const alphas = alphasOf(this.#alpha, columns);
    const all = new Float64Array(columns);
    for (let i = 0; i < counts.length; i++) all[i % columns] += counts[i];
    const others = new Float64Array(counts.length);
    const totals = new Float64Array(classes);
    for (let c = 0, i = 0; c < classes; c++) {
      for (let j = 0; j < columns; j++, i++) {
        // Sums of fractions may come out a little below the part that they are made of.
        others[i] = Math.max(0, all[j] - counts[i]) + alphas[j];
        totals[c] += others[i];
      }
    }
    const weights = logarithms(others);
    for (let c = 0; c < classes; c++) {
      const own = weights.subarray(c * columns, (c + 1) * columns);
      const total = log(totals[c]);
      let sum = 0;
      for (let j = 0; j < columns; j++) {
        own[j] = total - own[j];
        sum += own[j];
      }
      if (this.#norm && sum > 0) for (let j = 0; j < columns; j++) own[j] /= sum;
    }
    return { weights, bias: new Float64Array(classes) };
  }
}
