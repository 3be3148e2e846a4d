/**
 * `cameo/edge`: a fitted model in Cloudflare Workers, Vercel's edge runtime, Deno Deploy, or anywhere with WebAssembly and no more. No
 * threads, no files, no Arrow, no Node; nothing runs at import but that the entry says what it brings.
 *
 *     import wasm from 'cameo/kernels/simd.wasm';
 *     const profiler = await Profiler.load(modelBytes, { wasm });
 *     profiler.profileOne({ PageValues: 12.5, Month: 'Nov' });
 */
import './globals.js';
import { createEdgeEngine } from './engine/create-edge.js';
import { type LoadOptions, provide } from './profile/entry.js';
import { Profiler as Whole } from './profile/profiler.js';
import type { WasmSource } from './wasm/source.js';

export { CameoError, type ErrorCode } from './errors.js';
export type { Value } from './prepare/feature.js';
export type { Target } from './prepare/target.js';
export type { LoadOptions } from './profile/entry.js';
export type { Profile, Row } from './profile/profiler.js';
export type { History, Recommendation, Recommender } from './recommend/catalogue.js';
export type { FoldedIn } from './recommend/fold-in.js';
export type { Summary } from './score/score.js';
export type { ExplanationEntry } from './score/section.js';
export type { Moment } from './table/moment.js';
export type { Warning, WarningCode } from './warnings.js';
export type { MemoryStats } from './wasm/memory.js';
export type { WasmSource } from './wasm/source.js';

/** A fitted profiler, with an engine of its own: all that answers for single users. What needs fitting or Arrow is in the entry `cameo`. */
export type Profiler = Omit<Whole, 'profile' | 'schema' | 'evaluate'>;
export const Profiler: {
  /**
   * As in every entry, but that the kernels must be given.
   *
   * @param bytes a model file
   * @param options `wasm`: the kernels; `maximum`: bytes of linear memory at most, default 64 MiB; `asOf`: what dates count back from; `onWarning`
   * @throws CameoError 'argument' for wrong options, 'model' for bytes that are not a whole model file of a known version, 'runtime' for kernels that are none,
   *   'memory' where the model does not fit
   */
  load(bytes: Uint8Array | ArrayBuffer, options: LoadOptions & { wasm: WasmSource }): Promise<Profiler>;
} = Whole;

provide({ engineOf: createEdgeEngine });
