/**
 * The profiler: a list of fitted sections that turn users into profiles.
 *
 *     const profiler = await Profiler.fit(engine, { table, events }, { target: 'churned', id: 'user' });
 *     for await (const batch of profiler.profile(table)) …
 *
 * The class is the same in every entry of the package, with less or more behind it (entry.ts): the edge's answers for single users, the
 * browser's fits too, Node's also makes record batches of Apache Arrow.
 */
import type { RecordBatch, Schema } from 'apache-arrow';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { Evaluation } from '../metrics/index.js';
import { checked } from '../options.js';
import type { Target } from '../prepare/target.js';
import type { History, Recommendation, Recommender } from '../recommend/catalogue.js';
import type { FoldedIn } from '../recommend/fold-in.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Summary } from '../score/score.js';
import { ROWS } from '../score/scorer.js';
import { type ExplanationEntry, ScoreSection } from '../score/section.js';
import { timeOfMoment } from '../table/moment.js';
import { RowKeys } from '../table/row-keys.js';
import type { PlainRow, Section } from '../table/section.js';
import type { Table } from '../table/table.js';
import { distinctWarnings, type Warning } from '../warnings.js';
import { kindOf } from '../wording.js';
import { engineFor, type LoadOptions, provided } from './entry.js';
import type { Fitted } from './fitted.js';
import { modelAsOf, placeModel, readModelFile, writeModel } from './model-file.js';
import { ENGINE, type FitData, type FitOptions, isEngine, LOAD_OPTIONS, ONE_OPTIONS, type ProfileOptions } from './options.js';
import { recommenderOf } from './sections.js';

/** One profile as a plain object: user_id, score_T, percentile_T, prediction_T, explanation_T, …, as in the batches. */
export type Profile = Record<string, string | number | boolean | null | ExplanationEntry[] | unknown[]>;

/** The options of single profiles, checked at the cost of a glance: they come with every row. */
function explained(options: { explain?: boolean }): { explain: boolean } {
  if (typeof options !== 'object' || options === null) return checked(ONE_OPTIONS, options);
  for (const name in options) {
    if (name !== 'explain' || typeof options[name] !== 'boolean') return checked(ONE_OPTIONS, options);
  }
  return options.explain === false ? REASONLESS : REASONED;
}
const REASONED = { explain: true };
const REASONLESS = { explain: false };

/** Values by column name; what is absent, null or NaN is missing. A date is a text such as '2025-12-31', a Date or milliseconds since 1970. */
export type Row = PlainRow;

export class Profiler implements Fitted, Disposable {
  /** Scores first, in the order of the targets; then what comes of events. */
  readonly sections: readonly Section[];
  readonly scores: readonly ScoreSection[];
  readonly #keys: RowKeys;

  /** Use `Profiler.fit` or `Profiler.load`. */
  constructor(
    readonly engine: Engine,
    sections: readonly Section[],
    onWarning?: (warning: Warning) => void,
    /** what fitting found */
    private readonly found: readonly Warning[] = [],
  ) {
    this.sections = sections;
    this.scores = sections.filter((section) => section instanceof ScoreSection);
    const known = this.scores.flatMap(({ scorer }) => [...scorer.features.columnNames, ...scorer.known]);
    this.#keys = new RowKeys(new Set(this.scores.length > 0 ? known : ['user_id']), onWarning);
  }

  /**
   * Learns from a table of users, from their events, or from both, which meet by the table's id column: see FitOptions.
   *
   * @throws CameoError 'argument' for options that are not known or out of range, 'column' or 'data' for a table or events that cannot be
   *   used, 'diverged', 'aborted', 'memory'; 'runtime' where this entry does not fit
   */
  static async fit(engine: Engine, data: FitData, options: FitOptions = {}): Promise<Profiler> {
    if (!isEngine(engine)) throw errors.shape('The first argument', ENGINE, kindOf(engine));
    const sections = await provided('fit', 'fit models')(engine, data, options);
    const scores = sections.filter((section) => section instanceof ScoreSection);
    const found = distinctWarnings(scores.flatMap(({ score }) => score.summary.warnings));
    for (const warning of found) options.onWarning?.(warning);
    return new Profiler(engine, sections, options.onWarning, found);
  }

  /**
   * The same in every entry of the package.
   *
   * @param bytes what `save` gave, now or in an earlier version
   * @param options `engine`; or `wasm`, the kernels, for an engine of its own; `asOf`: what dates count back from, instead of the moment that
   *   the model was fitted with
   * @throws CameoError 'model' for bytes that are not a whole model file of a known version, 'argument' for other options, 'runtime' for
   *   kernels that are none, 'memory' where the model does not fit
   */
  static async load(bytes: Uint8Array | ArrayBuffer, options: LoadOptions = {}): Promise<Profiler> {
    const choice: LoadOptions = checked(LOAD_OPTIONS, options);
    const open = engineFor(choice);
    const buffer = ArrayBuffer.isView(bytes) || Object.prototype.toString.call(bytes) === '[object ArrayBuffer]';
    if (!buffer) throw errors.shape('The model', 'its bytes, as a Uint8Array or an ArrayBuffer', kindOf(bytes));
    const file = await readModelFile(ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes));
    const engine = await open();
    const { asOf } = choice;
    const seen = asOf === undefined ? file : modelAsOf(file, timeOfMoment(asOf));
    return new Profiler(engine, placeModel(engine, seen), choice.onWarning);
  }

  /** The model file: safetensors with the sections in its metadata. The same model gives the same bytes. A copy. */
  save(): Promise<Uint8Array> {
    return writeModel(this.sections);
  }

  /** The score of a target; without a name, of the first. @throws CameoError 'argument' where there is none */
  score(target?: string): ScoreSection {
    const found = target === undefined ? this.scores[0] : this.scores.find(({ score }) => score.target.name === target);
    if (found) return found;
    if (this.scores.length === 0) throw errors.invalid('This model was fitted without a target: it has no score.');
    throw errors.option('target', this.scores.map(({ score }) => `'${score.target.name}'`).join(' or '), `'${target}'`);
  }

  /** What training found of the first target: evaluation, importances, cross-validation. */
  get summary(): Summary {
    return this.score().score.summary;
  }
  get target(): Target {
    return this.score().score.target;
  }
  /** Name of the id column; undefined where the row number is the id, or where there is no table. */
  get id(): string | undefined {
    return this.scores[0]?.score.id;
  }
  /** Names of the features of the first target. A copy. */
  get features(): string[] {
    return [...this.score().score.features.names];
  }
  /**
   * Values without a label of their own (rare in fitting, or never seen) by column of categories, and cells that are no date by column of
   * dates, in all tables profiled so far. A copy.
   */
  get unknownCategories(): Record<string, number> {
    return Object.fromEntries(this.scores.flatMap(({ scorer }) => [...scorer.unknown]));
  }
  /**
   * What a caller should look at, never with a value: what fitting found in the table, where this profiler was fitted and not loaded, and
   * keys of rows that the model does not know, each once and a hundred of them at most. The option `onWarning` is told of them as they
   * come. A copy.
   */
  get warnings(): Warning[] {
    return [...this.found, ...this.#keys.warnings];
  }
  /** Sizes of the linear memory, in bytes. A copy. */
  memoryStats() {
    return this.engine.memoryStats();
  }

  /**
   * Profiles one user, at once and on the calling thread.
   * @param row values by column name, as its own properties; what is absent, null or NaN is missing
   * @param options `explain`: default true; without, reasons are left out
   * @returns a plain object of its own, equal to the user's row in the batches of `profile`; recommendations are asked for by `recommend`
   * @throws CameoError 'argument' for what is no such object, 'column' for one with other keys than the model's alone, and for a value of
   *   another type than the column had in fitting; 'model' for a result that is not finite
   */
  profileOne(row: Row, options: { explain?: boolean } = {}): Profile {
    return this.#profileRows([row], explained(options))[0];
  }

  /** As profileOne, for several users: one profile a row, in order. Faster than one by one; rows are taken 256 at a time. */
  profileBatch(rows: readonly Row[], options: { explain?: boolean } = {}): Profile[] {
    if (!Array.isArray(rows)) throw errors.invalid(`Rows must be a list of objects; found ${kindOf(rows)}.`);
    const checkedOptions = explained(options);
    const profiles: Profile[] = [];
    for (let first = 0; first < rows.length; first += ROWS) {
      for (const profile of this.#profileRows(rows.slice(first, first + ROWS), checkedOptions)) profiles.push(profile);
    }
    return profiles;
  }

  /** @param rows an array of this call's own: sections that share a scorer know it by its identity */
  #profileRows(rows: readonly Row[], { explain }: { explain: boolean }): Profile[] {
    const { id, scores } = this;
    const options = { explain, keys: this.#keys };
    const named = id ?? (scores.length === 0 ? 'user_id' : undefined);
    const profiles = rows.map((row, r): Profile => {
      if (typeof row !== 'object' || row === null || Array.isArray(row)) throw errors.row(r, kindOf(row));
      if (scores.length === 0) this.#keys.check(row, r);
      if (named === undefined) return {};
      const value = Object.hasOwn(row, named) ? row[named] : undefined;
      if (value === null || value === undefined) return { user_id: null };
      return { user_id: value instanceof Date ? value.toJSON() : String(value) };
    });
    for (const section of this.sections) {
      if (section.fill) section.fill(rows, profiles, options);
      else
        rows.forEach((row, r) =>
          Object.assign(profiles[r], section.one(row, (profiles[r].user_id ?? null) as string | null, options)),
        );
    }
    return profiles;
  }

  /** The schema of the batches that `profile` yields; its metadata names the scale and base of the contributions. */
  async schema(options: ProfileOptions = {}): Promise<Schema> {
    return provided('schemaOf', 'make record batches')(this, options);
  }

  /**
   * Profiles every row, in order, a record batch for each shard of 4,096 rows.
   *
   * @param source a table, or tables that arrive one after the other; a slow reader of the batches slows its reading. A model of events
   *   alone needs none: it profiles every user of the events, or those of the option `users`
   * @throws CameoError 'column' for a column that is absent or of another type than in fitting; 'runtime' where this entry has no Arrow
   */
  async *profile(source?: Table | AsyncIterable<Table>, options: ProfileOptions = {}): AsyncGenerator<RecordBatch> {
    yield* provided('profile', 'make record batches')(this, source, options);
  }

  /**
   * The metrics of a target on another table that has it; rows without it are left out.
   * @param options `target`: default the first
   * @throws CameoError 'column' as `profile`, also for the target
   */
  async evaluate(table: Table, options: { target?: string; signal?: AbortSignal } = {}): Promise<Evaluation> {
    return provided('evaluate', 'evaluate tables')(this, table, options);
  }

  /** Recommendations by name. @throws CameoError 'argument' where the model was fitted without events that name items */
  get recommender(): Recommender {
    const found = recommenderOf(this.sections);
    if (!found)
      throw errors.invalid(
        'This model was fitted without events that name items. Fit one with --events and --item to recommend.',
      );
    return found;
  }

  /**
   * Items for a user of the event log, by id, or for anyone by the items that they had.
   *
   * An unknown user, and a history without an item that the model knows, is no error but a cold start: what most users had, with
   * nothing in `because`.
   * @param options `n`: how many; default 10
   * @throws CameoError 'argument' where the model was fitted without events that name items
   */
  recommend(user: string | History, options: { n?: number } & RunOptions = {}): Promise<Recommendation[]> {
    return this.recommender.recommendOne(user, options);
  }

  /** Whether `recommend` has anything to go by: an id that was in fitting, or a known item. @throws as `recommend` */
  knows(user: string | History): boolean {
    return this.recommender.knows(user);
  }

  /** The factors of someone who was not in fitting: see Recommender.foldIn. @throws as `recommend` */
  foldIn(history: History): FoldedIn {
    return this.recommender.foldIn(history);
  }

  /** Gives the model's memory back. The profiler cannot be used afterwards; a second call does nothing. */
  dispose(): void {
    for (const section of this.sections) section[Symbol.dispose]();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
