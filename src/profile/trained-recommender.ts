/**
 * Recommendations from a fitted factorization of events, with the users' and items' own names. recommender.ts adds fitting.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { Behaviour } from '../events/behaviour.js';
import type { FoldedIn } from '../recommend/fold-in.js';
import { MatrixFactorization } from '../recommend/matrix-factorization.js';
import { nearest } from '../recommend/nearest.js';
import { topByProduct } from '../recommend/top.js';
import { readSafetensors, type Safetensors, writeSafetensors } from '../safetensors.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { recommenderPart } from './model-pair.js';

export interface Recommendation {
  item: string;
  /** the item's name, null without one */
  label: string | null;
  score: number;
  /** the user's own items that are most like it, at most two */
  because: string[];
}

/** What someone had: item ids and, for a model of ratings, the value of each. */
export interface History {
  items: readonly string[];
  values?: readonly number[];
}
export type FoldIn = FoldedIn;

/** Items that lead to a recommendation, at most. */
const BECAUSE = 2;

/** What a seed of lookalikes must have at least. */
const LOOKALIKES = { users: 5, items: 3 };

export class TrainedRecommender {
  readonly #userNumber: Map<string, number>;
  readonly #itemNumber: Map<string, number>;
  #byUsers: Int32Array | undefined;
  /** f32[items, rank] of length 1: the same for every batch of users */
  #unitItems: Float32Array | undefined;

  readonly model: MatrixFactorization;
  /** ids by number, ascending as text */
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly labels: readonly (string | null)[];
  /** of each user, in the order of `users`; empty when fitting was given none */
  readonly behaviour: readonly Behaviour[];

  constructor(
    private readonly engine: Engine,
    { model, users, items, labels, behaviour }: RecommenderContents,
  ) {
    this.model = model;
    this.users = users;
    this.items = items;
    this.labels = labels;
    this.behaviour = behaviour;
    this.#userNumber = new Map(users.map((id, n) => [id, n]));
    this.#itemNumber = new Map(items.map((id, n) => [id, n]));
  }

  /** safetensors: the factorization with the names in its metadata. The same model gives the same bytes. */
  async save(): Promise<Uint8Array> {
    const { metadata, tensors } = await readSafetensors(await this.model.save());
    const columns = Object.keys(this.behaviour[0] ?? {}).map((key) => [
      key,
      this.behaviour.map((row) => row[key as keyof Behaviour]),
    ]);
    const names = { users: this.users, items: this.items, labels: this.labels, behaviour: Object.fromEntries(columns) };
    const texts = Object.fromEntries(Object.entries(names).map(([key, list]) => [key, JSON.stringify(list)]));
    return writeSafetensors({ metadata: { ...metadata, ...texts }, tensors });
  }

  /** Whether the user was in fitting, or the history has an item that was: without, recommending is a cold start. */
  knows(user: string | History): boolean {
    return typeof user === 'string' ? this.#userNumber.has(user) : user.items.some((id) => this.#itemNumber.has(id));
  }

  /** f32[rank]: a user's factors, zeros for a user who was not in fitting. A view. */
  factors(user: string): Float32Array {
    const { rank } = this;
    const u = this.#userNumber.get(user);
    return u === undefined ? new Float32Array(rank) : this.model.userFactors.subarray(u * rank, (u + 1) * rank);
  }
  get rank(): number {
    return this.model.userFactors.length / this.users.length;
  }

  /**
   * The n best items that each user has not had, best first. A user who was not in fitting (cold start) is recommended what
   * most users had, with the score of a user without a taste.
   */
  async recommend(users: readonly string[], { n = 10, ...run }: { n?: number } & RunOptions = {}): Promise<Recommendation[][]> {
    const numbers = users.map((id) => this.#userNumber.get(id));
    const known = numbers.filter((u) => u !== undefined);
    const lists = await this.model.recommend(known, { n, ...run });
    const { offsets, items } = this.model.history;
    const asked = known.map((u, r) => ({ of: lists[r].ids, among: items.subarray(offsets[u], offsets[u + 1]) }));
    const because = nearest(this.engine, this.#units(), this.rank, asked, BECAUSE);
    let next = 0;
    return numbers.map((u) => {
      if (u === undefined) return this.#popular(n);
      const { ids, scores } = lists[next];
      const reasons = because[next++];
      return Array.from(ids, (item, k) => ({
        ...this.#named(item, scores[k]),
        because: reasons[k].map((other) => this.items[other]),
      }));
    });
  }

  /** As `recommend`, for one user by id or for anyone by their history; what they had is left out. */
  async recommendOne(user: string | History, { n = 10, ...run }: { n?: number } & RunOptions = {}): Promise<Recommendation[]> {
    if (typeof user === 'string') return (await this.recommend([user], { n, ...run }))[0];
    const had = this.#known(user).items;
    if (had.length === 0) return this.#popular(n);
    const { factors, bias } = this.foldIn(user);
    const { mean, itemFactors, itemBiases } = this.model;
    const [{ ids, scores }] = await topByProduct(this.engine, factors, itemFactors, itemBiases, this.rank, n, [had], run);
    const [reasons] = nearest(this.engine, this.#units(), this.rank, [{ of: ids, among: Int32Array.from(had) }], BECAUSE);
    return Array.from(ids, (item, k) => ({
      ...this.#named(item, scores[k] + mean + bias),
      because: reasons[k].map((other) => this.items[other]),
    }));
  }

  /**
   * The factors of someone who was not in fitting, from their items (Koren et al.'s folding-in); items that the model does not
   * know are left out.
   *
   * @returns factors f32[rank] and bias, zeros where no item is known: a copy
   */
  foldIn(history: History): FoldIn {
    const known = this.#known(history);
    return known.items.length > 0 ? this.model.foldIn(known) : { factors: new Float32Array(this.rank), bias: 0 };
  }

  /** The items of a history that the model knows, each once, by number. @throws CameoError 'argument' for lists that do not fit */
  #known({ items, values }: History): { items: number[]; values?: number[] } {
    if (values && values.length !== items.length) throw errors.shape('Values', `${items.length}`, `${values.length}`);
    const numbers = items.map((id) => this.#itemNumber.get(String(id)) ?? -1);
    const places = numbers.map((_, t) => t).filter((t) => numbers[t] >= 0 && numbers.indexOf(numbers[t]) === t);
    return { items: places.map((t) => numbers[t]), values: values && places.map((t) => values[t]) };
  }

  #units(): Float32Array {
    this.#unitItems ??= unitRows(this.model.itemFactors, this.rank);
    return this.#unitItems;
  }

  /** What most users had; of equal ones the lower number. */
  #popular(n: number): Recommendation[] {
    if (!this.#byUsers) {
      const counts = new Int32Array(this.items.length);
      for (const item of this.model.history.items) counts[item]++;
      this.#byUsers = Int32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
    }
    const { mean, itemBiases } = this.model;
    return Array.from(this.#byUsers.subarray(0, n), (item) => ({ ...this.#named(item, mean + itemBiases[item]), because: [] }));
  }

  /** The n items most like one, by the cosine of their factors. */
  async similar(item: string, n = 10): Promise<Omit<Recommendation, 'because'>[]> {
    const [{ ids, scores }] = await this.model.similarItems([this.#number(this.#itemNumber, 'item', item)], { n });
    return Array.from(ids, (other, k) => this.#named(other, scores[k]));
  }

  /**
   * The n users most like these, by the cosine of their factors with the mean of theirs; these are left out.
   *
   * @returns users with their cosine, best first
   * @throws CameoError 'data' for fewer than five known users who had three items each: too little to say what they share
   */
  async lookalikes(ids: readonly string[], n = 100): Promise<{ user: string; score: number }[]> {
    const { offsets } = this.model.history;
    const numbers = [...new Set(ids)].map((id) => this.#userNumber.get(id)).filter((u) => u !== undefined);
    const telling = numbers.filter((u) => offsets[u + 1] - offsets[u] >= LOOKALIKES.items);
    if (telling.length < LOOKALIKES.users) throw errors.seedUsers(telling.length, LOOKALIKES.users, LOOKALIKES.items);
    const k = this.rank;
    const unit = unitRows(this.model.userFactors, k);
    const mean = new Float32Array(k);
    for (const u of telling) for (let j = 0; j < k; j++) mean[j] += unit[u * k + j];
    const engine = this.engine;
    const [{ ids: found, scores }] = await topByProduct(
      engine,
      unitRows(mean, k),
      unit,
      new Float32Array(this.users.length),
      k,
      n,
      [numbers],
    );
    return Array.from(found, (u, at) => ({ user: this.users[u], score: scores[at] }));
  }

  #named(item: number, score: number) {
    return { item: this.items[item], label: this.labels[item], score };
  }

  #number(numbers: Map<string, number>, what: string, id: string): number {
    const found = numbers.get(id);
    if (found === undefined)
      throw errors.invalid(`This ${what} is not among the ${numbers.size} ${what}s that the model was fitted on.`);
    return found;
  }
}

export interface RecommenderContents {
  model: MatrixFactorization;
  users: readonly string[];
  items: readonly string[];
  labels: readonly (string | null)[];
  behaviour: readonly Behaviour[];
}

/**
 * What a file of a recommender, or of a table and events together, says.
 * @throws CameoError 'model' for others
 */
export function readContents(given: Safetensors, engine: Engine): RecommenderContents {
  const file = recommenderPart(given);
  const { metadata } = file;
  const model = MatrixFactorization.fromSafetensors(file, { engine });
  const list = (name: string, length: number): (string | null)[] => {
    let value: unknown;
    try {
      value = JSON.parse(metadata[name]);
    } catch {
      throw errors.modelFile(`metadata '${name}'`, 'JSON', 'something else');
    }
    const good = Array.isArray(value) && value.length === length && value.every((v) => v === null || typeof v === 'string');
    if (!good) throw errors.modelFile(`metadata '${name}'`, `a list of ${length} texts`, 'something else');
    return value as (string | null)[];
  };
  const users = list('users', model.users) as string[];
  const items = list('items', model.items) as string[];
  return { model, users, items, labels: list('labels', model.items), behaviour: readBehaviour(metadata.behaviour, users) };
}

/** Rows of length k scaled to length 1, a row of zeros left as it is: a copy. */
function unitRows(rows: Float32Array, k: number): Float32Array {
  const unit = rows.slice();
  for (let at = 0; at < unit.length; at += k) {
    let norm = 0;
    for (let j = 0; j < k; j++) norm += unit[at + j] ** 2;
    const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
    for (let j = 0; j < k; j++) unit[at + j] *= scale;
  }
  return unit;
}

/** Behaviour stands in a file column by column. */
function readBehaviour(text: string | undefined, users: readonly string[]): Behaviour[] {
  const fail = (found: string) => errors.modelFile("metadata 'behaviour'", `columns of ${users.length} values`, found);
  let columns: unknown;
  try {
    columns = JSON.parse(text ?? '{}');
  } catch {
    throw fail('something else');
  }
  if (typeof columns !== 'object' || columns === null) throw fail('something else');
  const entries = Object.entries(columns);
  if (entries.length === 0) return [];
  for (const [name, values] of entries) {
    if (!Array.isArray(values) || values.length !== users.length) throw fail(`'${name}' of another length`);
  }
  const rows = users.map((user, u) => ({ ...Object.fromEntries(entries.map(([name, values]) => [name, values[u]])), user }));
  return rows as unknown as Behaviour[];
}
