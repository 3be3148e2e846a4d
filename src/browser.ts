/**
 * `cameo/browser`: fitting and profiling in a page, on Web Workers and WebGPU where the page may have them. No files and no Arrow: a
 * table comes from columns or texts, profiles go out as plain objects. Nothing leaves the page.
 */
import './globals.js';
import { createEngine } from './engine/create-browser.js';
import { createEdgeEngine } from './engine/create-edge.js';
import { defaultEngine, provideDefaultEngine } from './engine/default.js';
import { provide } from './profile/entry.js';
import { fitSections } from './profile/fit.js';

export type { Capabilities, Capability } from './engine/capabilities.js';
export { type BrowserEngineOptions, createEngine } from './engine/create-browser.js';
export { defaultEngine } from './engine/default.js';
export type { Engine } from './engine/engine.js';
export { CameoError, type ErrorCode } from './errors.js';
export { GradientBoostingClassifier, GradientBoostingRegressor } from './models/gradient-boosting.js';
export type { GradientBoostingClassifierOptions, GradientBoostingOptions } from './models/gradient-boosting-options.js';
export { LogisticRegression, type LogisticRegressionOptions } from './models/logistic-regression.js';
export { MLPClassifier, type MLPOptions, MLPRegressor } from './models/mlp.js';
export { Ridge, type RidgeOptions } from './models/ridge.js';
export type { WeightedFit } from './models/weights.js';
export type { Value } from './prepare/feature.js';
export { StandardScaler } from './prepare/standard-scaler.js';
export type { Target } from './prepare/target.js';
export type { LoadOptions } from './profile/entry.js';
export type { FitData, FitOptions } from './profile/options.js';
export { type Profile, Profiler, type Row } from './profile/profiler.js';
export type { Progress } from './progress.js';
export type { History, Recommendation, Recommender } from './recommend/catalogue.js';
export type { FoldedIn } from './recommend/fold-in.js';
export { MatrixFactorization } from './recommend/matrix-factorization.js';
export type { Importance } from './score/importance.js';
export type { Summary } from './score/score.js';
export type { ExplanationEntry } from './score/section.js';
export type { EventCounts, Events } from './table/events.js';
export { Matrix } from './table/matrix.js';
export type { Moment } from './table/moment.js';
export type { Column, ReadingNote, Table } from './table/table.js';
export { type TextOptions, tableFromCSV, tableFromText } from './table/text.js';
export type { Warning, WarningCode } from './warnings.js';
export type { KernelsFile } from './wasm/builds.js';
export type { MemoryStats } from './wasm/memory.js';
export type { WasmSource } from './wasm/source.js';

provideDefaultEngine(() => createEngine());
provide({ fit: fitSections, engine: defaultEngine, engineOf: createEdgeEngine });
