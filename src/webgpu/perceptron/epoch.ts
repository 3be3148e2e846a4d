/**
 * An epoch of training on the device: data, parameters and the optimizer's moments stay there, and one submission holds as many batches
 * as its uniform blocks allow, mostly all of them.
 */
import { errors } from '../../errors.js';
import { ACTIVATIONS } from '../../programs/perceptron/network.js';
import type { TrainArgs, trainBuffers } from '../../programs/perceptron/train.js';
import { adamRate, type TrainState } from '../../programs/perceptron/training-state.js';
import { stride } from '../../wasm/kernels.js';
import { gemmKernel } from '../gemm.js';
import type { Kernel, Recording } from '../gpu.js';
import { type RowPart, writeRows } from '../pieces.js';
import type { Device } from '../session.js';
import { ForwardPass } from './network.js';
import { type Piece, type Placed, placeParameters, slice } from './parameters.js';

const maximum = (values: Int32Array) => values.reduce((most, v) => Math.max(most, v), 0);

/** A dispatch that is the same for every batch but for its dimensions. */
interface Call {
  kernel: Kernel;
  group: GPUBindGroup;
  grid: number[];
}

/** The words that an epoch leaves behind. */
export interface EpochWords {
  losses: Float32Array;
  penalties: Float32Array;
  parameters: ArrayBuffer;
  first: ArrayBuffer;
  second: ArrayBuffer;
  /** raw outputs of the held-out rows */
  held: Float32Array;
}

export class Epoch {
  readonly batch: number;
  readonly #placed: Placed;
  readonly #buffers: ReturnType<Epoch['makeBuffers']>;
  readonly #pass: ForwardPass;
  readonly #gathers: Record<'train' | 'held', { part: RowPart; group: GPUBindGroup; ld: number }[]>;
  readonly #gather: Kernel;
  readonly #calls: ReturnType<Epoch['makeCalls']>;
  readonly #backward: { weights: Call; bias: Call; input?: Call }[];
  readonly #stagings: [GPUBuffer, number][];

  /** @throws CameoError 'runtime' for what the adapter does not bind at once */
  constructor(
    private readonly device: Device,
    private readonly memory: WebAssembly.Memory,
    private readonly args: TrainArgs,
    linear: ReturnType<typeof trainBuffers>,
  ) {
    const { gpu, session } = device;
    const { network, trainRows, validationRows } = args;
    const { sizes } = network;
    this.batch = linear.batch;
    this.#placed = placeParameters(sizes);
    const { length, weights, biases } = this.#placed;
    const ldz = stride(sizes[sizes.length - 1]);
    const widest = Math.max(...sizes.map(stride)) * this.batch;
    if (Math.max(length, trainRows, widest, validationRows * ldz) * 4 > gpu.largest)
      throw errors.runtime(`WebGPU: this training needs more than the ${gpu.largest} bytes that the adapter binds at once.`);
    const b = this.makeBuffers();
    this.#buffers = b;
    for (const { from, to, length: n } of this.#pieces) gpu.write(b.parameters, this.#f32(args.initial + from * 4, n), to * 4);
    gpu.write(b.heldIndex, this.#i32(args.validation, validationRows));
    const layers = weights.map((piece, l) => [
      { first: 0, units: sizes[l + 1], weights: slice(b.parameters, piece), bias: slice(b.parameters, biases[l]) },
    ]);
    this.#pass = new ForwardPass(device, network, layers, b.x, this.batch);
    this.#gather = gpu.kernel('gather_rows', 'wrr');
    this.#gathers = this.#makeGathers();
    this.#calls = this.makeCalls();
    this.#backward = weights.map((_, l) => this.#makeBackward(l));
    const words = [this.#batches, this.#batches * this.#shares, length, length, length, validationRows * ldz];
    this.#stagings = words.map((n) => [session.staging(n * 4), n * 4]);
  }

  get #pieces(): Piece[] {
    return [...this.#placed.weights, ...this.#placed.biases];
  }
  get #batches(): number {
    return Math.ceil(this.args.trainRows / this.batch);
  }
  /** Workgroups that sum the squares of the weights. */
  get #shares(): number {
    return Math.min(64, Math.ceil(this.#placed.weightsLength / 4096));
  }
  #f32(at: number, n: number) {
    return new Float32Array(this.memory.buffer, at, n);
  }
  #i32(at: number, n: number) {
    return new Int32Array(this.memory.buffer, at, n);
  }

  /** Submits all batches in this order of rows, then the held-out rows. */
  submit(state: TrainState, order: Int32Array): void {
    const { gpu } = this.device;
    const { network, trainRows, validationRows } = this.args;
    const { sizes } = network;
    const ldz = stride(sizes[sizes.length - 1]);
    const { losses, penalties, parameters, first, second, index } = this.#buffers;
    gpu.write(index, order);
    const work = gpu.record();
    for (let b = 0; b < this.#batches; b++) {
      const n = Math.min(this.batch, trainRows - b * this.batch);
      this.#load(work, 'train', b * this.batch, n);
      this.#pass.run(work, n);
      this.#step(work, state, b, n);
    }
    [losses, penalties, parameters, first, second].forEach((buffer, i) =>
      work.copy(buffer, 0, this.#stagings[i][0], 0, this.#stagings[i][1]),
    );
    for (let from = 0; from < validationRows; from += this.batch) {
      const n = Math.min(this.batch, validationRows - from);
      this.#load(work, 'held', from, n);
      this.#pass.run(work, n);
      work.copy(this.#pass.outputs[sizes.length - 2], 0, this.#stagings[5][0], from * ldz * 4, n * ldz * 4);
    }
    work.submit();
  }

  /** Waits for the epoch. @throws DeviceLost */
  read<T>(see: (words: EpochWords) => T): Promise<T> {
    const stagings = this.args.validationRows > 0 ? this.#stagings : this.#stagings.slice(0, 5);
    return this.device.gpu.readAll(stagings, ([losses, penalties, parameters, first, second, held]) =>
      see({
        losses: new Float32Array(losses),
        penalties: new Float32Array(penalties),
        parameters,
        first,
        second,
        held: new Float32Array(held ?? 0),
      }),
    );
  }

  /** Copies parameters, or what stands as they do, into linear memory. */
  keep(values: ArrayBuffer, at: number): void {
    for (const { from, to, length } of this.#pieces)
      this.#f32(at + from * 4, length).set(new Float32Array(values, to * 4, length));
  }

  /** Records the rows of a batch. */
  #load(work: Recording, which: 'train' | 'held', from: number, n: number): void {
    for (const { part, group, ld } of this.#gathers[which]) {
      const groups = Math.min(65535, Math.ceil((n * ld) / 64));
      work.dispatch(this.#gather, group, [groups], [n, ld, from, part.first, part.rows]);
    }
  }

  /** Records loss, gradient and a step of the optimizer for n rows. */
  #step(work: Recording, state: TrainState, b: number, n: number): void {
    const { network, options } = this.args;
    const { sizes, activation } = network;
    const { length, weightsLength } = this.#placed;
    const { loss, squares, optimizer } = this.#calls;
    const shares = this.#shares;
    const code = ACTIVATIONS.indexOf(activation);
    work.dispatch(loss.kernel, loss.group, loss.grid, [n, b, sizes[sizes.length - 1]]);
    work.dispatch(squares.kernel, squares.group, squares.grid, [weightsLength, b * shares]);
    for (let l = sizes.length - 2; l >= 0; l--) {
      const { weights: dw, bias: db, input: dx } = this.#backward[l];
      work.dispatch(dw.kernel, dw.group, dw.grid, [n, sizes[l], sizes[l + 1]]);
      work.dispatch(db.kernel, db.group, db.grid, [n, sizes[l + 1]]);
      if (dx) work.dispatch(dx.kernel, dx.group, dx.grid, [n, sizes[l], sizes[l + 1], code]);
    }
    const { kernel, group, grid } = optimizer;
    const l2 = options.alpha / n;
    if (options.solver === 'adam') {
      const scalars = [adamRate(state, options), options.beta1, options.beta2, options.epsilon, l2];
      work.dispatch(kernel, group, grid, [length, weightsLength], scalars);
    } else {
      const dimensions = [length, weightsLength, Number(options.nesterovsMomentum)];
      work.dispatch(kernel, group, grid, dimensions, [state.rate, options.momentum, l2]);
    }
  }

  private makeBuffers() {
    const { session } = this.device;
    const { network, trainRows, validationRows } = this.args;
    const { sizes } = network;
    const floats = (n: number) => session.buffer(n * 4);
    const [parameters, first, second, gradient] = [0, 0, 0, 0].map(() => floats(this.#placed.length));
    return {
      parameters,
      first,
      second,
      gradient,
      index: floats(trainRows),
      heldIndex: floats(validationRows),
      x: floats(this.batch * stride(sizes[0])),
      y: floats(this.batch),
      deltas: sizes.slice(1).map((units) => floats(this.batch * stride(units))),
      losses: floats(this.#batches),
      penalties: floats(this.#batches * this.#shares),
    };
  }

  /** The data, which stays on the device, and how a batch of it is gathered. */
  #makeGathers() {
    const { device, memory, args } = this;
    const { x, y, index, heldIndex } = this.#buffers;
    const most = Math.max(
      maximum(this.#i32(args.train, args.trainRows)),
      maximum(this.#i32(args.validation, args.validationRows)),
    );
    const ldx = stride(args.network.sizes[0]);
    const data = [
      { to: x, ld: ldx, parts: writeRows(device, memory, args.x, most + 1, ldx) },
      { to: y, ld: 1, parts: writeRows(device, memory, args.y, most + 1, 1) },
    ];
    const by = (order: GPUBuffer) =>
      data.flatMap(({ to, ld, parts }) =>
        parts.map((part) => ({ part, ld, group: this.#gather.bind(to, part.buffer, order) })),
      );
    return { train: by(index), held: by(heldIndex) };
  }

  private makeCalls() {
    const { gpu } = this.device;
    const { network, options } = this.args;
    const { parameters, first, second, gradient, deltas, losses, penalties, y } = this.#buffers;
    const { length, weightsLength } = this.#placed;
    const last = network.sizes.length - 2;
    const name = { logistic: 'logistic_loss', softmax: 'softmax_loss', identity: 'squared_loss' }[network.output];
    const loss = gpu.kernel(name, 'wrrw', ['math', 'shapes', 'sum', 'loss']);
    const squares = gpu.kernel('sum_squares', 'rw', ['sum']);
    const optimizer = gpu.kernel(options.solver, 'wwwr');
    const call = (kernel: Kernel, group: GPUBindGroup, grid: number[]): Call => ({ kernel, group, grid });
    return {
      loss: call(loss, loss.bind(deltas[last], this.#pass.outputs[last], y, losses), [1]),
      squares: call(squares, squares.bind({ buffer: parameters, size: weightsLength * 4 }, penalties), [this.#shares]),
      optimizer: call(optimizer, optimizer.bind(parameters, first, second, gradient), [Math.min(4096, Math.ceil(length / 64))]),
    };
  }

  #makeBackward(l: number) {
    const { gpu } = this.device;
    const { sizes } = this.args.network;
    const { parameters, gradient, deltas, x } = this.#buffers;
    const { weights, biases } = this.#placed;
    const input = l === 0 ? x : this.#pass.outputs[l - 1];
    const [toWeights, weightsGrid] = gemmKernel(gpu, 'dense_backward_weights', 'wrr', sizes[l], sizes[l + 1]);
    const toBias = gpu.kernel('dense_backward_bias', 'wr', ['shapes']);
    const [toInput, inputGrid] = gemmKernel(gpu, 'dense_backward_input', 'wrrr', this.batch, sizes[l]);
    return {
      weights: {
        kernel: toWeights,
        grid: weightsGrid,
        group: toWeights.bind(slice(gradient, weights[l]), input, deltas[l]),
      },
      bias: {
        kernel: toBias,
        grid: [Math.ceil(stride(sizes[l + 1]) / 64)],
        group: toBias.bind(slice(gradient, biases[l]), deltas[l]),
      },
      input:
        l > 0
          ? {
              kernel: toInput,
              grid: inputGrid,
              group: toInput.bind(deltas[l - 1], deltas[l], slice(parameters, weights[l]), input),
            }
          : undefined,
    };
  }
}
