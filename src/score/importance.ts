/**
 * How much each feature matters to a model:
 *
 *     mean, std   drop of the metric on held-out rows when the feature's values are permuted (programs/permute.ts)
 *     weight      a heuristic of the model's own, where its family has one: the article ranks by the mean first-layer weight
 */
import type { Engine } from '../engine/engine.js';
import { METRIC, type Task } from '../metrics/index.js';
import type { Model } from '../models/model.js';
import type { Features } from '../prepare/features.js';
import { permuteScratch } from '../programs/permute.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { place } from '../wasm/memory.js';
import type { Tile } from '../wasm/resident.js';

export interface Importance {
  feature: string;
  /** mean drop of the metric over the permutations; above 0 means that the model relies on the feature */
  mean: number;
  /** their standard deviation */
  std: number;
  /** signed, a heuristic; absent where the family has none */
  weight?: number;
}

const REPEATS = 5;
/** Streams of the generator that permutations draw from; splits and initial weights have others. */
const STREAM = 0x60000000;

/**
 * @param tile held-out rows, encoded
 * @param truth f32[rows]: the class, or the number in units of the raw output
 * @returns in the order of the features
 */
export async function importances(
  engine: Engine,
  { task, model, features }: { task: Task; model: Model; features: Features },
  tile: Tile,
  truth: Float32Array,
  seed: number,
  run: RunOptions,
): Promise<Importance[]> {
  const { at, region } = place(engine, (layout) => ({ predictor: model.place(layout), y: layout.put(truth) }));
  using _ = region;
  const args = {
    ...at,
    task,
    inputs: model.inputs,
    outputs: model.outputs,
    x: tile.address(),
    rows: tile.rows,
    seed,
    first: 0,
    count: 0,
    repeats: 0,
    stream: STREAM,
  };
  const slotBytes = permuteScratch(engine.kernels, args);
  let first = 0;
  const jobs = features.widths(model.encoding).map((count) => {
    const job = { first, count, repeats: REPEATS };
    first += count;
    return job;
  });
  const scores: number[][] = [];
  const results = engine.map(
    'permute',
    [{ first: 0, count: 0, repeats: 0 }, ...jobs],
    (job, scratch, i) => ({ ...args, ...job, stream: STREAM + i * REPEATS, scratch }),
    { ...run, slotBytes },
  );
  for await (const { value } of results) scores.push(value);
  const [[whole], ...permuted] = scores;
  const weights = model.weights?.();
  return features.names.map((feature, i) => {
    const drops = permuted[i].map((score) => whole - score);
    const mean = drops.reduce((a, b) => a + b, 0) / REPEATS;
    const std = Math.sqrt(drops.reduce((sum, d) => sum + (d - mean) * (d - mean), 0) / REPEATS);
    return { feature, mean, std, ...(weights && { weight: weights[i] }) };
  });
}

/** The name of the metric that `mean` and `std` are drops of. */
export const importanceMetric = (task: Task) => METRIC[task];
