/** Bins of one feature: edges from its training rows, then a byte for each row (assembly/trees/bins.ts). */
import type { Kernels } from '../../wasm/kernels.js';
import { edgesOf } from './edges.js';

export interface BinArgs {
  /** f32: the feature's first value, and floats from one row to the next */
  x: number;
  step: number;
  /** u32[rows]: which row of x is the row of this number; training rows first */
  index: number;
  rows: number;
  trainRows: number;
  /** labels of a category, whose codes are its bins; −1 for a number */
  labels: number;
  maxBins: number;
  /** out u8[rows] */
  out: number;
  /** f32[256] */
  scratch: number;
}

/** @returns the edges; none of a category */
export function bin(kernels: Kernels, memory: WebAssembly.Memory, a: BinArgs): number[] {
  const { x, step, index, rows, trainRows, labels, maxBins, out, scratch } = a;
  if (labels >= 0) {
    kernels.bin_codes(out, x, index, rows, step, labels, 0, labels);
    return [];
  }
  const f32 = new Float32Array(memory.buffer);
  const order = new Uint32Array(memory.buffer, index, rows);
  const edges = edgesOf((row) => f32[x / 4 + order[row] * step], trainRows, maxBins);
  f32.set(edges, scratch / 4);
  kernels.bin_numbers(out, x, index, scratch, rows, step, edges.length, 0, edges.length + 1);
  return [...edges];
}
