/** Which metrics belong to which task. */
import { argmax } from '../math.js';
import { type ClassifierEvaluation, evaluateBinary, rocAuc } from './binary.js';
import { evaluateMulticlass } from './multiclass.js';
import { evaluateRegression, type RegressionEvaluation } from './regression.js';

/** How people call the metrics. */
export const METRIC_NAMES: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
  precision: 'precision',
  recall: 'recall',
  f1: 'F1',
  rocAuc: 'ROC AUC',
  averagePrecision: 'average precision',
  logLoss: 'log loss',
  brier: 'Brier score',
  r2: 'R²',
  rmse: 'root mean squared error',
  mae: 'mean absolute error',
};

/** What is predicted: one of two classes, one of several, or a number. */
export type Task = 'binary' | 'multiclass' | 'regression';
/** The metrics of a task; where it is known to the compiler, those of that task alone. */
export type Evaluation<T extends Task = Task> = T extends 'regression' ? RegressionEvaluation : ClassifierEvaluation;

const OF_CLASSES = [
  'logLoss',
  'rocAuc',
  'averagePrecision',
  'accuracy',
  'balancedAccuracy',
  'precision',
  'recall',
  'f1',
  'brier',
];
/** The metrics that a choice can be made by: of each task, the first where none is named. */
export const CHOOSABLE: Readonly<Record<Task, readonly string[]>> = {
  binary: OF_CLASSES,
  multiclass: OF_CLASSES,
  regression: ['rmse', 'mae', 'r2'],
};
/** Those of which less is better. */
export const LESS_IS_BETTER: ReadonlySet<string> = new Set(['logLoss', 'brier', 'rmse', 'mae']);

/** The metric that importances are drops of. */
export const METRIC = { binary: 'rocAuc', multiclass: 'accuracy', regression: 'r2' } as const;

/**
 * All metrics of a task.
 * @param truth 0 or 1, the class's number, or the number
 * @param scores [rows, outputs]: the probability of 1, of each class, or the number
 */
export function evaluate<T extends Task>(
  task: T,
  truth: ArrayLike<number>,
  scores: ArrayLike<number>,
  outputs: number,
): Evaluation<T>;
export function evaluate(task: Task, truth: ArrayLike<number>, scores: ArrayLike<number>, outputs: number): Evaluation {
  if (task === 'binary') return evaluateBinary(truth, scores);
  if (task === 'multiclass') return evaluateMulticlass(truth, scores, outputs);
  return evaluateRegression(truth, scores);
}

/** The one metric of METRIC, from scores or any rising function of them. */
export function metricOf(task: Task, truth: ArrayLike<number>, scores: ArrayLike<number>, outputs: number): number {
  if (task === 'binary') return rocAuc(truth, scores);
  if (task === 'regression') return evaluateRegression(truth, scores).r2;
  let good = 0;
  for (let r = 0; r < truth.length; r++) {
    good += Number(argmax(scores, r * outputs, outputs) === truth[r]);
  }
  return good / truth.length;
}
