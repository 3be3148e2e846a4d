/**
 * Permutation importance of one feature (Breiman, "Random Forests", 2001): how much worse the model scores on held-out
 * rows when the feature's values are dealt out among them at random.
 */

import { errors } from '../errors.js';
import { metricOf, type Task } from '../metrics/index.js';
import { type Kernels, stride } from '../wasm/kernels.js';
import { Layout } from '../wasm/memory.js';
import { TILE } from './encoder.js';
import type { PredictorPlan } from './predictor.js';
import { predictors } from './predictors.js';
import type { Control } from './program.js';

export interface PermuteArgs {
  task: Task;
  predictor: PredictorPlan;
  inputs: number;
  outputs: number;
  /** f32[rows, stride(inputs)], encoded */
  x: number;
  /** f32[rows]: class number, or the number in the units of the raw output */
  y: number;
  rows: number;
  /** runs of the feature's encoded columns */
  columns: readonly { first: number; count: number }[];
  /** permutations; 0 for the score of the rows as they are */
  repeats: number;
  seed: number;
  /** stream of the first permutation */
  stream: number;
  /** permuteScratch(…) bytes */
  scratch: number;
}

function buffers(
  kernels: Kernels,
  memory: WebAssembly.Memory | undefined,
  { predictor, inputs, rows }: Omit<PermuteArgs, 'scratch'>,
  base: number,
) {
  const layout = new Layout(base);
  return {
    predictor: predictors[predictor.kind](kernels, memory, predictor, layout, TILE),
    tile: layout.take(TILE * stride(inputs) * 4),
    index: layout.take(rows * 4),
    random: layout.take(16),
    layout,
  };
}

/** Bytes of scratch that `permute` needs. */
export const permuteScratch = (kernels: Kernels, args: Omit<PermuteArgs, 'scratch'>) =>
  buffers(kernels, undefined, args, 0).layout.bytes;

/** @returns the score of each permutation, or of the rows as they are when `repeats` is 0: see metricOf */
export function permute(kernels: Kernels, memory: WebAssembly.Memory, args: PermuteArgs, control: Control): number[] {
  const { rows, columns, outputs } = args;
  const b = buffers(kernels, memory, args, args.scratch);
  const ld = stride(args.inputs);
  const lz = stride(outputs);
  const x = new Float32Array(memory.buffer, args.x, rows * ld);
  const y = new Float32Array(memory.buffer, args.y, rows);
  const tile = new Float32Array(memory.buffer, b.tile, TILE * ld);
  const index = new Int32Array(memory.buffer, b.index, rows);
  const z = new Float32Array(rows * outputs);
  return Array.from({ length: Math.max(1, args.repeats) }, (_, repeat) => {
    for (let r = 0; r < rows; r++) index[r] = r;
    if (args.repeats > 0) kernels.random_shuffle(b.index, b.random, rows, args.seed, args.stream + repeat);
    for (let at = 0; at < rows; at += TILE) {
      if (control.aborted()) throw errors.aborted();
      const n = Math.min(TILE, rows - at);
      tile.set(x.subarray(at * ld, (at + n) * ld));
      for (let r = 0; r < n; r++) {
        for (const { first, count } of columns) {
          const from = index[at + r] * ld + first;
          for (let i = 0; i < count; i++) tile[r * ld + first + i] = x[from + i];
        }
      }
      const raw = new Float32Array(memory.buffer, b.predictor.run(b.tile, n), n * lz);
      for (let r = 0; r < n; r++) for (let c = 0; c < outputs; c++) z[(at + r) * outputs + c] = raw[r * lz + c];
    }
    return metricOf(args.task, y, z, outputs);
  });
}
