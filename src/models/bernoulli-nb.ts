/**
 * Bernoulli naive Bayes with the options, defaults and results of scikit-learn's BernoulliNB: of each column it counts only whether its value is
 * above a threshold, and that it is not counts too.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { log } from '../math.js';
import { atLeast, checked, type Entries, flag, opaque } from '../options.js';
import { CsrMatrix } from '../table/csr-matrix.js';
import { PROBABILITIES } from './naive-bayes-estimator.js';
import { ALPHA, LEAST_ALPHA } from './smoothing.js';
import { csrOf, placeOf, type SparseInput, SparseNB, type Sums, type Weighing } from './sparse-nb.js';

export interface BernoulliNBOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** what is added to the counts of either, 1e-10 at least; default 1 */
  alpha?: number;
  /** values above it, from 0 on, count as 1, all others as 0; null where they are 0 and 1 already; default 0 */
  binarize?: number | null;
  /** learn the classes' probabilities from the rows rather than take them as alike; default true */
  fitPrior?: boolean;
  /** probabilities of the classes; default: as fitPrior says */
  classPrior?: ArrayLike<number>;
}

const OPTIONS = v.strictObject({
  engine: v.optional(opaque<Engine>()),
  alpha: v.optional(ALPHA, 1),
  binarize: v.optional(v.nullable(atLeast(0)), 0),
  fitPrior: v.optional(flag, true),
  classPrior: v.optional(PROBABILITIES),
} satisfies Entries<BernoulliNBOptions>);

export class BernoulliNB extends SparseNB {
  readonly #alpha: number;
  readonly #threshold: number | null;

  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: BernoulliNBOptions = {}) {
    const { engine, alpha, binarize, fitPrior, classPrior } = checked(OPTIONS, options);
    super(engine, { name: 'classPrior', given: classPrior, fit: fitPrior });
    this.#alpha = Math.max(alpha, LEAST_ALPHA);
    this.#threshold = binarize;
  }

  protected rowsOf(x: SparseInput): CsrMatrix {
    const threshold = this.#threshold;
    const rows = csrOf(x);
    return threshold === null ? binary(rows) : above(rows, threshold);
  }

  protected weigh({ counts, classCount, columns }: Sums, logarithms: (values: Float64Array) => Float64Array): Weighing {
    const alpha = this.#alpha;
    const bias = new Float64Array(classCount.length);
    const present = counts.map((count) => count + alpha);
    // Sums of fractions may come out a little below the part that they are made of.
    const absent = counts.map((count, i) => Math.max(0, classCount[Math.floor(i / columns)] - count) + alpha);
    const weights = logarithms(present);
    logarithms(absent);
    for (let c = 0, i = 0; c < bias.length; c++) {
      const total = log(classCount[c] + 2 * alpha);
      for (let j = 0; j < columns; j++, i++) {
        bias[c] += absent[i] - total;
        weights[i] -= absent[i];
      }
    }
    return { weights, bias };
  }
}

/** @throws CameoError 'data' for a value other than 1 */
function binary(x: CsrMatrix): CsrMatrix {
  const bad = x.values.findIndex((value) => value !== 1 && value !== 0);
  if (bad < 0) return x;
  throw errors.notBinary(...placeOf(x, bad));
}

/** Ones in place of the values above a threshold. */
function above({ indptr, indices, values, rows, columns }: CsrMatrix, threshold: number): CsrMatrix {
  const starts = new Int32Array(rows + 1);
  for (let r = 0; r < rows; r++) {
    starts[r + 1] = starts[r];
    for (let i = indptr[r]; i < indptr[r + 1]; i++) starts[r + 1] += Number(values[i] > threshold);
  }
  const kept = indices.filter((_, i) => values[i] > threshold);
  return new CsrMatrix({ indptr: starts, indices: kept, values: new Float32Array(kept.length).fill(1), columns });
}
