/**
 * Trains a network by mini-batches, as scikit-learn's MLPClassifier and MLPRegressor do: the same losses, penalty
 * (alpha / 2 · ‖W‖² / batch rows), optimizers and stopping rules.
 *
 * One worker trains one network: a batch of 200 rows takes tens of microseconds, too little to cut up. Folds and
 * several networks run side by side.
 */

import { type Kernels, stride } from '../engine/kernels.js';
import { Layout } from '../engine/memory.js';
import { errors } from '../errors.js';
import type { Control } from '../scheduler/scheduler.js';
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
function buffers(kernels: Kernels, { network, options, trainRows, validationRows, parameters }: TrainArgs, base: number) {
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
  buffers(kernels, { ...args, scratch: 0 }, 0).layout.bytes;

export function train(kernels: Kernels, memory: WebAssembly.Memory, args: TrainArgs, control: Control): TrainResult {
  const { network, options, trainRows, validationRows } = args;
  const { sizes, output } = network;
  const layers = sizes.length - 1;
  const b = buffers(kernels, args, args.scratch);
  const { pass } = b;
  const { length, weightsLength } = pass.parameters;
  const code = ACTIVATIONS.indexOf(network.activation);
  const f32 = (at: number, n: number) => new Float32Array(memory.buffer, at, n);
  f32(args.parameters, length).set(f32(args.initial, length));
  new Int32Array(memory.buffer, b.order, trainRows).set(new Int32Array(memory.buffer, args.train, trainRows));
  for (const at of [b.gradient, b.first, b.second]) f32(at, length).fill(0);
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

  let rate = options.learningRateInit;
  let beta1Power = 1; // β₁ᵗ by multiplication: Math.pow differs between engines
  let beta2Power = 1;
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
      beta1Power *= beta1;
      beta2Power *= beta2;
      const r = (rate * Math.sqrt(1 - beta2Power)) / (1 - beta1Power);
      kernels.adam(w, b.first, b.second, b.gradient, weightsLength, r, beta1, beta2, epsilon, l2);
      const biases = length - weightsLength;
      kernels.adam(w + tail, b.first + tail, b.second + tail, b.gradient + tail, biases, r, beta1, beta2, epsilon, 0);
    } else {
      const nesterov = options.nesterovsMomentum ? 1 : 0;
      kernels.sgd(w, b.first, b.gradient, weightsLength, rate, options.momentum, nesterov, l2);
      const biases = length - weightsLength;
      kernels.sgd(w + tail, b.first + tail, b.gradient + tail, biases, rate, options.momentum, nesterov, 0);
    }
  };

  /** Accuracy of a classifier, R² of a regressor, on the held-out rows. */
  const validate = (): number => {
    let good = 0;
    let sum = 0;
    let squares = 0;
    for (let first = 0; first < validationRows; first += b.batch) {
      const rows = Math.min(b.batch, validationRows - first);
      load(args.validation + first * 4, rows);
      const z = f32(pass.run(b.x, rows), rows * stride(sizes[layers]));
      if (output === 'softmax') {
        const labels = new Int32Array(memory.buffer, b.y, rows);
        const ld = stride(sizes[layers]);
        for (let r = 0; r < rows; r++) {
          let top = 0;
          for (let c = 1; c < sizes[layers]; c++) if (z[r * ld + c] > z[r * ld + top]) top = c;
          if (top === labels[r]) good++;
        }
      } else {
        const y = f32(b.y, rows);
        for (let r = 0; r < rows; r++) {
          if (output === 'logistic') good += Number(z[r] > 0 === y[r] > 0.5);
          else good += (z[r] - y[r]) ** 2;
          sum += y[r];
          squares += y[r] * y[r];
        }
      }
    }
    if (output !== 'identity') return good / validationRows;
    const spread = squares - (sum * sum) / validationRows;
    return spread > 0 ? 1 - good / spread : 0;
  };

  const lossCurve: number[] = [];
  const validationScores: number[] = [];
  let bestLoss = Number.POSITIVE_INFINITY;
  let bestScore = Number.NEGATIVE_INFINITY;
  let idle = 0;
  let seen = 0;
  let stopped: TrainResult['stopped'] = 'maxIter';
  for (let epoch = 1; epoch <= options.maxIter; epoch++) {
    if (options.shuffle) kernels.random_shuffle(b.order, b.random, trainRows, options.seed, epoch);
    let total = 0;
    for (let first = 0; first < trainRows; first += b.batch) {
      if (control.aborted()) throw errors.aborted();
      const rows = Math.min(b.batch, trainRows - first);
      load(b.order + first * 4, rows);
      pass.run(b.x, rows);
      total += lossOf(rows) + (options.alpha / 2) * kernels.sum_squares(args.parameters, weightsLength);
      step(rows);
      seen += rows;
    }
    const loss = total / trainRows;
    lossCurve.push(loss);
    if (!Number.isFinite(loss)) throw errors.diverged(epoch, rate, 'the loss');
    if (!Number.isFinite(kernels.sum_squares(args.parameters, length))) throw errors.diverged(epoch, rate, 'a weight');
    if (validationRows > 0) {
      const score = validate();
      validationScores.push(score);
      idle = score < bestScore + options.tol ? idle + 1 : 0;
      if (score > bestScore) {
        bestScore = score;
        f32(b.best, length).set(f32(args.parameters, length));
      }
    } else {
      idle = loss > bestLoss - options.tol ? idle + 1 : 0;
      bestLoss = Math.min(bestLoss, loss);
    }
    control.progress(epoch, loss, validationScores.at(-1) ?? Number.NaN);
    if (options.solver === 'sgd' && options.learningRate === 'invscaling') {
      rate = options.learningRateInit / (seen + 1) ** options.powerT;
    }
    if (idle > options.nIterNoChange) {
      // 'adaptive' divides the rate by five until it is too small to matter.
      if (options.solver === 'sgd' && options.learningRate === 'adaptive' && rate > 1e-6) {
        rate /= 5;
        idle = 0;
        continue;
      }
      stopped = 'converged';
      break;
    }
  }
  if (validationRows > 0) f32(args.parameters, length).set(f32(b.best, length));
  return { lossCurve, validationScores, stopped };
}
