/**
 * How much each feature matters to a model:
 *
 *     mean, std   drop of the metric on held-out rows when the feature's values are permuted (programs/permute.ts)
 *     weight      mean of the first layer's weights over the feature's encoded columns and all units: a heuristic only,
 *                 shown because the article that this program began from ranks by it; it ignores every later layer
 */
import type { Engine } from '../engine/engine.js';
import { METRIC, type Task } from '../metrics/index.js';
import { type Features, featureNames, widths } from '../profile/features.js';
import { type Network, packedIndex } from '../programs/perceptron/network.js';
import { permuteScratch } from '../programs/permute.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Tile } from '../wasm/resident.js';

export interface Importance {
  feature: string;
  /** mean drop of the metric over the permutations; above 0 means that the model relies on the feature */
  mean: number;
  /** their standard deviation */
  std: number;
  /** signed mean first-layer weight: a heuristic */
  weight: number;
}

const REPEATS = 5;
/** Streams of the generator that permutations draw from; splits and initial weights have others. */
const STREAM = 0x60000000;

/** @returns in the order of the features */
export async function importances(
  engine: Engine,
  { task, network, parameters, features }: { task: Task; network: Network; parameters: Float32Array; features: Features },
  tile: Tile,
  truth: Float32Array,
  seed: number,
  run: RunOptions,
): Promise<Importance[]> {
  using weights = engine.allocate(parameters.length * 4);
  using y = engine.allocate(truth.length * 4);
  engine.f32(weights.offset, parameters.length).set(parameters);
  engine.f32(y.offset, truth.length).set(truth);
  const args = {
    task,
    network,
    parameters: weights.offset,
    x: tile.address(),
    y: y.offset,
    rows: tile.rows,
    seed,
    first: 0,
    count: 0,
    repeats: 0,
    stream: STREAM,
  };
  const slotBytes = permuteScratch(engine.kernels, args);
  const width = widths(features);
  const starts = width.map((_, i) => width.slice(0, i).reduce((a, b) => a + b, 0));
  const jobs = [
    { first: 0, count: 0, repeats: 0 },
    ...width.map((count, i) => ({ first: starts[i], count, repeats: REPEATS })),
  ];
  const scores: number[][] = [];
  const results = engine.map(
    'permute',
    jobs,
    (job, scratch, i) => ({ ...args, ...job, stream: STREAM + i * REPEATS, scratch }),
    { ...run, slotBytes },
  );
  for await (const { value } of results) scores.push(value);
  const [[whole], ...permuted] = scores;
  return featureNames(features).map((feature, i) => {
    const drops = permuted[i].map((score) => whole - score);
    const mean = drops.reduce((a, b) => a + b, 0) / REPEATS;
    const std = Math.sqrt(drops.reduce((sum, d) => sum + (d - mean) ** 2, 0) / REPEATS);
    return { feature, mean, std, weight: meanWeight(network, parameters, starts[i], width[i]) };
  });
}

/** The name of the metric that `mean` and `std` are drops of. */
export const importanceMetric = (task: Task) => METRIC[task];

function meanWeight({ sizes }: Network, parameters: Float32Array, first: number, count: number): number {
  const [inputs, units] = sizes;
  let sum = 0;
  for (let i = first; i < first + count; i++)
    for (let j = 0; j < units; j++) sum += parameters[packedIndex(i, j, inputs, units)];
  return sum / (count * units);
}
