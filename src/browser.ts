/**
 * `cameo/browser`: fitting and profiling in a page, on Web Workers and WebGPU where the page may have them. No files and no Arrow: a
 * table comes from columns or texts, profiles go out as plain objects. Nothing leaves the page.
 */
import { defaultEngine } from './engine/default.js';
import type { Engine } from './engine/engine.js';
import { loadProfiler } from './profile/load-profiler.js';
import { writeModel } from './profile/model-file.js';
import { TrainedProfiler } from './profile/trained-profiler.js';
import { type FitOptions, fitModel } from './score/fit.js';
import type { Table } from './table/table.js';

export type { Capabilities, Capability } from './engine/capabilities.js';
export { type BrowserEngineOptions, createEngine } from './engine/create-browser.js';
export { defaultEngine } from './engine/default.js';
export type { Engine } from './engine/engine.js';
export { CameoError, type ErrorCode } from './errors.js';
export { MLPClassifier, type MLPOptions, MLPRegressor } from './models/mlp.js';
export { StandardScaler } from './prepare/standard-scaler.js';
export type { Target } from './prepare/target.js';
export type { Value } from './profile/bind.js';
export type { Summary } from './profile/model.js';
export type { ExplanationEntry, Profile, Row } from './profile/trained-profiler.js';
export type { FoldIn, History, Recommendation } from './profile/trained-recommender.js';
export { MatrixFactorization } from './recommend/matrix-factorization.js';
export type { FitOptions, Progress } from './score/fit.js';
export type { Importance } from './score/importance.js';
export { Matrix } from './table/matrix.js';
export type { Column, Table } from './table/table.js';
export { tableFromText } from './table/text.js';
export type { MemoryStats } from './wasm/memory.js';
export type { WasmSource } from './wasm/source.js';

export class Profiler extends TrainedProfiler {
  /** As in Node. @throws CameoError 'column' or 'data' for a table that cannot be used, 'diverged', 'aborted', 'memory' */
  static async fit(engine: Engine, table: Table, options: FitOptions): Promise<Profiler> {
    return new Profiler(engine, await fitModel(engine, table, options));
  }

  /** As in Node. @throws CameoError 'model' for bytes that are not a whole model file of a known version */
  static async load(bytes: Uint8Array, options: { engine?: Engine } = {}): Promise<Profiler> {
    return new Profiler(...(await loadProfiler(bytes, async () => options.engine ?? defaultEngine())));
  }

  /** The model file, as in Node: a copy. */
  save(): Promise<Uint8Array> {
    return writeModel(this.model);
  }
}
