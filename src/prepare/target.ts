/** What a model learns to predict: the task that follows from a column, its classes, and the truth of each row. */
import { errors } from '../errors.js';
import type { Task } from '../metrics/index.js';
import type { Column } from '../table/table.js';
import { kindName } from './columns.js';

export interface Target {
  name: string;
  task: Task;
  /** what the column held in fitting */
  from: Column['kind'];
  /** ascending; the score of two classes is the probability of the last; empty for a number */
  classes: string[];
  /** a number is learnt as (number − mean) / scale, by the training rows alone (`standardizeBy`); 0 and 1 for classes */
  mean: number;
  scale: number;
  /** of two classes: the score above which the last is predicted; absent for .5 */
  threshold?: number;
}

/** Whole numbers with at most this many different values are classes. */
const MAX_NUMBER_CLASSES = 10;
const MAX_CLASSES = 100;

/** The classes of a column, ascending, by at most `limit`; undefined for more. */
function classesOf(column: Column, limit: number): string[] | undefined {
  if (column.kind === 'category') {
    const seen = new Set(column.codes);
    const names = column.categories.filter((_, code) => seen.has(code));
    return names.length > limit ? undefined : names.sort((a, b) => (a < b ? -1 : 1));
  }
  const values = new Set<number>();
  for (const v of column.values) {
    if (!Number.isNaN(v)) values.add(v);
    if (values.size > limit) return undefined;
  }
  return [...values].sort((a, b) => a - b).map(String);
}

/**
 * The target of a column: two values are two classes, text and whole numbers of at most ten values are classes, other
 * numbers are numbers; `task` decides otherwise.
 *
 * @throws CameoError 'data' for one class, more than a hundred, or a column that the task does not fit
 */
export function targetOf(column: Column, task?: Task): Target {
  const { name, kind: from } = column;
  const whole = column.kind === 'number' && column.values.every((v) => Number.isNaN(v) || Number.isInteger(v));
  const few = classesOf(column, column.kind === 'number' ? MAX_NUMBER_CLASSES : MAX_CLASSES);
  const inferred: Task =
    few?.length === 2 ? 'binary' : column.kind === 'category' || (whole && few) ? 'multiclass' : 'regression';
  const chosen = task ?? inferred;
  if (chosen === 'regression') {
    if (column.kind !== 'number') throw errors.targetTask(name, chosen, 'it holds text');
    const infinite = column.values.findIndex((v) => Math.abs(Math.fround(v)) === Number.POSITIVE_INFINITY);
    if (infinite >= 0) throw errors.columnInfinite(name, infinite);
    const known = column.values.filter((v) => !Number.isNaN(v));
    if (known.every((v) => v === known[0])) throw errors.targetClasses(name, known.length ? 1 : 0);
    return { name, task: chosen, from, classes: [], mean: 0, scale: 1 };
  }
  const classes = classesOf(column, MAX_CLASSES);
  if (!classes) throw errors.targetTask(name, chosen, `it has more than ${MAX_CLASSES} different values`);
  if (classes.length < 2) throw errors.targetClasses(name, classes.length);
  if (chosen === 'binary' && classes.length > 2)
    throw errors.targetTask(name, chosen, `it has ${classes.length} different values`);
  // Two classes are the binary task, whatever was asked for.
  return { name, task: classes.length === 2 ? 'binary' : 'multiclass', from, classes, mean: 0, scale: 1 };
}

/** The target as these rows standardize it: their mean and deviation for a number, a deviation of 1 where they are all the same. */
export function standardizeBy(target: Target, truth: Float64Array, rows: Int32Array): Target {
  if (target.task !== 'regression') return target;
  const mean = rows.reduce((sum, r) => sum + truth[r], 0) / rows.length;
  const variance = rows.reduce((sum, r) => sum + (truth[r] - mean) * (truth[r] - mean), 0) / rows.length;
  return { ...target, mean, scale: Math.sqrt(variance) || 1 };
}

/** The truth of each row: a class number or the number, NaN where it is missing. */
export function truthOf(target: Target, column: Column): Float64Array {
  if (target.task === 'regression') {
    if (column.kind !== 'number') throw errors.columnType(target.name, 'a number', 'text');
    return column.values;
  }
  if (column.kind !== target.from) throw errors.columnType(target.name, kindName(target.from), kindName(column.kind));
  const number = new Map(target.classes.map((name, i) => [name, i]));
  if (column.kind === 'number') return column.values.map((v) => number.get(String(v)) ?? Number.NaN);
  const map = column.categories.map((name) => number.get(name) ?? Number.NaN);
  return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : map[code]));
}
