/** Raw outputs of a fitted model of any family for rows that stand in columns, or the reasons of one output; tile by tile. */
import { type Kernels, stride } from '../wasm/kernels.js';
import { Layout } from '../wasm/memory.js';
import { TILE } from './encoder.js';
import type { PredictorPlan } from './predictor.js';
import { predictors } from './predictors.js';

export interface OutputsArgs {
  predictor: PredictorPlan;
  outputs: number;
  /** address of each column's first row in this shard: f32[rows], readable to a multiple of 4 */
  columns: number[];
  rows: number;
  /** out f32[rows, outputs] (dense); with `explained` f32[rows, columns]: what each column adds to that output */
  out: number;
  explained?: number;
  /** outputsScratch(…) bytes */
  scratch: number;
}

function buffers(
  kernels: Kernels,
  memory: WebAssembly.Memory | undefined,
  { predictor, outputs, columns }: Pick<OutputsArgs, 'predictor' | 'outputs' | 'columns'>,
  base: number,
) {
  const layout = new Layout(base);
  return {
    predictor: predictors[predictor.kind](kernels, memory, predictor, layout, TILE),
    tile: layout.take(TILE * stride(columns.length) * 4),
    pointers: layout.take(columns.length * 4),
    identity: layout.take(columns.length * 16),
    direction: layout.take(TILE * stride(outputs) * 4),
    layout,
  };
}

/** Bytes of scratch that `outputs` needs. */
export const outputsScratch = (kernels: Kernels, args: Pick<OutputsArgs, 'predictor' | 'outputs' | 'columns'>) =>
  buffers(kernels, undefined, args, 0).layout.bytes;

export function outputs(kernels: Kernels, memory: WebAssembly.Memory, args: OutputsArgs): void {
  const { columns, rows, explained } = args;
  const n = columns.length;
  const [ld, lz] = [stride(n), stride(args.outputs)];
  const b = buffers(kernels, memory, args, args.scratch);
  const identity = new Float32Array(memory.buffer, b.identity, n * 4);
  for (let j = 0; j < n; j++) identity.set([0, 0, 1, Number.NaN], j * 4);
  const pointers = new Uint32Array(memory.buffer, b.pointers, n);
  kernels.fill_columns(b.tile, TILE, 0, ld, 0);
  const direction = new Float32Array(memory.buffer, b.direction, TILE * lz).fill(0);
  if (explained !== undefined) for (let r = 0; r < TILE; r++) direction[r * lz + explained] = 1;
  for (let first = 0; first < rows; first += TILE) {
    const count = Math.min(TILE, rows - first);
    columns.forEach((column, j) => {
      pointers[j] = column + first * 4;
    });
    kernels.standardize(b.tile, b.pointers, b.identity, count, n, ld);
    if (explained !== undefined) {
      b.predictor.explain(b.tile, b.direction, count, args.out + first * n * 4);
      continue;
    }
    const raw = new Float32Array(memory.buffer, b.predictor.run(b.tile, count), count * lz);
    const result = new Float32Array(memory.buffer, args.out + first * args.outputs * 4, count * args.outputs);
    for (let r = 0; r < count; r++) result.set(raw.subarray(r * lz, r * lz + args.outputs), r * args.outputs);
  }
}
