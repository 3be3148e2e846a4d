/** What the benchmark runs in workers that is no program of the product: the machine's limits, a bare product, a bare barrier. */

import type { Kernels } from '../wasm/kernels.js';
import { Barrier } from './barrier.js';
import type { Control } from './program.js';

export type LimitsArgs =
  /** multiply-adds in registers: 96 operations a step */
  | { kind: 'madd'; steps: number }
  /** reads n floats, or copies them, `rounds` times */
  | { kind: 'read'; at: number; n: number; rounds: number }
  | { kind: 'copy'; to: number; at: number; n: number; rounds: number }
  /** dense_forward of assembly/dense.ts, identity */
  | {
      kind: 'dense';
      out: number;
      x: number;
      weights: number;
      bias: number;
      scratch: number;
      rows: number;
      inputs: number;
      units: number;
    }
  /** all workers of a gang meet `rounds` times; sync i32[16] zeros */
  | { kind: 'barrier'; sync: number; workers: number; rounds: number };

export function limits(kernels: Kernels, memory: WebAssembly.Memory, a: LimitsArgs, control: Control): void {
  switch (a.kind) {
    case 'madd':
      kernels.madd_peak(a.steps, 1e-3, 1e-3);
      break;
    case 'read':
      kernels.memory_read(a.at, a.n, a.rounds);
      break;
    case 'copy':
      kernels.memory_copy(a.to, a.at, a.n, a.rounds);
      break;
    case 'dense':
      kernels.dense_forward(a.out, a.x, a.weights, a.bias, a.scratch, a.rows, a.inputs, a.units, 0);
      break;
    case 'barrier': {
      const barrier = new Barrier(memory, a.sync, a.workers, control);
      for (let round = 0; round < a.rounds; round++) barrier.wait();
    }
  }
}
