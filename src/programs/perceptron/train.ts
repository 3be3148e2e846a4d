/**
 * Trains a network by mini-batches, as scikit-learn's MLPClassifier and MLPRegressor do: the same losses, penalty
 * (alpha / 2 · ‖W‖² / batch rows), optimizers and stopping rules.
 *
 * One worker trains one network: a batch of 200 rows takes tens of microseconds, too little to cut up. Folds and
 * several networks run side by side.
 */

import { errors } from '../../errors.js';
import { argmax, pow, square } from '../../math.js';
import { r2 } from '../../metrics/regression.js';
import { type Kernels, stride } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import type { Control } from '../program.js';
import { ACTIVATIONS, ForwardPass, type Network, parametersOf } from './network.js';

export interface TrainOptions {
  solver: 'adam' | 'sgd';
  alpha: number;
  batchSize: number;
  learningRate: 'constant' | 'invscaling' | 'adaptive';
  learningRateInit: number;
  powerT: number;
  maxIter: number;
  tol: number;
  nIterNoChange: number;
  shuffle: boolean;
  momentum: number;
  nesterovsMomentum: boolean;
  beta1: number;
  beta2: number;
  epsilon: number;
  seed: number;
}

/** Where training stands after an epoch, from which it can go on with the parameters and moments of that moment. */
export interface TrainState {
  lossCurve: number[];
  validationScores: number[];
  bestLoss: number;
  bestScore: number;
  /** epochs without improvement */
  idle: number;
  /** rows trained on */
  seen: number;
  /** the learning rate now */
  rate: number;
  /** β₁ᵗ and β₂ᵗ, by multiplication: Math.pow differs between engines */
  beta1Power: number;
  beta2Power: number;
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
  /** go on after these epochs, with `parameters` and what the scratch holds */
  resume?: TrainState;
}

export interface TrainResult {
  /** loss of each epoch, averaged over rows */
  lossCurve: number[];
  /** accuracy or R² on the held-out rows after each epoch; empty without early stopping */
  validationScores: number[];
  /** why it ended */
  stopped: 'converged' | 'maxIter';
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
  return {
    batch,
    pass: new ForwardPass(kernels, network, parameters, layout, batch),
    x: layout.take(batch * stride(sizes[0]) * 4),
    y: layout.take(batch * 4),
    deltas: sizes.slice(1).map((units) => layout.take(batch * stride(units) * 4)),
    transposed: layout.take(Math.max(...sizes.slice(1).map((u, l) => u * stride(sizes[l]) + 8 * u)) * 4),
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

export function train(kernels: Kernels, memory: WebAssembly.Memory, args: TrainArgs, control: Control): TrainResult {
  const { network, options, trainRows, validationRows } = args;
  const { sizes, output } = network;
  const layers = sizes.length - 1;
  const b = trainBuffers(kernels, args, args.scratch);
  const { pass } = b;
  const { length, weightsLength } = pass.parameters;
  const code = ACTIVATIONS.indexOf(network.activation);
  const f32 = (at: number, n: number) => new Float32Array(memory.buffer, at, n);
  if (!args.resume) {
    f32(args.parameters, length).set(f32(args.initial, length));
    new Int32Array(memory.buffer, b.order, trainRows).set(new Int32Array(memory.buffer, args.train, trainRows));
    for (const at of [b.first, b.second]) f32(at, length).fill(0);
  }
  f32(b.gradient, length).fill(0);
  // Padding takes part in vector operations: it starts as zero and stays so.
  f32(args.scratch, b.gradient / 4 - args.scratch / 4).fill(0);

  const lossOf = (rows: number): number => {
    const z = pass.outputs[layers - 1];
    const dz = b.deltas[layers - 1];
    if (output === 'logistic') return kernels.logistic_loss(dz, z, b.y, rows);
    if (output === 'softmax') return kernels.softmax_loss(dz, z, b.y, rows, sizes[layers]);
    return kernels.squared_loss(dz, z, b.y, rows);
  };
  const load = (index: number, rows: number) => {
    kernels.gather_rows(b.x, args.x, index, rows, stride(sizes[0]));
    kernels.gather_rows(b.y, args.y, index, rows, 1);
  };

  const state = args.resume ?? startState(options);
  const step = (rows: number) => {
    for (let l = layers - 1; l >= 0; l--) {
      const input = l === 0 ? b.x : pass.outputs[l - 1];
      const dweights = b.gradient + pass.parameters.weights[l] * 4;
      const dbias = b.gradient + pass.parameters.biases[l] * 4;
      kernels.dense_backward_weights(dweights, dbias, input, b.deltas[l], rows, sizes[l], sizes[l + 1]);
      if (l === 0) break;
      const [inputs, units] = [sizes[l], sizes[l + 1]];
      if (units > 1) kernels.dense_transpose(b.transposed, pass.weights(l), inputs, units);
      const w = units > 1 ? b.transposed : pass.weights(l);
      kernels.dense_backward_input(b.deltas[l - 1], b.deltas[l], w, input, pass.scratch, rows, inputs, units, code);
    }
    const w = args.parameters;
    const tail = weightsLength * 4;
    const l2 = options.alpha / rows;
    if (options.solver === 'adam') {
      const { beta1, beta2, epsilon } = options;
      const r = adamRate(state, options);
      kernels.adam(w, b.first, b.second, b.gradient, weightsLength, r, beta1, beta2, epsilon, l2);
      const biases = length - weightsLength;
      kernels.adam(w + tail, b.first + tail, b.second + tail, b.gradient + tail, biases, r, beta1, beta2, epsilon, 0);
    } else {
      const nesterov = options.nesterovsMomentum ? 1 : 0;
      kernels.sgd(w, b.first, b.gradient, weightsLength, state.rate, options.momentum, nesterov, l2);
      const biases = length - weightsLength;
      kernels.sgd(w + tail, b.first + tail, b.gradient + tail, biases, state.rate, options.momentum, nesterov, 0);
    }
  };

  const validate = (): number => {
    const score = new HeldScore(network, validationRows);
    for (let first = 0; first < validationRows; first += b.batch) {
      const rows = Math.min(b.batch, validationRows - first);
      load(args.validation + first * 4, rows);
      score.add(f32(pass.run(b.x, rows), rows * stride(sizes[layers])), f32(b.y, rows));
    }
    return score.value();
  };

  for (let epoch = state.lossCurve.length + 1; epoch <= options.maxIter; epoch++) {
    if (options.shuffle) kernels.random_shuffle(b.order, b.random, trainRows, options.seed, epoch);
    let total = 0;
    for (let first = 0; first < trainRows; first += b.batch) {
      if (control.aborted()) throw errors.aborted();
      const rows = Math.min(b.batch, trainRows - first);
      load(b.order + first * 4, rows);
      pass.run(b.x, rows);
      total += lossOf(rows) + (options.alpha / 2) * kernels.sum_squares(args.parameters, weightsLength);
      step(rows);
    }
    const finite = Number.isFinite(kernels.sum_squares(args.parameters, length));
    const verdict = judge(state, args, total / trainRows, finite, validate, control);
    if (verdict.improved) f32(b.best, length).set(f32(args.parameters, length));
    if (verdict.stop) break;
  }
  return finish(state, args, () => f32(args.parameters, length).set(f32(b.best, length)));
}

export const startState = (options: TrainOptions): TrainState => ({
  lossCurve: [],
  validationScores: [],
  bestLoss: Number.POSITIVE_INFINITY,
  bestScore: Number.NEGATIVE_INFINITY,
  idle: 0,
  seen: 0,
  rate: options.learningRateInit,
  beta1Power: 1,
  beta2Power: 1,
});

/** The rate of Adam's next step, with both bias corrections. */
export function adamRate(state: TrainState, { beta1, beta2 }: TrainOptions): number {
  state.beta1Power *= beta1;
  state.beta2Power *= beta2;
  return (state.rate * Math.sqrt(1 - state.beta2Power)) / (1 - state.beta1Power);
}

/**
 * What follows from an epoch: whether training ends and whether these are the best parameters so far.
 * @throws CameoError 'diverged'
 */
export function judge(
  state: TrainState,
  { options, trainRows, validationRows }: TrainArgs,
  loss: number,
  finite: boolean,
  validate: () => number,
  control: Control,
): { stop: boolean; improved: boolean } {
  state.lossCurve.push(loss);
  state.seen += trainRows;
  const epoch = state.lossCurve.length;
  if (!Number.isFinite(loss)) throw errors.diverged(epoch, state.rate, 'the loss');
  if (!finite) throw errors.diverged(epoch, state.rate, 'a weight');
  let improved = false;
  if (validationRows > 0) {
    const score = validate();
    state.validationScores.push(score);
    state.idle = score < state.bestScore + options.tol ? state.idle + 1 : 0;
    improved = score > state.bestScore;
    if (improved) state.bestScore = score;
  } else {
    state.idle = loss > state.bestLoss - options.tol ? state.idle + 1 : 0;
    state.bestLoss = Math.min(state.bestLoss, loss);
  }
  control.progress(epoch, loss, state.validationScores.at(-1) ?? Number.NaN);
  if (options.solver === 'sgd' && options.learningRate === 'invscaling') {
    state.rate = options.learningRateInit / pow(state.seen + 1, options.powerT);
  }
  if (state.idle <= options.nIterNoChange) return { stop: false, improved };
  // 'adaptive' divides the rate by five until it is too small to matter.
  if (options.solver === 'sgd' && options.learningRate === 'adaptive' && state.rate > 1e-6) {
    state.rate /= 5;
    state.idle = 0;
    return { stop: false, improved };
  }
  return { stop: true, improved };
}

/** The result, with the best parameters put back where rows were held out. */
export function finish(state: TrainState, { options, validationRows }: TrainArgs, restore: () => void): TrainResult {
  if (validationRows > 0) restore();
  const { lossCurve, validationScores } = state;
  return { lossCurve, validationScores, stopped: state.idle > options.nIterNoChange ? 'converged' : 'maxIter' };
}

/** Accuracy of a classifier, R² of a regressor, on the held-out rows as they come. */
export class HeldScore {
  #good = 0;
  #sum = 0;
  #squares = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;
  constructor(
    private readonly network: Network,
    private readonly rows: number,
  ) {}

  /** @param z raw outputs f32[rows, stride(outputs)] and y f32[rows], or labels of 32 bits in it */
  add(z: Float32Array, y: Float32Array): void {
    const { output, sizes } = this.network;
    if (output === 'softmax') {
      const classes = sizes[sizes.length - 1];
      const labels = new Int32Array(y.buffer, y.byteOffset, y.length);
      for (let r = 0; r < y.length; r++) this.#good += Number(argmax(z, r * stride(classes), classes) === labels[r]);
      return;
    }
    for (let r = 0; r < y.length; r++) {
      if (output === 'logistic') this.#good += Number(z[r] > 0 === y[r] > 0.5);
      else this.#good += square(z[r] - y[r]);
      this.#sum += y[r];
      this.#squares += y[r] * y[r];
      this.#least = Math.min(this.#least, y[r]);
      this.#most = Math.max(this.#most, y[r]);
    }
  }

  value(): number {
    if (this.network.output !== 'identity') return this.#good / this.rows;
    // By the ends, since the difference of sums is rounded.
    const constant = this.#least === this.#most;
    return r2(this.#good, constant ? 0 : this.#squares - (this.#sum * this.#sum) / this.rows);
  }
}
