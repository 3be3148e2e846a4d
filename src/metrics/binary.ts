/** Metrics of a classifier of two classes, as scikit-learn defines them. `truth` holds 0 or 1, `score` the probability of 1. */
import { log, square } from '../math.js';

export interface ClassifierEvaluation {
  accuracy: number;
  /** mean of the recalls of both classes */
  balancedAccuracy: number;
  /** 0 where nothing is predicted positive */
  precision: number;
  /** 0 where nothing is positive */
  recall: number;
  f1: number;
  rocAuc: number;
  averagePrecision: number;
  /** mean of −log of the true class's probability, clipped to [1.2e-7, 1 − 1.2e-7], float32's resolution */
  logLoss: number;
  /** mean squared error of the probability */
  brier: number;
  /** accuracy of always answering the larger class */
  baselineAccuracy: number;
}

/** float32's epsilon: probabilities nearer to 0 and 1 count as this near in the log loss. */
export const CLIP = 1 / 0x800000;

/** All metrics, at threshold 0.5 where one is needed; those that need both classes are NaN when only one is present. */
export function evaluateBinary(truth: ArrayLike<number>, score: ArrayLike<number>): ClassifierEvaluation {
  let truePositive = 0;
  let falsePositive = 0;
  let positives = 0;
  let squares = 0;
  let loss = 0;
  const n = truth.length;
  for (let i = 0; i < n; i++) {
    const positive = truth[i] > 0.5;
    positives += Number(positive);
    if (score[i] > 0.5) {
      if (positive) truePositive++;
      else falsePositive++;
    }
    squares += square(score[i] - truth[i]);
    const p = positive ? score[i] : 1 - score[i];
    loss -= log(Math.min(1 - CLIP, Math.max(CLIP, p)));
  }
  const negatives = n - positives;
  const predicted = truePositive + falsePositive;
  const recall = positives ? truePositive / positives : 0;
  return {
    accuracy: (truePositive + negatives - falsePositive) / n,
    balancedAccuracy: (truePositive / positives + (negatives - falsePositive) / negatives) / 2,
    precision: predicted ? truePositive / predicted : 0,
    recall,
    f1: predicted + positives ? (2 * truePositive) / (predicted + positives) : 0,
    rocAuc: rocAuc(truth, score),
    averagePrecision: averagePrecision(truth, score),
    logLoss: loss / n,
    brier: squares / n,
    baselineAccuracy: Math.max(positives, negatives) / n,
  };
}

/** Area under the ROC curve: the share of (positive, negative) pairs in the right order, ties counting half. */
export function rocAuc(truth: ArrayLike<number>, score: ArrayLike<number>): number {
  let area = 0;
  const { positives, negatives } = sweep(truth, score, (hits, misses, hitsBefore, missesBefore) => {
    area += ((misses - missesBefore) * (hits + hitsBefore)) / 2;
  });
  return area / (positives * negatives);
}

/** Σ (recallₖ − recallₖ₋₁) · precisionₖ over the distinct scores. */
export function averagePrecision(truth: ArrayLike<number>, score: ArrayLike<number>): number {
  let sum = 0;
  const { positives } = sweep(truth, score, (hits, misses, hitsBefore) => {
    sum += ((hits - hitsBefore) * hits) / (hits + misses);
  });
  return sum / positives;
}

/** Lowers a threshold through the distinct scores, telling how many positives and negatives are at or above it, and it. */
export function sweep(
  truth: ArrayLike<number>,
  score: ArrayLike<number>,
  step: (hits: number, misses: number, hitsBefore: number, missesBefore: number, threshold: number) => void,
) {
  // Each class sorted by itself, then merged: numbers sort many times faster than rows by a comparison.
  const sortedScores = (positive: boolean) =>
    Float64Array.from(score)
      .filter((_, i) => truth[i] > 0.5 === positive)
      .sort();
  const [positive, negative] = [sortedScores(true), sortedScores(false)];
  const [positives, negatives] = [positive.length, negative.length];
  let hits = 0;
  let misses = 0;
  while (hits + misses < positives + negatives) {
    const [hitsBefore, missesBefore] = [hits, misses];
    const next = [positive[positives - 1 - hits], negative[negatives - 1 - misses]];
    const threshold = !(next[1] > next[0]) && hits < positives ? next[0] : next[1];
    // By what is not below, so that a NaN among the scores ends the sweep instead of stopping it.
    while (hits < positives && !(positive[positives - 1 - hits] < threshold)) hits++;
    while (misses < negatives && !(negative[negatives - 1 - misses] < threshold)) misses++;
    step(hits, misses, hitsBefore, missesBefore, threshold);
  }
  return { positives, negatives };
}
