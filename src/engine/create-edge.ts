/** Builds an engine where there is nothing but WebAssembly: one thread, a memory of its own, kernels that the caller brings. */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { checked, type Entries, opaque } from '../options.js';
import type { ProgramTable } from '../programs/program.js';
import { top } from '../programs/top.js';
import { InlineScheduler } from '../scheduler/inline.js';
import { buildOf } from '../wasm/builds.js';
import { instantiate, type Kernels } from '../wasm/kernels.js';
import { Arena } from '../wasm/memory.js';
import { compileKernels, type WasmSource } from '../wasm/source.js';
import { capability } from './capabilities.js';
import { Engine } from './engine.js';
import { bytes, MIB, PAGE } from './memory-sizes.js';

/** What an edge entry runs through the scheduler; single profiles do without it. */
const programs = { top } as unknown as ProgramTable;

export interface EdgeEngineOptions {
  /** the kernels: `cameo/kernels/simd.wasm` (the same bytes everywhere) or `relaxed.wasm` (faster, results differ in the last bits) */
  wasm: WasmSource;
  /** bytes that the memory may grow to; default 64 MiB, so that an isolate of 128 MB holds model, memory and program */
  maximum?: number;
}

const OPTIONS = v.strictObject(
  { wasm: opaque<WasmSource>(), maximum: v.optional(bytes(PAGE), 64 * MIB) } satisfies Entries<EdgeEngineOptions>,
  'given',
);

/**
 * @throws CameoError 'argument' for an option out of range, 'runtime' for kernels that are none or do not fit, 'memory' where the runtime
 *   refuses the memory
 */
export async function createEdgeEngine(options: EdgeEngineOptions): Promise<Engine> {
  const { wasm, maximum } = checked(OPTIONS, options);
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
    kernels = instantiate([module], memory);
  } catch (cause) {
    throw errors.kernels('the module given', 'is built for a shared memory or for features that this runtime lacks', cause);
  }
  const build = buildOf(kernels, false);
  const off = (reason: string) => capability(false, reason);
  return new Engine({
    kernels,
    arena: new Arena(memory, pages * PAGE),
    scheduler: new InlineScheduler(programs, kernels, memory),
    capabilities: {
      runtime: 'edge',
      build,
      threads: 0,
      reproducible: build === 'simd',
      simd: { inUse: true },
      relaxedSimd: capability(build === 'relaxed', 'the kernels given are built without it'),
      sharedMemory: off('this entry has one thread'),
    },
    device: { webgpu: off('this entry has none') },
  });
}
