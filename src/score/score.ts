/** A fitted score: what is predicted, from which features, by which model, and what training found. */
import type { Evaluation, Task } from '../metrics/index.js';
import type { Candidate, Model } from '../models/model.js';
import type { Preset } from '../prepare/feature.js';
import type { Features } from '../prepare/features.js';
import type { Target } from '../prepare/target.js';
import type { Ignored } from '../table/table.js';
import type { Warning } from '../warnings.js';
import type { Decisions } from './decisions.js';
import type { Importance } from './importance.js';
import type { TextSummary } from './texts.js';

/** The facts of training that a model file carries. `evaluation` is that of the task: `if (summary.task !== 'regression') … .rocAuc`. */
export type Summary = { [T in Task]: SummaryOf<T> }[Task];

export interface SummaryOf<T extends Task> {
  task: T;
  preset: Preset;
  seed: number;
  /** the family of the model, and what it tells of how it was learnt: epochs, why it stopped */
  family: string;
  facts: Readonly<Record<string, string | number>>;
  /** what the model was chosen from, where there was a choice */
  candidates?: readonly Candidate[];
  /** rows of the table, and how many of them had a target and were trained on or held out */
  rows: number;
  trainRows: number;
  testRows: number;
  /** on the held-out rows */
  evaluation: Evaluation<T>;
  /** calibration, confusion matrix and threshold, on the same rows; absent for a number, and in files from before there were any */
  decisions?: Decisions;
  /** by falling mean; in the article's preset by signed weight */
  importances: Importance[];
  crossValidation: CrossValidation | null;
  ignored: Ignored[];
  /** of each column of text: how many terms, and what learnt from them; absent where there is none */
  texts?: readonly TextSummary[];
  /** what may be wrong with the table, as far as training saw */
  warnings: Warning[];
}

/** Mean and standard deviation of each metric over the folds. */
export interface CrossValidation {
  folds: number;
  mean: Record<string, number>;
  std: Record<string, number>;
}

export interface Score {
  target: Target;
  /** name of the id column; undefined for the row number */
  id?: string;
  features: Features;
  model: Model;
  /** the model's base in the scale of the contributions, per output (programs/score.ts) */
  base: number[];
  /** scores of the training rows at evenly spaced ranks, ascending; empty for several classes */
  ranks: Float32Array;
  summary: Summary;
}

/** The model's base in the scale of the contributions: above the mean of all classes, or in the target's units. */
export function baseOf(raw: readonly number[], { task, scale, mean }: Target): number[] {
  const center = task === 'multiclass' ? raw.reduce((a, b) => a + b, 0) / raw.length : 0;
  return raw.map((value) => (value - center) * scale + mean);
}
