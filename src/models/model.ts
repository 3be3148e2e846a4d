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
  /** of each encoded column: which of its codes is that of a missing value; −1 where none is */
  readonly missing?: readonly number[];
}

/** By encoding. */
export type InputsOf = Readonly<Record<Encoding, Inputs>>;

/** What a family learns from: encoded rows and their truth. */
export interface Examples {
  readonly task: Task;
  /** raw outputs of a model: 1 for two classes and for a number, else one a class */
  readonly outputs: number;
  readonly inputs: InputsOf;
  /** f32[rows, stride(inputs)] in linear memory */
  readonly x: Tile;
  /** f64[rows]: the class, from 0; or the number, standardized by the training rows' mean and deviation */
  readonly y: Float64Array;
  /** f32[rows] from 0 on: how much each row counts; absent where all count 1 */
  readonly weights?: Float32Array;
  /** rows that nothing is learnt from, and whose loss says when to stop and how strong a penalty must be; default: the family's own choice */
  readonly held?: Int32Array;
}

/** A family that was tried: its mean loss on rows that it had not learnt from, and how much it weighs in what was chosen. */
export interface Candidate {
  readonly family: string;
  /** log loss, or squared error in units of the standardized target */
  readonly loss: number;
  readonly weight: number;
}

export interface Model {
  readonly family: string;
  /** how the rows that it reads are encoded: these encodings of all features, one behind the other */
  readonly encodings: readonly Encoding[];
  /** what there is to tell of how it was learnt: epochs, trees, why it stopped */
  readonly facts: Readonly<Record<string, string | number>>;
  /** encoded columns that it reads, and raw outputs that it gives */
  readonly inputs: number;
  readonly outputs: number;

  /** Lays the model out in linear memory; called once to measure and once for real (wasm/memory.ts, `place`). */
  place(layout: Layout): PredictorPlan;
  /** The raw outputs that contributions count from, one an output. */
  base(engine: Engine): number[];
  /** What it was chosen from, where there was a choice. */
  readonly candidates?: readonly Candidate[];
  /** A heuristic weight of each feature that only this family has; absent where there is none. A copy. */
  weights?(): number[];
  /** Its own tensors and metadata: all that `read` needs besides the inputs. */
  write(): Part;
}

/** How a model of a family is read: all that an entry needs which does not fit. */
export interface ModelReader {
  /**
   * @param outputs raw outputs that the target needs
   * @throws CameoError 'model' naming what was expected and what was found
   */
  read(part: PartReader, inputs: InputsOf, outputs: number): Model;
}

export interface Family<Options = Record<string, unknown>> extends ModelReader {
  /** in model files and on the command line */
  readonly name: string;
  readonly tasks: readonly Task[];
  /** how the rows that it learns from are encoded, as for a model */
  readonly encodings: readonly Encoding[];
  /** whether it learns from weights of rows */
  readonly weighted?: boolean;
  /** a strict object: defaults and ranges, from which checks, --help and tuning follow */
  readonly options: OptionSchema;
  /** Bytes of linear memory that `fit` takes beside the examples, about; absent where that is little. */
  room?(engine: Engine, examples: Examples, options: Options): number;
  /**
   * @param options checked against `options`
   * @throws CameoError 'data' for examples that it cannot learn from, 'diverged', 'aborted', 'memory'
   */
  fit(engine: Engine, examples: Examples, options: Options, run: RunOptions): Promise<Model>;
}
