/** The scalar reference of a network with embedded numbers in float64, from the parameters as they stand in memory. */
import { type EmbeddedNetwork, FREQUENCIES, firstValue, NUMBER_LENGTH, VALUES } from '../../src/programs/network/embedding.js';
import { packedIndex, parametersOf } from '../../src/programs/perceptron/network.js';
import { stride } from '../../src/wasm/kernels.js';

/** One number's values: vⱼ · cos 2π(w x + b). @param p its parameters f32[5, 16], anywhere in an array from `at` on */
export const valuesOf = (x: number, p: ArrayLike<number>, at = 0): number[] =>
  Array.from({ length: VALUES }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < FREQUENCIES; k++) {
      const turns = p[at + k] * x + p[at + FREQUENCIES + k];
      sum += p[at + (2 + j) * FREQUENCIES + k] * Math.cos(2 * Math.PI * turns);
    }
    return sum;
  });

/** A row's embedded columns, without padding at the end. */
export function embeddedRow(
  { columns, sizes }: EmbeddedNetwork,
  numbers: ArrayLike<number>,
  p: ArrayLike<number>,
  x: number[],
) {
  const { length } = parametersOf(sizes);
  const zeros = new Array<number>(firstValue(columns) - columns).fill(0);
  const values = Array.from(numbers, (column, n) => valuesOf(x[column], p, length + n * NUMBER_LENGTH));
  return [...x, ...zeros, ...values.flat()];
}

/** The raw outputs of an embedded row. */
export function denseOutputs({ sizes }: EmbeddedNetwork, p: ArrayLike<number>, row: number[]): number[] {
  const { weights, biases } = parametersOf(sizes);
  let h = row;
  for (let l = 0; l + 1 < sizes.length; l++) {
    const [inputs, units] = [sizes[l], sizes[l + 1]];
    const a = Array.from({ length: units }, (_, j) => {
      let sum = p[biases[l] + j];
      for (let i = 0; i < inputs; i++) sum += h[i] * p[weights[l] + packedIndex(i, j, inputs, units)];
      return sum;
    });
    h = l + 2 < sizes.length ? a.map((v) => Math.max(0, v)) : a;
  }
  return h;
}

/** The mean loss of rows in float64. @param y the class, or the number */
export function meanLoss(
  network: EmbeddedNetwork,
  numbers: ArrayLike<number>,
  p: ArrayLike<number>,
  x: number[][],
  y: number[],
): number {
  const sum = x.reduce((total, row, r) => {
    const z = denseOutputs(network, p, embeddedRow(network, numbers, p, row));
    if (network.output === 'identity') return total + (z[0] - y[r]) ** 2 / 2;
    if (network.output === 'logistic') return total + Math.max(z[0], 0) + Math.log1p(Math.exp(-Math.abs(z[0]))) - y[r] * z[0];
    const top = Math.max(...z);
    return total + top + Math.log(z.reduce((s, v) => s + Math.exp(v - top), 0)) - z[y[r]];
  }, 0);
  return sum / x.length;
}

/** Rows as kernels read them: f32[rows, stride(columns)], zeros behind. */
export function tileOf(rows: number[][], columns: number): Float32Array {
  const ld = stride(columns);
  const tile = new Float32Array(rows.length * ld);
  rows.forEach((row, r) => {
    tile.set(row, r * ld);
  });
  return tile;
}
