/**
 * The contract of recommenders: one way to rank items for a user, learnt from pairs of users and items. A recommender is one file in this
 * folder with a line in index.ts, and what reads and asks a fitted one apart, with a line in readers.ts, where fitting is more than a little
 * code: an edge function carries the readers alone. Users and items are numbers here, and catalogue.ts gives them their names back.
 * test/support/recommenders.ts holds what every one keeps. factorization.ts and factorized.ts are the ones to read first.
 */
import type { Engine } from '../engine/engine.js';
import type { OptionSchema } from '../options.js';
import type { Part, PartReader } from '../part.js';
import type { RunOptions } from '../scheduler/scheduler.js';

/** Pairs of users and items, each once, by user and then item. */
export interface Pairs {
  readonly users: number;
  readonly items: number;
  /** i32[pairs] */
  readonly user: Int32Array;
  readonly item: Int32Array;
  /** f32[pairs]: how much each counts; absent where all count 1 */
  readonly weights?: Float32Array;
  /** f32[pairs]: ratings; absent for events without */
  readonly values?: Float32Array;
  /** f32[pairs]: days since the last event of each, at the moment that recency counts back from; absent where no times are known */
  readonly ages?: Float32Array;
}

/** The distinct items of each user, ascending: items[offsets[u]] … items[offsets[u + 1] − 1]. */
export interface Histories {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

/** Items, best first, with their scores; fewer than asked for where there are no more. */
export interface TopList {
  readonly ids: Int32Array;
  readonly scores: Float32Array;
}

/** What someone had: numbers of items and, for ratings, the value of each. */
export interface NumberedHistory {
  readonly items: ArrayLike<number>;
  readonly values?: ArrayLike<number>;
}

/** A recommender that was fitted. What it cannot do is absent, and the schema of profiles says so. */
export interface Recommends {
  readonly family: string;
  /** what there is to tell of how it was learnt */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly users: number;
  readonly items: number;
  readonly histories: Histories;

  /** The n best items that each user has not had. */
  recommend(users: ArrayLike<number>, options: { n: number } & RunOptions): Promise<TopList[]>;
  /** Scores of pairs, of the same kind as in the lists: a copy. */
  score(users: ArrayLike<number>, items: ArrayLike<number>): Float32Array;
  /** Whether scores are predicted ratings, to be held against those that were given. */
  readonly predictsRatings?: boolean;
  /** The n items most like each of these, without itself, where the recommender tells items apart by more than how many had them. */
  similar?(items: ArrayLike<number>, options: { n: number } & RunOptions): Promise<TopList[]>;
  /** The n best items for someone who was not in fitting, by what they had, which is left out. Work grows with the history alone. */
  recommendFor(history: NumberedHistory, options: { n: number } & RunOptions): Promise<TopList>;
  /** Of each list's items, the n among the user's own items (`histories`, or those given) that led to it most. */
  because(lists: readonly { of: ArrayLike<number>; among: Int32Array }[], n: number): Int32Array[][];
  /** What is recommended to a stranger: items by how many had them, with the score of a user without a taste. */
  popular(n: number): TopList;
  /** f32[rank] of a user, where the recommender has factors: a view. */
  factors?(user: number): Float32Array;
  /** Length of `factors`; 0 without. */
  readonly rank: number;
  /** Factors and bias of someone who was not in fitting, where the recommender has factors: a copy. */
  foldIn?(history: NumberedHistory): { factors: Float32Array; bias: number };
  /** The n users most like the mean of these, without these, where the recommender has factors. */
  lookalikes?(users: ArrayLike<number>, options: { n: number } & RunOptions): Promise<TopList>;
  write(): Part;
}

/** A recommender that was compared to choose one of several (choose.ts). */
export interface Candidate {
  readonly recommender: string;
  /** at 10; null where it was left out */
  readonly ndcg: number | null;
  readonly hitRate: number | null;
  readonly seconds: number;
  /** why it was left out */
  readonly note?: string;
}

/** What was chosen, and against what. */
export interface Choice {
  readonly recommender: string;
  /** what was held out and who was looked at, in words */
  readonly protocol: string;
  /** users whose lists were compared; 0 where there was nothing to choose by */
  readonly users: number;
  /** in the order of CANDIDATES */
  readonly candidates: readonly Candidate[];
  readonly seconds: number;
}

/** How a recommender is read: all that an entry needs which does not fit. */
export interface RecommenderReader {
  /** @throws CameoError 'model' naming what was expected and what was found */
  read(engine: Engine, part: PartReader): Recommends;
}

export interface RecommenderFamily<Options = Record<string, unknown>> extends RecommenderReader {
  /** in model files and on the command line */
  readonly name: string;
  /** a strict object: defaults and ranges, from which checks, --help and tuning follow */
  readonly options: OptionSchema;
  /** @throws CameoError 'data' for pairs that it cannot learn from, 'diverged', 'aborted', 'memory' */
  fit(engine: Engine, pairs: Pairs, options: Options, run: RunOptions): Promise<Recommends>;
}
