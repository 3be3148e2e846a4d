/**
 * Whether probabilities are the shares that they say: of the rows with a score about .3, about 30 % should be positive. Rows are dealt by
 * their score into bins of equal numbers (Nguyen and O'Connor, "Posterior calibration and exploratory analysis for natural language
 * processing models", 2015), which resolve the scores where the rows are; rows of the same score share a bin.
 */
import { argmax } from '../math.js';
import { sweep } from './binary.js';

/** Rows of similar scores. */
export interface ReliabilityBin {
  rows: number;
  /** their mean score */
  score: number;
  /** the share of them that is positive */
  positive: number;
}

const BINS = 10;

/**
 * @param truth 0 or 1
 * @param score the probability of 1
 * @returns at most `bins` bins, by rising score
 */
export function reliability(truth: ArrayLike<number>, score: ArrayLike<number>, bins = BINS): ReliabilityBin[] {
  const found: ReliabilityBin[] = [];
  let [rows, positives, sum, before] = [0, 0, 0, 0];
  sweep(truth, score, (hits, misses, hitsBefore, missesBefore, value) => {
    const alike = hits + misses - hitsBefore - missesBefore;
    rows += alike;
    positives += hits - hitsBefore;
    sum += alike * value;
    const due = Math.ceil(((found.length + 1) * truth.length) / bins);
    if (before + rows < due && before + rows < truth.length) return;
    found.push({ rows, score: sum / rows, positive: positives / rows });
    before += rows;
    [rows, positives, sum] = [0, 0, 0];
  });
  return found.reverse();
}

/** As reliability, of several classes: whether the likeliest class is the true one, and its probability. */
export function reliabilityOfClasses(truth: ArrayLike<number>, proba: ArrayLike<number>, classes: number): ReliabilityBin[] {
  const top = Array.from(truth, (_, r) => argmax(proba, r * classes, classes));
  return reliability(
    top.map((c, r) => Number(c === truth[r])),
    top.map((c, r) => proba[r * classes + c]),
  );
}

/** Expected calibration error: how far mean score and share of positives are apart, by the rows of each bin. */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const rows = bins.reduce((total, bin) => total + bin.rows, 0);
  return bins.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.score - bin.positive), 0) / rows;
}
