/**
 * A recommender that is sparse weights between items: how it is asked, written and read, whatever the weights were learnt by
 * (neighbours.ts, ease.ts).
 *
 *     score(u, i) = Σ over the user's items j of w(u, j) · W[j → i]
 *
 * Items of equal scores stand in the order of how many had them. In a file beside what each user had (history-file.ts):
 *
 *     metadata   facts and options, as JSON, users, items
 *     weights.starts f64[items + 1]   weights.columns f64[…]   weights.values f32[…]
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { f32, f64, type Part, type PartReader } from '../part.js';
import { ItemScores, type ItemWeights, type Places, weightOf } from '../programs/neighbours/item-scores.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { checkKnown } from './factors.js';
import { readFacts } from './facts.js';
import { itemCounts, itemsOf } from './histories.js';
import { historyTensors, readHistories, readWeights } from './history-file.js';
import type { Weighted } from './item-weights.js';
import { descending, largest } from './order.js';
import { rankUsers } from './rank-users.js';
import type { NumberedHistory, RecommenderReader, Recommends, TopList } from './recommender.js';

type ListOptions = { n: number } & RunOptions;

/** Users of fewer are ranked at once: to lay the weights out for the workers would take longer. */
const FEW = 32;

export class WeightedRecommender implements Recommends {
  readonly rank = 0;
  readonly #places: Places;
  readonly #counts: Int32Array;
  #scores: ItemScores | undefined;

  constructor(
    private readonly engine: Engine,
    readonly family: string,
    private readonly learnt: Weighted,
    readonly facts: Recommends['facts'],
  ) {
    this.#counts = itemCounts(learnt.history, learnt.items);
    const order = descending(this.#counts);
    const place = new Int32Array(order.length);
    order.forEach((item, at) => {
      place[item] = at;
    });
    this.#places = { place, order };
  }

  get users() {
    return this.learnt.users;
  }
  get items() {
    return this.learnt.items;
  }
  get histories() {
    return this.learnt.history;
  }

  async recommend(users: ArrayLike<number>, { n, ...run }: ListOptions): Promise<TopList[]> {
    checkKnown(users, this.users, 'user');
    const most = Math.min(n, this.items);
    if (users.length > FEW) return rankUsers(this.engine, this.learnt, this.#places, users, most, run);
    const scores = this.#ranking();
    return Array.from(users, (user) => scores.top(itemsOf(this.histories, user), this.#countedOf(user), most));
  }

  score(users: ArrayLike<number>, items: ArrayLike<number>): Float32Array {
    checkKnown(users, this.users, 'user');
    checkKnown(items, this.items, 'item');
    return Float32Array.from({ length: users.length }, (_, t) => {
      const had = itemsOf(this.histories, users[t]);
      const counted = this.#countedOf(users[t]);
      let sum = 0;
      for (let k = 0; k < had.length; k++) sum += (counted ? counted[k] : 1) * weightOf(this.learnt.weights, had[k], items[t]);
      return sum;
    });
  }

  /** By their weights; fewer than n where fewer were kept. */
  async similar(items: ArrayLike<number>, { n }: ListOptions): Promise<TopList[]> {
    checkKnown(items, this.items, 'item');
    const { starts, columns, values } = this.learnt.weights;
    return Array.from(items, (item) => {
      const row = values.subarray(starts[item], starts[item + 1]);
      const best = largest(row, n);
      return {
        ids: Int32Array.from(best, (at) => columns[starts[item] + at]),
        scores: Float32Array.from(best, (at) => row[at]),
      };
    });
  }

  async recommendFor({ items }: NumberedHistory, { n }: ListOptions): Promise<TopList> {
    checkKnown(items, this.items, 'item');
    return this.#ranking().top(items, undefined, Math.min(n, this.items));
  }

  /** By the weights themselves: what each item adds to the score. */
  because(lists: readonly { of: ArrayLike<number>; among: Int32Array }[], n: number): Int32Array[][] {
    return lists.map(({ of, among }) =>
      Array.from(of, (item) => {
        const added = Float32Array.from(among, (other) => weightOf(this.learnt.weights, other, item));
        const best = largest(added, n).filter((at) => added[at] > 0);
        return Int32Array.from(best, (at) => among[at]);
      }),
    );
  }

  /** Someone without a history has a score of 0 for every item. */
  popular(n: number): TopList {
    const ids = this.#places.order.slice(0, n);
    return { ids, scores: new Float32Array(ids.length) };
  }

  write(): Part {
    const { users, items, history, counted, weights } = this.learnt;
    return {
      metadata: { users: String(users), items: String(items), facts: JSON.stringify(this.facts) },
      tensors: {
        'weights.starts': f64(weights.starts),
        'weights.columns': f64(weights.columns),
        'weights.values': f32(weights.values),
        ...historyTensors(history, counted),
      },
    };
  }

  #ranking(): ItemScores {
    this.#scores ??= new ItemScores(this.learnt.weights, this.#places);
    return this.#scores;
  }

  #countedOf(user: number): Float32Array | undefined {
    const { counted, history } = this.learnt;
    return counted?.subarray(history.offsets[user], history.offsets[user + 1]);
  }
}

const COUNT = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0x7fffffff));
/** Then every score is finite: a billion items of the largest weight. */
const VALUES = { least: -1e15, most: 1e15 };

/** Reads recommenders of a family that is nothing but weights. */
export const weightedReader = (family: string): RecommenderReader => ({
  read(engine, part) {
    const [users, items] = [part.json('users', COUNT), part.json('items', COUNT)];
    const history = readHistories(part, users, items);
    const learnt = { users, items, history, counted: readWeights(part, history), weights: readItemWeights(part, items) };
    return new WeightedRecommender(engine, family, learnt, readFacts(part));
  },
});

function readItemWeights(part: PartReader, items: number): ItemWeights {
  const length = part.length('weights.columns');
  const starts = part.i32('weights.starts', [items + 1], { least: 0, most: length });
  const columns = part.i32('weights.columns', [length], { least: 0, most: items - 1 });
  const values = part.f32('weights.values', [length], VALUES);
  const rising = starts.every((start, i) => i === 0 || start >= starts[i - 1]);
  part.check(
    rising && starts[0] === 0 && starts[items] === length,
    "tensor 'weights.starts'",
    `rising from 0 to ${length}`,
    `others, to ${starts[items]}`,
  );
  for (let i = 0; i < items; i++) {
    for (let e = starts[i] + 1; e < starts[i + 1]; e++)
      part.check(columns[e] > columns[e - 1], "tensor 'weights.columns'", 'ascending items of each row', 'another order');
  }
  return { starts, columns, values };
}
