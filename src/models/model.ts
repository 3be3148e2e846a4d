/**
 * The contract of a family of models: one way to learn a target from features. A family is one file in this folder, its computation is in
 * programs/ and assembly/ under the same name, and each of the three has a line in its index. Nothing else knows that it is there.
 *
 *     examples ──fit──▶ model ──place──▶ plan (linear memory) ──▶ predictor (programs/predictor.ts), in every worker
 *                         │ ▲
 *                    write▼ │read
 *                        part of a model file
 *
 * To add one: write `models/<name>.ts` with a `Family` and a `Model`, `programs/<name>/predictor.ts` with its `PredictorKind`, and a line in
 * models/index.ts and programs/predictors.ts. perceptron.ts is the one to read first.
 */
import type { Engine } from '../engine/engine.js';
import type { Task } from '../metrics/index.js';
import type { OptionSchema } from '../options.js';
import type { Part, PartReader } from '../part.js';
import type { Encoding } from '../prepare/feature.js';
import type { PredictorPlan } from '../programs/predictor.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Layout } from '../wasm/memory.js';
import type { Tile } from '../wasm/resident.js';

/** What the features give a model to read. */
export interface Inputs {
  /** encoded columns of each feature, in order; they sum to the inputs */
  readonly widths: readonly number[];
  /** of each encoded column: how many labels its codes have; −1 where it is a number */
  readonly labels: readonly number[];
}

/** What a family learns from: encoded rows and their truth. */
export interface Examples extends Inputs {
  readonly task: Task;
  /** raw outputs of a model: 1 for two classes and for a number, else one a class */
  readonly outputs: number;
  /** f32[rows, stride(inputs)] in linear memory */
  readonly x: Tile;
  /** f64[rows]: the class, from 0; or the number, standardized by the training rows' mean and deviation */
  readonly y: Float64Array;
}

export interface Model {
  readonly family: string;
  /** how the rows that it reads are encoded */
  readonly encoding: Encoding;
  /** what there is to tell of how it was learnt: epochs, trees, why it stopped */
  readonly facts: Readonly<Record<string, string | number>>;
  /** encoded columns that it reads, and raw outputs that it gives */
  readonly inputs: number;
  readonly outputs: number;

  /** Lays the model out in linear memory; called once to measure and once for real (wasm/memory.ts, `place`). */
  place(layout: Layout): PredictorPlan;
  /** The raw outputs that contributions count from, one an output. */
  base(engine: Engine): number[];
  /** A heuristic weight of each feature that only this family has; absent where there is none. A copy. */
  weights?(): number[];
  /** Its own tensors and metadata: all that `read` needs besides the inputs. */
  write(): Part;
}

/** How a model of a family is read: all that an entry needs which does not fit. */
export interface ModelReader {
  /** how the rows that its models read are encoded */
  readonly encoding: Encoding;
  /**
   * @param outputs raw outputs that the target needs
   * @throws CameoError 'model' naming what was expected and what was found
   */
  read(part: PartReader, inputs: Inputs, outputs: number): Model;
}

export interface Family<Options = Record<string, unknown>> extends ModelReader {
  /** in model files and on the command line */
  readonly name: string;
  readonly tasks: readonly Task[];
  /** a strict object: defaults and ranges, from which checks, --help and tuning follow */
  readonly options: OptionSchema;
  /**
   * @param options checked against `options`
   * @throws CameoError 'data' for examples that it cannot learn from, 'diverged', 'aborted', 'memory'
   */
  fit(engine: Engine, examples: Examples, options: Options, run: RunOptions): Promise<Model>;
}
