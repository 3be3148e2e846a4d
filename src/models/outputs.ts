/** Raw outputs of a fitted model for the rows of a matrix, shard by shard over the workers, or what each column adds to one of them. */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type OutputsArgs, outputsScratch } from '../programs/outputs.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Matrix } from '../table/matrix.js';
import { Layout, place } from '../wasm/memory.js';
import { ResidentMatrix } from '../wasm/resident.js';
import type { Model } from './model.js';

/** Rows in a shard. */
const SHARD = 16_384;

/**
 * @param model of features that are a column each
 * @param explained the output whose reasons are asked for; undefined for the outputs themselves
 * @returns f32[rows, outputs], or f32[rows, columns]: a copy
 */
export async function outputsOf(
  engine: Engine,
  model: Model,
  x: Matrix | ResidentMatrix,
  explained: number | undefined,
  run: RunOptions,
): Promise<Float32Array> {
  if (x.columns !== model.inputs) throw errors.shape('Matrix columns', `${model.inputs}`, `${x.columns}`);
  const { at: predictor, region } = place(engine, (layout) => model.place(layout));
  using _ = region;
  const { outputs } = model;
  const width = explained === undefined ? outputs : x.columns;
  const each = Array.from({ length: x.columns }, () => 0);
  const layout = new Layout(0);
  const own = {
    out: layout.take(SHARD * width * 4),
    scratch: layout.take(outputsScratch(engine.kernels, { predictor, outputs, columns: each })),
    columns: each.map(() => (x instanceof ResidentMatrix ? 0 : layout.take(SHARD * 4))),
  };
  const firsts = Array.from({ length: Math.ceil(x.rows / SHARD) }, (_, i) => i * SHARD);
  const results = engine.map(
    'outputs',
    firsts,
    (first, slot): OutputsArgs => {
      const rows = Math.min(SHARD, x.rows - first);
      const columns = own.columns.map((at, j) => {
        if (x instanceof ResidentMatrix) return x.address(j) + first * 4;
        engine.f32(slot + at, rows).set(x.column(j).subarray(first, first + rows));
        return slot + at;
      });
      return { predictor, outputs, columns, rows, explained, out: slot + own.out, scratch: slot + own.scratch };
    },
    { ...run, slotBytes: layout.bytes },
  );
  const all = new Float32Array(x.rows * width);
  let first = 0;
  for await (const { slot } of results) {
    const rows = Math.min(SHARD, x.rows - first);
    all.set(engine.f32(slot + own.out, rows * width), first * width);
    first += SHARD;
  }
  return all;
}
