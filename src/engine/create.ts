/** Builds an engine in Node, Deno and Bun: reads the kernels beside this file and starts the Piscina pool. */
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import * as v from 'valibot';
import { errors } from '../errors.js';
import { checked, type Entries, flag, group } from '../options.js';
import { programs } from '../programs/index.js';
import { InlineScheduler } from '../scheduler/inline.js';
import { PiscinaScheduler } from '../scheduler/piscina.js';
import { chooseBuild, detectFeatures, filesOf, type KernelsFile } from '../wasm/builds.js';
import { instantiate } from '../wasm/kernels.js';
import { Arena } from '../wasm/memory.js';
import type { WebGPUOptions } from '../webgpu/options.js';
import { accelerate } from './accelerate.js';
import { BreakEvenBook } from './break-even-book.js';
import { capability } from './capabilities.js';
import { availableCores, mostThreads } from './cores.js';
import { Engine } from './engine.js';
import { bytes, FOUR_GIB, MIB, PAGE } from './memory-sizes.js';
import { findGpu } from './node-gpu.js';
import { DEVICE, refuseReproducibleGpu, threads } from './options.js';

export interface EngineOptions {
  /**
   * Worker threads: 'auto' (default) for one per available core, a number for that many, 0 to run everything on
   * the calling thread (which then does not answer while a program runs). At most four per core are started, or 16 where there are
   * fewer cores than four: each takes about 7 MB, and those beyond the cores only wait. `capabilities()` says so.
   */
  threads?: number | 'auto';
  /**
   * Where the hot programs run (moments, standardization, network inference and training, factorization, top n). 'wasm': the
   * WebAssembly kernels. 'webgpu': the GPU; what is missing for it is an error. 'auto' (default): the GPU from the size at which it
   * was measured to win, WebAssembly else; `capabilities()` says which and why. Results differ by rounding.
   */
  device?: 'auto' | 'wasm' | 'webgpu';
  webgpu?: WebGPUOptions;
  /** Use fixed SIMD only, so that results are the same bytes in every engine and version. Default false. */
  reproducible?: boolean;
  memory?: {
    /** bytes at the start; default 16 MiB */
    initial?: number;
    /** bytes that the memory may grow to; default and limit 4 GiB */
    maximum?: number;
  };
  /**
   * What the workers run, default `cameo/worker`. To add programs, predictors or encoders, give a module of your own that puts them into
   * the tables which `cameo/worker` exports, and exports its `default` again. It is loaded on the calling thread too.
   */
  worker?: URL;
}

const OPTIONS = v.strictObject({
  threads: v.optional(threads(1024), 'auto'),
  ...DEVICE,
  reproducible: v.optional(flag, false),
  memory: v.optional(group({ initial: v.optional(bytes(PAGE), 16 * MIB), maximum: v.optional(bytes(PAGE), FOUR_GIB) }), {}),
  worker: v.optional(v.instance(URL, 'a URL')),
} satisfies Entries<EngineOptions>);

/**
 * An engine: a memory, kernels and a scheduler.
 *
 * @throws CameoError 'argument' for an option that is not known or out of range, 'runtime' when this runtime lacks WebAssembly SIMD
 *   or for the device that was asked for by name
 */
export async function createEngine(given: EngineOptions = {}): Promise<Engine> {
  const options = checked(OPTIONS, given);
  const { reproducible, worker } = options;
  refuseReproducibleGpu(options);
  const cores = availableCores();
  const [asked, most] = [options.threads === 'auto' ? cores : options.threads, mostThreads(cores)];
  const workers = Math.min(asked, most);
  const [initial, maximum] = [options.memory.initial, options.memory.maximum].map((n) => Math.ceil(n / PAGE));
  if (initial > maximum) throw errors.option('memory.initial', 'at most memory.maximum', options.memory.initial);
  if (!reproducible) enableRelaxedSimd();
  const features = detectFeatures();
  if (!features.simd) throw errors.runtime('This runtime has no WebAssembly SIMD, which cameo needs. Use Node 20 or newer.');
  if (workers > 0 && !features.threads) {
    throw errors.runtime('This runtime has no shared WebAssembly memory. Create the engine with threads: 0.');
  }
  if (worker) await loadWorker(worker);
  const shared = workers > 0;
  const build = chooseBuild(features, shared, reproducible);
  const modules = await Promise.all(filesOf(build).map(compileFile));
  const memory = new WebAssembly.Memory({ initial, maximum, shared });
  const arena = new Arena(memory, maximum * PAGE);
  const kernels = instantiate(modules, memory);
  const scheduler = shared
    ? new PiscinaScheduler(workers, arena, { modules, memory }, worker)
    : new InlineScheduler(programs, kernels, memory);
  const parts = { kernels, arena, scheduler };
  const acceleration = await accelerate(parts, options, findGpu, (adapter) => new BreakEvenBook(adapter, build, workers));
  return new Engine({
    ...parts,
    device: acceleration,
    capabilities: {
      runtime: runtimeName(),
      build,
      threads: workers,
      ...(workers < asked ? { threadsReason: `${asked} were asked for, and ${most} are the most on ${cores} cores` } : {}),
      reproducible,
      simd: { inUse: true },
      relaxedSimd: capability(
        build.startsWith('relaxed'),
        reproducible ? 'reproducible results were asked for' : 'this runtime does not validate it',
      ),
      sharedMemory: capability(shared, 'threads is 0'),
    },
  });
}

/** The kernels beside this file. */
async function compileFile(name: KernelsFile): Promise<WebAssembly.Module> {
  const url = new URL(`../../kernels/${name}.wasm`, import.meta.url);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await readFile(url));
  } catch (error) {
    throw errors.fileRead(url.pathname, error);
  }
  return WebAssembly.compile(bytes);
}

/** Loads what the workers will run, since one of them that cannot start says so only when there is work. */
async function loadWorker(worker: URL): Promise<void> {
  let found: { default?: unknown };
  try {
    found = await import(worker.href);
  } catch (error) {
    throw errors.fileRead(worker.href, error);
  }
  if (typeof found.default !== 'function')
    throw errors.option('worker', "a module that exports the default of 'cameo/worker'", worker.href);
}

/** Node 20 has relaxed SIMD behind a flag that can still be turned on before the kernels are compiled. */
function enableRelaxedSimd() {
  if (detectFeatures().relaxedSimd || !process.versions.node?.startsWith('20.')) return;
  try {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    // Not V8: fixed SIMD is used.
  }
}

function runtimeName(): string {
  const { bun, deno, node } = process.versions as Record<string, string | undefined>;
  if (bun) return `Bun ${bun}`;
  if (deno) return `Deno ${deno}`;
  return `Node ${node}`;
}
