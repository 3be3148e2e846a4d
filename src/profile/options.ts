/** Options of fitting and of profiling, their defaults and ranges. */
import * as v from 'valibot';
import type { Effort } from '../effort.js';
import type { Engine } from '../engine/engine.js';
import { bag, callback, flag, oneOf, opaque, RUN, whole } from '../options.js';
import type { Progress } from '../progress.js';
import { SCORE_ENTRIES, type ScoreOptions } from '../score/options.js';
import type { Events } from '../table/events.js';
import { moment } from '../table/moment.js';
import type { BatchOptions } from '../table/section.js';
import type { Column, Table } from '../table/table.js';
import type { Warning } from '../warnings.js';

/** What a profiler learns from: a table of users, their events, or both, which meet by the table's id column. */
export interface FitData {
  table?: Table;
  events?: Events;
}

export interface EventOptions {
  /**
   * how to recommend, by name; default 'auto': what ranks best on the later events of this log (recommend/choose.ts), or 'factorization' where
   * `recommenderOptions` are given
   */
  recommender?: string;
  /** of 'auto': 'fast' takes iALS with its defaults, others compare the candidates; default 'balanced' */
  effort?: Effort;
  /** options of that recommender, such as { rank: 32 } */
  recommenderOptions?: Readonly<Record<string, unknown>>;
  /** days after which an event counts half for recommendations; default: all count the same */
  halfLife?: number;
}

export interface FitOptions extends Omit<ScoreOptions, 'target'>, EventOptions {
  /** the column to predict, of the table; several for a score each */
  target?: string | readonly string[];
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** told of what may be wrong with the table as fitting finds it; and as of LoadOptions */
  onWarning?: (warning: Warning) => void;
}

export const EVENT_ENTRIES = {
  recommender: v.optional(v.string('the name of a recommender')),
  recommenderOptions: v.optional(bag, {}),
  halfLife: v.optional(
    v.pipe(
      v.number('a number of days above 0'),
      v.finite('a number of days above 0'),
      v.gtValue(0, 'a number of days above 0'),
    ),
  ),
};

export const FIT_OPTIONS = v.strictObject({
  ...SCORE_ENTRIES,
  target: v.optional(SCORE_ENTRIES.target),
  ...EVENT_ENTRIES,
  ...RUN,
  onWarning: v.optional(callback),
});
/** The names among them that concern a table, and those that concern events. */
export const TABLE_NAMES = Object.keys(SCORE_ENTRIES);
export const EVENT_NAMES = Object.keys(EVENT_ENTRIES);

export interface ProfileOptions extends BatchOptions {
  /** default true: batches own their values. Without, they may be views, valid until the next batch is asked for. */
  copy?: boolean;
  /** columns of the source that the profiles carry as they are, numbers as float64; default: none */
  attributes?: readonly Pick<Column, 'name' | 'kind'>[];
  /** columns of the profiles that are wanted, in this order, after user_id and the attributes; default: all */
  columns?: readonly string[];
  /**
   * instead of a source: the users of these ids, of a model that has events; one without any is marked `is_cold_start` and recommended what
   * most users had. Default: every user of the events
   */
  users?: readonly string[];
  onProgress?: never;
}

export const PROFILE_OPTIONS = v.strictObject({
  explain: v.optional(flag, true),
  copy: v.optional(flag, true),
  n: v.optional(whole(1, 100_000), 10),
  attributes: v.optional(
    v.array(v.looseObject({ name: v.string('a column name'), kind: oneOf('number', 'category') }), 'a list of columns'),
    [],
  ),
  columns: v.optional(v.array(v.string(), "names of the profile's columns")),
  users: v.optional(v.array(v.string(), 'a list of ids')),
  ...RUN,
});

export const EVALUATE_OPTIONS = v.strictObject({ target: v.optional(v.string('the name of a target')), signal: RUN.signal });

export const ONE_OPTIONS = v.strictObject({ explain: v.optional(flag, true) });

/** By what it can do: an engine of another copy of the package is one too. */
export const isEngine = (value: unknown): value is Engine =>
  typeof (value as Engine | null)?.allocate === 'function' && typeof (value as Engine).run === 'function';
export const ENGINE = "an engine, as 'await createEngine()' gives";

export const LOAD_OPTIONS = v.strictObject({
  engine: v.optional(v.custom<Engine>(isEngine, ENGINE)),
  wasm: v.optional(opaque<never>()),
  maximum: v.optional(v.number('a number of bytes')),
  asOf: v.optional(moment),
  onWarning: v.optional(callback),
});
