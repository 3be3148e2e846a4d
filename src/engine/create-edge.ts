/** Builds an engine where there is nothing but WebAssembly: one thread, a memory of its own, kernels that the caller brings. */
import { errors } from '../errors.js';
import type { ProgramTable } from '../programs/program.js';
import { top } from '../programs/top.js';
import { InlineScheduler } from '../scheduler/inline.js';
import { instantiate, type Kernels } from '../wasm/kernels.js';
import { Arena } from '../wasm/memory.js';
import { compileKernels, type WasmSource } from '../wasm/source.js';
import { capability } from './capabilities.js';
import { Engine } from './engine.js';

const PAGE = 65536;
/** What an edge entry runs through the scheduler; single profiles do without it. */
const programs = { top } as unknown as ProgramTable;

export interface EdgeEngineOptions {
  /** the kernels: `cameo/kernels/simd.wasm` (the same bytes everywhere) or `relaxed.wasm` (faster, results differ in the last bits) */
  wasm: WasmSource;
  /** bytes that the memory may grow to; default 64 MiB, so that an isolate of 128 MB holds model, memory and program */
  maximum?: number;
}

/** @throws CameoError 'runtime' for kernels that are none or do not fit, 'memory' where the runtime refuses the memory */
export async function createEdgeEngine({ wasm, maximum = 2 ** 26 }: EdgeEngineOptions): Promise<Engine> {
  if (!(maximum >= PAGE && maximum <= 2 ** 32)) throw errors.option('maximum', 'from 65536 to 4294967296 bytes', maximum);
  const module = await compileKernels(wasm);
  const pages = Math.ceil(maximum / PAGE);
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: Math.min(pages, 4), maximum: pages });
  } catch {
    throw errors.memory(maximum, 0);
  }
  let kernels: Kernels;
  try {
    kernels = instantiate(module, memory);
  } catch (cause) {
    throw errors.kernels('the module given', 'is built for a shared memory or for features that this runtime lacks', cause);
  }
  const off = (reason: string) => capability(false, reason);
  return new Engine({
    kernels,
    arena: new Arena(memory, pages * PAGE),
    scheduler: new InlineScheduler(programs, kernels, memory),
    capabilities: {
      runtime: 'edge',
      build: 'simd',
      threads: 0,
      reproducible: false,
      simd: { inUse: true },
      relaxedSimd: off('the caller brings the kernels'),
      sharedMemory: off('this entry has one thread'),
    },
    device: { webgpu: off('this entry has none') },
  });
}
