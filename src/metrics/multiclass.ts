/** Metrics of a classifier of several classes, as scikit-learn defines them, averaged over classes ('macro'). */

import { argmax, log, square } from '../math.js';
import { averagePrecision, CLIP, type ClassifierEvaluation, rocAuc } from './binary.js';

/**
 * @param truth the class of each row, 0 … classes − 1
 * @param proba probabilities [rows, classes], row-major
 * @returns precision, recall and F1 as means over classes; rocAuc and averagePrecision one class against the rest, as
 *   means over the classes that some rows have and others have not, NaN without any; brier Σ over classes, 0 … 2
 */
export function evaluateMulticlass(truth: ArrayLike<number>, proba: ArrayLike<number>, classes: number): ClassifierEvaluation {
  const n = truth.length;
  const hits = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  const actual = new Float64Array(classes);
  let loss = 0;
  let squares = 0;
  for (let r = 0; r < n; r++) {
    const top = argmax(proba, r * classes, classes);
    for (let c = 0; c < classes; c++) squares += square(proba[r * classes + c] - Number(c === truth[r]));
    predicted[top]++;
    actual[truth[r]]++;
    if (top === truth[r]) hits[top]++;
    loss -= log(Math.min(1 - CLIP, Math.max(CLIP, proba[r * classes + truth[r]])));
  }
  const all = Array.from({ length: classes }, (_, c) => c);
  const seen = all.filter((c) => actual[c] > 0 || predicted[c] > 0);
  const present = all.filter((c) => actual[c] > 0);
  const ranked = all.filter((c) => actual[c] > 0 && actual[c] < n);
  const mean = (of: number[], value: (c: number) => number) => of.reduce((sum, c) => sum + value(c), 0) / of.length;
  const against = (metric: typeof rocAuc) => (c: number) =>
    metric(
      Array.from({ length: n }, (_, r) => Number(truth[r] === c)),
      Array.from({ length: n }, (_, r) => proba[r * classes + c]),
    );
  return {
    accuracy: hits.reduce((a, b) => a + b, 0) / n,
    balancedAccuracy: mean(present, (c) => hits[c] / actual[c]),
    precision: mean(seen, (c) => (predicted[c] ? hits[c] / predicted[c] : 0)),
    recall: mean(seen, (c) => (actual[c] ? hits[c] / actual[c] : 0)),
    f1: mean(seen, (c) => (2 * hits[c]) / (actual[c] + predicted[c])),
    rocAuc: mean(ranked, against(rocAuc)),
    averagePrecision: mean(ranked, against(averagePrecision)),
    logLoss: loss / n,
    brier: squares / n,
    baselineAccuracy: Math.max(...actual) / n,
  };
}
