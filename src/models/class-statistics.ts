/** Moments and counts of each class over all rows, shard by shard over the workers, merged in the order of the shards. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { statisticsLength, statisticsScratch } from '../programs/naive-bayes/statistics.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Matrix } from '../table/matrix.js';
import { stride } from '../wasm/kernels.js';
import { Layout, place } from '../wasm/memory.js';
import { ResidentMatrix, Tile } from '../wasm/resident.js';

/** Rows in a shard, whatever the number of workers. */
const SHARD = 32768;

/** Columns as shards read them: where they stand, or as copies in a slot. */
export interface ColumnSource {
  /** of a slot that the copies take */
  bytes: number;
  /** Where column j stands from row `first` on, copied to the slot first where it must be. */
  at(j: number, first: number, rows: number, slot: number): { x: number; step: number };
}

/** @param size rows in a shard at most */
export function columnSource(engine: Engine, x: Matrix | ResidentMatrix | Tile, size: number): ColumnSource {
  if (x instanceof Tile) return { bytes: 0, at: (j, first) => ({ x: x.address(first) + j * 4, step: stride(x.columns) * 4 }) };
  if (x instanceof ResidentMatrix) return { bytes: 0, at: (j, first) => ({ x: x.address(j) + first * 4, step: 4 }) };
  const layout = new Layout(0);
  const copies = Array.from({ length: x.columns }, () => layout.take(size * 4));
  return {
    bytes: layout.bytes,
    at(j, first, rows, slot) {
      engine.f32(slot + copies[j], rows).set(x.column(j).subarray(first, first + rows));
      return { x: slot + copies[j], step: 4 };
    },
  };
}

/** Classes of rows, and what these weigh. */
export interface Labelled {
  /** i32[rows]: from 0 to classes − 1 */
  y: Int32Array;
  classes: number;
  /** f64[rows]; absent where every row counts 1 */
  weights?: Float64Array;
}

/**
 * @param labels of each column: how many labels its codes have; −1 where it is a number
 * @returns of each column f64[classes, 3], the count, mean and sum of squared deviations, or f64[labels, classes], how often each code stands;
 *   missing values count nowhere
 * @throws CameoError 'column' for infinity, 'aborted', 'memory'
 */
export async function statisticsOf(
  engine: Engine,
  x: Matrix | ResidentMatrix | Tile,
  labels: readonly number[],
  { y, classes, weights }: Labelled,
  run: RunOptions,
): Promise<Float64Array[]> {
  const { rows } = x;
  const size = Math.min(SHARD, rows);
  const source = columnSource(engine, x, size);
  const lengths = labels.map((codes) => statisticsLength(codes, classes));
  const slot = new Layout(0);
  const own = {
    copies: slot.take(source.bytes),
    out: slot.take(lengths.reduce((a, b) => a + b, 0) * 8),
    scratch: slot.take(statisticsScratch(size, classes)),
  };
  const { at, region } = place(engine, (layout) => ({ y: layout.put(y), weights: weights ? layout.put(weights) : 0 }));
  using _ = region;
  const results = engine.map(
    'classStatistics',
    Array.from({ length: Math.ceil(rows / size) }, (_, i) => i * size),
    (first, base) => {
      const n = Math.min(size, rows - first);
      return {
        columns: labels.map((codes, j) => ({ ...source.at(j, first, n, base + own.copies), labels: codes })),
        y: at.y + first * 4,
        weights: weights ? at.weights + first * 8 : 0,
        rows: n,
        classes,
        out: base + own.out,
        scratch: base + own.scratch,
      };
    },
    { ...run, slotBytes: slot.bytes },
  );
  const all = lengths.map((length) => new Float64Array(length));
  let first = 0;
  for await (const { slot: base } of results) {
    let at = base + own.out;
    all.forEach((sums, j) => {
      const shard = engine.f64(at, sums.length);
      if (labels[j] >= 0) for (let i = 0; i < sums.length; i++) sums[i] += shard[i];
      else if (!mergeMoments(sums, shard)) throw infinite(x, j, first);
      at += sums.length * 8;
    });
    first += size;
  }
  return all;
}

/**
 * Takes other groups' moments [groups, 3] (count, mean, sum of squared deviations) into those of the same groups, by Chan, Golub and
 * LeVeque's formula (assembly/moments.ts).
 * @returns whether all that came in were finite
 */
export function mergeMoments(into: Float64Array, other: Float64Array): boolean {
  for (let i = 0; i < into.length; i += 3) {
    const [n, mean, m2] = other.subarray(i, i + 3);
    if (n === 0) continue;
    if (!Number.isFinite(mean)) return false;
    const total = into[i] + n;
    const delta = mean - into[i + 1];
    into[i + 1] += (delta * n) / total;
    into[i + 2] += m2 + ((delta * delta * into[i]) / total) * n;
    into[i] = total;
  }
  return true;
}

/** The moments f64[3] of all groups together. */
export function pooledMoments(groups: Float64Array): Float64Array {
  const all = new Float64Array(3);
  for (let i = 0; i < groups.length; i += 3) mergeMoments(all, groups.subarray(i, i + 3));
  return all;
}

/** Of a column in each class. */
export interface Normal {
  mean: Float64Array;
  variance: Float64Array;
}

/**
 * Mean and variance of each class from its moments f64[classes, 3]. A class without any value has those of all classes; a column without
 * any tells nothing, so that all classes are alike.
 */
export function normalOf(moments: Float64Array, epsilon: number): Normal {
  const classes = moments.length / 3;
  const pooled = pooledMoments(moments);
  const own = (c: number) => (moments[3 * c] > 0 ? moments.subarray(3 * c, 3 * c + 3) : pooled);
  const mean = Float64Array.from({ length: classes }, (_, c) => own(c)[1]);
  const variance = Float64Array.from({ length: classes }, (_, c) => (own(c)[0] > 0 ? own(c)[2] / own(c)[0] + epsilon : 1));
  return { mean, variance };
}

function infinite(x: Matrix | ResidentMatrix | Tile, j: number, first: number) {
  if (x instanceof Tile) return errors.columnInfinite(String(j), first);
  const row = x.column(j).findIndex((value, i) => i >= first && Math.abs(value) === Number.POSITIVE_INFINITY);
  return errors.columnInfinite(String(j), row);
}
