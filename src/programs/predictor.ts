/**
 * A fitted model inside a worker: the contract that every family of models keeps, and all that scoring, importance and explanation know
 * of one.
 *
 * A model is placed in linear memory once (models/model.ts), which gives a plan: plain data that can be sent to a worker, mostly
 * addresses. In the worker its kind makes a predictor of the plan, with buffers for a batch of rows. Rows are encoded: x f32[rows,
 * stride(inputs)]. Raw outputs are what the model adds up before anything bends them: log-odds of the second of two classes, one number a
 * class of several (softmax makes probabilities of them), or a number in units of the standardized target.
 */
import type { Kernels } from '../wasm/kernels.js';
import type { Layout } from '../wasm/memory.js';

/** Where a fitted model stands in memory. `kind` is its name in programs/predictors.ts. */
export interface PredictorPlan {
  readonly kind: string;
}

export interface Predictor {
  /**
   * @param x address of encoded rows f32[count, stride(inputs)]; `count` is at most the batch that the predictor was made for
   * @returns address of the raw outputs f32[count, stride(outputs)], which hold until the next call
   */
  run(x: number, count: number): number;

  /**
   * What each feature adds to the sum of the raw outputs weighted by `direction`: out f32[count, groups]. A row's contributions sum to
   * that sum for the row, less the same for the model's base (`Model.base`).
   *
   * @param direction address of f32[count, stride(outputs)]
   * @param out address of f32[count, groups], dense
   */
  explain(x: number, direction: number, count: number, out: number): void;
}

/**
 * Makes a predictor of a plan.
 *
 * @param memory absent where only the size of the buffers is asked for
 * @param layout gives the buffers
 * @param batch rows at most in a call
 */
export type PredictorKind<P extends PredictorPlan = PredictorPlan> = (
  kernels: Kernels,
  memory: WebAssembly.Memory | undefined,
  plan: P,
  layout: Layout,
  batch: number,
) => Predictor;
