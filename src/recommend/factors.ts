/**
 * What a factorization has learnt: a vector and a bias of every user and item, beside their mean.
 *
 *     score(u, i) = μ + bᵤ + bᵢ + pᵤ · qᵢ
 *
 * All that can be asked of it stands here and in cosine.ts, explain.ts and fold-in.ts as functions of these numbers, so that whoever only
 * reads a model (an edge function) carries nothing that learns one.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Histories, TopList } from './recommender.js';
import { topByProduct } from './top.js';

export interface Factors {
  readonly rank: number;
  readonly users: number;
  readonly items: number;
  /** f32[users, rank] and f32[items, rank], row-major */
  readonly userFactors: Float32Array;
  readonly itemFactors: Float32Array;
  /** f32[users] and f32[items] */
  readonly userBiases: Float32Array;
  readonly itemBiases: Float32Array;
  /** μ: the mean rating; 0 for events */
  readonly mean: number;
  /** what each user had in fitting */
  readonly history: Histories;
}

/**
 * What factors and what biases and the mean may be: then every score is finite, since 1024 products of two factors, two biases and the mean
 * come to less than float32's 3.4e38.
 */
export const FACTORS = { least: -1e17, most: 1e17 };
export const BIASES = { least: -5e37, most: 5e37 };

/** Row i of f32[rows, width]: a view. */
export const rowOf = (matrix: Float32Array, i: number, width: number): Float32Array =>
  matrix.subarray(i * width, (i + 1) * width);

/** Rows of f32[rows, width], one behind the other: a copy. */
export function rowsOf(matrix: Float32Array, ids: ArrayLike<number>, width: number): Float32Array {
  const out = new Float32Array(ids.length * width);
  for (let r = 0; r < ids.length; r++) out.set(rowOf(matrix, ids[r], width), r * width);
  return out;
}

/** The mean of rows f32[…, rank]. */
export function meanRow(rows: Float32Array, rank: number): Float32Array {
  const sums = new Float64Array(rank);
  rows.forEach((value, t) => {
    sums[t % rank] += value;
  });
  return Float32Array.from(sums, (sum) => (sum * rank) / rows.length);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

/** @throws CameoError 'argument' for a number that fitting did not have */
export function checkKnown(ids: ArrayLike<number>, count: number, what: 'user' | 'item'): void {
  for (let k = 0; k < ids.length; k++) {
    const id = ids[k];
    if (!(id >= 0 && id < count && Number.isInteger(id)))
      throw errors.invalid(`There is no ${what} ${id}: fitting had ${what}s 0 to ${count - 1}.`);
  }
}

/** Scores of pairs: a copy. */
export function scoresOf(f: Factors, users: ArrayLike<number>, items: ArrayLike<number>): Float32Array {
  if (users.length !== items.length) throw errors.shape('Items', `${users.length}`, `${items.length}`);
  checkKnown(users, f.users, 'user');
  checkKnown(items, f.items, 'item');
  const { rank, mean, userFactors, itemFactors, userBiases, itemBiases } = f;
  return Float32Array.from({ length: users.length }, (_, t) => {
    const [u, i] = [users[t], items[t]];
    return mean + userBiases[u] + itemBiases[i] + dot(rowOf(userFactors, u, rank), rowOf(itemFactors, i, rank));
  });
}

/** The n best items for each user, exact. @param exclude items to leave out for each; null for none */
export async function bestItems(
  engine: Engine,
  f: Factors,
  users: ArrayLike<number>,
  n: number,
  exclude: readonly ArrayLike<number>[] | null,
  run: RunOptions,
): Promise<TopList[]> {
  checkKnown(users, f.users, 'user');
  const x = rowsOf(f.userFactors, users, f.rank);
  const lists = await topByProduct(engine, x, f.itemFactors, f.itemBiases, f.rank, n, exclude, run);
  // The same for every item of a user, so it was left out of the ranking.
  lists.forEach(({ scores }, r) => {
    for (let k = 0; k < scores.length; k++) scores[k] += f.mean + f.userBiases[users[r]];
  });
  return lists;
}
