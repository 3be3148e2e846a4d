/**
 * Numbers as normal scores: a value's rank among the training quantiles, as the quantile of a normal distribution, standardized. Whatever the
 * scale and the skew of a column, its values come out spread as networks like them. A missing value is the median, and has a
 * column of its own beside the number that says so, where there were any in fitting.
 */
import type { Engine } from '../engine/engine.js';
import { f64, type Part, type PartReader } from '../part.js';
import { Matrix } from '../table/matrix.js';
import { StandardScaler } from './standard-scaler.js';

/** What a number was found to be in fitting. */
export interface NormalScores {
  /** of the scores, or of the values where there are no ranks */
  readonly mean: number;
  readonly scale: number;
  /** the score of the median, before it is standardized */
  readonly fill: number;
  /** whether values were missing: a second column says where */
  readonly missing: boolean;
}

/** Scores of the ends: at 1 000 quantiles ±3.3. */
const LIMIT = 10;

/**
 * Ranks that a column's values may have: the ends of the scale are at half a quantile's share, and where many values are the lowest (or
 * the highest) in the middle of theirs, as equal values inside are.
 * @param quantiles ascending, one at least
 */
export function rankBounds(quantiles: Float32Array): { least: number; most: number } {
  const last = quantiles.length - 1;
  const half = 0.5 / quantiles.length;
  if (last === 0 || quantiles[0] === quantiles[last]) return { least: 0.5, most: 0.5 };
  let low = 0;
  while (quantiles[low + 1] === quantiles[0]) low++;
  let high = last;
  while (quantiles[high - 1] === quantiles[last]) high--;
  return { least: Math.max(half, low / 2 / last), most: Math.min(1 - half, (high + last) / 2 / last) };
}

/**
 * @param values f32[rows] of each column, NaN where missing
 * @param quantiles of each column; absent where values are not ranked
 */
export async function fitNormalScores(
  engine: Engine,
  values: readonly Float32Array[],
  quantiles: readonly Float32Array[] | undefined,
): Promise<NormalScores[]> {
  const rows = values[0].length;
  using column = engine.allocate(rows * 4);
  const fills: number[] = [];
  const missing: boolean[] = [];
  const filled = values.map((own, j) => {
    const known = own.filter((value) => !Number.isNaN(value)).sort();
    const median = known[(known.length - 1) >> 1];
    const scores = quantiles ? scoresOf(engine, own, quantiles[j], column.offset) : own.slice();
    const fill = quantiles ? scoresOf(engine, Float32Array.of(median), quantiles[j], column.offset)[0] : median;
    fills.push(fill);
    missing.push(known.length < rows);
    return scores.map((score) => (Number.isNaN(score) ? fill : score));
  });
  const { mean, variance } = await new StandardScaler({ engine }).fit(new Matrix(filled));
  return values.map((_, j) => {
    const deviation = Math.sqrt(variance[j]);
    const constant = deviation <= 1e-6 * Math.max(1e-30, Math.abs(mean[j]));
    return { mean: mean[j], scale: constant ? 1 : deviation, fill: fills[j], missing: missing[j] };
  });
}

/** Φ⁻¹ of the values' ranks; a copy. @param at address of as many floats, that are overwritten */
function scoresOf(engine: Engine, values: Float32Array, quantiles: Float32Array, at: number): Float32Array {
  const { least, most } = rankBounds(quantiles);
  using known = engine.allocate(quantiles.length * 4);
  engine.f32(known.offset, quantiles.length).set(quantiles);
  engine.f32(at, values.length).set(values);
  engine.kernels.quantile_transform(at, at, known.offset, values.length, quantiles.length);
  engine.kernels.normal_quantile(at, at, values.length, least, most);
  return engine.f32(at, values.length).slice();
}

export const writeNormalScores = (scores: readonly NormalScores[]): Part['tensors'] => ({
  'normal.mean': f64(scores.map(({ mean }) => mean)),
  'normal.scale': f64(scores.map(({ scale }) => scale)),
  'normal.fill': f64(scores.map(({ fill }) => fill)),
  'normal.missing': f64(scores.map(({ missing }) => Number(missing))),
});

/** @returns undefined where the features were fitted without @throws CameoError 'model' */
export function readNormalScores(part: PartReader, n: number, ranked: boolean): NormalScores[] | undefined {
  if (!part.has('normal.mean')) return undefined;
  const bounds = ranked ? { least: -LIMIT, most: LIMIT } : { least: -3.4e38, most: 3.4e38 };
  const mean = part.f64('normal.mean', [n], bounds);
  const scale = part.f64('normal.scale', [n], { least: ranked ? 1e-6 : 1 / 3.4e38 });
  const fill = part.f64('normal.fill', [n], bounds);
  const missing = part.i32('normal.missing', [n], { least: 0, most: 1 });
  return Array.from(missing, (flag, j) => ({ mean: mean[j], scale: scale[j], fill: fill[j], missing: flag === 1 }));
}
