/** The public API: a table of contents. */
export { createEngine, defaultEngine, type EngineOptions } from './engine/create.js';
export type { Capabilities, Capability, Engine } from './engine/engine.js';
export type { MemoryStats } from './engine/memory.js';
export { CameoError, type ErrorCode } from './errors.js';
export { type EventCounts, type EventLog, type Events, readEvents } from './io/events.js';
export { readTable } from './io/read.js';
export { averagePrecision, type ClassifierEvaluation, evaluateBinary, rocAuc } from './metrics/binary.js';
export { type Evaluation, evaluate, type Task } from './metrics/index.js';
export { evaluateMulticlass } from './metrics/multiclass.js';
export { evaluateRanking, type RankingEvaluation } from './metrics/ranking.js';
export { evaluateRegression, type RegressionEvaluation } from './metrics/regression.js';
export { type CrossValidationOptions, type CrossValidationResult, crossValidate } from './models/cross-validate.js';
export { itemKnn } from './models/item-knn.js';
export {
  type Interactions,
  MatrixFactorization,
  type MatrixFactorizationOptions,
  type Reason,
  type RecommendOptions,
} from './models/matrix-factorization.js';
export { MLPClassifier, type MLPOptions, MLPRegressor } from './models/mlp.js';
export type { TopList } from './models/top.js';
export { type CategoryColumn, type Encoding, OneHotEncoder, type OneHotEncoderOptions } from './prepare/one-hot-encoder.js';
export { QuantileTransformer, type QuantileTransformerOptions } from './prepare/quantile-transformer.js';
export { SimpleImputer, type SimpleImputerOptions } from './prepare/simple-imputer.js';
export { type FoldOptions, KFold, type Split, StratifiedKFold, trainTestSplit } from './prepare/split.js';
export { StandardScaler, type StandardScalerOptions } from './prepare/standard-scaler.js';
export { type Behaviour, behaviourOf } from './profile/behaviour.js';
export type { Value } from './profile/bind.js';
export { evaluateRecommender, type RecommenderEvaluation } from './profile/evaluate-recommender.js';
export type { Features, Ignored, Preset } from './profile/features.js';
export type { FitOptions, Progress } from './profile/fit.js';
export type { Importance } from './profile/importance.js';
export type { CrossValidation, Summary } from './profile/model.js';
export { type Preference, type Tag, type Taste, tastesOf } from './profile/preferences.js';
export { type ExplanationEntry, type Profile, type ProfileOptions, Profiler } from './profile/profiler.js';
export { type Recommendation, Recommender, type RecommenderOptions } from './profile/recommender.js';
export type { Target } from './profile/target.js';
export { Matrix, ResidentMatrix, Tile } from './table/matrix.js';
export type { Column, Table } from './table/table.js';
