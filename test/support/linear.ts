/** The reference of linear models: the penalized loss and its gradient in plain float64, row by row. */
export interface LinearCase {
  /** [rows][columns] */
  x: readonly ArrayLike<number>[];
  /** 0 or 1, the class, or the number */
  y: ArrayLike<number>;
  weights: ArrayLike<number>;
  outputs: number;
  loss: 'logistic' | 'softmax' | 'squared';
  /** l2 / 2 · ‖W‖² */
  l2: number;
}

/** W [outputs][columns] and b [outputs] */
export interface LinearParameters {
  coef: number[][];
  intercept: number[];
}

export const rawOutputs = (x: ArrayLike<number>, { coef, intercept }: LinearParameters): number[] =>
  coef.map((w, k) => w.reduce((sum, v, i) => sum + v * x[i], intercept[k]));

/** A row's loss, and its slope in each raw output. */
export function rowLoss(loss: LinearCase['loss'], z: readonly number[], y: number): { value: number; slope: number[] } {
  if (loss === 'squared') return { value: (z[0] - y) ** 2 / 2, slope: [z[0] - y] };
  if (loss === 'logistic') {
    const value = Math.max(z[0], 0) + Math.log1p(Math.exp(-Math.abs(z[0]))) - y * z[0];
    const p = z[0] < 0 ? Math.exp(z[0]) / (1 + Math.exp(z[0])) : 1 / (1 + Math.exp(-z[0]));
    return { value, slope: [p - y] };
  }
  const top = Math.max(...z);
  const sum = z.reduce((s, v) => s + Math.exp(v - top), 0);
  return { value: top + Math.log(sum) - z[y], slope: z.map((v, k) => Math.exp(v - top) / sum - Number(k === y)) };
}

/** (Σ weight · loss + l2 / 2 · ‖W‖²) / Σ weight, and its gradient. */
export function penalizedLoss(
  { x, y, weights, loss, l2 }: LinearCase,
  parameters: LinearParameters,
): { value: number; gradient: LinearParameters } {
  const { coef } = parameters;
  const total = Array.from(weights).reduce((a, b) => a + b, 0);
  let value = (l2 / 2) * coef.flat().reduce((sum, w) => sum + w * w, 0);
  const gradient = { coef: coef.map((w) => w.map((v) => l2 * v)), intercept: coef.map(() => 0) };
  x.forEach((row, r) => {
    const { value: own, slope } = rowLoss(loss, rawOutputs(row, parameters), y[r]);
    value += weights[r] * own;
    slope.forEach((s, k) => {
      gradient.intercept[k] += weights[r] * s;
      for (let i = 0; i < coef[k].length; i++) gradient.coef[k][i] += weights[r] * s * row[i];
    });
  });
  const mean = (v: number) => v / total;
  return {
    value: value / total,
    gradient: { coef: gradient.coef.map((w) => w.map(mean)), intercept: gradient.intercept.map(mean) },
  };
}
