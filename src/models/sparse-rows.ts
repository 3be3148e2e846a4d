/** Sparse rows over the workers: sums of each class, and products with a dense matrix. */
import type { Engine } from '../engine/engine.js';
import type { CsrShard } from '../programs/sparse/csr.js';
import { PANEL } from '../programs/sparse/multiply.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { CsrMatrix } from '../table/csr-matrix.js';
import { Layout, place } from '../wasm/memory.js';
import type { Labelled } from './class-statistics.js';

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
  const own = {
    y: slot.take(rows * 4),
    weights: slot.take(weights ? rows * 8 : 0),
    out: slot.take(length * 8),
    index: slot.take(rows * 4),
    starts: slot.take((classes + 1) * 4),
  };
  const results = engine.map(
    'classSums',
    shards,
    (shard, base) => {
      const { first } = shard;
      engine.i32(base + own.y, shard.rows).set(y.subarray(first, first + shard.rows));
      if (weights) engine.f64(base + own.weights, shard.rows).set(weights.subarray(first, first + shard.rows));
      const places = { y: base + own.y, out: base + own.out, index: base + own.index, starts: base + own.starts };
      return { ...copy(engine, base, shard), ...places, weights: weights ? base + own.weights : 0, columns, classes };
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

/** A dense matrix in panels, and what is added to its products. */
export interface Panels {
  /** f64[⌈n / 4⌉, columns, 4] (assembly/sparse.ts) */
  values: Float64Array;
  /** f64[n] */
  bias: Float64Array;
}

/** A matrix f64[n, columns], the transpose of what sparse rows are multiplied by, in panels. */
export function panelsOf(transposed: Float64Array, columns: number): Float64Array {
  const n = transposed.length / columns;
  const panels = new Float64Array(Math.ceil(n / PANEL) * columns * PANEL);
  for (let c = 0; c < n; c++) {
    const first = (c - (c % PANEL)) * columns + (c % PANEL);
    for (let j = 0, from = c * columns; j < columns; j++) panels[first + j * PANEL] = transposed[from + j];
  }
  return panels;
}

/**
 * x · dense + bias, f64[rows, n]; or which of the n is the largest in each row, i32[rows].
 * @throws CameoError 'aborted', 'memory'
 */
export function productOf(engine: Engine, x: CsrMatrix, panels: Panels, run: RunOptions): Promise<Float64Array> {
  const n = panels.bias.length;
  return multiply(engine, x, panels, new Float64Array(x.rows * n), run, false);
}
export function largestOf(engine: Engine, x: CsrMatrix, panels: Panels, run: RunOptions): Promise<Int32Array> {
  return multiply(engine, x, panels, new Int32Array(x.rows), run, true);
}

async function multiply<T extends Float64Array | Int32Array>(
  engine: Engine,
  x: CsrMatrix,
  { values, bias }: Panels,
  all: T,
  run: RunOptions,
  largest: boolean,
): Promise<T> {
  const n = bias.length;
  const ld = Math.ceil(n / PANEL) * PANEL;
  const padded = new Float64Array(ld);
  padded.set(bias);
  const { at, region } = place(engine, (layout) => ({ panels: layout.put(values), bias: layout.put(padded) }));
  using _ = region;
  const shards = shardsOf(x, SHARD_VALUES);
  const slot = new Layout(0);
  const { rows, copy } = lay(slot, x, shards);
  const own = { out: slot.take(rows * ld * 8), top: slot.take(largest ? rows * 4 : 0) };
  const results = engine.map(
    'csrMultiply',
    shards,
    (shard, base) => {
      const to = { out: base + own.out, top: largest ? base + own.top : 0 };
      return { ...copy(engine, base, shard), ...at, ...to, columns: x.columns, ld, n };
    },
    { ...run, slotBytes: slot.bytes },
  );
  let i = 0;
  for await (const { slot: base } of results) {
    const { first, rows: count } = shards[i++];
    if (largest) all.set(engine.i32(base + own.top, count), first);
    else withoutPadding(engine.f64(base + own.out, count * ld), all as Float64Array, first * n, n, ld);
  }
  return all;
}

/** Copies rows f64[rows, ld] to rows f64[rows, n] from place `to` on. */
function withoutPadding(from: Float64Array, all: Float64Array, to: number, n: number, ld: number): void {
  if (ld === n) all.set(from, to);
  else for (let at = 0, r = to; at < from.length; at += ld, r += n) all.set(from.subarray(at, at + n), r);
}
