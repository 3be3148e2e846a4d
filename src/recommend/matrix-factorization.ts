/**
 * Matrix factorization as an estimator: score(u, i) = μ + bᵤ + bᵢ + pᵤ · qᵢ, for ratings ('squared') and for events without ratings
 * ('logistic', 'softmax', 'bpr'). It is learnt in learn-factors.ts, and what is asked of it is answered in factors.ts and beside it.
 */
import * as v from 'valibot';
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { checked, opaque, RUN, whole } from '../options.js';
import { PartReader } from '../part.js';
import type { FactorizeResult } from '../programs/factorization/factorize.js';
import { readSafetensors, writeSafetensors } from '../safetensors.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { mostAlike, unitRows } from './cosine.js';
import { type Reason, reasonsOf } from './explain.js';
import { readFactors, writeFactors } from './factor-file.js';
import { type FactorizationSettings, type MatrixFactorizationOptions, settingsOf } from './factorization-options.js';
import { bestItems, checkKnown, type Factors, scoresOf } from './factors.js';
import { type FoldedIn, foldIn } from './fold-in.js';
import { itemsOf } from './histories.js';
import { checkInteractions, type Interactions } from './interactions.js';
import { learnFactors } from './learn-factors.js';
import type { Histories, NumberedHistory, TopList } from './recommender.js';

export interface RecommendOptions extends RunOptions {
  /** default 10 */
  n?: number;
  /** items to leave out, per user asked for; default: those that the user had in fitting. null: none. */
  exclude?: readonly ArrayLike<number>[] | null;
}

const FIT = v.strictObject(RUN);
const ALIKE = v.strictObject({ n: v.optional(whole(1), 10), ...RUN });
const RECOMMEND = v.strictObject({ ...ALIKE.entries, exclude: v.optional(opaque<RecommendOptions['exclude']>()) });
const LOAD = v.strictObject({ engine: v.optional(opaque<Engine>()) });

export class MatrixFactorization implements Factors {
  /** f32[users, rank] and f32[items, rank], row-major. */
  userFactors = new Float32Array(0);
  itemFactors = new Float32Array(0);
  userBiases = new Float32Array(0);
  itemBiases = new Float32Array(0);
  /** μ: the mean rating; 0 for events. */
  mean = 0;
  /** Mean loss of each epoch, and the held-out error after it. */
  lossCurve: number[] = [];
  validationErrors: number[] = [];
  stopped: FactorizeResult['stopped'] | undefined;
  /** The items of each user in fitting, ascending: items[offsets[u]] … items[offsets[u + 1] − 1]. */
  history: Histories = { offsets: new Int32Array(1), items: new Int32Array(0) };

  constructor(private readonly options: MatrixFactorizationOptions = {}) {}

  get users(): number {
    return this.userBiases.length;
  }
  get items(): number {
    return this.itemBiases.length;
  }
  /** Length of a factor vector; 0 before fitting. */
  get rank(): number {
    return this.users > 0 ? this.userFactors.length / this.users : 0;
  }

  /**
   * Learns from scratch. Where it throws, what was learnt before stays.
   * @throws CameoError 'argument' for options that are not known or out of range, for ids that are no whole numbers of 31 bits or sizes
   *   that differ, 'data' for no entries, one user, one item, or values that are not finite, 'diverged' naming epoch and rate, 'memory'
   */
  fit(data: Interactions, run: RunOptions = {}): Promise<this> {
    return this.#learn(data, undefined, run);
  }

  /**
   * Goes on from what was learnt, with these entries; new ids get vectors of their own. What a user had before stays had, and the mean
   * stays that of the first fit, beside which all else was learnt. Throws as `fit`.
   */
  partialFit(data: Interactions, run: RunOptions = {}): Promise<this> {
    return this.#learn(data, this.users > 0 ? this : undefined, run);
  }

  async #learn(data: Interactions, before: Factors | undefined, run: RunOptions): Promise<this> {
    const settings = this.#settings();
    checked(FIT, run);
    const entries = checkInteractions(settings.loss, data);
    const { factors, result } = await learnFactors(await this.#engine(), settings, entries, before, run);
    this.#take(factors);
    this.lossCurve = result.lossCurve;
    this.validationErrors = result.validation;
    this.stopped = result.stopped;
    return this;
  }

  /** Scores of pairs: ratings, or for events the log-odds (softmax and bpr: a number to rank by). A copy. */
  predict(users: ArrayLike<number>, items: ArrayLike<number>): Float32Array {
    this.#fitted();
    return scoresOf(this, users, items);
  }

  /** The n best items of each user, exact, best first; equal scores by lower item id. */
  async recommend(users: ArrayLike<number>, options: RecommendOptions = {}): Promise<TopList[]> {
    this.#fitted();
    const { n, exclude, ...run } = checked(RECOMMEND, options);
    checkKnown(users, this.users, 'user');
    const without = exclude === undefined ? Array.from(users, (user) => itemsOf(this.history, user)) : exclude;
    return bestItems(await this.#engine(), this, users, n, without, run);
  }

  /** The n items most like each of these, by the cosine of their factors; the item itself is left out. */
  async similarItems(items: ArrayLike<number>, options: { n?: number } & RunOptions = {}): Promise<TopList[]> {
    this.#fitted();
    const { n, ...run } = checked(ALIKE, options);
    checkKnown(items, this.items, 'item');
    return mostAlike(await this.#engine(), unitRows(this.itemFactors, this.rank), this.rank, items, n, run);
  }

  /** As similarItems, for users. */
  async similarUsers(users: ArrayLike<number>, options: { n?: number } & RunOptions = {}): Promise<TopList[]> {
    this.#fitted();
    const { n, ...run } = checked(ALIKE, options);
    checkKnown(users, this.users, 'user');
    return mostAlike(await this.#engine(), unitRows(this.userFactors, this.rank), this.rank, users, n, run);
  }

  /**
   * The factor vector of a user who was not in fitting, from their items, with the items held fixed: for ratings the
   * least-squares solution, for events the steps of fitting.
   *
   * @param history items, and for 'squared' their values
   * @returns f32[rank] and the user's bias
   */
  foldIn(history: NumberedHistory): FoldedIn {
    this.#fitted();
    return foldIn(this, this.#settings(), history);
  }

  /**
   * What carries a user's score for an item: their own items, whose vectors make up the user's, and the rest. The
   * contributions sum to the score.
   * @returns strongest first
   */
  explain(user: number, item: number): Reason[] {
    this.#fitted();
    return reasonsOf(this, user, item);
  }

  /** The model as safetensors; the same model gives the same bytes. A copy. */
  async save(): Promise<Uint8Array> {
    this.#fitted();
    return writeSafetensors(writeFactors(this, this.#settings()));
  }

  /** @throws CameoError 'model' for bytes that `save` did not give */
  static async load(bytes: Uint8Array, options: { engine?: Engine } = {}): Promise<MatrixFactorization> {
    const { engine } = checked(LOAD, options);
    const { factors, settings } = readFactors(new PartReader(await readSafetensors(bytes)));
    const model = new MatrixFactorization({ ...settings, engine });
    model.#take(factors);
    return model;
  }

  #take({ userFactors, itemFactors, userBiases, itemBiases, mean, history }: Factors): void {
    Object.assign(this, { userFactors, itemFactors, userBiases, itemBiases, mean, history });
  }
  #settings(): FactorizationSettings {
    return settingsOf(this.options);
  }
  #fitted(): void {
    if (this.users === 0) throw errors.notFitted('MatrixFactorization');
  }
  async #engine(): Promise<Engine> {
    return this.options.engine ?? (await defaultEngine());
  }
}
