/**
 * A fitted recommender with the users' and items' own names: what an application asks, by ids, and what a model file holds.
 *
 *     metadata   version, family, and as JSON users, items, labels (null for an item without one), by number
 *     model.…    the part of the recommender itself
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { checked, RUN, whole } from '../options.js';
import { joinParts, type Part, type PartReader } from '../part.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { kindOf } from '../wording.js';
import { itemsOf } from './histories.js';
import { readers } from './readers.js';
import type { Choice, NumberedHistory, Recommends, TopList } from './recommender.js';

export interface Recommendation {
  item: string;
  /** the item's name, null without one */
  label: string | null;
  score: number;
  /** the user's own items that led to it most, at most two */
  because: string[];
}

/** What someone had: item ids and, for a recommender of ratings, the value of each. */
export interface History {
  items: readonly string[];
  values?: readonly number[];
}

/** The names of a recommender's users and items, by number. */
export interface Names {
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly labels: readonly (string | null)[];
}

export type ListOptions = { n?: number } & RunOptions;

const VERSION = '2';
const LIST = v.strictObject({ n: v.optional(whole(1), 10), ...RUN });
const TEXTS = v.array(v.string());
const LABELS = v.array(v.nullable(v.string()));

/** Items that led to a recommendation, at most. */
const BECAUSE = 2;

/** What lookalikes need at least: how many users, with how many items each. */
const LOOKALIKES = { users: 5, items: 3 };

export class Recommender {
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly labels: readonly (string | null)[];
  /** how it was chosen where that was just done; a file does not hold it */
  choice: Choice | undefined;
  readonly #userNumber: ReadonlyMap<string, number>;
  readonly #itemNumber: ReadonlyMap<string, number>;

  constructor(
    readonly model: Recommends,
    { users, items, labels }: Names,
  ) {
    this.users = users;
    this.items = items;
    this.labels = labels;
    this.#userNumber = new Map(users.map((id, n) => [id, n]));
    this.#itemNumber = new Map(items.map((id, n) => [id, n]));
  }

  /** @throws CameoError 'model' naming what was expected and what was found */
  static read(engine: Engine, part: PartReader): Recommender {
    const version = part.text('version');
    part.check(version === VERSION, 'version of the recommendations', `'${VERSION}'`, `'${version}'`);
    const family = part.text('family');
    const known = Object.keys(readers);
    part.check(known.includes(family), 'recommender', `one of ${known.join(', ')}`, `'${family}'`);
    return new Recommender(...named(readers[family].read(engine, part.under('model')), part));
  }

  write(): Part {
    const { users, items, labels } = this;
    const names = Object.entries({ users, items, labels }).map(([name, list]) => [name, JSON.stringify(list)]);
    const model = joinParts([['model', this.model.write()]]);
    return {
      metadata: { version: VERSION, family: this.model.family, ...Object.fromEntries(names), ...model.metadata },
      tensors: model.tensors,
    };
  }

  /** Whether the user was in fitting, or the history has an item that was: without, recommending is a cold start. */
  knows(user: string | History): boolean {
    if (typeof user === 'string') return this.#userNumber.has(user);
    checkHistory(user);
    return this.#numbered(user).items.length > 0;
  }

  /** Length of the users' factors; 0 for a recommender without. */
  get rank(): number {
    return this.model.rank;
  }

  /** f32[rank]: a user's factors, zeros for one who was not in fitting. A view. */
  factors(user: string | null): Float32Array {
    const u = this.#number(user);
    return (u !== undefined && this.model.factors?.(u)) || new Float32Array(this.rank);
  }

  /**
   * The n best items that each user has not had, best first. A user who was not in fitting, or null (cold start), is recommended what
   * most users had, with the score of a user without a taste and without reasons.
   * @param options `n`: default 10
   */
  async recommend(users: readonly (string | null)[], options: ListOptions = {}): Promise<Recommendation[][]> {
    if (!Array.isArray(users)) throw errors.invalid(`Users must be a list of ids; found ${kindOf(users)}.`);
    const { n, ...run } = checked(LIST, options);
    const numbers = users.map((id) => this.#number(id));
    const known = numbers.filter((u) => u !== undefined);
    const lists = await this.model.recommend(known, { n, ...run });
    const named = this.#named(
      lists,
      known.map((u) => itemsOf(this.model.histories, u)),
    );
    let next = 0;
    return numbers.map((u) => (u === undefined ? this.#popular(n) : named[next++]));
  }

  /** As `recommend`, for one user by id or for anyone by their history; what they had is left out. */
  async recommendOne(user: string | History, options: ListOptions = {}): Promise<Recommendation[]> {
    if (typeof user === 'string') return (await this.recommend([user], options))[0];
    checkHistory(user);
    const { n, ...run } = checked(LIST, options);
    const history = this.#numbered(user);
    if (history.items.length === 0) return this.#popular(n);
    const list = await this.model.recommendFor(history, { n, ...run });
    return this.#named([list], [Int32Array.from(history.items)])[0];
  }

  /**
   * The factors of someone who was not in fitting, from their items (Koren et al.'s folding-in); items that the recommender does not
   * know are left out.
   *
   * @returns factors f32[rank] and bias, zeros where no item is known: a copy
   * @throws CameoError 'argument' for a recommender without factors
   */
  foldIn(history: History): { factors: Float32Array; bias: number } {
    checkHistory(history);
    if (!this.model.foldIn) throw this.#withoutFactors();
    const known = this.#numbered(history);
    return known.items.length > 0 ? this.model.foldIn(known) : { factors: new Float32Array(this.rank), bias: 0 };
  }

  /**
   * The n items most like one, best first.
   * @throws CameoError 'argument' for an item that was not in fitting, and for a recommender that knows no similar items
   */
  async similar(item: string, n = 10): Promise<Omit<Recommendation, 'because'>[]> {
    checked(LIST, { n });
    const number = this.#itemNumber.get(item);
    if (number === undefined)
      throw errors.invalid(`This item is not among the ${this.items.length} items that the model was fitted on.`);
    if (!this.model.similar) throw errors.invalid(`A recommender of the family '${this.model.family}' knows no similar items.`);
    const [{ ids, scores }] = await this.model.similar([number], { n });
    return Array.from(ids, (other, k) => this.#item(other, scores[k]));
  }

  /**
   * The n users most like these, by the cosine of their factors with the mean of theirs; these are left out.
   *
   * @returns users with their cosine, best first
   * @throws CameoError 'data' for fewer than five known users who had three items each: too little to say what they share; 'argument' for
   *   a recommender without factors
   */
  async lookalikes(ids: readonly string[], n = 100): Promise<{ user: string; score: number }[]> {
    checked(LIST, { n });
    if (!this.model.lookalikes) throw this.#withoutFactors();
    const known = [...new Set(ids)].map((id) => this.#number(id)).filter((u) => u !== undefined);
    const telling = known.filter((u) => itemsOf(this.model.histories, u).length >= LOOKALIKES.items);
    if (telling.length < LOOKALIKES.users) throw errors.seedUsers(telling.length, LOOKALIKES.users, LOOKALIKES.items);
    // Room for those who say too little to be asked for, and are left out all the same.
    const quiet = known.length - telling.length;
    const { ids: found, scores } = await this.model.lookalikes(telling, { n: n + quiet });
    const given = new Set(known);
    const alike = Array.from(found, (u, at) => ({ u, score: scores[at] })).filter(({ u }) => !given.has(u));
    return alike.slice(0, n).map(({ u, score }) => ({ user: this.users[u], score: this.#finite(score) }));
  }

  #number(user: string | null): number | undefined {
    return user === null ? undefined : this.#userNumber.get(user);
  }

  /** The items of a history that are known, each once, by number. @throws CameoError 'argument' for lists that do not fit */
  #numbered({ items, values }: History): NumberedHistory {
    if (values && values.length !== items.length) throw errors.shape('Values', `${items.length}`, `${values.length}`);
    const placeOf = new Map<number, number>();
    items.forEach((id, place) => {
      const number = this.#itemNumber.get(String(id));
      if (number !== undefined && !placeOf.has(number)) placeOf.set(number, place);
    });
    return { items: [...placeOf.keys()], values: values && [...placeOf.values()].map((place) => values[place]) };
  }

  /** @param histories what each list's user had, among which its reasons are */
  #named(lists: readonly TopList[], histories: readonly Int32Array[]): Recommendation[][] {
    const because = this.model.because(
      lists.map(({ ids }, r) => ({ of: ids, among: histories[r] })),
      BECAUSE,
    );
    return lists.map(({ ids, scores }, r) =>
      Array.from(ids, (item, k) => ({
        ...this.#item(item, scores[k]),
        because: Array.from(because[r][k], (other) => this.items[other]),
      })),
    );
  }

  #popular(n: number): Recommendation[] {
    const { ids, scores } = this.model.popular(n);
    return Array.from(ids, (item, k) => ({ ...this.#item(item, scores[k]), because: [] }));
  }

  #item(item: number, score: number): Omit<Recommendation, 'because'> {
    return { item: this.items[item], label: this.labels[item], score: this.#finite(score) };
  }

  #finite(score: number): number {
    if (Number.isFinite(score)) return score;
    throw errors.notFinite('The score of a recommendation', `the recommender (${this.model.family})`);
  }

  #withoutFactors() {
    return errors.invalid(
      `A recommender of the family '${this.model.family}' has no factors of users; fit with recommender 'ials', which has.`,
    );
  }
}

/** @throws CameoError 'argument' for what is no history */
function checkHistory(user: unknown): void {
  const refuse = (found: string) =>
    errors.invalid(
      `A user is an id, as text, or a history: { items: [ids] }, with { values: [numbers] } beside for ratings; found ${found}.`,
    );
  if (typeof user !== 'object' || user === null || Array.isArray(user)) throw refuse(kindOf(user));
  const { items, values, ...others } = { ...user } as { items?: unknown; values?: unknown };
  const [other] = Object.keys(others);
  if (other !== undefined) throw refuse(`'${other}' in it`);
  if (!Array.isArray(items)) throw refuse(`items that are ${kindOf(items)}`);
  const numbers = values === undefined || (Array.isArray(values) && values.every(Number.isFinite));
  if (!numbers) throw refuse('values that are no list of finite numbers');
}

/**
 * A recommender of version 1 of the file: the names stand beside the factorization's own tensors.
 * @throws CameoError 'model'
 */
export function readVersion1(engine: Engine, part: PartReader): Recommender {
  return new Recommender(...named(readers.factorization.read(engine, part), part));
}

/** A model with its names, checked against each other. */
function named(model: Recommends, part: PartReader): [Recommends, Names] {
  const list = <T extends string | null>(
    name: 'users' | 'items' | 'labels',
    schema: v.GenericSchema<unknown, T[]>,
    length: number,
  ) => {
    const texts = part.json(name, schema);
    part.check(texts.length === length, `metadata '${name}'`, `a list of ${length} texts`, `one of ${texts.length}`);
    return texts;
  };
  const names = {
    users: list('users', TEXTS, model.users),
    items: list('items', TEXTS, model.items),
    labels: list('labels', LABELS, model.items),
  };
  for (const name of ['users', 'items'] as const) {
    const distinct = new Set(names[name]).size;
    part.check(distinct === names[name].length, `metadata '${name}'`, 'every id once', `${distinct} of ${names[name].length}`);
  }
  return [model, names];
}
