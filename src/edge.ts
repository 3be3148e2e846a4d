/**
 * `cameo/edge`: a fitted model in Cloudflare Workers, Vercel's edge runtime, Deno Deploy, or anywhere with WebAssembly and no more. No
 * threads, no files, no Arrow, no Node; nothing runs at import but that the entry says what it brings.
 *
 *     import wasm from 'cameo/kernels/simd.wasm';
 *     const profiler = await Profiler.load(modelBytes, { wasm });
 *     profiler.profileOne({ PageValues: 12.5, Month: 'Nov' });
 */
import { createEdgeEngine } from './engine/create-edge.js';
import { provide } from './profile/entry.js';

export type { EdgeEngineOptions } from './engine/create-edge.js';
export { CameoError, type ErrorCode } from './errors.js';
export type { Value } from './prepare/feature.js';
export type { Target } from './prepare/target.js';
export type { LoadOptions } from './profile/entry.js';
export { type Profile, Profiler, type Row } from './profile/profiler.js';
export type { History, Recommendation, Recommender } from './recommend/catalogue.js';
export type { FoldedIn } from './recommend/fold-in.js';
export type { Summary } from './score/score.js';
export type { ExplanationEntry } from './score/section.js';
export type { MemoryStats } from './wasm/memory.js';
export type { WasmSource } from './wasm/source.js';

provide({ engineOf: createEdgeEngine });
