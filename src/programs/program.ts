/**
 * A program is one whole computation over one shard: a plain function of (kernels, memory, arguments, control). It returns a small
 * value that can be cloned and leaves anything large in linear memory. It runs the same on the calling thread, in a worker, or as a
 * WebGPU twin; where it runs is the scheduler's business.
 */
import type { Kernels } from '../wasm/kernels.js';

/** What a running program may ask and tell. */
export interface Control {
  /** Whether the caller wants the work stopped; checked between batches. */
  aborted(): boolean;
  /** Reports up to three numbers, whose meaning is the program's. */
  progress(a: number, b?: number, c?: number): void;
}

export type Program<A, R> = (kernels: Kernels, memory: WebAssembly.Memory, args: A, control: Control) => R;

/** Programs by the name that a worker is sent. */
export type ProgramTable = Readonly<Record<string, Program<never, unknown>>>;
