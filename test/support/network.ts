/** The scalar reference of a network in float64: forward pass, gradient, and the steps of Adam and of SGD with momentum. */
import { activation, derivative, forward } from './dense.js';

export interface Layers {
  coefs: number[][][];
  intercepts: number[][];
}
export type Output = 'identity' | 'logistic' | 'softmax';

/** Each layer's output, the input first, the last one raw. */
export function outputs(x: number[][], { coefs, intercepts }: Layers, code: number): number[][][] {
  const all = [x];
  coefs.forEach((w, l) => {
    const a = forward({ x: all[l], w, bias: intercepts[l] });
    all.push(l + 1 < coefs.length ? a.map((row) => row.map((v) => activation(v, code))) : a);
  });
  return all;
}

export function probabilities(z: number[], output: Output): number[] {
  if (output === 'identity') return z;
  if (output === 'logistic') return z.map((v) => 1 / (1 + Math.exp(-v)));
  const top = Math.max(...z);
  const e = z.map((v) => Math.exp(v - top));
  const sum = e.reduce((s, v) => s + v, 0);
  return e.map((v) => v / sum);
}

/** Sum of the losses of a batch, and the gradient of their mean plus l2 / 2 · ‖W‖² / rows. */
export function gradient(x: number[][], y: number[], layers: Layers, code: number, output: Output, alpha: number) {
  const h = outputs(x, layers, code);
  const rows = x.length;
  const p = h[h.length - 1].map((z) => probabilities(z, output));
  let loss = 0;
  let delta = p.map((row, r) => {
    if (output === 'identity') loss += (row[0] - y[r]) ** 2 / 2;
    else if (output === 'logistic') loss -= y[r] === 1 ? Math.log(row[0]) : Math.log(1 - row[0]);
    else loss -= Math.log(row[y[r]]);
    return row.map((v, c) => (v - (output === 'softmax' ? Number(c === y[r]) : y[r])) / rows);
  });
  const coefs: number[][][] = [];
  const intercepts: number[][] = [];
  for (let l = layers.coefs.length - 1; l >= 0; l--) {
    const w = layers.coefs[l];
    coefs[l] = w.map((row, i) => row.map((v, j) => (alpha / rows) * v + delta.reduce((s, d, r) => s + h[l][r][i] * d[j], 0)));
    intercepts[l] = layers.intercepts[l].map((_, j) => delta.reduce((s, d) => s + d[j], 0));
    const above = delta;
    delta = h[l].map((row, r) => row.map((v, i) => w[i].reduce((s, c, j) => s + c * above[r][j], 0) * derivative(v, code)));
  }
  const squares = layers.coefs.flat(2).reduce((s, v) => s + v * v, 0);
  return { loss: loss + (alpha / 2) * squares, coefs, intercepts };
}

/** Optimizer over lists of numbers, with a step that changes them in place. */
export function optimizer(solver: 'adam' | 'sgd', n: number, rate: number) {
  const [m, v] = [new Float64Array(n), new Float64Array(n)];
  let t = 0;
  return (w: number[], g: number[]) => {
    t++;
    const r = (rate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
    for (let i = 0; i < n; i++) {
      if (solver === 'sgd') {
        m[i] = 0.9 * m[i] - rate * g[i];
        w[i] += 0.9 * m[i] - rate * g[i];
        continue;
      }
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
      w[i] -= (r * m[i]) / (Math.sqrt(v[i]) + 1e-8);
    }
  };
}

export const flat = ({ coefs, intercepts }: Layers): number[] => [...coefs.flat(2), ...intercepts.flat()];

/** The inverse of `flat`. */
export function unflat(values: number[], sizes: number[]): Layers {
  let at = 0;
  const take = (n: number) => {
    at += n;
    return values.slice(at - n, at);
  };
  const coefs = sizes.slice(1).map((units, l) => Array.from({ length: sizes[l] }, () => take(units)));
  return { coefs, intercepts: sizes.slice(1).map((units) => take(units)) };
}
