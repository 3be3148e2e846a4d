/** Metrics of a regressor, as scikit-learn defines them. */

export interface RegressionEvaluation {
  /** coefficient of determination; 0 for a constant truth */
  r2: number;
  /** root of the mean squared error, in the target's units */
  rmse: number;
  /** mean absolute error */
  mae: number;
  /** the RMSE of always answering the mean */
  baselineRmse: number;
}

export function evaluateRegression(truth: ArrayLike<number>, predicted: ArrayLike<number>): RegressionEvaluation {
  const n = truth.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += truth[i] / n;
  let squares = 0;
  let spread = 0;
  let absolute = 0;
  for (let i = 0; i < n; i++) {
    squares += (truth[i] - predicted[i]) ** 2;
    spread += (truth[i] - mean) ** 2;
    absolute += Math.abs(truth[i] - predicted[i]);
  }
  return {
    r2: spread > 0 ? 1 - squares / spread : 0,
    rmse: Math.sqrt(squares / n),
    mae: absolute / n,
    baselineRmse: Math.sqrt(spread / n),
  };
}
