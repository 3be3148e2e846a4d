/** Metrics of a regressor, as scikit-learn defines them. */
import { square } from '../math.js';

export interface RegressionEvaluation {
  /** coefficient of determination, see `r2`; NaN for fewer than two rows */
  r2: number;
  /** root of the mean squared error, in the target's units */
  rmse: number;
  /** mean absolute error */
  mae: number;
  /** the RMSE of always answering the mean */
  baselineRmse: number;
}

/**
 * The coefficient of determination R² = 1 − residual / spread. Of a constant truth it is 1 where every prediction is right and 0 elsewhere,
 * as in scikit-learn.
 *
 * @param residual Σ (truth − predicted)²
 * @param spread Σ (truth − mean of the truth)², exactly 0 where the truth is constant
 */
export function r2(residual: number, spread: number): number {
  if (spread > 0) return 1 - residual / spread;
  return residual === 0 ? 1 : 0;
}

export function evaluateRegression(truth: ArrayLike<number>, predicted: ArrayLike<number>): RegressionEvaluation {
  const n = truth.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += truth[i] / n;
  let residual = 0;
  let spread = 0;
  let absolute = 0;
  let constant = true;
  for (let i = 0; i < n; i++) {
    residual += square(truth[i] - predicted[i]);
    spread += square(truth[i] - mean);
    absolute += Math.abs(truth[i] - predicted[i]);
    constant &&= truth[i] === truth[0];
  }
  // The mean of equal numbers is rounded, so the sum of deviations may be above 0.
  if (constant) spread = 0;
  return {
    r2: n < 2 ? Number.NaN : r2(residual, spread),
    rmse: Math.sqrt(residual / n),
    mae: absolute / n,
    baselineRmse: Math.sqrt(spread / n),
  };
}
