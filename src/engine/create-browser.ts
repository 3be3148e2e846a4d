/** Builds an engine in a page or a worker: Web Workers where the page may share memory, one thread elsewhere; WebGPU where present. */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { checked, type Entries, flag } from '../options.js';
import { programs } from '../programs/index.js';
import { InlineScheduler } from '../scheduler/inline.js';
import { WebWorkerScheduler } from '../scheduler/web-workers.js';
import { buildOf, chooseBuild, detectFeatures, filesOf, type KernelsFile } from '../wasm/builds.js';
import { instantiate } from '../wasm/kernels.js';
import { Arena } from '../wasm/memory.js';
import { compileKernels, type WasmSource } from '../wasm/source.js';
import type { WebGPUOptions } from '../webgpu/options.js';
import { accelerate } from './accelerate.js';
import { BreakEvens } from './break-evens.js';
import { capability } from './capabilities.js';
import { Engine } from './engine.js';
import { bytes, MIB, PAGE } from './memory-sizes.js';
import { DEVICE, refuseReproducibleGpu, threads } from './options.js';

/** Written out, so that bundlers see the files. */
const KERNELS: Record<KernelsFile, () => URL> = {
  simd: () => new URL('../../kernels/simd.wasm', import.meta.url),
  relaxed: () => new URL('../../kernels/relaxed.wasm', import.meta.url),
  'simd-shared': () => new URL('../../kernels/simd-shared.wasm', import.meta.url),
  'relaxed-shared': () => new URL('../../kernels/relaxed-shared.wasm', import.meta.url),
  'simd-training': () => new URL('../../kernels/simd-training.wasm', import.meta.url),
  'relaxed-training': () => new URL('../../kernels/relaxed-training.wasm', import.meta.url),
  'simd-shared-training': () => new URL('../../kernels/simd-shared-training.wasm', import.meta.url),
  'relaxed-shared-training': () => new URL('../../kernels/relaxed-shared-training.wasm', import.meta.url),
};

export interface BrowserEngineOptions {
  /** Web Workers: 'auto' (default) for one per core where the page is cross-origin isolated, 0 for the calling thread */
  threads?: number | 'auto';
  /** as in Node; default 'auto' */
  device?: 'auto' | 'wasm' | 'webgpu';
  webgpu?: WebGPUOptions;
  /** fixed SIMD and no GPU, so that results are the same bytes everywhere; default false */
  reproducible?: boolean;
  /**
   * Gives the kernels of a file of `cameo/kernels/`, where they do not stand beside the program: for bundlers that do not follow `new URL`.
   * It is asked for both modules of a build, such as 'simd-shared' and 'simd-shared-training'.
   */
  wasm?: (file: KernelsFile) => WasmSource;
  /** the worker's program, `cameo/web-worker`, likewise */
  worker?: URL | string;
  /** bytes that the memory may grow to; default 1 GiB */
  maximum?: number;
}

const OPTIONS = v.strictObject({
  threads: v.optional(threads(256), 'auto'),
  ...DEVICE,
  reproducible: v.optional(flag, false),
  wasm: v.optional(v.custom<(file: KernelsFile) => WasmSource>((value) => typeof value === 'function', 'a function')),
  worker: v.optional(v.union([v.instance(URL), v.string()], 'a URL')),
  maximum: v.optional(bytes(256 * PAGE), 1024 * MIB),
} satisfies Entries<BrowserEngineOptions>);

/**
 * @throws CameoError 'argument' for an option out of range; 'runtime' when the browser lacks WebAssembly SIMD, workers are asked for in a
 *   page that is not cross-origin isolated, kernels do not load, or the device asked for by name is not there
 */
export async function createEngine(given: BrowserEngineOptions = {}): Promise<Engine> {
  const options = checked(OPTIONS, given);
  const { reproducible, threads: asked, maximum, worker } = options;
  refuseReproducibleGpu(options);
  const features = detectFeatures();
  if (!features.simd) throw errors.runtime('This browser has no WebAssembly SIMD, which cameo needs.');
  const isolated = globalThis.crossOriginIsolated === true && features.threads;
  if (asked !== 'auto' && asked > 0 && !isolated) {
    throw errors.runtime(
      'Web Workers need a page that is cross-origin isolated: serve it with Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp, or create the engine with threads: 0.',
    );
  }
  const workers = asked !== 'auto' ? asked : isolated ? (navigator.hardwareConcurrency ?? 1) : 0;
  const shared = workers > 0;
  const wanted = chooseBuild(features, shared, reproducible);
  const [answering, training] = filesOf(wanted);
  const source = (file: KernelsFile) => options.wasm?.(file) ?? KERNELS[file]();
  const modules = await Promise.all([compileKernels(source(answering)), compileKernels(source(training), 'training')]);
  const pages = Math.ceil(maximum / PAGE);
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: 256, maximum: pages, shared });
  } catch {
    throw errors.memory(maximum, 0);
  }
  const arena = new Arena(memory, pages * PAGE);
  const kernels = instantiate(modules, memory);
  const build = buildOf(kernels, shared);
  if (reproducible && build !== wanted)
    throw errors.kernels('the module given', `is '${build}'; reproducible results were asked for, which '${wanted}' gives`);
  const start = () =>
    worker
      ? new Worker(worker, { type: 'module' })
      : new Worker(new URL('../scheduler/web-worker.js', import.meta.url), { type: 'module' });
  const scheduler = shared
    ? new WebWorkerScheduler(workers, arena, { modules, memory }, start)
    : new InlineScheduler(programs, kernels, memory);
  const find = async () => navigator.gpu ?? 'this browser has no WebGPU';
  const device = await accelerate({ kernels, arena, scheduler }, options, find, () => new BreakEvens());
  return new Engine({
    kernels,
    arena,
    scheduler,
    device,
    capabilities: {
      runtime: navigator.userAgent,
      build,
      threads: workers,
      reproducible,
      simd: { inUse: true },
      relaxedSimd: capability(
        build.startsWith('relaxed'),
        reproducible
          ? 'reproducible results were asked for'
          : features.relaxedSimd
            ? 'the kernels given are built without it'
            : 'this browser does not validate it',
      ),
      sharedMemory: capability(shared, isolated ? 'threads is 0' : 'the page is not cross-origin isolated'),
    },
  });
}
