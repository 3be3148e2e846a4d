/** The scalar reference of a dense layer, in float64. */
export interface Dense {
  /** [rows][inputs] */
  x: number[][];
  /** [inputs][units] */
  w: number[][];
  /** [units] */
  bias: number[];
}

/** x · w + bias */
export function forward({ x, w, bias }: Dense): number[][] {
  return x.map((row) => bias.map((b, j) => row.reduce((sum, v, i) => sum + v * w[i][j], b)));
}

/** f(a) by code: 0 identity, 1 ReLU, 2 logistic, 3 tanh */
export function activation(a: number, code: number): number {
  return [a, Math.max(a, 0), 1 / (1 + Math.exp(-a)), Math.tanh(a)][code];
}

/** f′(a) from h = f(a) */
export function derivative(h: number, code: number): number {
  return [1, h > 0 ? 1 : 0, h * (1 - h), 1 - h * h][code];
}
