/**
 * From scores to decisions: rows whose score is above a threshold are acted on. A threshold is halfway between two neighbouring scores, so
 * that it parts other rows as well as those that it was found on; above 1 is nobody, above 0 everybody.
 */
import { argmax } from '../math.js';
import { sweep } from './binary.js';

/** What a threshold is asked to do. */
export type Rule =
  /** to be this one */
  | { by: 'threshold'; value: number }
  /** to cost least, where a missed positive costs `value` and a false alarm `alarm` */
  | { by: 'cost'; value: number; alarm: number }
  /** to find this share of the positives, with the fewest rows */
  | { by: 'recall'; value: number }
  /** to pick a share of the rows that is as near as can be to this one */
  | { by: 'top'; value: number };

/** Rows above a threshold. */
export interface Cut {
  threshold: number;
  truePositive: number;
  falsePositive: number;
}

/** How a threshold does. */
export interface CurvePoint {
  threshold: number;
  /** the share of positives among the rows that are picked; 0 where none is */
  precision: number;
  /** the share of the positives that is picked; 0 without positives */
  recall: number;
  /** the share of the rows that is picked */
  share: number;
}

/** The threshold where nothing else is asked for. */
export const THRESHOLD = 0.5;
/** Points of a curve, at most. */
const POINTS = 50;

/** All ways to part rows by their score, from nobody to everybody whose score is above 0. */
export function cutsOf(truth: ArrayLike<number>, score: ArrayLike<number>): Cut[] {
  const cuts: Cut[] = [{ threshold: 1, truePositive: 0, falsePositive: 0 }];
  let last = 0;
  sweep(truth, score, (truePositive, falsePositive, _hitsBefore, _missesBefore, value) => {
    if (cuts.length > 1) (cuts.at(-1) as Cut).threshold = (last + value) / 2;
    last = value;
    if (value > 0) cuts.push({ threshold: 0, truePositive, falsePositive });
  });
  return cuts;
}

/** Rows whose score is above the threshold. */
export function cutAt(truth: ArrayLike<number>, score: ArrayLike<number>, threshold: number): Cut {
  let [truePositive, falsePositive] = [0, 0];
  for (let r = 0; r < truth.length; r++) {
    if (!(score[r] > threshold)) continue;
    if (truth[r] > 0.5) truePositive++;
    else falsePositive++;
  }
  return { threshold, truePositive, falsePositive };
}

/** The threshold that follows from a rule on these rows; of several that do as well, the highest. */
export function thresholdOf(rule: Rule, truth: ArrayLike<number>, score: ArrayLike<number>): number {
  if (rule.by === 'threshold') return rule.value;
  const cuts = cutsOf(truth, score);
  const positives = positivesOf(truth);
  if (rule.by === 'recall') {
    const enough = cuts.find(({ truePositive }) => truePositive >= rule.value * positives * (1 - 1e-12));
    return (enough ?? (cuts.at(-1) as Cut)).threshold;
  }
  const badness =
    rule.by === 'cost'
      ? (cut: Cut) => costOf(rule, cut, positives)
      : (cut: Cut) => Math.abs(cut.truePositive + cut.falsePositive - rule.value * truth.length);
  let best = cuts[0];
  for (const cut of cuts) if (badness(cut) < badness(best)) best = cut;
  return best.threshold;
}

/** What the errors of a threshold cost together. */
export const costOf = ({ value, alarm }: Extract<Rule, { by: 'cost' }>, cut: Cut, positives: number): number =>
  value * (positives - cut.truePositive) + alarm * cut.falsePositive;

const positivesOf = (truth: ArrayLike<number>): number => Array.from(truth).reduce((sum, y) => sum + Number(y > 0.5), 0);

/** How a threshold does on rows of which so many are positive. */
export function pointOf({ threshold, truePositive, falsePositive }: Cut, rows: number, positives: number): CurvePoint {
  const picked = truePositive + falsePositive;
  return {
    threshold,
    precision: picked ? truePositive / picked : 0,
    recall: positives ? truePositive / positives : 0,
    share: picked / rows,
  };
}

/** Precision and recall over thresholds that pick evenly more rows, from few to all; at most 50. */
export function precisionRecallCurve(truth: ArrayLike<number>, score: ArrayLike<number>, most = POINTS): CurvePoint[] {
  const cuts = cutsOf(truth, score).slice(1);
  const positives = positivesOf(truth);
  const points: CurvePoint[] = [];
  for (const cut of cuts) {
    const due = ((points.length + 1) * truth.length) / most;
    if (cut.truePositive + cut.falsePositive < due && cut !== cuts.at(-1)) continue;
    points.push(pointOf(cut, truth.length, positives));
  }
  return points;
}

/** Rows by what they are and what is predicted: [truth][prediction], as scikit-learn has it. */
export function confusionMatrix(truth: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let r = 0; r < truth.length; r++) matrix[truth[r]][predicted[r]]++;
  return matrix;
}

/** The likeliest class of each row. */
export const likeliest = (proba: ArrayLike<number>, rows: number, classes: number): number[] =>
  Array.from({ length: rows }, (_, r) => argmax(proba, r * classes, classes));
