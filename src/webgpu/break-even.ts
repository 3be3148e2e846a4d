/**
 * From which size a program is faster on the device than in WebAssembly with all workers, transfers included: calls of growing size
 * are timed on both, side by side, until the device wins. Measured when a program is first about to run; the caller keeps the result.
 */

import { CameoError } from '../errors.js';
import type { ProgramArgs } from '../programs/index.js';
import type { Scheduler } from '../scheduler/scheduler.js';
import type { Kernels } from '../wasm/kernels.js';
import type { Arena } from '../wasm/memory.js';
import type { Accelerator } from './accelerator.js';
import { type TwinName, twinOf } from './twins.js';

export interface Contest {
  accelerator: Accelerator;
  scheduler: Scheduler;
  kernels: Kernels;
  arena: Arena;
}

export interface Lap {
  work: number;
  /** milliseconds for one call when as many run as the side takes at once */
  wasm: number;
  webgpu: number;
}

const RUNS = 3;
/** Milliseconds: a device that takes longer for one call is not tried with a larger one. */
export const PATIENCE = 1000;

/** Times both sides at one size. @throws CameoError 'memory' */
export async function lap({ accelerator, scheduler, kernels, arena }: Contest, program: TwinName, work: number): Promise<Lap> {
  const { workload, together, prefer } = twinOf(program);
  const host = workload(arena, kernels, work);
  const gpu = workload(arena, kernels, work, prefer?.(host.args, accelerator.info));
  try {
    const threads = Math.max(1, scheduler.threads);
    const call = (args: ProgramArgs<TwinName>) => scheduler.run(program, args as never);
    const sharded = together === 'shards';
    const side = sharded ? threads : 1;
    const wasm = await best(() => Promise.all(Array.from({ length: side }, () => call(host.args))));
    const session = accelerator.session();
    const flights = sharded ? accelerator.width : 1;
    const webgpu = await best(() =>
      Promise.all(
        Array.from({ length: flights }, () => accelerator.run(program, gpu.args as never, {}, sharded ? session : undefined)),
      ),
    );
    session.close();
    // A gang cannot be called from here while another is at work: one worker's time is divided instead.
    return { work, wasm: wasm / (together === 'gang' ? threads : side), webgpu: webgpu / flights };
  } finally {
    host.region.dispose();
    gpu.region.dispose();
  }
}

/** @returns the smallest size tried at which the device won; Infinity when it did at none */
export async function measureBreakEven(contest: Contest, program: TwinName): Promise<number> {
  for (const work of twinOf(program).sizes) {
    try {
      const { wasm, webgpu } = await lap(contest, program, work);
      if (webgpu < wasm) return work;
      if (webgpu > PATIENCE) break;
    } catch (error) {
      if (error instanceof CameoError && error.code === 'memory') break;
      throw error;
    }
  }
  return Number.POSITIVE_INFINITY;
}

/** The shortest of some runs, in milliseconds, after a first one to warm up. */
async function best(run: () => Promise<unknown>): Promise<number> {
  await run();
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await run();
    shortest = Math.min(shortest, performance.now() - start);
    if (shortest > PATIENCE) break;
  }
  return shortest;
}
