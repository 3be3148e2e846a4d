/** The public API in Node, Deno and Bun: a table of contents. */
import './globals.js';
import './node.js';

export type { Sentences } from './embeddings/sentences.js';
export { type SimilarWord, Word2Vec } from './embeddings/word2vec.js';
export type { Word2VecOptions } from './embeddings/word2vec-options.js';
export type { Capabilities, Capability } from './engine/capabilities.js';
export { createEngine, type EngineOptions } from './engine/create.js';
export { defaultEngine } from './engine/default.js';
export type { Engine } from './engine/engine.js';
export { CameoError, type ErrorCode } from './errors.js';
export { type Behaviour, type BehaviourRow, behaviourOf, behaviourRow } from './events/behaviour.js';
export {
  type Preference,
  type Tag,
  type Taste,
  type Tastes,
  type TasteValue,
  tasteOf,
  tastesOf,
} from './events/preferences.js';
export { type EventLog, readEvents } from './io/events.js';
export { type ReadOptions, readTable } from './io/read.js';
export { averagePrecision, type ClassifierEvaluation, evaluateBinary, rocAuc } from './metrics/binary.js';
export type { ReliabilityBin } from './metrics/calibration.js';
export type { CurvePoint, Rule } from './metrics/decisions.js';
export { type Evaluation, evaluate, type Task } from './metrics/index.js';
export { evaluateMulticlass } from './metrics/multiclass.js';
export { evaluateRanking, type RankingEvaluation } from './metrics/ranking.js';
export { evaluateRegression, type RegressionEvaluation } from './metrics/regression.js';
export type { Edge } from './models/bayesian-network/edges.js';
export { BayesianNetwork, type Distribution } from './models/bayesian-network/estimator.js';
export type { BayesianNetworkOptions } from './models/bayesian-network/estimator-options.js';
export type { SampleOptions } from './models/bayesian-network/sample.js';
export type { EvidenceRows } from './models/bayesian-network/state-columns.js';
export { BernoulliNB, type BernoulliNBOptions } from './models/bernoulli-nb.js';
export { CategoricalNB, type CategoricalNBOptions } from './models/categorical-nb.js';
export { ComplementNB, type ComplementNBOptions } from './models/complement-nb.js';
export { GaussianNB, type GaussianNBOptions } from './models/gaussian-nb.js';
export { GradientBoostingClassifier, GradientBoostingRegressor } from './models/gradient-boosting.js';
export type { GradientBoostingClassifierOptions, GradientBoostingOptions } from './models/gradient-boosting-options.js';
export { LogisticRegression, type LogisticRegressionOptions } from './models/logistic-regression.js';
export { MLPClassifier, type MLPOptions, MLPRegressor } from './models/mlp.js';
export type { Examples, Family, Model, ModelReader } from './models/model.js';
export { MultinomialNB, type MultinomialNBOptions } from './models/multinomial-nb.js';
export type { PartialFit } from './models/naive-bayes-estimator.js';
export { Ridge, type RidgeOptions } from './models/ridge.js';
export type { SparseInput } from './models/sparse-nb.js';
export type { WeightedFit } from './models/weights.js';
export type { OptionSchema } from './options.js';
export type { Bounds, Part, PartReader } from './part.js';
export type { Feature, FeatureKind, FeatureReader, Preset, Source, Value } from './prepare/feature.js';
export type { Features } from './prepare/features.js';
export { type CategoryColumn, type Encoding, OneHotEncoder, type OneHotEncoderOptions } from './prepare/one-hot-encoder.js';
export { QuantileTransformer, type QuantileTransformerOptions } from './prepare/quantile-transformer.js';
export { SimpleImputer, type SimpleImputerOptions } from './prepare/simple-imputer.js';
export { type FoldOptions, KFold, type Split, StratifiedKFold, trainTestSplit } from './prepare/split.js';
export { StandardScaler, type StandardScalerOptions } from './prepare/standard-scaler.js';
export type { Target } from './prepare/target.js';
export { type AnalysisOptions, CountVectorizer, type CountVectorizerOptions } from './prepare/text/count-vectorizer.js';
export type { Documents } from './prepare/text/documents.js';
export { HashingVectorizer, type HashingVectorizerOptions } from './prepare/text/hashing-vectorizer.js';
export { TfidfVectorizer, type TfidfVectorizerOptions } from './prepare/text/tfidf-vectorizer.js';
export type { LoadOptions } from './profile/entry.js';
export type { EventOptions, FitData, FitOptions, ProfileOptions } from './profile/options.js';
export { type Profile, Profiler, type Row } from './profile/profiler.js';
export { tune } from './profile/tune.js';
export type { Tried, Tuned, TuneOptions, TuneProgress } from './profile/tune-options.js';
export type { DiscreteNetwork } from './programs/bayesian-network/network.js';
export type { EncoderPlan } from './programs/encoder.js';
export type { FactorizationLoss, RateSchedule } from './programs/factorization/factorize.js';
export type { PredictorPlan } from './programs/predictor.js';
export type { Progress } from './progress.js';
export { type History, type ListOptions, type Recommendation, Recommender } from './recommend/catalogue.js';
export {
  type EvaluationOptions,
  evaluateRecommender,
  type RatingErrors,
  type RecommenderEvaluation,
} from './recommend/evaluate.js';
export type { Reason } from './recommend/explain.js';
export type { MatrixFactorizationOptions } from './recommend/factorization-options.js';
export type { Factors } from './recommend/factors.js';
export type { FoldedIn } from './recommend/fold-in.js';
export type { Interactions } from './recommend/interactions.js';
export { MatrixFactorization, type RecommendOptions } from './recommend/matrix-factorization.js';
export type {
  Candidate,
  Choice,
  Histories,
  NumberedHistory,
  Pairs,
  RecommenderFamily,
  RecommenderReader,
  Recommends,
  TopList,
} from './recommend/recommender.js';
export type { RunOptions } from './scheduler/scheduler.js';
export { type CrossValidationOptions, type CrossValidationResult, crossValidate } from './score/cross-validate.js';
export type { Decisions, RuleOptions, Threshold } from './score/decisions.js';
export { type ColumnDescription, type DescribeOptions, type Description, describeTable } from './score/describe.js';
export type { Importance } from './score/importance.js';
export type { ScoreOptions } from './score/options.js';
export type { CrossValidation, Score, Summary } from './score/score.js';
export type { ExplanationEntry, ScoreSection } from './score/section.js';
export type { Journal } from './score/tune/journal.js';
export { CsrMatrix, type CsrParts } from './table/csr-matrix.js';
export type { EventCounts, EventField, Events } from './table/events.js';
export { Matrix } from './table/matrix.js';
export type { Moment } from './table/moment.js';
export type { BatchOptions, Field, FieldType, Filled, PlainRow, Section, SectionBatch, Users } from './table/section.js';
export type { Bin, NumberStatistics } from './table/statistics.js';
export type { Column, Ignored, IgnoredCode, ReadingNote, Table } from './table/table.js';
export type { Warning, WarningCode } from './warnings.js';
export type { Build } from './wasm/builds.js';
export type { Layout, MemoryStats } from './wasm/memory.js';
export { ResidentMatrix, Tile } from './wasm/resident.js';
export type { WasmSource } from './wasm/source.js';
export type { AdapterInfo, Limits } from './webgpu/adapter.js';
export type { WebGPUOptions } from './webgpu/options.js';
