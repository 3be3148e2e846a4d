/** What the factorization learns from, price bands, and the protocols of the evaluation, against plain code and SQL. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { interactionsOf } from '../../src/events/pairs.js';
import {
  behaviourOf,
  createEngine,
  type EventLog,
  evaluateRecommender,
  MatrixFactorization,
  readEvents,
  tastesOf,
} from '../../src/index.js';
import { folder } from '../support/command.js';
import { generator } from '../support/tables.js';

const path = join(folder(), 'log.csv');
const next = generator(23);
const DAY = 864e5;
const START = Date.UTC(2024, 0, 1);
/** Users of group g (their number modulo 4) look at, buy and like items of group g. */
const events = Array.from({ length: 12_000 }, () => {
  const user = Math.floor(next() * 120);
  const item = 4 * Math.floor(next() * 25) + (next() < 0.4 ? user % 4 : Math.floor(next() * 4));
  const like = item % 4 === user % 4;
  return {
    user: `u${user}`,
    item: `i${item}`,
    time: START + Math.floor(next() * 200) * DAY,
    kind: next() < 0.3 ? 'order' : 'view',
    stars: next() < 0.5 ? (like ? 4 : 2) + Math.floor(next() * 2) : null,
    price: Math.floor(next() * 100) / 4,
  };
});
writeFileSync(
  path,
  `user,item,time,kind,stars,price\n${events.map((e) => `${e.user},${e.item},${e.time},${e.kind},${e.stars ?? ''},${e.price}`).join('\n')}\n`,
);
const log: EventLog = { path, user: 'user', item: 'item', time: 'time' };
const last = Math.max(...events.map(({ time }) => time));
const engine = await createEngine({ threads: 1 });
const byPair = new Map<string, typeof events>();
for (const e of events) byPair.set(`${e.user} ${e.item}`, [...(byPair.get(`${e.user} ${e.item}`) ?? []), e]);

test('weights sum over the events of a pair, fall by half each half-life, and are at most five times the mean', async () => {
  const weight = "CASE kind WHEN 'order' THEN 3 ELSE 0.5 END";
  await using read = await readEvents({ ...log, weight });
  const { users, items, u, i, weights } = await interactionsOf(read, 'events', 30);
  const expected = new Map(
    [...byPair].map(([pair, all]) => [
      pair,
      all.reduce((sum, e) => sum + (e.kind === 'order' ? 3 : 0.5) * 2 ** (-(last - e.time) / DAY / 30), 0),
    ]),
  );
  const mean = [...expected.values()].reduce((a, b) => a + b, 0) / expected.size;
  assert.is(u.length, expected.size);
  let capped = 0;
  u.forEach((user, t) => {
    const wanted = Math.min(5, (expected.get(`${users[user]} ${items[i[t]]}`) as number) / mean);
    capped += Number(wanted === 5);
    assert.ok(Math.abs((weights as Float32Array)[t] - wanted) < 1e-4, `${weights?.[t]} ${wanted}`);
  });
  assert.ok(capped > 0);
  await using plain = await readEvents(log);
  assert.is((await interactionsOf(plain)).weights, undefined);
});

test('ratings: the last one of a pair; the evaluation gives their errors beside those of the mean', async () => {
  await using read = await readEvents({ ...log, rating: 'stars' });
  const { users, items, u, i, values } = await interactionsOf(read);
  u.forEach((user, t) => {
    const rated = (byPair.get(`${users[user]} ${items[i[t]]}`) as typeof events).filter(({ stars }) => stars !== null);
    const latest = Math.max(...rated.map(({ time }) => time));
    const stars = Math.max(...rated.filter(({ time }) => time === latest).map((e) => e.stars as number));
    assert.is((values as Float32Array)[t], stars);
  });
  const { ratings, protocol } = await evaluateRecommender(engine, read, { split: 'random', rank: 8 });
  assert.match(protocol, /random fifth of the pairs held out, full ranking/);
  assert.ok(ratings && ratings.rmse < 0.75 * ratings.baselineRmse && ratings.mae < ratings.rmse, JSON.stringify(ratings));
});

test('a random split repeats by its seed, holds a fifth out, and no held-out pair is trained on', async () => {
  await using read = await readEvents(log);
  const first = await evaluateRecommender(engine, read, { split: 'random', rank: 8 });
  const [held] = (await read.columns('SELECT count(*)::INTEGER FROM held')) as number[][];
  assert.ok(Math.abs(held[0] / byPair.size - 0.2) < 0.03, `${held[0]} of ${byPair.size}`);
  const [both] = (await read.columns('SELECT count(*)::INTEGER FROM train JOIN held USING (u, i)')) as number[][];
  assert.is(both[0], 0);
  assert.equal(await evaluateRecommender(engine, read, { split: 'random', rank: 8 }), first);
  const other = await evaluateRecommender(engine, read, { split: 'random', rank: 8, seed: 43 });
  assert.not.equal(other.popularity, first.popularity);
});

test('against sampled items the numbers are higher and the protocol says so; against all of them it is full ranking', async () => {
  await using read = await readEvents(log);
  const full = await evaluateRecommender(engine, read, { rank: 8 });
  const sampled = await evaluateRecommender(engine, read, { rank: 8, negatives: 5 });
  assert.match(sampled.protocol, /temporal leave-last-out .* ranked against 5 sampled items each/);
  for (const name of ['factorization', 'popularity', 'itemKnn'] as const) {
    assert.ok(sampled[name].hitRate > full[name].hitRate, name);
    assert.is(sampled[name].users, full[name].users);
  }
  const all = await evaluateRecommender(engine, read, { rank: 8, negatives: 10_000 });
  assert.equal(
    (['factorization', 'popularity', 'itemKnn'] as const).map((name) => all[name]),
    (['factorization', 'popularity', 'itemKnn'] as const).map((name) => full[name]),
  );
});

test('views count for the days, orders for frequency and value; the last order is what is held out', async () => {
  await using read = await readEvents({ ...log, orders: "kind = 'order'", value: 'price' });
  for (const b of await behaviourOf(read)) {
    const mine = events.filter(({ user }) => user === b.user);
    const orders = mine.filter(({ kind }) => kind === 'order');
    const moments = new Set(orders.map(({ time }) => time));
    const total = orders.reduce((sum, { price }) => sum + price, 0);
    assert.equal(
      [b.nEvents, b.frequency, b.activeDays],
      [mine.length, moments.size, new Set(mine.map(({ time }) => time)).size],
    );
    assert.ok(Math.abs(b.monetary - total) < 1e-6);
    const span = (Math.max(...moments) - Math.min(...moments)) / DAY;
    if (moments.size > 1) assert.ok(Math.abs((b.interPurchaseDays as number) - span / (moments.size - 1)) < 1e-9);
    else assert.is(b.interPurchaseDays, null);
  }
  await evaluateRecommender(engine, read, { rank: 8 });
  const [user, item] = (await read.columns('SELECT u, i FROM held')) as string[][];
  const lastOrder = (of: string) =>
    Math.max(...events.filter((e) => e.user === of && e.kind === 'order').map(({ time }) => time));
  user.forEach((u, t) => {
    const cut = lastOrder(u);
    assert.ok(byPair.get(`${u} ${item[t]}`)?.some((e) => e.time === cut && e.kind === 'order'));
  });
  const [after] = (await read.columns('SELECT count(*)::INTEGER FROM train JOIN last USING (u) WHERE t >= cut')) as number[][];
  assert.is(after[0], 0);
});

test('price bands are fifths of the events', async () => {
  await using read = await readEvents({ ...log, price: 'price' });
  const tastes = await tastesOf(read, await behaviourOf(read), []);
  const sorted = events.map(({ price }) => price).sort((a, b) => a - b);
  const edges = [0.2, 0.4, 0.6, 0.8].map((share) => sorted[Math.ceil(share * sorted.length) - 1]);
  const names = edges.map((edge, k) => `${k === 0 ? 'up' : edges[k - 1]} to ${edge}`).concat(`above ${edges[3]}`);
  const bandOf = (price: number) => names[edges.findIndex((edge) => price <= edge)] ?? names[4];
  let seen = 0;
  for (const [user, { preferences }] of tastes) {
    const mine = events.filter((e) => e.user === user);
    for (const { field, value, weight } of preferences) {
      if (field !== 'price') continue;
      const base = events.filter(({ price }) => bandOf(price) === value).length / events.length;
      const count = mine.filter(({ price }) => bandOf(price) === value).length;
      assert.ok(Math.abs(weight - (count + 10 * base) / (mine.length + 10)) < 1e-12, `${value}`);
      seen++;
    }
  }
  assert.ok(seen > 100);
});

test('wrong options and numbers are refused', async () => {
  const refused = async (work: Promise<unknown>, message: RegExp) => {
    const error = await work.then(
      () => new Error('nothing was refused'),
      (e: Error) => e,
    );
    assert.match(error.message, message);
  };
  await using read = await readEvents(log);
  await refused(evaluateRecommender(engine, read, { split: 'half' as never }), /'split' must be 'last' or 'random'/);
  await refused(evaluateRecommender(engine, read, { negatives: -1 }), /'negatives'/);
  await refused(interactionsOf(read, 'events', 0), /'halfLife'/);
  await refused(readEvents({ ...log, weight: 'nonsense' }), /DuckDB refuses the expression of 'weight'/);
  await using negative = await readEvents({
    ...log,
    weight: "CASE kind WHEN 'order' THEN -1 ELSE 1 END",
    value: 'sqrt(10 - price)',
  });
  const bad = events.filter(({ kind, price }) => kind === 'order' || price > 10).length;
  assert.is(negative.counts.badNumber, bad);
});

test('a rating takes 12 bytes of linear memory, 16 with weights, and its share of the factors', async () => {
  const count = 400_000;
  const users = Int32Array.from({ length: count }, () => Math.floor(next() * 1000));
  const items = Int32Array.from({ length: count }, () => Math.floor(next() * 1000));
  const values = Float32Array.from(users, () => next());
  for (const weights of [undefined, values]) {
    await using e = await createEngine({ threads: 1, memory: { initial: 2 ** 20 } });
    await new MatrixFactorization({ engine: e, rank: 8, epochs: 1 }).fit({ users, items, values, weights });
    const factors = 2 * 1024 * (8 + 1) * 4;
    const each = (e.memoryStats().peak - factors) / count;
    assert.ok(each >= 12 && each < (weights ? 16.2 : 12.2), `${each}`);
  }
});

test.after(() => engine.close());
test.run();
