/** The product of two matrices, which the dense layers and the scores of top n are made of. */
import type { Gpu, Kernel } from './gpu.js';

/**
 * A product kernel for results of m × n: with tiles of 128 × 128 where those are enough to fill a device, else of 64 × 64.
 * @returns the kernel and the workgroups
 */
export function gemmKernel(gpu: Gpu, name: string, storage: string, m: number, n: number): [Kernel, number[]] {
  const blocks = Math.ceil(m / 128) * Math.ceil(n / 128) >= 128 ? 2 : 1;
  const edge = 64 * blocks;
  const parts = ['math', 'activation', 'shapes', `const BLOCKS = ${blocks}u;`, 'gemm'];
  return [gpu.kernel(name, storage, parts), [Math.ceil(n / edge), Math.ceil(m / edge)]];
}
