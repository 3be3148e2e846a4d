/**
 * `cameo/edge`: a fitted model in Cloudflare Workers, Vercel's edge runtime, Deno Deploy, or anywhere with WebAssembly and no more. No
 * threads, no files, no Arrow, no Node; nothing runs at import.
 *
 *     import wasm from 'cameo/kernels/simd.wasm';
 *     const profiler = await Profiler.load(modelBytes, { wasm });
 *     profiler.profileOne({ PageValues: 12.5, Month: 'Nov' });
 */
import { createEdgeEngine, type EdgeEngineOptions } from './engine/create-edge.js';
import { loadProfiler } from './profile/load-profiler.js';
import { TrainedProfiler } from './profile/trained-profiler.js';
import { readContents, TrainedRecommender } from './profile/trained-recommender.js';
import { readSafetensors } from './safetensors.js';

export type { EdgeEngineOptions } from './engine/create-edge.js';
export { CameoError, type ErrorCode } from './errors.js';
export type { Target } from './prepare/target.js';
export type { Value } from './profile/bind.js';
export type { Summary } from './profile/model.js';
export type { ExplanationEntry, Profile, Row } from './profile/trained-profiler.js';
export type { FoldIn, History, Recommendation } from './profile/trained-recommender.js';
export type { MemoryStats } from './wasm/memory.js';
export type { WasmSource } from './wasm/source.js';

/** A fitted profiler, with an engine of its own. */
export class Profiler extends TrainedProfiler {
  /**
   * @param bytes a model file: a profiler's, or a table's and events' together
   * @param options `wasm`: the kernels; `maximum`: bytes of linear memory at most, default 64 MiB
   * @throws CameoError 'model' for bytes that are not a whole model file of a known version, 'runtime' for kernels that are none,
   *   'memory' where the model does not fit
   */
  static async load(bytes: Uint8Array, options: EdgeEngineOptions): Promise<Profiler> {
    return new Profiler(...(await loadProfiler(bytes, () => createEdgeEngine(options))));
  }

  /** Sizes of the linear memory, in bytes. A copy. */
  memoryStats() {
    return this.engine.memoryStats();
  }
}

/** Recommendations of a model that was fitted on events alone; of one with a table, `Profiler` has them too. */
export class Recommender extends TrainedRecommender {
  /** @throws CameoError as Profiler.load */
  static async load(bytes: Uint8Array, options: EdgeEngineOptions): Promise<Recommender> {
    const file = await readSafetensors(bytes);
    const engine = await createEdgeEngine(options);
    return new Recommender(engine, readContents(file, engine));
  }
}
