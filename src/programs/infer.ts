/** Raw outputs of a fitted model of any family for encoded rows, tile by tile. */
import { errors } from '../errors.js';
import { type Kernels, stride } from '../wasm/kernels.js';
import { Layout } from '../wasm/memory.js';
import { TILE } from './encoder.js';
import type { PredictorPlan } from './predictor.js';
import { predictors } from './predictors.js';
import type { Control } from './program.js';

export interface InferArgs {
  predictor: PredictorPlan;
  inputs: number;
  outputs: number;
  /** f32[rows, stride(inputs)] */
  x: number;
  rows: number;
  /** out f32[rows, outputs], dense */
  out: number;
  /** inferScratch(…) bytes */
  scratch: number;
}

/** Bytes of scratch that `infer` needs. */
export function inferScratch(kernels: Kernels, { predictor }: Pick<InferArgs, 'predictor'>): number {
  const layout = new Layout(0);
  predictors[predictor.kind](kernels, undefined, predictor, layout, TILE);
  return layout.bytes;
}

export function infer(kernels: Kernels, memory: WebAssembly.Memory, args: InferArgs, control: Control): void {
  const { inputs, outputs, rows } = args;
  const predictor = predictors[args.predictor.kind](kernels, memory, args.predictor, new Layout(args.scratch), TILE);
  const ld = stride(outputs);
  const out = new Float32Array(memory.buffer, args.out, rows * outputs);
  for (let first = 0; first < rows; first += TILE) {
    if (control.aborted()) throw errors.aborted();
    const count = Math.min(TILE, rows - first);
    const raw = new Float32Array(memory.buffer, predictor.run(args.x + first * stride(inputs) * 4, count), count * ld);
    for (let r = 0; r < count; r++) out.set(raw.subarray(r * ld, r * ld + outputs), (first + r) * outputs);
  }
}
