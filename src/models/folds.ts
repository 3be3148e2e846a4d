/** Which rows are held out, fold by fold, while the others are learnt from. */
import { range } from '../arrays.js';
import type { Task } from '../metrics/index.js';
import { KFold, StratifiedKFold, trainTestSplit } from '../prepare/split.js';

/** Rows above which one part is held out in place of folds. */
export const ONE_FOLD_ROWS = 100_000;

/** The rows below `rows` that are not held out, ascending. */
export function besides(rows: number, held: Int32Array): Int32Array {
  const out = new Uint8Array(rows);
  for (const r of held) out[r] = 1;
  return range(rows).filter((r) => !out[r]);
}

/**
 * @param y the class of each row, or the number
 * @returns rows that are held out: of each fold, or of one; the only row of a class is always learnt from
 */
export function heldOut(task: Task, y: Float64Array, options: { nSplits: number; seed: number }): Int32Array[] {
  const { nSplits, seed } = options;
  const stratify = task === 'regression' ? undefined : Int32Array.from(y);
  if (y.length > ONE_FOLD_ROWS) return [trainTestSplit(y.length, { testSize: 1 / nSplits, seed, stratify }).test];
  const splits = stratify ? new StratifiedKFold(options).split(stratify) : new KFold(options).split(y.length);
  const counts = new Map<number, number>();
  for (const label of stratify ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
  return splits.map(({ test }) => test.filter((r) => !stratify || (counts.get(stratify[r]) as number) > 1));
}
