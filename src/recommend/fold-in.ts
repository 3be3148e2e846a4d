/**
 * The factors of a user who was not in fitting, from their items, with the items held fixed.
 *
 *     ratings   the least-squares solution of (p, b) under the penalty λ · n that every step of fitting applies
 *     events    the steps of fitting, taken on the user alone, at 0.4 of its rate: the items have learnt already, so the user
 *               gets as far in shorter steps (on Online Retail the ten best of a folded-in user then overlap most with
 *               those of the trained one)
 */
import { logistic } from '../math.js';
import { type RateSchedule, rateOf } from '../programs/factorization/factorize.js';
import { solve } from './solve.js';

export interface FoldedIn {
  /** f32[rank] */
  factors: Float32Array;
  bias: number;
}

/** The items' side of a factorization. */
export interface ItemSide {
  /** f32[items, rank] */
  factors: Float32Array;
  biases: Float32Array;
  rank: number;
  mean: number;
}

/** @param values rating of each item */
export function foldInRatings(
  { factors, biases, rank, mean }: ItemSide,
  items: ArrayLike<number>,
  values: ArrayLike<number>,
  { regularization, withBias }: { regularization: number; withBias: boolean },
): FoldedIn {
  const width = rank + Number(withBias);
  const a = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => (i === j ? regularization * items.length + 1e-9 : 0)),
  );
  const y = new Array<number>(width).fill(0);
  for (let t = 0; t < items.length; t++) {
    const item = items[t];
    const x = [...factors.subarray(item * rank, (item + 1) * rank), ...(withBias ? [1] : [])];
    const rest = values[t] - mean - biases[item];
    for (let i = 0; i < width; i++) {
      y[i] += x[i] * rest;
      for (let j = 0; j < width; j++) a[i][j] += x[i] * x[j];
    }
  }
  const p = solve(a, y);
  return { factors: Float32Array.from(p.slice(0, rank)), bias: withBias ? p[rank] : 0 };
}

export interface StepOptions {
  loss: 'logistic' | 'bpr';
  schedule: RateSchedule;
  epochs: number;
  learningRate: number;
  learningRateDecay: number;
  regularization: number;
  samples: number;
}

const PACE = 0.4;

/** @param sample draws an item, as often as it was met in fitting; undefined when there is none that the user has not */
export function foldInEvents(
  { factors, biases, rank }: ItemSide,
  items: ArrayLike<number>,
  o: StepOptions,
  sample: () => number | undefined,
): FoldedIn {
  const p = new Float64Array(rank);
  let bias = 0;
  let squares = 1;
  const gradient = new Float64Array(rank);
  const score = (item: number) => {
    let sum = biases[item] + (o.loss === 'bpr' ? 0 : bias);
    for (let j = 0, at = item * rank; j < rank; j++) sum += p[j] * factors[at + j];
    return sum;
  };
  /** Moves p along e · (row of item − row of other). */
  const step = (scheduled: number, e: number, item: number, other?: number) => {
    let sum = 0;
    for (let j = 0; j < rank; j++) {
      const x = factors[item * rank + j] - (other === undefined ? 0 : factors[other * rank + j]);
      gradient[j] = e * x - o.regularization * p[j];
      sum += gradient[j] * gradient[j];
    }
    const rate = o.schedule === 'adagrad' ? scheduled / Math.sqrt(squares) : scheduled;
    for (let j = 0; j < rank; j++) p[j] += rate * gradient[j];
    if (o.loss === 'logistic') bias += rate * (e - o.regularization * bias);
    squares += sum / rank;
  };
  for (let epoch = 1; epoch <= o.epochs; epoch++) {
    const rate = PACE * rateOf(o, epoch);
    for (let t = 0; t < items.length; t++) {
      const item = items[t];
      if (o.loss === 'bpr') {
        const other = sample();
        if (other !== undefined) step(rate, logistic(score(other) - score(item)), item, other);
        continue;
      }
      step(rate, 1 - logistic(score(item)), item);
      for (let s = 0; s < o.samples; s++) {
        const other = sample();
        if (other !== undefined) step(rate, -logistic(score(other)), other);
      }
    }
  }
  return { factors: Float32Array.from(p), bias };
}
