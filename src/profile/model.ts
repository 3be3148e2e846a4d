/** What a fitted profiler consists of, as plain data, and the same in an engine's memory. */
import type { Engine } from '../engine/engine.js';
import type { Evaluation } from '../metrics/index.js';
import type { Target } from '../prepare/target.js';
import type { EncodePlan } from '../programs/encode.js';
import type { Network } from '../programs/perceptron/network.js';
import type { ModelPlan } from '../programs/profile.js';
import type { Importance } from '../score/importance.js';
import { stride } from '../wasm/kernels.js';
import { Layout, type Region } from '../wasm/memory.js';
import { type Features, type Ignored, type Preset, widths } from './features.js';

/** The facts of training that a model file carries. */
export interface Summary {
  preset: Preset;
  seed: number;
  /** rows of the table, and how many of them had a target and were trained on or held out */
  rows: number;
  trainRows: number;
  testRows: number;
  epochs: number;
  stopped: 'converged' | 'maxIter';
  /** on the held-out rows */
  evaluation: Evaluation;
  /** by falling mean; in the article's preset by signed weight */
  importances: Importance[];
  crossValidation: CrossValidation | null;
  ignored: Ignored[];
}

/** Mean and standard deviation of each metric over the folds. */
export interface CrossValidation {
  folds: number;
  mean: Record<string, number>;
  std: Record<string, number>;
}

export interface Model {
  target: Target;
  /** name of the id column; undefined for the row number */
  id?: string;
  features: Features;
  network: Network;
  /** packed (programs/network.ts) */
  parameters: Float32Array;
  /** f32[inputs]: the mean encoded training row, that contributions count from */
  baseline: Float32Array;
  /** the baseline row's value in the scale of the contributions, per output (programs/profile.ts) */
  base: number[];
  /** scores of the training rows at evenly spaced ranks, ascending; empty for several classes */
  ranks: Float32Array;
  summary: Summary;
}

/** Copies the encoder's fitted numbers to `layout`'s addresses, which must be in `engine`'s memory; base 0 measures. */
function placeEncoder(engine: Engine, layout: Layout, { numbers, categories }: Features, write: boolean): EncodePlan {
  const nQuantiles = numbers[0]?.quantiles.length ?? 0;
  const labels = categories.map(({ encoding }) => encoding.labels.length);
  const width = labels.reduce((a, b) => a + b, 0);
  const plan = {
    inputs: numbers.length + width,
    numbers: numbers.length,
    quantiles: layout.take(numbers.length * nQuantiles * 4),
    nQuantiles,
    standardize: layout.take(numbers.length * 16),
    on: layout.take(width * 4),
    off: layout.take(width * 4),
    labels,
  };
  if (!write) return plan;
  numbers.forEach(({ quantiles, mean, scale }, j) => {
    engine.f32(plan.quantiles + j * nQuantiles * 4, nQuantiles).set(quantiles);
    const high = Math.fround(mean);
    engine.f32(plan.standardize + j * 16, 4).set([high, mean - high, 1 / scale, mean]);
  });
  let label = 0;
  for (const { on, off } of categories) {
    engine.f32(plan.on + label * 4, on.length).set(on);
    engine.f32(plan.off + label * 4, off.length).set(off);
    label += on.length;
  }
  return plan;
}

/** The encoder in memory, for training. */
export function residentEncoder(engine: Engine, features: Features): { plan: EncodePlan; region: Region } {
  const measure = new Layout(0);
  placeEncoder(engine, measure, features, false);
  const region = engine.allocate(measure.bytes);
  return { plan: placeEncoder(engine, new Layout(region.offset), features, true), region };
}

/** A model in an engine's memory, where every shard reads it. */
export class ResidentModel implements Disposable {
  readonly plan: ModelPlan;
  readonly #region: Region;

  constructor(engine: Engine, model: Pick<Model, 'features' | 'network' | 'target' | 'parameters' | 'baseline' | 'ranks'>) {
    const { features, network, target } = model;
    const place = (base: number) => {
      const layout = new Layout(base);
      const plan: ModelPlan = {
        encode: placeEncoder(engine, layout, features, base > 0),
        network,
        parameters: layout.take(model.parameters.length * 4),
        baseline: layout.take(stride(network.sizes[0]) * 4),
        group: layout.take(network.sizes[0] * 4),
        features: features.numbers.length + features.categories.length,
        ranks: layout.take(model.ranks.length * 4),
        nRanks: model.ranks.length,
        targetScale: target.scale,
        targetMean: target.mean,
      };
      return { plan, bytes: layout.bytes };
    };
    this.#region = engine.allocate(place(0).bytes);
    const plan = place(this.#region.offset).plan;
    this.plan = plan;
    engine.f32(plan.parameters, model.parameters.length).set(model.parameters);
    engine.f32(plan.baseline, stride(network.sizes[0])).fill(0).set(model.baseline);
    engine.f32(plan.ranks, plan.nRanks).set(model.ranks);
    const groups = widths(features).flatMap((width, feature) => new Array<number>(width).fill(feature));
    engine.i32(plan.group, groups.length).set(groups);
  }

  dispose(): void {
    this.#region.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
