/** Options of a search and what it gives. */
import * as v from 'valibot';
import { flag, oneOf, RUN, whole } from '../options.js';
import { SCORE_ENTRIES, type ScoreOptions } from '../score/options.js';
import type { Journal } from '../score/tune/journal.js';
import { EVENT_ENTRIES, type FitOptions } from './options.js';
import type { Profiler } from './profiler.js';

type OfScore = 'id' | 'ignore' | 'weight' | 'classWeight' | 'task' | 'effort' | 'seed' | 'testSize' | 'testRows' | 'asOf';

export interface TuneOptions extends Pick<ScoreOptions, OfScore> {
  /** the column to predict; without one, and with events, what recommends is searched */
  target?: string;
  /** how many are tried beside the default; this, `milliseconds`, or both */
  trials?: number;
  /** how long is searched */
  milliseconds?: number;
  /** what the best is best by: of two and several classes 'logLoss' by default, of numbers 'rmse', of recommendations 'ndcg' */
  metric?: string;
  /** families, or recommenders, that are tried; default: all that suit */
  families?: readonly string[];
  /** folds of the training rows that trials are compared on; default 5, of more than 10,000 rows 3, of more than 100,000 one part of a third */
  folds?: number;
  /** of events: days after which one counts half; default: all count the same */
  halfLife?: number;
  /** where results are kept, and taken from by a search that goes on */
  journal?: Journal;
  /** ends the search; what was found by then is kept, where `signal` ends everything */
  stop?: AbortSignal;
  /** whether the best is fitted where the search was stopped; default true */
  keep?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: TuneProgress) => void;
}

export interface TuneProgress {
  stage: 'search' | 'fit';
  /** tried so far beside the default, and how many will be; 0 where that is not known */
  trials: number;
  total: number;
  metric: string;
  /** the best so far on the highest rung, and the default there; null where nothing is known yet */
  best: { family: string; score: number } | null;
  standard: number | null;
}

export const TUNE_OPTIONS = v.strictObject({
  target: v.optional(v.string('a column name')),
  id: SCORE_ENTRIES.id,
  ignore: SCORE_ENTRIES.ignore,
  weight: SCORE_ENTRIES.weight,
  classWeight: SCORE_ENTRIES.classWeight,
  task: SCORE_ENTRIES.task,
  effort: SCORE_ENTRIES.effort,
  seed: SCORE_ENTRIES.seed,
  testSize: SCORE_ENTRIES.testSize,
  testRows: SCORE_ENTRIES.testRows,
  asOf: SCORE_ENTRIES.asOf,
  trials: v.optional(whole(1, 1_000_000)),
  milliseconds: v.optional(whole(1)),
  metric: v.optional(v.string('the name of a metric')),
  families: v.optional(v.pipe(v.array(v.string(), 'a list of families'), v.minLength(1, 'at least one family'))),
  folds: v.optional(whole(2, 1000)),
  halfLife: EVENT_ENTRIES.halfLife,
  journal: v.optional(v.custom<Journal>((value) => typeof (value as Journal | null)?.append === 'function', 'a journal')),
  keep: v.optional(flag, true),
  stop: RUN.signal,
  ...RUN,
});
export type CheckedTuneOptions = v.InferOutput<typeof TUNE_OPTIONS>;

/** Metrics of lists of recommendations. */
export const RANKING = v.strictObject({ metric: v.optional(oneOf('ndcg', 'hitRate', 'recall', 'map'), 'ndcg') });

/** What was tried, in words that a fit understands. */
export interface Tried {
  /** 0 is the default */
  trial: number;
  family: string;
  options: Readonly<Record<string, unknown>>;
  /** columns that it leaves out beside those that were ignored anyway */
  leftOut: readonly string[];
  /** by rung: the mean over its folds; null where it failed, absent where it was not promoted */
  scores: readonly (number | null)[];
  /** why it failed */
  note?: string;
}

export interface Tuned {
  metric: string;
  lessIsBetter: boolean;
  /** what was tried, in order */
  trials: readonly Tried[];
  best: Tried;
  /** what there is without a search: the first of the trials */
  standard: Tried;
  /** on the highest rung: what the rung is in words, and the scores of both there; null where nothing was measured */
  compared: { on: string; best: number; standard: number } | null;
  /** on rows, or events, that no trial saw, with both fitted on the same; null for what was not fitted since the search was stopped */
  heldOut: { on: string; best: number | null; standard: number | null };
  /** why the search ended */
  ended?: 'trials' | 'time' | 'stopped' | 'nothing left to try';
  /** seconds that the search took */
  seconds: number;
  /** what `Profiler.fit` is given for the best */
  fitOptions: FitOptions;
  /** the best, fitted; undefined where the search was stopped and nothing was to be kept */
  profiler: Profiler | undefined;
}
