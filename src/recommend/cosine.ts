/** Likeness of rows by the cosine of the angle between them: the product of the rows scaled to length 1. */
import type { Engine } from '../engine/engine.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { rowOf, rowsOf } from './factors.js';
import type { TopList } from './recommender.js';
import { topByProduct } from './top.js';

/** Rows f32[rows, k] scaled to length 1, a row of zeros left as it is: a copy. */
export function unitRows(rows: Float32Array, k: number): Float32Array {
  const unit = rows.slice();
  for (let at = 0; at < unit.length; at += k) {
    let square = 0;
    for (let j = 0; j < k; j++) square += unit[at + j] * unit[at + j];
    const length = Math.sqrt(square) || 1;
    for (let j = 0; j < k; j++) unit[at + j] /= length;
  }
  return unit;
}

/** @param unit f32[rows, k] of length 1. @returns the n rows most like each of `asked`, without itself */
export function mostAlike(
  engine: Engine,
  unit: Float32Array,
  k: number,
  asked: ArrayLike<number>,
  n: number,
  run: RunOptions,
): Promise<TopList[]> {
  const itself = Array.from(asked, (row) => [row]);
  return topByProduct(engine, rowsOf(unit, asked, k), unit, new Float32Array(unit.length / k), k, n, itself, run);
}

/** @param unit f32[rows, k] of length 1. @returns the n rows most like the mean of `asked`, without these */
export async function mostAlikeMean(
  engine: Engine,
  unit: Float32Array,
  k: number,
  asked: ArrayLike<number>,
  n: number,
  run: RunOptions,
): Promise<TopList> {
  const mean = new Float32Array(k);
  for (const row of Array.from(asked)) rowOf(unit, row, k).forEach((value, j) => (mean[j] += value));
  const zeros = new Float32Array(unit.length / k);
  const [list] = await topByProduct(engine, unitRows(mean, k), unit, zeros, k, n, [asked], run);
  return list;
}
