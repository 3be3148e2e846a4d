/** How well sums of terms tell a target: what other families will make of them is a curve, so that neither their scale nor their zero matters. */
import { exp, log } from '../math.js';
import type { TextProblem } from './text-candidates.js';

/** Naive Bayes takes words for independent, and its sums are several times too large. */
const SCALES = [2, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125];

/**
 * The weighed mean log loss at the best of some scales, or of numbers the squared error; rows without a sum count nowhere.
 * @param z f64[rows, outputs]
 */
export function sumsLoss(z: Float64Array, { task, outputs, y, weights }: TextProblem): number {
  const losses = SCALES.slice(0, task === 'regression' ? 1 : undefined).map((scale) => {
    let [sum, total] = [0, 0];
    for (let r = 0; r < y.length; r++) {
      const at = r * outputs;
      if (Number.isNaN(z[at])) continue;
      total += weights[r];
      if (task === 'regression') sum += weights[r] * (z[at] - y[r]) * (z[at] - y[r]);
      else if (outputs === 1) sum += weights[r] * logistic((y[r] === 1 ? -scale : scale) * z[at]);
      else sum += weights[r] * softmax(z, at, outputs, y[r], scale);
    }
    return total > 0 ? sum / total : 0;
  });
  return Math.min(...losses);
}

/** log(1 + eˣ) */
const logistic = (x: number): number => Math.max(0, x) + log(1 + exp(-Math.abs(x)));

function softmax(z: Float64Array, at: number, outputs: number, label: number, scale: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < outputs; k++) most = Math.max(most, scale * z[at + k]);
  let sum = 0;
  for (let k = 0; k < outputs; k++) sum += exp(scale * z[at + k] - most);
  return most + log(sum) - scale * z[at + label];
}
