/**
 * Which of the four builds of the kernels this runtime takes. Asking the runtime itself, by
 * `WebAssembly.validate` on a few bytes, is right everywhere; names and versions are not. A build is two modules over one memory: what
 * answers, which is all that an edge entry needs, and what trains.
 */

import type { Kernels } from './kernels.js';

/** (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt) */
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
/** (func (result v128) … i8x16.relaxed_swizzle) */
const RELAXED = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128,
  2, 11,
];
/** (memory 1 1 shared) (func i32.const 0 i32.atomic.load drop) */
const THREADS = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0, 26, 11,
];

export type Build = 'simd' | 'relaxed' | 'simd-shared' | 'relaxed-shared';
/** The name of a module's file, without its ending. */
export type KernelsFile = Build | `${Build}-training`;
/** The files of a build, what answers first. */
export const filesOf = (build: Build): [Build, `${Build}-training`] => [build, `${build}-training`];

export interface Features {
  /** 128-bit vectors, without which cameo does not run */
  simd: boolean;
  /** fused multiply-add and its like */
  relaxedSimd: boolean;
  /** shared memory and atomics */
  threads: boolean;
}

/** What the runtime validates. */
export function detectFeatures(): Features {
  const valid = (bytes: number[]) => WebAssembly.validate(new Uint8Array(bytes));
  return { simd: valid(SIMD), relaxedSimd: valid(RELAXED), threads: valid(THREADS) };
}

/** The build that kernels are of, as they say themselves. @param shared whether their memory is */
export function buildOf({ relaxed }: Pick<Kernels, 'relaxed'>, shared: boolean): Build {
  const level = relaxed.value ? 'relaxed' : 'simd';
  return shared ? `${level}-shared` : level;
}

/** The build for these features. */
export function chooseBuild(features: Features, shared: boolean, reproducible: boolean): Build {
  const level = features.relaxedSimd && !reproducible ? 'relaxed' : 'simd';
  return shared ? `${level}-shared` : level;
}
