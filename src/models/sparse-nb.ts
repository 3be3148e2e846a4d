/** What the naive Bayes estimators of counts share: sparse rows or dense ones, sums of each class, and an answer that is one product. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { pairs } from '../programs/naive-bayes/columns.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { CsrMatrix } from '../table/csr-matrix.js';
import type { Matrix } from '../table/matrix.js';
import { place } from '../wasm/memory.js';
import type { ResidentMatrix } from '../wasm/resident.js';
import type { Labelled } from './class-statistics.js';
import { NaiveBayes, type Prior } from './naive-bayes-estimator.js';
import { classSumsOf, productOf } from './sparse-rows.js';

/** Rows of counts: few of them other than 0, or in columns. */
export type SparseInput = CsrMatrix | Matrix | ResidentMatrix;

/** What a row's values are multiplied by, and what is added. */
export interface Weighing {
  /** f64[classes, columns] */
  weights: Float64Array;
  /** f64[classes], besides the prior */
  bias: Float64Array;
}

interface Sums {
  /** f64[classes, columns] */
  counts: Float64Array;
  classCount: Float64Array;
  columns: number;
}

export abstract class SparseNB extends NaiveBayes<SparseInput, Sums> {
  /** made once after a fit */
  #answer: { of: Sums; dense: Float64Array; bias: Float64Array } | undefined;

  constructor(
    engine: Engine | undefined,
    prior: Prior,
    private readonly usesPrior = true,
  ) {
    super(engine, prior);
  }

  /** The rows as they are counted. */
  protected abstract rowsOf(x: SparseInput): CsrMatrix;
  /** @param log natural logarithms of positive numbers, which are overwritten */
  protected abstract weigh(sums: Sums, log: (values: Float64Array) => Float64Array): Weighing;

  protected width({ columns }: Sums): number {
    return columns;
  }

  /** Sums of the values of each class, times what the rows weigh [classes, columns], row-major; a copy. */
  get featureCount(): Float64Array {
    return this.fitted().counts.slice();
  }

  protected async count(
    engine: Engine,
    x: SparseInput,
    labelled: Labelled,
    before: Sums | undefined,
    run: RunOptions,
  ): Promise<Sums> {
    const { y, classes, weights } = labelled;
    const counts = await classSumsOf(engine, this.rowsOf(x), labelled, run);
    before?.counts.forEach((count, i) => {
      counts[i] += count;
    });
    const classCount = before ? before.classCount.slice() : new Float64Array(classes);
    for (let r = 0; r < y.length; r++) classCount[y[r]] += weights ? weights[r] : 1;
    const sums = { counts, classCount, columns: x.columns };
    this.#answer = this.#prepare(engine, sums);
    return sums;
  }

  #prepare(engine: Engine, sums: Sums) {
    const { columns, classCount } = sums;
    const { weights, bias } = this.weigh(sums, (values) => logarithms(engine, values));
    const ld = pairs(classCount.length);
    const dense = new Float64Array(columns * ld);
    for (let c = 0; c < classCount.length; c++) {
      for (let j = 0, from = c * columns; j < columns; j++) dense[j * ld + c] = weights[from + j];
    }
    return { of: sums, dense, bias };
  }

  protected joint(engine: Engine, x: SparseInput, learnt: Sums, prior: Float64Array, run: RunOptions): Promise<Float64Array> {
    // A fit that failed may have made another.
    if (this.#answer?.of !== learnt) this.#answer = this.#prepare(engine, learnt);
    const { dense, bias } = this.#answer;
    const all = new Float64Array(pairs(prior.length));
    bias.forEach((value, c) => {
      all[c] = value + (this.usesPrior ? prior[c] : 0);
    });
    return productOf(engine, this.rowsOf(x), dense, all, prior.length, run);
  }
}

/** Natural logarithms of positive numbers, by a kernel. @returns the same array */
function logarithms(engine: Engine, values: Float64Array): Float64Array {
  const { at, region } = place(engine, (layout) => layout.put(values));
  using _ = region;
  engine.kernels.vector_log64(at, at, values.length);
  values.set(engine.f64(at, values.length));
  return values;
}

/** @throws CameoError 'data' for a number below 0 */
export function countsOf(x: SparseInput, name: string): CsrMatrix {
  const rows = x instanceof CsrMatrix ? x : CsrMatrix.fromMatrix(x);
  const bad = rows.values.findIndex((value) => value < 0);
  if (bad < 0) return rows;
  throw errors.negative(`Rows of ${name}`, rows.indptr.findIndex((first) => first > bad) - 1, rows.indices[bad]);
}
