/** Runs programs over the rows of a bound table, in shards of a fixed size whatever the number of workers. */
import type { Engine } from '../engine/engine.js';
import { type Binding, type Features, rawColumns } from '../prepare/features.js';
import { type EncodePlan, encodeScratch } from '../programs/encode.js';
import { type ScorePlan, scoreBytes, scoreLayout } from '../programs/score.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { Layout } from '../wasm/memory.js';
import { Tile } from '../wasm/resident.js';

/** Rows in a shard. */
export const SHARD = 4096;

const firsts = (rows: number) => Array.from({ length: Math.ceil(rows / SHARD) }, (_, i) => i * SHARD);

/** Encodes the rows of `index` into a new tile; dispose it after use. */
export async function encodeRows(
  engine: Engine,
  plan: EncodePlan,
  features: Features,
  binding: Binding,
  index: Int32Array,
  run: RunOptions,
): Promise<Tile> {
  const tile = new Tile(engine, index.length, plan.inputs);
  try {
    const size = Math.min(SHARD, index.length);
    const layout = new Layout(0);
    const at = { raw: layout.take(features.rawBytes(size)), scratch: layout.take(encodeScratch(engine.kernels, plan)) };
    const results = engine.map(
      'encode',
      firsts(index.length),
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

/** Where a shard's input, outputs and scratch stand in a slot. */
export function slotOf(engine: Engine, features: Features, plan: ScorePlan, rows: number, explained: boolean) {
  const layout = new Layout(0);
  const { out, scratch } = scoreBytes(engine.kernels, plan, rows, explained);
  return {
    raw: layout.take(features.rawBytes(rows)),
    out: layout.take(out),
    scratch: layout.take(scratch),
    bytes: layout.bytes,
  };
}

/** Scores of the rows of `index` for each target: probabilities or numbers, [rows, outputs]. */
export async function scoreRows(
  engine: Engine,
  features: Features,
  plan: ScorePlan,
  binding: Binding,
  index: Int32Array,
  run: RunOptions,
): Promise<Float32Array[]> {
  const all = plan.targets.map(({ outputs }) => new Float32Array(index.length * outputs));
  const at = slotOf(engine, features, plan, Math.min(SHARD, index.length), false);
  const results = engine.map(
    'score',
    firsts(index.length),
    (first, slot) => {
      const raw = rawColumns(slot + at.raw, Math.min(SHARD, index.length - first));
      binding.fill(engine.memory.buffer, raw, first, index);
      return { ...raw, plan, explain: false, out: slot + at.out, scratch: slot + at.scratch };
    },
    { ...run, slotBytes: at.bytes },
  );
  let first = 0;
  for await (const { slot } of results) {
    const rows = Math.min(SHARD, index.length - first);
    scoreLayout(plan, rows, false, new Layout(slot + at.out)).forEach((columns, t) => {
      const { outputs } = plan.targets[t];
      all[t].set(engine.f32(columns.all, rows * outputs), first * outputs);
    });
    first += SHARD;
  }
  return all;
}
