/** A call of each program of a given size, over numbers that mean nothing: what break-even and benchmark are measured with. */

import type { ProgramArgs } from '../programs/index.js';
import { type Network, parametersOf } from '../programs/perceptron/network.js';
import { predictScratch } from '../programs/perceptron/predict.js';
import { trainScratch } from '../programs/perceptron/train.js';
import { topScratch } from '../programs/top.js';
import { type Kernels, stride } from '../wasm/kernels.js';
import { type Arena, Layout, type Region } from '../wasm/memory.js';
import type { TwinName } from './accelerator.js';

export interface Workload<P extends TwinName = TwinName> {
  args: ProgramArgs<P>;
  region: Region;
}

const NETWORK: Network = { sizes: [100, 512, 256, 1], activation: 'relu', output: 'logistic' };
/** Of that network. */
export const WEIGHTS = 100 * 512 + 512 * 256 + 256;
export const RANK = 64;

/** Sizes to measure, growing, in the unit of `workOf`. What is smaller than the first is not worth a device's latency. */
export const SIZES: Record<TwinName, number[]> = {
  moments: [16, 64, 256].map((columns) => columns * 65536),
  scale: [16, 64, 256].map((columns) => columns * 65536),
  predict: [128, 512, 2048, 8192, 32768].map((rows) => rows * WEIGHTS),
  train: [128, 512, 2048, 8192].map((batch) => batch * WEIGHTS),
  factorize: [1e6, 4e6].map((entries) => entries * RANK),
  top: [16384, 65536, 262144].map((columns) => 256 * columns * RANK),
};

/** Random bits as floats within ± 1, the same each time. */
function fill(values: Float32Array, scale = 1): void {
  let x = 1;
  for (let i = 0; i < values.length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    values[i] = (x / 2 ** 31 - 1) * scale;
  }
}

/**
 * @param blocks to a side, for factorization
 * @returns the call's arguments in a region that the caller disposes of
 * @throws CameoError 'memory'
 */
export function workload<P extends TwinName>(
  kernels: Kernels,
  arena: Arena,
  program: P,
  work: number,
  blocks = 8,
): Workload<P> {
  const make = makers[program] as unknown as (kernels: Kernels, arena: Arena, work: number, blocks: number) => Workload<P>;
  return make(kernels, arena, work, blocks);
}

/** Takes the room that `place` asks for, and places again at its address. */
function allocate<T>(
  arena: Arena,
  place: (layout: Layout) => T,
): { at: T; region: Region; f32: (at: number, n: number) => Float32Array } {
  const measure = new Layout(0);
  place(measure);
  const region = arena.allocate(measure.bytes);
  const at = place(new Layout(region.offset));
  const f32 = (address: number, n: number) => new Float32Array(arena.memory.buffer, address, n);
  return { at, region, f32 };
}

function columnsOf(arena: Arena, work: number) {
  const [rows, count] = [65536, work / 65536];
  const { at, region, f32 } = allocate(arena, (layout) => ({
    columns: Array.from({ length: count }, () => layout.take(rows * 4)),
    out: Array.from({ length: count }, () => layout.take(rows * 4)),
    parameters: layout.take(count * 16),
    states: layout.take(count * 64),
  }));
  for (const column of at.columns) fill(f32(column, rows));
  for (let j = 0; j < count; j++) f32(at.parameters, count * 4).set([0, 0, 1, 0], j * 4);
  return { rows, at, region };
}

const makers: { [P in TwinName]: (kernels: Kernels, arena: Arena, work: number, blocks: number) => Workload<P> } = {
  moments(_, arena, work) {
    const { rows, at, region } = columnsOf(arena, work);
    return { region, args: { columns: at.columns, rows, out: at.states } };
  },
  scale(_, arena, work) {
    const { rows, at, region } = columnsOf(arena, work);
    return { region, args: { columns: at.columns, out: at.out, parameters: at.parameters, rows, inverse: false } };
  },
  predict(kernels, arena, work) {
    const rows = Math.ceil(work / WEIGHTS);
    const { length } = parametersOf(NETWORK.sizes);
    const { at, region, f32 } = allocate(arena, (layout) => ({
      columns: Array.from({ length: NETWORK.sizes[0] }, () => layout.take(rows * 4)),
      parameters: layout.take(length * 4),
      out: layout.take(rows * 4),
      scratch: layout.take(predictScratch(kernels, NETWORK)),
    }));
    for (const column of at.columns) fill(f32(column, rows));
    fill(f32(at.parameters, length), 0.05);
    return { region, args: { network: NETWORK, rows, ...at } };
  },
  train(kernels, arena, work) {
    const batchSize = Math.ceil(work / WEIGHTS);
    const rows = 4 * batchSize;
    const inputs = NETWORK.sizes[0];
    const { length } = parametersOf(NETWORK.sizes);
    const options = {
      solver: 'adam' as const,
      alpha: 1e-4,
      batchSize,
      learningRate: 'constant' as const,
      learningRateInit: 1e-3,
      powerT: 0.5,
      maxIter: 2,
      tol: 0,
      nIterNoChange: 10,
      shuffle: true,
      momentum: 0.9,
      nesterovsMomentum: true,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      seed: 1,
    };
    const common = { network: NETWORK, options, trainRows: rows, validation: 0, validationRows: 0 };
    const { at, region, f32 } = allocate(arena, (layout) => {
      const addresses = {
        x: layout.take(rows * stride(inputs) * 4),
        y: layout.take(rows * 4),
        train: layout.take(rows * 4),
        initial: layout.take(length * 4),
        parameters: layout.take(length * 4),
      };
      return { ...addresses, scratch: layout.take(trainScratch(kernels, { ...common, ...addresses })) };
    });
    const x = f32(at.x, rows * stride(inputs));
    fill(x);
    for (let i = 0; i < x.length; i++) if (i % stride(inputs) >= inputs) x[i] = 0;
    f32(at.y, rows).forEach((_, i, y) => {
      y[i] = i & 1;
    });
    new Int32Array(arena.memory.buffer, at.train, rows).forEach((_, i, index) => {
      index[i] = i;
    });
    const initial = f32(at.initial, length).fill(0);
    const { weights } = parametersOf(NETWORK.sizes);
    weights.forEach((from, l) => fill(initial.subarray(from, from + NETWORK.sizes[l] * NETWORK.sizes[l + 1]), 0.05));
    return { region, args: { ...common, ...at } };
  },
  factorize(_, arena, work, blocks) {
    const entries = Math.ceil(work / RANK);
    const size = Math.ceil(entries / 20 / blocks / 16) * 16;
    const rows = size * blocks;
    const bitsPerWorker = 64;
    const { at, region, f32 } = allocate(arena, (layout) => {
      const p = layout.take(2 * rows * (RANK + 1) * 4);
      return {
        p,
        q: p + rows * RANK * 4,
        bu: p + 2 * rows * RANK * 4,
        bi: p + 2 * rows * RANK * 4 + rows * 4,
        users: layout.take(entries * 4),
        items: layout.take(entries * 4),
        values: layout.take(entries * 4),
        losses: layout.take(blocks * blocks * 8),
        bits: layout.take(bitsPerWorker * 4),
        sync: layout.take(64),
      };
    });
    fill(f32(at.p, 2 * rows * (RANK + 1)), 0.1);
    fill(f32(at.values, entries));
    const [users, items] = [at.users, at.items].map((address) => new Int32Array(arena.memory.buffer, address, entries));
    new Int32Array(arena.memory.buffer, at.sync, 16).fill(0);
    const starts = Array.from({ length: blocks * blocks + 1 }, (_, b) => Math.floor((entries * b) / (blocks * blocks)));
    for (let b = 0; b < blocks * blocks; b++) {
      for (let t = starts[b]; t < starts[b + 1]; t++) {
        users[t] = Math.floor(b / blocks) * size + ((Math.imul(t, 40503) >>> 8) % size);
        items[t] = (b % blocks) * size + ((Math.imul(t, 30011) >>> 8) % size);
      }
    }
    const args = {
      ...at,
      worker: 0,
      workers: 1,
      loss: 'squared' as const,
      blocks,
      starts,
      weights: 0,
      seen: 0,
      seenOffsets: 0,
      rowsP: rows,
      rowsQ: rows,
      ld: RANK,
      mean: 0,
      heldFirst: entries,
      held: 0,
      epochs: 2,
      schedule: 'inverse' as const,
      learningRate: 0.01,
      learningRateDecay: 0,
      regularization: 0.02,
      biases: true,
      samples: 0,
      patience: 1,
      seed: 1,
      best: 0,
      squares: 0,
      bitsPerWorker,
    };
    return { region, args };
  },
  top(kernels, arena, work) {
    const [rows, ld, n] = [256, RANK, 10];
    const columns = Math.ceil(work / rows / ld);
    const { at, region, f32 } = allocate(arena, (layout) => ({
      x: layout.take(rows * ld * 4),
      y: layout.take(columns * ld * 4),
      bias: layout.take(columns * 4),
      values: layout.take(rows * n * 4),
      ids: layout.take(rows * n * 4),
      scratch: layout.take(topScratch(kernels, ld)),
    }));
    fill(f32(at.x, rows * ld));
    fill(f32(at.y, columns * ld));
    f32(at.bias, columns).fill(0);
    return { region, args: { ...at, rows, columns, ld, n, exclude: 0, offsets: 0 } };
  },
};
