/** What rows weigh in learning: weights of their own, times those of their class. */
import { errors } from '../errors.js';
import type { RunOptions } from '../scheduler/scheduler.js';

/** How an estimator is fitted. */
export interface WeightedFit extends RunOptions {
  /** what each row weighs, from 0 on; default 1 */
  sampleWeight?: ArrayLike<number>;
}

/** Of each class; 'balanced' has all classes weigh the same together, however many rows they have. */
export type ClassWeights = 'balanced' | ArrayLike<number>;

/**
 * @param labels the class of each row, 0 … classes − 1
 * @param sampleWeight default 1 each
 * @returns f64[rows], a copy
 * @throws CameoError 'argument' for another number of weights than rows; 'data' for one below 0 or not finite, or when all are 0
 */
export function weigh(
  labels: ArrayLike<number>,
  classes: number,
  sampleWeight?: ArrayLike<number>,
  classWeights?: ClassWeights,
): Float64Array {
  const weights = sampleWeights(labels.length, sampleWeight);
  if (!classWeights) return weights;
  const sums = new Float64Array(classes);
  weights.forEach((w, r) => {
    sums[labels[r]] += w;
  });
  const total = sums.reduce((a, b) => a + b, 0);
  const ofClass = classWeights === 'balanced' ? sums.map((sum) => (sum > 0 ? total / (classes * sum) : 0)) : classWeights;
  return weights.map((w, r) => w * ofClass[labels[r]]);
}

/** The weights that were given, or 1 each: see `weigh`. */
export function sampleWeights(rows: number, given?: ArrayLike<number>): Float64Array {
  if (!given) return new Float64Array(rows).fill(1);
  if (given.length !== rows) throw errors.shape('Sample weights', `${rows}`, `${given.length}`);
  const weights = Float64Array.from(given);
  const bad = weights.findIndex((w) => !(w >= 0 && w <= 3.4e38));
  if (bad >= 0) throw errors.weight(bad);
  if (!weights.some((w) => w > 0)) throw errors.noWeight();
  return weights;
}
