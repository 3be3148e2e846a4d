/** Raw outputs or probabilities of a linear model over the columns of one shard, in float64. */
import { type Kernels, stride } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import { TILE } from '../encoder.js';
import type { Loss } from './rows.js';

export interface LinearPredictArgs {
  /** f64[outputs, stride(inputs)], zeros behind; f64[outputs] */
  weights: number;
  bias: number;
  outputs: number;
  /** what makes probabilities of the raw outputs; 'squared' leaves them as they are */
  link: Loss;
  /** address of each column's first row in this shard: f32[rows], readable to a multiple of 4 */
  columns: number[];
  rows: number;
  /** out f64[rows, outputs] */
  out: number;
  /** linearPredictScratch(…) bytes */
  scratch: number;
}

function buffers(inputs: number, base: number) {
  const layout = new Layout(base);
  return {
    tile: layout.take(TILE * stride(inputs) * 4),
    pointers: layout.take(inputs * 4),
    identity: layout.take(inputs * 16),
    zeros: layout.take(TILE * 8),
    ones: layout.take(TILE * 8),
    layout,
  };
}

/** Bytes of scratch that `linearPredict` needs. */
export const linearPredictScratch = (inputs: number) => buffers(inputs, 0).layout.bytes;

export function linearPredict(kernels: Kernels, memory: WebAssembly.Memory, args: LinearPredictArgs): void {
  const { columns, outputs, rows, link } = args;
  const inputs = columns.length;
  const b = buffers(inputs, args.scratch);
  const identity = new Float32Array(memory.buffer, b.identity, inputs * 4);
  for (let j = 0; j < inputs; j++) identity.set([0, 0, 1, Number.NaN], j * 4);
  new Float64Array(memory.buffer, b.zeros, TILE).fill(0);
  new Float64Array(memory.buffer, b.ones, TILE).fill(1);
  kernels.fill_columns(b.tile, TILE, 0, stride(inputs), 0);
  for (let first = 0; first < rows; first += TILE) {
    const n = Math.min(TILE, rows - first);
    const out = args.out + first * outputs * 8;
    new Uint32Array(memory.buffer, b.pointers, inputs).set(columns.map((column) => column + first * 4));
    kernels.standardize(b.tile, b.pointers, b.identity, n, inputs, stride(inputs));
    kernels.linear_forward(out, b.tile, args.weights, args.bias, n, inputs, outputs);
    // The gradient of a loss is probability less truth: the probability itself, where the truth is 0.
    if (link === 'logistic') kernels.linear_logistic(out, out, b.zeros, b.ones, n);
    if (link !== 'softmax') continue;
    kernels.linear_softmax(out, out, b.zeros, b.ones, n, outputs);
    const p = new Float64Array(memory.buffer, out, n * outputs);
    for (let r = 0; r < n; r++) p[r * outputs] += 1;
  }
}
