/** Fitted factors as a recommender: how they are asked, whichever family learnt them; and how those of factorization.ts are read and written. */
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
import { type Packed, packColumns, topByProduct } from './top.js';

type ListOptions = { n: number } & RunOptions;

/** What depends on the family that learnt the factors. */
export interface Learnt extends Pick<Recommends, 'family' | 'facts' | 'write'> {
  readonly predictsRatings: boolean;
  foldIn: NonNullable<Recommends['foldIn']>;
  /** scores of items for someone without a taste */
  strangers(items: Int32Array): Float32Array;
}

export class FactorizedRecommender implements Recommends {
  /** f32[rows, rank] of length 1, and the items by how many had them: made when first asked for */
  #unitItems: Float32Array | undefined;
  #unitUsers: Float32Array | undefined;
  #byUsers: Int32Array | undefined;
  #packed: Packed | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly learnt: Factors,
    private readonly by: Learnt,
  ) {}

  get family() {
    return this.by.family;
  }
  get facts() {
    return this.by.facts;
  }
  get predictsRatings() {
    return this.by.predictsRatings;
  }
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
    this.#packed ??= packColumns(itemFactors, itemBiases, rank);
    const known = [history.items];
    const [list] = await topByProduct(this.engine, factors, itemFactors, itemBiases, rank, n, known, run, this.#packed);
    for (let k = 0; k < list.scores.length; k++) list.scores[k] += mean + bias;
    return list;
  }

  /** By the cosine of the items' factors. */
  because(lists: readonly { of: ArrayLike<number>; among: Int32Array }[], n: number): Int32Array[][] {
    return nearest(this.engine, this.#units(), this.rank, lists, n);
  }

  popular(n: number): TopList {
    this.#byUsers ??= descending(itemCounts(this.histories, this.items));
    const ids = this.#byUsers.slice(0, n);
    return { ids, scores: this.by.strangers(ids) };
  }

  factors(user: number): Float32Array {
    checkKnown([user], this.users, 'user');
    return rowOf(this.learnt.userFactors, user, this.rank);
  }

  foldIn(history: NumberedHistory): { factors: Float32Array; bias: number } {
    return this.by.foldIn(history);
  }

  async lookalikes(users: ArrayLike<number>, { n, ...run }: ListOptions): Promise<TopList> {
    checkKnown(users, this.users, 'user');
    this.#unitUsers ??= unitRows(this.learnt.userFactors, this.rank);
    return mostAlikeMean(this.engine, this.#unitUsers, this.rank, users, n, run);
  }

  write(): Part {
    return this.by.write();
  }

  #units(): Float32Array {
    this.#unitItems ??= unitRows(this.learnt.itemFactors, this.rank);
    return this.#unitItems;
  }
}

/** @param settings that it was learnt with */
export function factorizationOf(
  engine: Engine,
  learnt: Factors,
  settings: FactorizationSettings,
  facts: Recommends['facts'],
): FactorizedRecommender {
  return new FactorizedRecommender(engine, learnt, {
    family: 'factorization',
    facts,
    predictsRatings: settings.loss === 'squared',
    foldIn: (history) => foldIn(learnt, settings, history),
    strangers: (items) => Float32Array.from(items, (item) => learnt.mean + learnt.itemBiases[item]),
    write() {
      const { metadata, tensors } = writeFactors(learnt, settings);
      return { metadata: { ...metadata, facts: JSON.stringify(facts) }, tensors };
    },
  });
}

export const factorizedReader: RecommenderReader = {
  read(engine, part) {
    const { factors, settings } = readFactors(part);
    return factorizationOf(engine, factors, settings, readFacts(part));
  },
};
