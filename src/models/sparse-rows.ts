/** Sparse rows over the workers: sums of each class, and products with a dense matrix. */
import type { Engine } from '../engine/engine.js';
import type { CsrShard } from '../programs/sparse/csr.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { CsrMatrix } from '../table/csr-matrix.js';
import { Layout, place } from '../wasm/memory.js';
import type { Labelled } from './class-statistics.js';
import { unpaired } from './likelihood-parameters.js';

/** Values in a shard at least, where there are as many, and rows at most: whatever the number of workers. */
const SHARD_VALUES = 2 ** 18;
const SHARD_ROWS = 32768;

interface Shard {
  first: number;
  rows: number;
}

/** Cuts rows so that a shard ends with the row that brings it to so many values. */
function shardsOf({ indptr, rows }: CsrMatrix, values: number): Shard[] {
  const shards: Shard[] = [];
  for (let first = 0, r = 0; first < rows; first = r) {
    for (r = first + 1; r < rows && r - first < SHARD_ROWS && indptr[r] - indptr[first] < values; ) r++;
    shards.push({ first, rows: r - first });
  }
  return shards;
}

/** Room for the largest of the shards, and how one is copied there. */
function lay(layout: Layout, x: CsrMatrix, shards: readonly Shard[]) {
  const most = (of: (shard: Shard) => number) => shards.reduce((largest, shard) => Math.max(largest, of(shard)), 0);
  const length = ({ first, rows }: Shard) => x.indptr[first + rows] - x.indptr[first];
  const rows = most((shard) => shard.rows);
  const at = {
    indptr: layout.take((rows + 1) * 4),
    indices: layout.take(most(length) * 4),
    values: layout.take(most(length) * 4),
  };
  const copy = (engine: Engine, slot: number, { first, rows }: Shard): CsrShard => {
    const [start, end] = [x.indptr[first], x.indptr[first + rows]];
    const indptr = engine.i32(slot + at.indptr, rows + 1);
    for (let r = 0; r <= rows; r++) indptr[r] = x.indptr[first + r] - start;
    engine.i32(slot + at.indices, end - start).set(x.indices.subarray(start, end));
    engine.f32(slot + at.values, end - start).set(x.values.subarray(start, end));
    return { indptr: slot + at.indptr, indices: slot + at.indices, values: slot + at.values, rows };
  };
  return { rows, copy };
}

/** Sums f64[classes, columns] of the rows of each class, times what they weigh. @throws CameoError 'aborted', 'memory' */
export async function classSumsOf(
  engine: Engine,
  x: CsrMatrix,
  { y, classes, weights }: Labelled,
  run: RunOptions,
): Promise<Float64Array> {
  const { columns } = x;
  const length = classes * columns;
  // A shard's sums are added up by the calling thread, so that it must be worth them.
  const shards = shardsOf(x, Math.max(SHARD_VALUES, 2 * length));
  const slot = new Layout(0);
  const { rows, copy } = lay(slot, x, shards);
  const own = { y: slot.take(rows * 4), weights: slot.take(weights ? rows * 8 : 0), out: slot.take(length * 8) };
  const results = engine.map(
    'classSums',
    shards,
    (shard, base) => {
      const { first } = shard;
      engine.i32(base + own.y, shard.rows).set(y.subarray(first, first + shard.rows));
      if (weights) engine.f64(base + own.weights, shard.rows).set(weights.subarray(first, first + shard.rows));
      const sums = { y: base + own.y, weights: weights ? base + own.weights : 0, out: base + own.out };
      return { ...copy(engine, base, shard), ...sums, columns, classes };
    },
    { ...run, slotBytes: slot.bytes },
  );
  const all = new Float64Array(length);
  for await (const { slot: base } of results) {
    const sums = engine.f64(base + own.out, length);
    for (let i = 0; i < length; i++) all[i] += sums[i];
  }
  return all;
}

/**
 * x · dense + bias, f64[rows, n].
 * @param dense f64[columns, ld], zeros behind the first n of a row, with ld = n rounded up to an even number
 * @param bias f64[ld]
 * @throws CameoError 'aborted', 'memory'
 */
export async function productOf(
  engine: Engine,
  x: CsrMatrix,
  dense: Float64Array,
  bias: Float64Array,
  n: number,
  run: RunOptions,
): Promise<Float64Array> {
  const ld = bias.length;
  const { at, region } = place(engine, (layout) => ({ dense: layout.put(dense), bias: layout.put(bias) }));
  using _ = region;
  const shards = shardsOf(x, SHARD_VALUES);
  const slot = new Layout(0);
  const { rows, copy } = lay(slot, x, shards);
  const out = slot.take(rows * ld * 8);
  const results = engine.map(
    'csrMultiply',
    shards,
    (shard, base) => ({ ...copy(engine, base, shard), ...at, ld, out: base + out }),
    { ...run, slotBytes: slot.bytes },
  );
  const all = new Float64Array(x.rows * n);
  let i = 0;
  for await (const { slot: base } of results) {
    const { first, rows: own } = shards[i++];
    unpaired(engine.f64(base + out, own * ld), all, first, own, n);
  }
  return all;
}
