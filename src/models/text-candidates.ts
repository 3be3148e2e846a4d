/** What may learn from texts: models that end in a sum over terms. */
import type { Engine } from '../engine/engine.js';
import { log } from '../math.js';
import type { Task } from '../metrics/index.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { CsrMatrix } from '../table/csr-matrix.js';
import { fitSparseLinear } from './sparse-linear.js';
import { classSumsOf } from './sparse-rows.js';

/** What is learnt from the rows of a matrix. */
export interface TextProblem {
  task: Task;
  outputs: number;
  /** f64[rows]: the class, or the number */
  y: Float64Array;
  /** f64[rows]: what each row weighs */
  weights: Float64Array;
}

/** f64[columns, outputs] and f64[outputs] */
export interface TextWeights {
  coef: Float64Array;
  intercept: Float64Array;
}

export interface TextCandidate {
  /** for people */
  name: string;
  /** which rows it reads */
  rows: 'counts' | 'tfidf';
  /** @param weights f64[rows] of each fit, 0 for rows that are held out */
  fit(
    engine: Engine,
    x: CsrMatrix,
    problem: TextProblem,
    weights: readonly Float64Array[],
    run: RunOptions,
  ): Promise<TextWeights[]>;
}

const linear = (strength: number): TextCandidate['fit'] => {
  return (engine, x, { task, outputs, y }, weights, run) => {
    const loss = task === 'regression' ? 'squared' : task === 'binary' ? 'logistic' : 'softmax';
    const how = { y, outputs, loss, l2: 1 / strength, fitIntercept: true, tol: 1e-4, maxIter: 200 } as const;
    const problems = weights.map((own) => ({ ...how, weights: own }));
    return fitSparseLinear(engine, x, problems, { signal: run.signal });
  };
};

/** Rennie et al. smooth by 1 too. */
const ALPHA = 1;

const naiveBayes: TextCandidate['fit'] = async (engine, x, { task, y }, weights, run) => {
  const labels = Int32Array.from(y);
  const classes = task === 'binary' ? 2 : labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const fits: TextWeights[] = [];
  for (const own of weights) {
    const sums = await classSumsOf(engine, x, { y: labels, classes, weights: own }, { signal: run.signal });
    const counts = new Float64Array(classes);
    for (let r = 0; r < labels.length; r++) counts[labels[r]] += own[r];
    fits.push(logShares(sums, counts, x.columns));
  }
  return fits;
};

/**
 * Logarithms of a class's shares of the terms and of its share of the rows: of two classes the last one's above the first one's, of several
 * each one's above their mean.
 * @param sums f64[classes, columns]
 */
function logShares(sums: Float64Array, counts: Float64Array, columns: number): TextWeights {
  const classes = counts.length;
  const outputs = classes === 2 ? 1 : classes;
  const [coef, intercept] = [new Float64Array(columns * outputs), new Float64Array(outputs)];
  const totals = counts.map((_, c) =>
    log(sums.subarray(c * columns, (c + 1) * columns).reduce((a, b) => a + b, ALPHA * columns)),
  );
  const of = new Float64Array(classes);
  const tell = (to: Float64Array, at: number) => {
    if (outputs === 1) to[at] = of[1] - of[0];
    else {
      const mean = of.reduce((a, b) => a + b, 0) / classes;
      for (let c = 0; c < classes; c++) to[at + c] = of[c] - mean;
    }
  };
  for (let j = 0; j < columns; j++) {
    for (let c = 0; c < classes; c++) of[c] = log(sums[c * columns + j] + ALPHA) - totals[c];
    tell(coef, j * outputs);
  }
  for (let c = 0; c < classes; c++) of[c] = log(counts[c] + ALPHA);
  tell(intercept, 0);
  return { coef, intercept };
}

const CLASSIFIERS: readonly TextCandidate[] = [
  { name: 'logistic regression, C = 1', rows: 'tfidf', fit: linear(1) },
  { name: 'logistic regression, C = 4', rows: 'tfidf', fit: linear(4) },
  { name: 'naive Bayes', rows: 'counts', fit: naiveBayes },
];
const REGRESSORS: readonly TextCandidate[] = [
  { name: 'ridge, alpha = 1', rows: 'tfidf', fit: linear(1) },
  { name: 'ridge, alpha = 4', rows: 'tfidf', fit: linear(0.25) },
];

export const candidatesOf = (task: Task): readonly TextCandidate[] => (task === 'regression' ? REGRESSORS : CLASSIFIERS);
