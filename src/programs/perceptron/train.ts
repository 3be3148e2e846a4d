/**
 * Trains a network by mini-batches, as scikit-learn's MLPClassifier and MLPRegressor do: the same losses, penalty
 * (alpha / 2 · ‖W‖² / batch rows), optimizers and stopping rules.
 *
 * One worker trains one network: a batch of 200 rows takes tens of microseconds, too little to cut up. Folds and
 * several networks run side by side.
 */

import { errors } from '../../errors.js';
import { type Kernels, stride } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import type { Control } from '../program.js';
import { BackwardPass } from './backward.js';
import { HeldScore } from './held-score.js';
import { ForwardPass, type Network, parametersOf } from './network.js';
import { adamRate, finish, judge, startState, type TrainOptions, type TrainResult, type TrainState } from './training-state.js';

/** Where training goes on. A copy of its own, since training changes all of it and may have to go on from here once more. */
export interface TrainResume {
  state: TrainState;
  /** f32[parametersOf(sizes).length]: the values, the optimizer's two moments, and the best values so far */
  parameters: Float32Array;
  first: Float32Array;
  second: Float32Array;
  best: Float32Array;
  /** i32[trainRows] as the last epoch left them */
  order: Int32Array;
}

export interface TrainArgs {
  network: Network;
  options: TrainOptions;
  /** f32[rows, stride(inputs)], zero padding */
  x: number;
  /** f32[rows] targets (logistic: 0 or 1; identity: the number), i32[rows] labels for softmax */
  y: number;
  /** i32[trainRows] rows to train on */
  train: number;
  trainRows: number;
  /** i32[validationRows] rows held out for early stopping; 0 rows for none */
  validation: number;
  validationRows: number;
  /** f32[parametersOf(sizes).length], the values to start from; not changed, so that training can start again */
  initial: number;
  /** out f32[parametersOf(sizes).length], the trained values */
  parameters: number;
  /** trainScratch(…) bytes */
  scratch: number;
  /** go on after some epochs */
  resume?: TrainResume;
}

/** Addresses of everything that training needs beside data and parameters. */
export function trainBuffers(
  kernels: Kernels,
  { network, options, trainRows, validationRows, parameters }: TrainArgs,
  base: number,
) {
  const layout = new Layout(base);
  const { sizes } = network;
  const batch = Math.max(1, Math.min(options.batchSize, Math.max(trainRows, validationRows)));
  const { length } = parametersOf(sizes);
  const pass = new ForwardPass(kernels, network, parameters, layout, batch);
  return {
    batch,
    pass,
    x: layout.take(batch * stride(sizes[0]) * 4),
    y: layout.take(batch * 4),
    backward: new BackwardPass(kernels, network, pass, layout, batch),
    gradient: layout.take(length * 4),
    first: layout.take(length * 4),
    second: layout.take(length * 4),
    best: layout.take(length * 4),
    order: layout.take(trainRows * 4),
    random: layout.take(16),
    layout,
  };
}

/** Bytes of scratch that `train` needs. */
export const trainScratch = (kernels: Kernels, args: Omit<TrainArgs, 'scratch'>) =>
  trainBuffers(kernels, { ...args, scratch: 0 }, 0).layout.bytes;

/** A network in training: what a batch does. */
class Training {
  readonly b: ReturnType<typeof trainBuffers>;
  readonly state: TrainState;

  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly args: TrainArgs,
  ) {
    const { parameters, initial, train, trainRows, scratch, resume } = args;
    this.b = trainBuffers(kernels, args, scratch);
    this.state = resume ? structuredClone(resume.state) : startState(args.options);
    const { b } = this;
    // Padding takes part in vector operations: it starts as zero and stays so.
    this.f32(scratch, (b.gradient - scratch) / 4).fill(0);
    this.parameters(b.gradient).fill(0);
    this.parameters(parameters).set(resume ? resume.parameters : this.parameters(initial));
    if (resume) for (const name of ['first', 'second', 'best'] as const) this.parameters(b[name]).set(resume[name]);
    else for (const moment of [b.first, b.second]) this.parameters(moment).fill(0);
    new Int32Array(memory.buffer, b.order, trainRows).set(resume?.order ?? new Int32Array(memory.buffer, train, trainRows));
  }

  f32(at: number, n: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, n);
  }
  /** As many floats as there are parameters. */
  parameters(at: number): Float32Array {
    return this.f32(at, this.b.pass.parameters.length);
  }

  /** Trains on a batch. @param index i32[rows] of its rows @returns the loss, summed over rows, with the penalty */
  run(index: number, rows: number): number {
    const { kernels, args, b } = this;
    this.#load(index, rows);
    b.pass.run(b.x, rows);
    const penalty = (args.options.alpha / 2) * kernels.sum_squares(args.parameters, b.pass.parameters.weightsLength);
    const loss = b.backward.loss(b.y, 0, rows) + penalty;
    b.backward.run(b.x, b.gradient, rows);
    this.#update(rows);
    return loss;
  }

  /** The score on the held-out rows. */
  validate(): number {
    const { args, b } = this;
    const { network, validation, validationRows } = args;
    const score = new HeldScore(network, validationRows);
    for (let first = 0; first < validationRows; first += b.batch) {
      const rows = Math.min(b.batch, validationRows - first);
      this.#load(validation + first * 4, rows);
      const z = b.pass.run(b.x, rows);
      score.add(this.f32(z, rows * stride(network.sizes[network.sizes.length - 1])), this.f32(b.y, rows));
    }
    return score.value();
  }

  #load(index: number, rows: number): void {
    const { kernels, args, b } = this;
    kernels.gather_rows(b.x, args.x, index, rows, stride(args.network.sizes[0]));
    kernels.gather_rows(b.y, args.y, index, rows, 1);
  }

  /** A step of the optimizer; the penalty is on weights only. */
  #update(rows: number): void {
    const { kernels, b, state } = this;
    const { options, parameters } = this.args;
    const { length, weightsLength } = b.pass.parameters;
    const rate = options.solver === 'adam' ? adamRate(state, options) : state.rate;
    for (const [from, end, l2] of [
      [0, weightsLength, options.alpha / rows],
      [weightsLength, length, 0],
    ]) {
      const [w, first, second, gradient] = [parameters, b.first, b.second, b.gradient].map((at) => at + from * 4);
      if (options.solver === 'adam') {
        const { beta1, beta2, epsilon } = options;
        kernels.adam(w, first, second, gradient, end - from, rate, beta1, beta2, epsilon, l2);
      } else {
        kernels.sgd(w, first, gradient, end - from, rate, options.momentum, Number(options.nesterovsMomentum), l2);
      }
    }
  }
}

/** @throws CameoError 'aborted' between batches, 'diverged' where the loss or a weight is no longer finite */
export function train(kernels: Kernels, memory: WebAssembly.Memory, args: TrainArgs, control: Control): TrainResult {
  const { options, trainRows } = args;
  const training = new Training(kernels, memory, args);
  const { b, state } = training;
  const best = () => training.parameters(b.best);
  const parameters = () => training.parameters(args.parameters);
  for (let epoch = state.lossCurve.length + 1; epoch <= options.maxIter; epoch++) {
    if (options.shuffle) kernels.random_shuffle(b.order, b.random, trainRows, options.seed, epoch);
    let total = 0;
    for (let first = 0; first < trainRows; first += b.batch) {
      if (control.aborted()) throw errors.aborted();
      total += training.run(b.order + first * 4, Math.min(b.batch, trainRows - first));
    }
    const finite = Number.isFinite(kernels.sum_squares(args.parameters, b.pass.parameters.length));
    const { stop, improved } = judge(state, args, total / trainRows, finite, () => training.validate(), control);
    if (improved) best().set(parameters());
    if (stop) break;
  }
  return finish(state, args, () => parameters().set(best()));
}
