/** What the naive Bayes estimators of counts share: sparse rows or dense ones, sums of each class, and an answer that is one product. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { CsrMatrix } from '../table/csr-matrix.js';
import type { Matrix } from '../table/matrix.js';
import { place } from '../wasm/memory.js';
import type { ResidentMatrix } from '../wasm/resident.js';
import type { Labelled } from './class-statistics.js';
import { NaiveBayes, type Prior } from './naive-bayes-estimator.js';
import { classSumsOf, largestOf, type Panels, panelsOf, productOf } from './sparse-rows.js';

/** Rows of counts: few of them other than 0, or in columns. */
export type SparseInput = CsrMatrix | Matrix | ResidentMatrix;

/** What a row's values are multiplied by, and what is added. */
export interface Weighing {
  /** f64[classes, columns] */
  weights: Float64Array;
  /** f64[classes], besides the prior */
  bias: Float64Array;
}

export interface Sums {
  /** f64[classes, columns] */
  counts: Float64Array;
  classCount: Float64Array;
  columns: number;
}

export abstract class SparseNB extends NaiveBayes<SparseInput, Sums> {
  /** made once after a fit */
  #answer: (Panels & { of: Sums }) | undefined;

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

  #prepare(engine: Engine, sums: Sums): Panels & { of: Sums } {
    const { weights, bias } = this.weigh(sums, (values) => logarithms(engine, values));
    return { of: sums, values: panelsOf(weights, sums.columns), bias };
  }

  #panels(engine: Engine, learnt: Sums, prior: Float64Array): Panels {
    // A fit that failed may have made another.
    if (this.#answer?.of !== learnt) this.#answer = this.#prepare(engine, learnt);
    const { values, bias } = this.#answer;
    return { values, bias: bias.map((own, c) => own + (this.usesPrior ? prior[c] : 0)) };
  }

  protected joint(engine: Engine, x: SparseInput, learnt: Sums, prior: Float64Array, run: RunOptions): Promise<Float64Array> {
    return productOf(engine, this.rowsOf(x), this.#panels(engine, learnt, prior), run);
  }

  /** The likeliest class of each row, whose probabilities need not come from the workers. */
  override async predict(x: SparseInput, run: RunOptions = {}): Promise<Float64Array> {
    const learnt = this.fittedFor(x);
    const engine = await this.engine();
    const tops = await largestOf(engine, this.rowsOf(x), this.#panels(engine, learnt, this.classLogPrior), run);
    const out = new Float64Array(tops.length);
    for (let r = 0; r < out.length; r++) out[r] = this.classes[tops[r]];
    return out;
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

export const csrOf = (x: SparseInput): CsrMatrix => (x instanceof CsrMatrix ? x : CsrMatrix.fromMatrix(x));

/** The row and the column of the i-th value. */
export const placeOf = ({ indptr, indices }: CsrMatrix, i: number): [row: number, column: number] => [
  indptr.findIndex((first) => first > i) - 1,
  indices[i],
];

/** @throws CameoError 'data' for a number below 0 */
export function countsOf(x: SparseInput, name: string): CsrMatrix {
  const rows = csrOf(x);
  const i = rows.firstNegative;
  if (i < 0) return rows;
  throw errors.negative(`Rows of ${name}`, ...placeOf(rows, i));
}
