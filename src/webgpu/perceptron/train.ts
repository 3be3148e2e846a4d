/**
 * Trains a network on the device: the data, the parameters and the optimizer's moments stay there, and one submission holds as many
 * batches as its uniform blocks allow, mostly a whole epoch. After each epoch losses and parameters are read back; what follows from
 * them is decided where programs/train.ts decides it. A device that is lost leaves the last whole epoch in linear memory.
 */

import { errors } from '../../errors.js';
import { ACTIVATIONS, packedLength, parametersOf } from '../../programs/perceptron/network.js';
import {
  adamRate,
  finish,
  HeldScore,
  judge,
  startState,
  type TrainArgs,
  type TrainResult,
  trainBuffers,
} from '../../programs/perceptron/train.js';
import { stride } from '../../wasm/kernels.js';
import { DeviceLost, type Recording } from '../gpu.js';
import { type RowPart, writeRows } from '../pieces.js';
import type { Twin } from '../session.js';
import { ForwardPass, gemmKernel } from './network.js';

/** A piece of the parameters: floats from → to, of linear memory and of the device, where pieces are aligned to bindings. */
interface Piece {
  from: number;
  to: number;
  length: number;
}

function place(sizes: number[]): { weights: Piece[]; biases: Piece[]; weightsLength: number; length: number } {
  const { weights, biases } = parametersOf(sizes);
  let to = 0;
  const take = (from: number, length: number) => {
    const piece = { from, to, length };
    to += Math.ceil(length / 64) * 64;
    return piece;
  };
  const w = weights.map((from, l) => take(from, packedLength(sizes[l], sizes[l + 1])));
  const weightsLength = to;
  return { weights: w, biases: biases.map((from, l) => take(from, stride(sizes[l + 1]))), weightsLength, length: to };
}

export const train: Twin<TrainArgs, TrainResult> = async (device, memory, args, control) => {
  const { gpu, session, kernels } = device;
  const { network, options, trainRows, validationRows } = args;
  const { sizes, output } = network;
  const layers = sizes.length - 1;
  const linear = trainBuffers(kernels, args, args.scratch);
  const { batch } = linear;
  const { weights, biases, weightsLength, length } = place(sizes);
  const pieces = [...weights, ...biases];
  const widest = Math.max(...sizes.map(stride)) * batch;
  if (Math.max(length, trainRows, widest, validationRows * stride(sizes[layers])) * 4 > gpu.largest)
    throw errors.runtime(`WebGPU: this training needs more than the ${gpu.largest} bytes that the adapter binds at once.`);
  const f32 = (at: number, n: number) => new Float32Array(memory.buffer, at, n);
  const i32 = (at: number, n: number) => new Int32Array(memory.buffer, at, n);

  // The data, the parameters and the moments.
  const rows = Math.max(maximum(i32(args.train, trainRows)), maximum(i32(args.validation, validationRows))) + 1;
  const x = writeRows(device, memory, args.x, rows, stride(sizes[0]));
  const y = writeRows(device, memory, args.y, rows, 1);
  const [w, first, second, gradient] = [0, 0, 0, 0].map(() => session.buffer(length * 4));
  for (const { from, to, length: n } of pieces) gpu.write(w, f32(args.initial + from * 4, n), to * 4);
  const slice = (buffer: GPUBuffer, { to, length: n }: Piece) => ({ buffer, offset: to * 4, size: Math.ceil(n / 64) * 256 });
  const index = session.buffer(trainRows * 4);
  const heldIndex = session.buffer(validationRows * 4);
  gpu.write(heldIndex, i32(args.validation, validationRows));

  // Buffers and bind groups of a batch.
  const [bx, by] = [session.buffer(batch * stride(sizes[0]) * 4), session.buffer(batch * 4)];
  const units = weights.map((piece, l) => [
    { first: 0, units: sizes[l + 1], weights: slice(w, piece), bias: slice(w, biases[l]) },
  ]);
  const pass = new ForwardPass(device, network, units, bx, batch);
  const deltas = sizes.slice(1).map((n) => session.buffer(batch * stride(n) * 4));
  const gather = gpu.kernel('gather_rows', 'wrr');
  const gathers = (parts: RowPart[], to: GPUBuffer, order: GPUBuffer) =>
    parts.map((part) => ({ part, group: gather.bind(to, part.buffer, order) }));
  const load = {
    train: [gathers(x, bx, index), gathers(y, by, index)],
    held: [gathers(x, bx, heldIndex), gathers(y, by, heldIndex)],
  };
  const batches = Math.ceil(trainRows / batch);
  const losses = session.buffer(batches * 4);
  const lossName = { logistic: 'logistic_loss', softmax: 'softmax_loss', identity: 'squared_loss' }[output];
  const loss = gpu.kernel(lossName, 'wrrw', ['math', 'shapes', 'sum', 'loss']);
  const lossGroup = loss.bind(deltas[layers - 1], pass.outputs[layers - 1], by, losses);
  const shares = Math.min(64, Math.ceil(weightsLength / 4096));
  const penalties = session.buffer(batches * shares * 4);
  const squares = gpu.kernel('sum_squares', 'rw', ['sum']);
  const squaresGroup = squares.bind({ buffer: w, size: weightsLength * 4 }, penalties);
  const backward = weights.map((piece, l) => {
    const input = l === 0 ? bx : pass.outputs[l - 1];
    const [toWeights, weightsGrid] = gemmKernel(gpu, 'dense_backward_weights', 'wrr', sizes[l], sizes[l + 1]);
    const toBias = gpu.kernel('dense_backward_bias', 'wr', ['shapes']);
    const [toInput, inputGrid] = gemmKernel(gpu, 'dense_backward_input', 'wrrr', batch, sizes[l]);
    return {
      weights: { kernel: toWeights, grid: weightsGrid, group: toWeights.bind(slice(gradient, piece), input, deltas[l]) },
      bias: { kernel: toBias, group: toBias.bind(slice(gradient, biases[l]), deltas[l]) },
      input: l > 0 && {
        kernel: toInput,
        grid: inputGrid,
        group: toInput.bind(deltas[l - 1], deltas[l], slice(w, piece), input),
      },
    };
  });
  const optimizer = gpu.kernel(options.solver, 'wwwr');
  const optimizerGroup = optimizer.bind(w, first, second, gradient);
  const code = ACTIVATIONS.indexOf(network.activation);
  const elements = Math.min(4096, Math.ceil(length / 64));

  const gatherBatch = (work: Recording, which: 'train' | 'held', from: number, n: number) => {
    const lds = [stride(sizes[0]), 1];
    load[which].forEach((parts, i) => {
      for (const { part, group } of parts) {
        const groups = Math.min(65535, Math.ceil((n * lds[i]) / 64));
        work.dispatch(gather, group, [groups], [n, lds[i], from, part.first, part.rows]);
      }
    });
  };

  // What comes back after an epoch.
  const ldz = stride(sizes[layers]);
  const stagings: [GPUBuffer, number][] = [batches * 4, batches * shares * 4, length * 4, length * 4, length * 4].map(
    (bytes) => [session.staging(bytes), bytes],
  );
  if (validationRows > 0) stagings.push([session.staging(validationRows * ldz * 4), validationRows * ldz * 4]);

  const runEpoch = (state: ReturnType<typeof startState>) => {
    const work = gpu.record();
    for (let b = 0; b < batches; b++) {
      const n = Math.min(batch, trainRows - b * batch);
      gatherBatch(work, 'train', b * batch, n);
      pass.run(work, n);
      work.dispatch(loss, lossGroup, [1], [n, b, sizes[layers]]);
      work.dispatch(squares, squaresGroup, [shares], [weightsLength, b * shares]);
      for (let l = layers - 1; l >= 0; l--) {
        const { weights: dw, bias: db, input: dx } = backward[l];
        work.dispatch(dw.kernel, dw.group, dw.grid, [n, sizes[l], sizes[l + 1]]);
        work.dispatch(db.kernel, db.group, [Math.ceil(stride(sizes[l + 1]) / 64)], [n, sizes[l + 1]]);
        if (dx) work.dispatch(dx.kernel, dx.group, dx.grid, [n, sizes[l], sizes[l + 1], code]);
      }
      const l2 = options.alpha / n;
      const scalars =
        options.solver === 'adam'
          ? ([
              [length, weightsLength],
              [adamRate(state, options), options.beta1, options.beta2, options.epsilon, l2],
            ] as const)
          : ([
              [length, weightsLength, Number(options.nesterovsMomentum)],
              [state.rate, options.momentum, l2],
            ] as const);
      work.dispatch(optimizer, optimizerGroup, [elements], [...scalars[0]], [...scalars[1]]);
    }
    [losses, penalties, w, first, second].forEach((buffer, i) => work.copy(buffer, 0, stagings[i][0], 0, stagings[i][1]));
    for (let from = 0; from < validationRows; from += batch) {
      const n = Math.min(batch, validationRows - from);
      gatherBatch(work, 'held', from, n);
      pass.run(work, n);
      work.copy(pass.outputs[layers - 1], 0, stagings[5][0], from * ldz * 4, n * ldz * 4);
    }
    work.submit();
  };

  /** Into linear memory, where a training that goes on in WebAssembly looks for them. */
  const keep = (values: ArrayBuffer, at: number) => {
    for (const { from, to, length: n } of pieces) f32(at + from * 4, n).set(new Float32Array(values, to * 4, n));
  };

  i32(linear.order, trainRows).set(i32(args.train, trainRows));
  const heldLabels = Float32Array.from({ length: validationRows });
  i32(args.validation, validationRows).forEach((row, i) => {
    new Uint32Array(heldLabels.buffer)[i] = new Uint32Array(memory.buffer, args.y + row * 4, 1)[0];
  });
  const padded = parametersOf(sizes).length;
  for (const at of [args.parameters, linear.first, linear.second, linear.best]) f32(at, padded).fill(0);
  let committed = startState(options);
  let orderBefore = i32(linear.order, trainRows).slice();
  try {
    for (let epoch = 1; epoch <= options.maxIter; epoch++) {
      if (control.aborted()) throw errors.aborted();
      const state = structuredClone(committed);
      if (options.shuffle) kernels.random_shuffle(linear.order, linear.random, trainRows, options.seed, epoch);
      gpu.write(index, i32(linear.order, trainRows));
      runEpoch(state);
      const held = new HeldScore(network, validationRows);
      const read = await gpu.readAll(stagings, ([lossWords, penaltyWords, wWords, firstWords, secondWords, zWords]) => {
        const sum = (words: ArrayBuffer) => new Float32Array(words).reduce((total, v) => total + v, 0);
        keep(wWords, args.parameters);
        keep(firstWords, linear.first);
        keep(secondWords, linear.second);
        if (validationRows > 0) held.add(new Float32Array(zWords), heldLabels);
        return {
          loss: (sum(lossWords) + (options.alpha / 2) * sum(penaltyWords)) / trainRows,
          finite: new Float32Array(wWords, 0, length).every(Number.isFinite),
        };
      });
      const { stop, improved } = judge(state, args, read.loss, read.finite, () => held.value(), control);
      if (improved) f32(linear.best, padded).set(f32(args.parameters, padded));
      committed = state;
      orderBefore = i32(linear.order, trainRows).slice();
      if (stop) break;
    }
  } catch (error) {
    if (error instanceof DeviceLost && committed.lossCurve.length > 0) {
      i32(linear.order, trainRows).set(orderBefore);
      error.resume = committed;
    }
    throw error;
  }
  return finish(committed, args, () => f32(args.parameters, padded).set(f32(linear.best, padded)));
};

const maximum = (values: Int32Array) => values.reduce((most, v) => Math.max(most, v), 0);
