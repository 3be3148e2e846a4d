/** The n columns with the largest products for each row: exact, sharded over rows. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { topScratch } from '../programs/top.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { Layout } from '../wasm/memory.js';
import type { TopList } from './recommender.js';

const SHARD = 256;

/** Columns as the kernel reads them, to be kept by who asks row by row. */
export interface Packed {
  /** y f32[columns, k] by panels of eight columns, and biases, −∞ for those that fill the last */
  readonly panels: Float32Array;
  readonly biases: Float32Array;
}

const sizeOf = (columns: number, k: number) => ({ ld: Math.ceil(k / 8) * 8, padded: Math.ceil(columns / 8) * 8 });

function packInto({ panels, biases }: Packed, y: Float32Array, bias: Float32Array, k: number): void {
  const { ld } = sizeOf(bias.length, k);
  panels.fill(0);
  for (let j = 0; j < bias.length; j++) {
    const panel = (j & ~7) * ld + (j & 7);
    for (let i = 0; i < k; i++) panels[panel + i * 8] = y[j * k + i];
  }
  biases.fill(Number.NEGATIVE_INFINITY).set(bias);
}

export function packColumns(y: Float32Array, bias: Float32Array, k: number): Packed {
  const { ld, padded } = sizeOf(bias.length, k);
  const packed = { panels: new Float32Array(padded * ld), biases: new Float32Array(padded) };
  packInto(packed, y, bias, k);
  return packed;
}

/**
 * @param x f32[rows, k]
 * @param y f32[columns, k]
 * @param bias f32[columns], added to every row's scores
 * @param exclude columns to leave out, per row; null for none
 * @param kept y and bias, where they are packed already
 */
export async function topByProduct(
  engine: Engine,
  x: Float32Array,
  y: Float32Array,
  bias: Float32Array,
  k: number,
  n: number,
  exclude: readonly ArrayLike<number>[] | null,
  run: RunOptions = {},
  kept?: Packed,
): Promise<TopList[]> {
  const rows = x.length / k;
  const columns = bias.length;
  if (!Number.isInteger(n) || n < 1) throw errors.option('n', 'a whole number from 1', n);
  if (exclude && exclude.length !== rows) throw errors.shape('Lists to exclude', `${rows}`, `${exclude.length}`);
  const { ld, padded } = sizeOf(columns, k);
  using packed = engine.allocate(padded * ld * 4);
  using biases = engine.allocate(padded * 4);
  const there = { panels: engine.f32(packed.offset, padded * ld), biases: engine.f32(biases.offset, padded) };
  if (kept) {
    there.panels.set(kept.panels);
    there.biases.set(kept.biases);
  } else packInto(there, y, bias, k);
  const shards = Array.from({ length: Math.ceil(rows / SHARD) }, (_, s) => s * SHARD);
  const sorted = exclude?.map((list) =>
    Int32Array.from(list)
      .filter((id) => id >= 0 && id < columns)
      .sort(),
  );
  const most = shards.reduce((size, first) => {
    const lists = sorted?.slice(first, first + SHARD) ?? [];
    return Math.max(
      size,
      lists.reduce((sum, list) => sum + list.length, 0),
    );
  }, 0);
  const layout = new Layout(0);
  const at = {
    x: layout.take(SHARD * ld * 4),
    values: layout.take(SHARD * n * 4),
    ids: layout.take(SHARD * n * 4),
    exclude: layout.take(most * 4),
    offsets: layout.take((SHARD + 1) * 4),
    scratch: layout.take(topScratch(engine.kernels, ld)),
  };
  const results = engine.map(
    'top',
    shards,
    (first, slot) => {
      const count = Math.min(SHARD, rows - first);
      const tile = engine.f32(slot + at.x, count * ld).fill(0);
      for (let r = 0; r < count; r++) tile.set(x.subarray((first + r) * k, (first + r + 1) * k), r * ld);
      if (sorted) {
        const offsets = engine.i32(slot + at.offsets, SHARD + 1);
        let end = 0;
        for (let r = 0; r < count; r++) {
          offsets[r] = end;
          engine.i32(slot + at.exclude + end * 4, sorted[first + r].length).set(sorted[first + r]);
          end += sorted[first + r].length;
        }
        offsets[count] = end;
      }
      return {
        x: slot + at.x,
        rows: count,
        y: packed.offset,
        bias: biases.offset,
        columns: padded,
        ld,
        n,
        exclude: sorted ? slot + at.exclude : 0,
        offsets: slot + at.offsets,
        values: slot + at.values,
        ids: slot + at.ids,
        scratch: slot + at.scratch,
      };
    },
    { ...run, slotBytes: layout.bytes },
  );
  const lists: TopList[] = [];
  for await (const { slot } of results) {
    for (let r = 0; r < SHARD && lists.length < rows; r++) {
      const ids = engine.i32(slot + at.ids + r * n * 4, n).slice();
      const found = ids.indexOf(-1);
      const length = found < 0 ? n : found;
      lists.push({ ids: ids.subarray(0, length), scores: engine.f32(slot + at.values + r * n * 4, length).slice() });
    }
  }
  return lists;
}
