/** A fitted factorization as a recommender: how it is read, asked and written. factorization.ts adds how one is fitted. */
import type { Engine } from '../engine/engine.js';
import type { Part } from '../part.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { mostAlike, mostAlikeMean, unitRows } from './cosine.js';
import { readFactors, writeFactors } from './factor-file.js';
import type { FactorizationSettings } from './factorization-options.js';
import { bestItems, checkKnown, type Factors, rowOf, scoresOf } from './factors.js';
import { readFacts } from './facts.js';
import { foldIn } from './fold-in.js';
import { itemCounts, itemsOf } from './histories.js';
import { nearest } from './nearest.js';
import { descending } from './order.js';
import type { NumberedHistory, RecommenderReader, Recommends, TopList } from './recommender.js';
import { topByProduct } from './top.js';

type ListOptions = { n: number } & RunOptions;

export class FactorizedRecommender implements Recommends {
  readonly family = 'factorization';
  /** f32[rows, rank] of length 1, and the items by how many had them: made when first asked for */
  #unitItems: Float32Array | undefined;
  #unitUsers: Float32Array | undefined;
  #byUsers: Int32Array | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly learnt: Factors,
    private readonly settings: FactorizationSettings,
    readonly facts: Recommends['facts'],
  ) {}

  get users() {
    return this.learnt.users;
  }
  get items() {
    return this.learnt.items;
  }
  get rank() {
    return this.learnt.rank;
  }
  get histories() {
    return this.learnt.history;
  }
  get predictsRatings() {
    return this.settings.loss === 'squared';
  }

  async recommend(users: ArrayLike<number>, { n, ...run }: ListOptions): Promise<TopList[]> {
    checkKnown(users, this.users, 'user');
    const histories = Array.from(users, (user) => itemsOf(this.histories, user));
    return bestItems(this.engine, this.learnt, users, n, histories, run);
  }

  score(users: ArrayLike<number>, items: ArrayLike<number>): Float32Array {
    return scoresOf(this.learnt, users, items);
  }

  async similar(items: ArrayLike<number>, { n, ...run }: ListOptions): Promise<TopList[]> {
    checkKnown(items, this.items, 'item');
    return mostAlike(this.engine, this.#units(), this.rank, items, n, run);
  }

  async recommendFor(history: NumberedHistory, { n, ...run }: ListOptions): Promise<TopList> {
    const { factors, bias } = this.foldIn(history);
    const { itemFactors, itemBiases, rank, mean } = this.learnt;
    const [list] = await topByProduct(this.engine, factors, itemFactors, itemBiases, rank, n, [history.items], run);
    for (let k = 0; k < list.scores.length; k++) list.scores[k] += mean + bias;
    return list;
  }

  /** By the cosine of the items' factors. */
  because(lists: readonly { of: ArrayLike<number>; among: Int32Array }[], n: number): Int32Array[][] {
    return nearest(this.engine, this.#units(), this.rank, lists, n);
  }

  popular(n: number): TopList {
    this.#byUsers ??= descending(itemCounts(this.histories, this.items));
    const { mean, itemBiases } = this.learnt;
    const ids = this.#byUsers.slice(0, n);
    return { ids, scores: Float32Array.from(ids, (item) => mean + itemBiases[item]) };
  }

  factors(user: number): Float32Array {
    checkKnown([user], this.users, 'user');
    return rowOf(this.learnt.userFactors, user, this.rank);
  }

  foldIn(history: NumberedHistory): { factors: Float32Array; bias: number } {
    return foldIn(this.learnt, this.settings, history);
  }

  async lookalikes(users: ArrayLike<number>, { n, ...run }: ListOptions): Promise<TopList> {
    checkKnown(users, this.users, 'user');
    this.#unitUsers ??= unitRows(this.learnt.userFactors, this.rank);
    return mostAlikeMean(this.engine, this.#unitUsers, this.rank, users, n, run);
  }

  write(): Part {
    const { metadata, tensors } = writeFactors(this.learnt, this.settings);
    return { metadata: { ...metadata, facts: JSON.stringify(this.facts) }, tensors };
  }

  #units(): Float32Array {
    this.#unitItems ??= unitRows(this.learnt.itemFactors, this.rank);
    return this.#unitItems;
  }
}

export const factorizedReader: RecommenderReader = {
  read(engine, part) {
    const { factors, settings } = readFactors(part);
    return new FactorizedRecommender(engine, factors, settings, readFacts(part));
  },
};
