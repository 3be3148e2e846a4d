/** Runs programs over the rows of a bound table, in shards of a fixed size whatever the number of workers. */
import type { Engine } from '../engine/engine.js';
import { type EncodePlan, encodeScratch, type RawColumns, rawPitch } from '../programs/encode.js';
import { type ModelPlan, profileLayout, profileScratch } from '../programs/profile.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Column } from '../table/table.js';
import { Layout } from '../wasm/memory.js';
import { Tile } from '../wasm/resident.js';
import type { Binding } from './bind.js';

/** Rows in a shard. */
export const SHARD = 4096;

const shardCount = (rows: number) => Math.ceil(rows / SHARD);
export const rawBytes = (plan: EncodePlan, rows: number) => (plan.numbers + plan.labels.length) * rawPitch(rows);

/** The raw columns at an address. */
export const rawColumns = (columns: number, rows: number): RawColumns => ({ columns, pitch: rawPitch(rows), rows });

/** Encodes the rows of `index` into a new tile; dispose it after use. */
export async function encodeRows(
  engine: Engine,
  plan: EncodePlan,
  binding: Binding,
  index: Int32Array,
  run: RunOptions,
): Promise<Tile> {
  const tile = new Tile(engine, index.length, plan.inputs);
  try {
    const size = Math.min(SHARD, index.length);
    const layout = new Layout(0);
    const at = { raw: layout.take(rawBytes(plan, size)), scratch: layout.take(encodeScratch(engine.kernels, plan)) };
    const shards = Array.from({ length: shardCount(index.length) }, (_, i) => i * SHARD);
    const results = engine.map(
      'encode',
      shards,
      (first, slot) => {
        const raw = rawColumns(slot + at.raw, Math.min(SHARD, index.length - first));
        binding.fill(engine.memory.buffer, raw, first, index);
        return { ...raw, plan, out: tile.address(first), scratch: slot + at.scratch };
      },
      { ...run, slotBytes: layout.bytes },
    );
    for await (const _ of results);
    return tile;
  } catch (error) {
    tile.dispose();
    throw error;
  }
}

/** Where a shard's input, output and scratch stand in a slot. */
export function slotOf(engine: Engine, model: ModelPlan, rows: number, explained: boolean) {
  const layout = new Layout(0);
  return {
    raw: layout.take(rawBytes(model.encode, rows)),
    out: layout.take(profileLayout(model, rows, explained, 0).layout.bytes),
    scratch: layout.take(profileScratch(engine.kernels, model)),
    bytes: layout.bytes,
  };
}

/** Scores of the rows of `index`: probabilities or numbers, [rows, outputs]. */
export async function scoreRows(
  engine: Engine,
  model: ModelPlan,
  binding: Binding,
  index: Int32Array,
  run: RunOptions,
): Promise<Float32Array> {
  const outputs = model.network.sizes.at(-1) as number;
  const all = new Float32Array(index.length * outputs);
  const at = slotOf(engine, model, Math.min(SHARD, index.length), false);
  const shards = Array.from({ length: shardCount(index.length) }, (_, i) => i * SHARD);
  const results = engine.map(
    'profile',
    shards,
    (first, slot) => {
      const raw = rawColumns(slot + at.raw, Math.min(SHARD, index.length - first));
      binding.fill(engine.memory.buffer, raw, first, index);
      return { ...raw, model, explain: false, out: slot + at.out, scratch: slot + at.scratch };
    },
    { ...run, slotBytes: at.bytes },
  );
  let first = 0;
  for await (const { slot } of results) {
    const rows = Math.min(SHARD, index.length - first);
    all.set(engine.f32(profileLayout(model, rows, false, slot + at.out).all, rows * outputs), first * outputs);
    first += SHARD;
  }
  return all;
}

/** The ids of some rows: the column's values as text, or the row numbers from `before`. */
export function idsOf(column: Column | undefined, first: number, rows: number, before: number): (string | null)[] {
  return Array.from({ length: rows }, (_, i) => {
    const row = first + i;
    if (!column) return String(before + row);
    if (column.kind === 'number') return Number.isNaN(column.values[row]) ? null : String(column.values[row]);
    return column.codes[row] < 0 ? null : column.categories[column.codes[row]];
  });
}
