/**
 * Popularity: what most users had, or with a half-life what most had lately. Everybody is recommended the same, but for what they had
 * already. A stranger is recommended it, and every recommender must beat it.
 *
 *     score(i) = Σ over the pairs of i of weight · 2^(−age / halfLife)
 *
 * In a file beside what each user had (history-file.ts): metadata users and facts, scores f32[items].
 */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { exp } from '../math.js';
import { above, sought, whole } from '../options.js';
import { f32, type Part } from '../part.js';
import { throwIfAborted } from '../scheduler/scheduler.js';
import { checkKnown } from './factors.js';
import { readFacts } from './facts.js';
import { historiesOf, itemsOf } from './histories.js';
import { historyTensors, readHistories } from './history-file.js';
import { descending } from './order.js';
import type { Histories, Pairs, RecommenderFamily, RecommenderReader, Recommends, TopList } from './recommender.js';

const OPTIONS = v.strictObject({
  /** days after which a pair counts half, by its last event; default: all count the same */
  halfLife: v.optional(v.pipe(above(0), sought({ from: 3, to: 1000, log: true }))),
});
export type PopularityOptions = v.InferOutput<typeof OPTIONS>;

class PopularityRecommender implements Recommends {
  readonly family = 'popularity';
  readonly rank = 0;
  readonly users: number;
  readonly items: number;
  readonly #order: Int32Array;

  constructor(
    readonly histories: Histories,
    /** f32[items] */
    private readonly scores: Float32Array,
    readonly facts: Recommends['facts'],
  ) {
    this.users = histories.offsets.length - 1;
    this.items = scores.length;
    this.#order = descending(scores);
  }

  async recommend(users: ArrayLike<number>, { n }: { n: number }): Promise<TopList[]> {
    checkKnown(users, this.users, 'user');
    return Array.from(users, (user) => this.#list(itemsOf(this.histories, user), n));
  }

  score(users: ArrayLike<number>, items: ArrayLike<number>): Float32Array {
    checkKnown(users, this.users, 'user');
    checkKnown(items, this.items, 'item');
    return Float32Array.from(items, (item) => this.scores[item]);
  }

  async recommendFor({ items }: { items: ArrayLike<number> }, { n }: { n: number }): Promise<TopList> {
    checkKnown(items, this.items, 'item');
    return this.#list(items, n);
  }

  /** Nothing that a user had led to what all are recommended. */
  because(lists: readonly { of: ArrayLike<number> }[]): Int32Array[][] {
    return lists.map(({ of }) => Array.from(of, () => new Int32Array(0)));
  }

  popular(n: number): TopList {
    return this.#list([], n);
  }

  write(): Part {
    return {
      metadata: { users: String(this.users), facts: JSON.stringify(this.facts) },
      tensors: { scores: f32(this.scores), ...historyTensors(this.histories) },
    };
  }

  #list(without: ArrayLike<number>, n: number): TopList {
    const had = new Set(Array.from(without));
    const ids: number[] = [];
    for (let k = 0; ids.length < n && k < this.#order.length; k++) if (!had.has(this.#order[k])) ids.push(this.#order[k]);
    return { ids: Int32Array.from(ids), scores: Float32Array.from(ids, (item) => this.scores[item]) };
  }
}

function scoresOf({ item, items, weights, ages }: Pairs, halfLife: number | undefined): Float32Array {
  const sums = new Float64Array(items);
  item.forEach((i, t) => {
    const left = halfLife === undefined || !ages ? 1 : exp((-ages[t] / halfLife) * Math.LN2);
    sums[i] += (weights ? weights[t] : 1) * left;
  });
  return Float32Array.from(sums);
}

export const popularityReader: RecommenderReader = {
  read(_, part) {
    const items = part.length('scores');
    part.check(items > 0, "tensor 'scores'", 'at least one item', items);
    const histories = readHistories(part, part.json('users', whole(1)), items);
    return new PopularityRecommender(histories, part.f32('scores', [items]), readFacts(part));
  },
};

export const popularity: RecommenderFamily<PopularityOptions> = {
  name: 'popularity',
  options: OPTIONS,
  async fit(_, pairs, { halfLife }, { signal }) {
    throwIfAborted(signal);
    if (pairs.user.length === 0) throw errors.tableEmpty('The list of interactions');
    const histories = historiesOf(pairs.user, pairs.item, pairs.users);
    return new PopularityRecommender(histories, scoresOf(pairs, halfLife), halfLife === undefined ? {} : { halfLife });
  },
  ...popularityReader,
};
