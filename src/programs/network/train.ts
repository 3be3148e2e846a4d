/**
 * Trains a network with embedded numbers: mini-batches, dropout behind the hidden layers, AdamW (Loshchilov and Hutter, "Decoupled Weight Decay
 * Regularization", 2019) with a rate that falls along a cosine, and the parameters of the epoch with the least loss on held-out rows.
 *
 * One worker trains one network; several train side by side.
 */
import { errors } from '../../errors.js';
import { cosine } from '../../math.js';
import { type Kernels, stride } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import type { Control } from '../program.js';
import { type EmbeddedNetwork, embeddedLength } from './embedding.js';
import { type Batch, GradientPass } from './gradient.js';
import { initialize, initializeScratch } from './initialize.js';

export interface NetworkOptions {
  learningRateInit: number;
  /** what a step of rate η takes from each weight: η · weightDecay · weight */
  weightDecay: number;
  /** chance, in 256ths, that a hidden unit's output is left out */
  dropout: number;
  /** rows in a batch, at most: all batches of an epoch are of nearly the same size */
  batchSize: number;
  maxIter: number;
  /** epochs without a lower loss before training ends */
  nIterNoChange: number;
  seed: number;
}

/**
 * Rows: x f32[…, stride(columns)], y f32[…] or labels of 32 bits, weights f32[…], 0 where all count 1, and which of them, index i32[rows]. The
 * sum of their weights divides their losses; `weight` is that sum, the number of rows without weights.
 */
export interface NetworkRows {
  x: number;
  y: number;
  weights: number;
  weight: number;
  index: number;
  rows: number;
}

export interface TrainNetworkArgs {
  network: EmbeddedNetwork;
  /** i32[numbers]: which columns are numbers */
  numbers: number;
  options: NetworkOptions;
  train: NetworkRows;
  /** rows to stop by; without rows, or where none has a weight, the last epoch's parameters are kept */
  held: NetworkRows;
  /** out f32[embeddedLength(network)] */
  parameters: number;
  /** out f32[sizes[0]]: the mean embedded row of the training rows */
  baseline: number;
  /** trainNetworkScratch(…) bytes */
  scratch: number;
}

export interface TrainNetworkResult {
  /** loss of each epoch, averaged over its rows */
  lossCurve: number[];
  /** loss on the held-out rows after each epoch */
  validation: number[];
  /** the epoch whose parameters are kept, from 1 */
  best: number;
  stopped: 'converged' | 'maxIter';
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

function buffers(kernels: Kernels, args: Omit<TrainNetworkArgs, 'scratch'>, base: number) {
  const { network, numbers, options, train, held, parameters } = args;
  const layout = new Layout(base);
  const batches = Math.ceil(train.rows / options.batchSize);
  const batch = Math.ceil(train.rows / batches);
  const most = Math.max(batch, Math.min(options.batchSize, held.rows));
  const length = embeddedLength(network);
  return {
    batches,
    batch,
    most,
    work: new GradientPass(kernels, network, parameters, numbers, layout, most),
    x: layout.take(most * stride(network.columns) * 4),
    y: layout.take(most * 4),
    weights: layout.take(most * 4),
    first: layout.take(length * 4),
    second: layout.take(length * 4),
    best: layout.take(length * 4),
    order: layout.take(train.rows * 4),
    drawn: layout.take(initializeScratch(network) * 4),
    layout,
  };
}

/** Bytes of scratch that `trainNetwork` needs. */
export const trainNetworkScratch = (kernels: Kernels, args: Omit<TrainNetworkArgs, 'scratch'>) =>
  buffers(kernels, args, 0).layout.bytes;

class Training {
  readonly b: ReturnType<typeof buffers>;
  /** steps taken, and β₁ᵗ and β₂ᵗ after them */
  #steps = 0;
  #beta1 = 1;
  #beta2 = 1;

  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly args: TrainNetworkArgs,
  ) {
    const { network, options, train, parameters, scratch } = args;
    this.b = buffers(kernels, args, scratch);
    // Padding takes part in vector operations: it starts as zero and stays so.
    new Uint8Array(memory.buffer, scratch, this.b.layout.bytes).fill(0);
    this.i32(this.b.order, train.rows).set(this.i32(train.index, train.rows));
    initialize(kernels, memory, network, parameters, this.b.drawn, options.seed);
  }

  i32(at: number, n: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, n);
  }
  /** As many floats as there are parameters. */
  parameters(at: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, embeddedLength(this.args.network));
  }

  /** Trains on some of the rows. @param index i32[rows] @returns the loss, summed over rows */
  run(index: number, rows: number): number {
    const { b, args } = this;
    const { options, network, train } = args;
    const batch = this.#load(train, index, rows);
    const stream = this.#steps * (network.sizes.length - 2);
    const loss = b.work.run(batch, { chance: options.dropout, seed: options.seed, stream });
    this.#update();
    return loss;
  }

  /** The mean loss on the held-out rows. */
  validate(): number {
    const { b, args } = this;
    const { held } = args;
    let loss = 0;
    for (let first = 0; first < held.rows; first += b.most) {
      const rows = Math.min(b.most, held.rows - first);
      loss += b.work.loss(this.#load(held, held.index + first * 4, rows));
    }
    return loss / held.weight;
  }

  /** The mean embedded row of the training rows, in float64. */
  baseline(): Float32Array {
    const { b, args } = this;
    const { train, network } = args;
    const ld = stride(network.sizes[0]);
    const sums = new Float64Array(network.sizes[0]);
    for (let first = 0; first < train.rows; first += b.most) {
      const rows = Math.min(b.most, train.rows - first);
      this.#load(train, train.index + first * 4, rows);
      b.work.pass.embed(b.x, rows);
      const values = new Float32Array(this.memory.buffer, b.work.pass.embedded, rows * ld);
      for (let r = 0; r < rows; r++) for (let i = 0; i < sums.length; i++) sums[i] += values[r * ld + i];
    }
    return Float32Array.from(sums, (sum) => sum / train.rows);
  }

  /** The rate of the next step. */
  get rate(): number {
    const { learningRateInit, maxIter } = this.args.options;
    return (learningRateInit * (1 + cosine(this.#steps / (2 * maxIter * this.b.batches)))) / 2;
  }

  #load({ x, y, weights }: NetworkRows, index: number, rows: number): Batch {
    const { kernels, args, b } = this;
    kernels.gather_rows(b.x, x, index, rows, stride(args.network.columns));
    kernels.gather_rows(b.y, y, index, rows, 1);
    if (weights) kernels.gather_rows(b.weights, weights, index, rows, 1);
    return { x: b.x, y: b.y, weights: weights && b.weights, rows };
  }

  /** A step of AdamW; what decays are the weights of the dense layers only. */
  #update(): void {
    const { kernels, b, rate } = this;
    const { options, parameters, network } = this.args;
    this.#steps++;
    this.#beta1 *= BETA1;
    this.#beta2 *= BETA2;
    const corrected = (rate * Math.sqrt(1 - this.#beta2)) / (1 - this.#beta1);
    const { weightsLength } = b.work.pass.dense.parameters;
    kernels.vector_scale(parameters, parameters, weightsLength, 1 - rate * options.weightDecay);
    const length = embeddedLength(network);
    kernels.adam(parameters, b.first, b.second, b.work.gradient, length, corrected, BETA1, BETA2, EPSILON, 0);
  }
}

/** @throws CameoError 'aborted' between batches, 'diverged' where the loss or a weight is no longer finite */
export function trainNetwork(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  args: TrainNetworkArgs,
  control: Control,
): TrainNetworkResult {
  const { network, options, train, held, parameters, baseline } = args;
  const training = new Training(kernels, memory, args);
  const { b } = training;
  const result: TrainNetworkResult = { lossCurve: [], validation: [], best: 0, stopped: 'maxIter' };
  let least = Number.POSITIVE_INFINITY;
  for (let epoch = 1; epoch <= options.maxIter; epoch++) {
    kernels.random_shuffle(b.order, b.drawn, train.rows, options.seed, epoch);
    let total = 0;
    for (let first = 0; first < train.rows; first += b.batch) {
      if (control.aborted()) throw errors.aborted();
      total += training.run(b.order + first * 4, Math.min(b.batch, train.rows - first));
    }
    const loss = total / train.weight;
    if (!Number.isFinite(loss)) throw errors.diverged(epoch, training.rate, 'the loss');
    if (!Number.isFinite(kernels.sum_squares(parameters, embeddedLength(network))))
      throw errors.diverged(epoch, training.rate, 'a weight');
    result.lossCurve.push(loss);
    const score = held.weight > 0 ? training.validate() : Number.NaN;
    if (held.weight > 0) result.validation.push(score);
    if (!(score >= least)) {
      least = score;
      result.best = epoch;
      training.parameters(b.best).set(training.parameters(parameters));
    }
    control.progress(epoch, loss, score);
    if (epoch - result.best < options.nIterNoChange) continue;
    result.stopped = 'converged';
    break;
  }
  training.parameters(parameters).set(training.parameters(b.best));
  new Float32Array(memory.buffer, baseline, network.sizes[0]).set(training.baseline());
  return result;
}
