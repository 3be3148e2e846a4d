/** The comparison of a recommender with baselines, by hand and against itself. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { itemOf } from '../../src/events/pairs.js';
import { evaluateRanking } from '../../src/metrics/ranking.js';
import {
  compareRecommenders,
  type EvaluationOptions,
  evaluateRecommender,
  type HeldOut,
} from '../../src/recommend/evaluate.js';
import { fitPairs, fitRecommender } from '../../src/recommend/fit.js';
import type { Pairs } from '../../src/recommend/recommender.js';
import type { Events } from '../../src/table/events.js';
import { grouped, pairsOf, planted } from '../support/interactions.js';

const engine = await createEngine({ threads: 1 });
const how = { says: 'cut by hand', needs: 'Cutting by hand' };
const QUICK = { rank: 8, epochs: 15 };

const namesOf = (pairs: Pairs) => ({
  users: Array.from({ length: pairs.users }, (_, n) => `u${n}`),
  items: Array.from({ length: pairs.items }, (_, n) => `i${n}`),
  labels: new Array(pairs.items).fill(null),
  pairs,
});

/** Every fifth pair held out. */
function cut(all: Pairs): HeldOut {
  const some = (list: Int32Array | Float32Array | undefined, held: boolean) => list?.filter((_, t) => (t % 5 === 4) === held);
  const values = all.values && Float64Array.from(some(all.values, true) as Float32Array);
  const held = { user: some(all.user, true) as Int32Array, item: some(all.item, true) as Int32Array, values };
  const train = { ...all, user: some(all.user, false), item: some(all.item, false), values: some(all.values, false) };
  return { how, train: namesOf(train as Pairs), held };
}
const events = cut(pairsOf(grouped(90, 40, 4, 14)));

async function refused(work: () => Promise<unknown>, message: RegExp) {
  const error = await work().then(
    () => new Error('nothing was refused'),
    (e: Error) => e,
  );
  assert.match(error.message, message);
}

test('popularity and neighbours by hand', async () => {
  // Users 0 {0, 1}, 1 {0, 1, 2}, 2 {1, 3}; held out: 0 → 2, 2 → 0 and again 1, which user 2 had.
  const user = Int32Array.of(0, 0, 1, 1, 1, 2, 2);
  const item = Int32Array.of(0, 1, 0, 1, 2, 1, 3);
  const train = namesOf({ users: 3, items: 4, user, item });
  const held = { user: Int32Array.of(0, 2, 2), item: Int32Array.of(2, 0, 1) };
  const found = await compareRecommenders(engine, { how, train, held }, { ...QUICK, n: 1 });
  // Had by: item 0 two, 1 three, 2 one, 3 one. The best that user 0 has not had is 2 (before 3 by number), of user 2 it is 0.
  assert.equal(found.popularity, { hitRate: 1, ndcg: 1, recall: 1, map: 1, users: 2 });
  // Item 2 shares user 1 with items 0 and 1, of which user 0 had both, item 3 only item 1. User 2: item 0 shares two users with item 1.
  assert.equal(found.neighbours, { hitRate: 1, ndcg: 1, recall: 1, map: 1, users: 2 });
  assert.is(found.protocol, 'cut by hand, full ranking');
  assert.is(found.ratings, null);
});

test('full ranking is that of the fitted recommender’s own lists; items that the user had count for nothing', async () => {
  const { train, held } = events;
  const again = {
    ...events,
    held: { user: Int32Array.from([...held.user, 0]), item: Int32Array.from([...held.item, train.pairs.item[0]]) },
  };
  const found = await compareRecommenders(engine, again, { ...QUICK, n: 5, seed: 9 });
  const recommender = await fitPairs(engine, train, { ...QUICK, seed: 9 });
  const users = [...new Set(held.user)];
  const lists = (
    await recommender.recommend(
      users.map((u) => `u${u}`),
      { n: 5 },
    )
  ).map((list) => list.map(({ item }) => Number(item.slice(1))));
  const relevant = users.map((u) => [...held.item].filter((_, t) => held.user[t] === u));
  assert.equal(found.factorization, evaluateRanking(lists, relevant, 5));
  assert.ok(found.factorization.hitRate > found.popularity.hitRate);
});

test('among sampled items the numbers are higher, repeat by the seed, and against all of them it is full ranking', async () => {
  const full = await compareRecommenders(engine, events, QUICK);
  const sampled = await compareRecommenders(engine, events, { ...QUICK, negatives: 4 });
  const all = await compareRecommenders(engine, events, { ...QUICK, negatives: 10_000 });
  for (const name of ['factorization', 'popularity', 'neighbours'] as const) {
    assert.ok(sampled[name].hitRate > full[name].hitRate, name);
    assert.is(sampled[name].users, full[name].users);
    assert.equal(all[name], full[name]);
  }
  assert.match(sampled.protocol, /ranked against 4 sampled items each/);
  assert.equal(await compareRecommenders(engine, events, { ...QUICK, negatives: 4 }), sampled);
  const other = await compareRecommenders(engine, events, { ...QUICK, negatives: 4, seed: 1 });
  assert.not.equal(other.popularity, sampled.popularity);
});

test('ratings: the errors of the predicted ones beside those of the mean', async () => {
  const split = cut(pairsOf(planted(200, 60, 2, 9000, 0.1)));
  const { ratings } = await compareRecommenders(engine, split, { rank: 4, seed: 2 });
  const { model } = await fitPairs(engine, split.train, { rank: 4, seed: 2 });
  const { user, item, values } = split.held;
  const truth = [...(values as Float64Array)];
  const predicted = model.score(user, item);
  const root = (answer: (t: number) => number) =>
    Math.sqrt(truth.reduce((sum, v, t) => sum + (v - answer(t)) ** 2, 0) / truth.length);
  const trained = [...(split.train.pairs.values as Float32Array)];
  const mean = trained.reduce((sum, v) => sum + v, 0) / trained.length;
  assert.ok(ratings && ratings.pairs === truth.length);
  assert.ok(Math.abs(ratings.rmse - root((t) => predicted[t])) < 1e-9);
  assert.ok(Math.abs(ratings.baselineRmse - root(() => mean)) < 1e-9);
  assert.ok(Math.abs(ratings.mae - truth.reduce((sum, v, t) => sum + Math.abs(v - predicted[t]), 0) / truth.length) < 1e-9);
  assert.ok(ratings.rmse < 0.8 * ratings.baselineRmse);
});

/** Events of these pairs, one a day for each user. */
function eventsOf({ user, item, ...rest }: Pairs, days = 1): Events {
  const { users, items, labels } = namesOf({ user, item, ...rest });
  const time = Float64Array.from(user, (u, t) => Math.floor((t - user.indexOf(u)) / days) * 864e5);
  const ones = new Float64Array(user.length).fill(1);
  const bought = new Uint8Array(user.length).fill(1);
  return {
    rows: user.length,
    users,
    items,
    labels,
    user,
    item,
    time,
    value: ones,
    bought,
    fields: [],
    asOf: Math.max(...time) + 1,
  } as unknown as Events;
}

test('of events: the last order of each user, or a fifth of the pairs; the half-life is that of the fit', async () => {
  const log = eventsOf(pairsOf(grouped(60, 30, 3, 10)));
  const last = await evaluateRecommender(engine, log, QUICK);
  assert.is(last.protocol, 'temporal leave-last-out (last order, items new to the user), full ranking');
  // A last item counts where somebody had it before.
  const ends = log.user.map((u, t) => Number(u !== log.user[t + 1]));
  const items = itemOf(log);
  const before = new Set(items.filter((_, t) => ends[t] === 0));
  assert.is(last.factorization.users, [...items].filter((item, t) => ends[t] === 1 && before.has(item)).length);
  const random = await evaluateRecommender(engine, log, { ...QUICK, split: 'random', halfLife: 3 });
  assert.is(random.protocol, 'a random fifth of the pairs held out, full ranking');
  assert.not.equal(await evaluateRecommender(engine, log, { ...QUICK, split: 'random' }), random);
  const recommender = await fitRecommender(engine, log, { ...QUICK, halfLife: 3 });
  assert.equal([recommender.users, recommender.items], [log.users, log.items]);
});

test('where nothing can be held out, and what is no option', async () => {
  const once = eventsOf(pairsOf(grouped(20, 30, 3, 6)), 100);
  await refused(
    () => evaluateRecommender(engine, once, QUICK),
    /Leaving the last order out \(users with two orders\) needs at least 1/,
  );
  const { train, held } = events;
  const had = { user: train.pairs.user.slice(0, 3), item: train.pairs.item.slice(0, 3) };
  await refused(
    () => compareRecommenders(engine, { how, train, held: had }, QUICK),
    /Cutting by hand needs at least 1 rows; found 0/,
  );
  const cases: [EvaluationOptions, RegExp][] = [
    [{ split: 'half' as never }, /'split' must be 'last' or 'random'/],
    [{ halfLife: 0 }, /'halfLife' must be/],
    [{ negatives: -1 }, /'negatives'/],
    [{ n: 0 }, /'n'/],
    [{ rang: 3 }, /'rang' is not known.*'halfLife'.*'rank'/],
    [{ recommender: 'oracle' }, /'recommender' must be 'factorization'/],
    [{ rank: 0 }, /'rank' must be a whole number from 1 to 1024/],
  ];
  for (const [options, message] of cases) await refused(() => evaluateRecommender(engine, once, options), message);
  await refused(() => compareRecommenders(engine, { how, train, held }, { split: 'last' }), /'split' is not known/);
  await refused(() => fitRecommender(engine, once, { halfLife: -1 }), /'halfLife'/);
});

test('the arena is empty afterwards', async () => {
  assert.is(engine.memoryStats().regions, 0);
  await engine.close();
});
test.run();
