/** Builds an engine in a page or a Web Worker: the kernels come from a URL, programs run on the calling thread. */
import { errors } from '../errors.js';
import { InlineScheduler } from '../scheduler/inline.js';
import type { WebGPUOptions } from '../webgpu/open.js';
import { accelerate, type Book } from './accelerate.js';
import { chooseBuild, detectFeatures } from './builds.js';
import { Engine } from './engine.js';
import { instantiate } from './kernels.js';
import { Arena } from './memory.js';

const PAGE = 65536;

export interface BrowserEngineOptions {
  /** as in Node */
  device?: 'auto' | 'wasm' | 'webgpu';
  webgpu?: WebGPUOptions;
  reproducible?: boolean;
}

/** An engine on the calling thread. @throws CameoError as in Node */
export async function createEngine(options: BrowserEngineOptions = {}): Promise<Engine> {
  const { reproducible = false } = options;
  const features = detectFeatures();
  if (!features.simd) throw errors.runtime('This browser has no WebAssembly SIMD, which cameo needs.');
  const build = chooseBuild(features, false, reproducible);
  const module = await WebAssembly.compileStreaming(fetch(new URL(`../../kernels/${build}.wasm`, import.meta.url)));
  const maximum = PAGE;
  const memory = new WebAssembly.Memory({ initial: 256, maximum });
  const arena = new Arena(memory, maximum * PAGE);
  const kernels = instantiate(module, memory);
  const scheduler = new InlineScheduler(kernels, memory);
  const find = async () => navigator.gpu ?? 'this browser has no WebGPU';
  const acceleration = await accelerate({ kernels, arena, scheduler }, options, find, () => new Notes());
  return new Engine({
    kernels,
    arena,
    scheduler,
    device: acceleration,
    capabilities: {
      runtime: navigator.userAgent,
      build,
      threads: 0,
      reproducible,
      simd: { inUse: true },
      relaxedSimd: build === 'relaxed' ? { inUse: true } : { inUse: false, reason: 'reproducible, or not validated here' },
      sharedMemory: { inUse: false, reason: 'programs run on the calling thread' },
    },
  });
}

/** Measured sizes, for as long as the page lives. */
class Notes implements Book {
  readonly measured: Book['measured'] = {};
  async load() {}
  async of(program: keyof Book['measured'], measure: () => Promise<number>): Promise<number> {
    const size = this.measured[program];
    if (size !== undefined) return size ?? Number.POSITIVE_INFINITY;
    const found = await measure();
    this.measured[program] = Number.isFinite(found) ? found : null;
    return found;
  }
}
