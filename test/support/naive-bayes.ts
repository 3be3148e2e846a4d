/** Naive Bayes value by value, in plain arithmetic: what kernels, estimators and the family are held against. */
import { type Engine, Matrix } from '../../src/index.js';
import type { Examples } from '../../src/models/model.js';
import { type NaiveBayesOptions, naiveBayes } from '../../src/models/naive-bayes.js';
import type { NaiveBayesModel } from '../../src/models/naive-bayes-model.js';
import { toTile } from '../../src/models/rows.js';
import { checked } from '../../src/options.js';
import { inputsFor } from './inputs.js';
import { generator } from './tables.js';

/** NaN where a row has no value. */
export type Rows = readonly (readonly number[])[];

export interface ScalarOptions {
  classes: number;
  weights?: ArrayLike<number>;
  /** of each column: how many categories it has; −1 where it is a number */
  labels: readonly number[];
  alpha: number;
  /** what is added to the variances of each column */
  epsilon: (column: number) => number;
}

/** log P(class) + Σ log P(value | class) of each row to ask, over its known values that fitting saw. */
export function scalarJoint(x: Rows, y: ArrayLike<number>, asked: Rows, options: ScalarOptions): number[][] {
  const { classes, labels, alpha, epsilon } = options;
  const w = (r: number) => options.weights?.[r] ?? 1;
  const rowsOf = (c: number) => x.map((_, r) => r).filter((r) => y[r] === c);
  const sum = (rows: number[], of: (r: number) => number) => rows.reduce((s, r) => s + w(r) * of(r), 0);
  const everyone = x.map((_, r) => r);
  const logLikelihood = (value: number, j: number, c: number): number => {
    if (Number.isNaN(value)) return 0;
    let known = rowsOf(c).filter((r) => !Number.isNaN(x[r][j]) && w(r) > 0);
    if (labels[j] >= 0) {
      if (value >= labels[j]) return 0;
      const total = sum(known, () => 1) + alpha * labels[j];
      return Math.log((sum(known, (r) => Number(x[r][j] === value)) + alpha) / total);
    }
    if (known.length === 0) known = everyone.filter((r) => !Number.isNaN(x[r][j]) && w(r) > 0);
    if (known.length === 0) return -0.5 * (Math.log(2 * Math.PI) + value * value);
    const n = sum(known, () => 1);
    const mean = sum(known, (r) => x[r][j]) / n;
    const variance = sum(known, (r) => (x[r][j] - mean) ** 2) / n + epsilon(j);
    return -0.5 * (Math.log(2 * Math.PI * variance) + (value - mean) ** 2 / variance);
  };
  const all = sum(everyone, () => 1);
  return asked.map((row) =>
    Array.from({ length: classes }, (_, c) =>
      row.reduce((s, value, j) => s + logLikelihood(value, j, c), Math.log(sum(rowsOf(c), () => 1) / all)),
    ),
  );
}

/** Population variance of a column's known values, without weights. */
export function varianceOf(x: Rows, j: number): number {
  const known = x.map((row) => row[j]).filter((value) => !Number.isNaN(value));
  if (known.length === 0) return 0;
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  return known.reduce((s, value) => s + (value - mean) ** 2, 0) / known.length;
}

/** The family, fitted on examples. */
export const learn = (engine: Engine, examples: Examples, options: Partial<NaiveBayesOptions> = {}) =>
  naiveBayes.fit(engine, examples, checked(naiveBayes.options, options) as NaiveBayesOptions, {}) as Promise<NaiveBayesModel>;

/** Encoded rows: numbers, and codes of so many labels of which one may stand for missing values. */
export interface Encoded {
  rows: number[][];
  y: Float64Array;
  labels: number[];
  missing: number[];
  widths: number[];
}

export function examplesOf(engine: Engine, { rows, y, labels, missing, widths }: Encoded, classes: number): Examples {
  const x = toTile(engine, Matrix.fromRows(rows));
  const task = classes === 2 ? 'binary' : 'multiclass';
  return { task, outputs: classes === 2 ? 1 : classes, x, y, inputs: inputsFor({ widths, labels, missing }) };
}

interface Shape {
  rows: number;
  widths: number[];
  classes: number;
  /** share of the values that are missing */
  absent: number;
  seed: number;
}

export function encoded({
  rows,
  widths,
  classes,
  absent,
  seed,
}: Shape): Encoded & { next: () => number; value: (j: number) => number } {
  const next = generator(seed);
  const columns = widths.reduce((a, b) => a + b, 0);
  const labels = Array.from({ length: columns }, () => (next() < 0.5 ? -1 : 2 + Math.floor(next() * 4)));
  const missing = labels.map((own) => (own > 2 && next() < 0.5 ? own - 1 : -1));
  const value = (j: number) => {
    const own = missing[j] >= 0 ? labels[j] - 1 : labels[j];
    if (next() < absent) return missing[j] >= 0 ? missing[j] : Number.NaN;
    return own < 0 ? Math.fround(100 * j + next()) : Math.floor(next() * own);
  };
  const data = Array.from({ length: rows }, () => labels.map((_, j) => value(j)));
  const y = Float64Array.from(data, (_, r) => (r < classes ? r : Math.floor(next() * classes)));
  return { rows: data, y, labels, missing, widths, next, value };
}
