/**
 * The sets of ../shared/data that recommenders are judged on, as pairs to learn from and what was held out of them. A set that is absent is
 * left out and said.
 *
 *     Online Retail                    the last invoice of each customer, full ranking
 *     lastfm, amusic                   one item of each user, against 99 given ones
 *     toys_and_games, sports_and_…     the last item of each user, full ranking
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Pairs } from '../src/recommend/recommender.js';
import { leaveLastInvoiceOut } from './ranking.js';

const FOLDER = '../shared/data/';

export interface BatterySet {
  readonly name: string;
  readonly protocol: string;
  /** with the age of each pair where the order of events is known: days for Online Retail, places from the end elsewhere */
  readonly pairs: Pairs;
  /** users asked for, and the items that they had next */
  readonly users: readonly number[];
  readonly relevant: readonly (readonly number[])[];
  /** of each user the items that are ranked; all that they have not had without */
  readonly candidates?: readonly (readonly number[])[];
}

const lines = (file: string) => readFileSync(`${FOLDER}recommend/${file}`, 'utf8').trim().split('\n');

/** Pairs by user and then item, each once. */
function pairsOf(entries: { user: number; item: number; age?: number }[], users: number, items: number): Pairs {
  const sorted = [...entries].sort((a, b) => a.user - b.user || a.item - b.item || (a.age ?? 0) - (b.age ?? 0));
  const once = sorted.filter(({ user, item }, t) => t === 0 || user !== sorted[t - 1].user || item !== sorted[t - 1].item);
  const aged = once.every(({ age }) => age !== undefined);
  return {
    users,
    items,
    user: Int32Array.from(once, ({ user }) => user),
    item: Int32Array.from(once, ({ item }) => item),
    ...(aged ? { ages: Float32Array.from(once, ({ age }) => age as number) } : {}),
  };
}

/** Training pairs in one file, the held-out item of each user with 99 others in another. */
function givenNegatives(name: string): BatterySet {
  const train = lines(`${name}_train.csv`).slice(1);
  const entries = train.map((line) => line.split(',').map(Number)).map(([user, item]) => ({ user, item }));
  const tests = lines(`${name}_test.csv`).slice(1);
  const held = tests
    .map((line) => line.split(','))
    .map(([user, item, others]) => ({
      user: Number(user),
      item: Number(item),
      others: others.trim().split(' ').map(Number),
    }));
  const items =
    1 +
    [...entries.map(({ item }) => item), ...held.flatMap(({ item, others }) => [item, ...others])].reduce(
      (m, i) => Math.max(m, i),
      0,
    );
  const users = 1 + entries.reduce((m, { user }) => Math.max(m, user), 0);
  return {
    name,
    protocol: 'one item held out, against 99 given ones',
    pairs: pairsOf(entries, users, items),
    users: held.map(({ user }) => user),
    relevant: held.map(({ item }) => [item]),
    candidates: held.map(({ item, others }) => [item, ...others]),
  };
}

/** A user a line: their number, then items in the order of time; the last is held out. */
function sequences(name: string): BatterySet {
  const rows = lines(`${name}.txt`).map((line) => line.split(' ').map((n) => Number(n) - 1));
  const items = 1 + rows.flatMap(([, ...own]) => own).reduce((m, i) => Math.max(m, i), 0);
  const entries = rows.flatMap(([, ...own], user) =>
    own.slice(0, -1).map((item, t) => ({ user, item, age: own.length - 2 - t })),
  );
  return {
    name,
    protocol: 'last item held out, full ranking',
    pairs: pairsOf(entries, rows.length, items),
    users: rows.map((_, user) => user),
    relevant: rows.map((own) => [own[own.length - 1]]),
  };
}

async function onlineRetail(): Promise<BatterySet> {
  const { users, items, ages, nUsers, nItems, relevant } = await leaveLastInvoiceOut();
  return {
    name: 'Online Retail',
    protocol: 'last invoice held out, full ranking',
    pairs: pairsOf(
      Array.from(users, (user, t) => ({ user, item: items[t], age: ages[t] })),
      nUsers,
      nItems,
    ),
    users: [...relevant.keys()],
    relevant: [...relevant.values()],
  };
}

type Listed = [name: string, file: string, read: () => BatterySet | Promise<BatterySet>];
const SETS: Listed[] = [
  ['Online Retail', 'online_retail.parquet', onlineRetail],
  ...['lastfm', 'amusic'].map((name): Listed => [name, `recommend/${name}_train.csv`, () => givenNegatives(name)]),
  ...['toys_and_games', 'sports_and_outdoors'].map((name): Listed => [name, `recommend/${name}.txt`, () => sequences(name)]),
];

/** The sets that are there, one after the other; those of these names, or all. */
export async function* battery(names: readonly string[] = []): AsyncGenerator<BatterySet> {
  for (const [name, file, read] of SETS) {
    if (names.length > 0 && !names.includes(name)) continue;
    if (existsSync(FOLDER + file)) yield await read();
    else console.log(`${name}: skipped, ${FOLDER}${file} is absent`);
  }
}
