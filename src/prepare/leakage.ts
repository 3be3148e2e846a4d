/**
 * How well each feature predicts the target by itself, on some training rows. A feature that does nearly as well alone as anything could is
 * most often one that is known only once the target is: the date of a cancellation, a rating given with the recommendation. It is called
 * leakage (Kaufman et al., "Leakage in Data Mining", 2012), and makes every figure of the evaluation better than what comes.
 *
 *     two classes       ROC AUC of the number, either way around, missing values at one end
 *     several classes   accuracy of the likeliest class by the feature's value, on the way from always the larger class to 1
 *     a number          squared correlation, of the values or of their ranks
 *
 * What goes by values or labels is learnt from every other row and measured on those between, so that many labels do not predict by heart.
 */
import { rocAuc } from '../metrics/binary.js';
import type { Column } from '../table/table.js';
import { pearson } from './association.js';
import type { Decision } from './fit-features.js';
import type { Target } from './target.js';

/**
 * From where on a feature is told. On seven tables of shops, banks and surveys no honest feature alone is above .87 (AUC), .50 (skill) and .48
 * (R²); the rating of a review, given together with the recommendation that is to be predicted, reaches .97.
 */
const LEAKS = { binary: 0.95, multiclass: 0.9, regression: 0.98 } as const;
/** Rows that are looked at, at most; of two classes, half of that of each. */
const MOST_ROWS = 2000;
/** Rows of each class, or of all for a number, below which chance could do as well. */
const LEAST_ROWS = 20;
/** Numbers with at most so many different values are looked at as labels too; others as so many groups of equal size. */
const MOST_LABELS = 64;

export interface Leak {
  name: string;
  /** such as 'ROC AUC 0.981 by itself' */
  figure: string;
}

/** @param truth of every row of the table: 0 or 1, the class, or the number */
export function leaks(decisions: readonly Decision[], target: Target, truth: Float64Array, train: Int32Array): Leak[] {
  const rows = sampleOf(target, truth, train);
  if (!rows) return [];
  const y = Float64Array.from(rows, (r) => truth[r]);
  return decisions.flatMap(({ column, kind }) => {
    if (!kind) return [];
    const strength = strengthAlone(column, kind.name === 'category', target, y, rows);
    if (!(strength >= LEAKS[target.task])) return [];
    return [{ name: column.name, figure: `${FIGURE[target.task]} ${strength.toFixed(3)} by itself` }];
  });
}

const FIGURE = { binary: 'ROC AUC', multiclass: 'skill', regression: 'R²' } as const;

/** Evenly taken rows, of two classes equally many of each where both have enough; undefined for too few. */
export function sampleOf({ task }: Target, truth: Float64Array, train: Int32Array): Int32Array | undefined {
  const evenly = (rows: Int32Array, most: number) => {
    const count = Math.min(most, rows.length);
    return Int32Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]);
  };
  if (task !== 'binary') return train.length < LEAST_ROWS ? undefined : evenly(train, MOST_ROWS);
  const classes = [0, 1].map((c) =>
    evenly(
      train.filter((r) => truth[r] === c),
      MOST_ROWS / 2,
    ),
  );
  if (classes.some(({ length }) => length < LEAST_ROWS)) return undefined;
  return Int32Array.from([...classes[0], ...classes[1]]);
}

/** @param y the truth of `rows` */
export function strengthAlone(column: Column, labelled: boolean, target: Target, y: Float64Array, rows: Int32Array): number {
  if (column.kind === 'category')
    return byLabels(
      Int32Array.from(rows, (r) => column.codes[r] + 1),
      target,
      y,
    );
  const values = Float64Array.from(rows, (r) => column.values[r]);
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  if (known.length === 0) return 0;
  let distinct = 1;
  for (let i = 1; i < known.length; i++) distinct += Number(known[i] !== known[i - 1]);
  const groups = distinct <= MOST_LABELS ? distinct : MOST_LABELS;
  const alone =
    labelled || distinct <= MOST_LABELS || target.task === 'multiclass'
      ? byLabels(groupsOf(values, known, groups), target, y)
      : 0;
  if (labelled || target.task === 'multiclass') return alone;
  return Math.max(alone, target.task === 'binary' ? eitherWay(values, known.length, y) : correlated(values, y));
}

/** Numbers as groups from 1 on, ascending: one for each value where there are as few, else of about the same size. Missing is 0. */
function groupsOf(values: Float64Array, known: Float64Array, groups: number): Int32Array {
  const starts = known.filter((value, i) => i > 0 && value !== known[i - 1]);
  const bounds =
    starts.length < groups
      ? starts
      : Float64Array.from({ length: groups - 1 }, (_, g) => known[Math.floor(((g + 1) * known.length) / groups)]);
  return Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return 0;
    let [low, high] = [0, bounds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  });
}

/** ROC AUC of a number or of its opposite, missing values below or above all others. */
function eitherWay(values: Float64Array, known: number, y: Float64Array): number {
  const ends = known < values.length ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : [0];
  const areas = ends.map((end) =>
    rocAuc(
      y,
      values.map((value) => (Number.isNaN(value) ? end : value)),
    ),
  );
  return Math.max(...areas.map((area) => Math.max(area, 1 - area)));
}

/** Squared correlation of values or ranks, whichever is larger, times the share of rows that have a value. */
function correlated(values: Float64Array, y: Float64Array): number {
  const known = Int32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]));
  if (known.length < LEAST_ROWS) return 0;
  const [a, b] = [Float64Array.from(known, (i) => values[i]), Float64Array.from(known, (i) => y[i])];
  const r = Math.max(Math.abs(pearson(a, b)), Math.abs(pearson(ranks(a), ranks(b))));
  return (r * r * known.length) / values.length;
}

/** Ranks from 0, those of equal values their mean. */
function ranks(values: Float64Array): Float64Array {
  const order = Int32Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
  const all = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]] === values[order[first]]) last++;
    for (let i = first; i <= last; i++) all[order[i]] = (first + last) / 2;
    first = last + 1;
  }
  return all;
}

/** What the labels of one half of the rows say of the other half, and the other way around. */
function byLabels(labels: Int32Array, { task, classes }: Target, y: Float64Array): number {
  const most = labels.reduce((a, b) => Math.max(a, b), 0) + 1;
  return task === 'multiclass' ? skill(labels, most, y, classes.length) : byMeans(labels, most, y, task === 'binary');
}

/** Means of a label's rows in the other half: their AUC for two classes, R² for a number. A label that is not there has the mean of all. */
function byMeans(labels: Int32Array, most: number, y: Float64Array, binary: boolean): number {
  const n = labels.length;
  const mean = y.reduce((sum, value) => sum + value, 0) / n;
  const sums = [new Float64Array(most), new Float64Array(most)];
  const counts = [new Float64Array(most), new Float64Array(most)];
  for (let i = 0; i < n; i++) {
    sums[i & 1][labels[i]] += y[i];
    counts[i & 1][labels[i]]++;
  }
  // One row more, of the mean of all, keeps what few rows say from counting as much as what many do.
  const guess = Float64Array.from(y, (_, i) => (sums[1 - (i & 1)][labels[i]] + mean) / (counts[1 - (i & 1)][labels[i]] + 1));
  if (binary) return rocAuc(y, guess);
  const residual = y.reduce((sum, value, i) => sum + (value - guess[i]) * (value - guess[i]), 0);
  return 1 - residual / y.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
}

/** Accuracy of the commonest class of the label in the other half, from 0 for the commonest of all to 1. */
function skill(labels: Int32Array, most: number, y: Float64Array, classes: number): number {
  const n = labels.length;
  const counts = [new Int32Array(most * classes), new Int32Array(most * classes)];
  const totals = new Int32Array(classes);
  for (let i = 0; i < n; i++) {
    counts[i & 1][labels[i] * classes + y[i]]++;
    totals[y[i]]++;
  }
  const commonest = (of: Int32Array) => of.reduce((best, count, c) => (count > of[best] ? c : best), 0);
  const answers = counts.map((half) =>
    Int32Array.from({ length: most }, (_, label) => {
      const of = half.subarray(label * classes, (label + 1) * classes);
      return of.some((count) => count > 0) ? commonest(of) : commonest(totals);
    }),
  );
  let right = 0;
  for (let i = 0; i < n; i++) right += Number(answers[1 - (i & 1)][labels[i]] === y[i]);
  const base = totals[commonest(totals)];
  return (right - base) / (n - base);
}
