/** The choice of a recommender: what it compares, on what, what it falls back to, and that it is the same everywhere. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { pairsOf as pairsOfEvents } from '../../src/events/pairs.js';
import { Profiler } from '../../src/index.js';
import { evaluateRanking } from '../../src/metrics/ranking.js';
import { checked } from '../../src/options.js';
import {
  budgetOf,
  CANDIDATES,
  choiceCost,
  chooseRecommender,
  FAST,
  leftOut,
  withinBudget,
} from '../../src/recommend/choose.js';
import { sizeOfEvents, sizeOfPairs } from '../../src/recommend/cost.js';
import { evaluateRecommender } from '../../src/recommend/evaluate.js';
import { families, readers } from '../../src/recommend/index.js';
import { RECOMMENDERS } from '../../src/recommend/names.js';
import type { Choice } from '../../src/recommend/recommender.js';
import { type Events, selectEvents } from '../../src/table/events.js';
import { eventsOf, grouped, pairsOf, planted } from '../support/interactions.js';
import { refused } from '../support/refused.js';
import { generator } from '../support/tables.js';

const engine = await createEngine({ threads: 2, reproducible: true });
const events = eventsOf(pairsOf(grouped(120, 48, 4, 14)));
const next = generator(3);
/** The same events at other times, in the order that events stand in: by user and then time. */
function timed(time: (row: number) => number, of = events): Events {
  const times = Float64Array.from(of.time, (_, row) => time(row));
  const order = Int32Array.from(times, (_, row) => row).sort((a, b) => of.user[a] - of.user[b] || times[a] - times[b] || a - b);
  return { ...selectEvents({ ...of, time: times }, order) };
}
const mixed = timed(() => Date.UTC(2026, 0, 1) + Math.floor(next() * 1000) * 36e5);
const untimed = ({ seconds: _, candidates, ...choice }: Choice) => ({
  ...choice,
  candidates: candidates.map(({ seconds: _, ...candidate }) => candidate),
});
test('the names that are offered are those of the families and of the readers', () => {
  assert.equal([...RECOMMENDERS], Object.keys(families));
  assert.equal([...RECOMMENDERS], Object.keys(readers));
  // item2vec costs many times what the others do, and takes no part in a choice.
  assert.equal([...CANDIDATES, 'item2vec'].sort(), [...RECOMMENDERS].sort());
});

test('candidates are compared on what came after a moment, by the NDCG of plain code', async () => {
  const choice = await chooseRecommender(engine, mixed, { seed: 4 }, {});
  const sorted = [...mixed.time].sort((a, b) => a - b);
  const moment = sorted[Math.floor(0.8 * sorted.length)];
  const rows = [...mixed.time.keys()];
  const { pairs, userNumbers, itemNumbers } = pairsOfEvents(
    selectEvents(mixed, Int32Array.from(rows.filter((row) => mixed.time[row] < moment))),
  );
  const had = (u: number) => new Set([...pairs.item].filter((_, t) => pairs.user[t] === u));
  const wanted = new Map<number, Set<number>>();
  for (const row of rows.filter((row) => mixed.time[row] >= moment)) {
    const [u, i] = [userNumbers.indexOf(mixed.user[row]), itemNumbers.indexOf(mixed.item?.[row] ?? -1)];
    if (u >= 0 && i >= 0 && !had(u).has(i)) wanted.set(u, (wanted.get(u) ?? new Set()).add(i));
  }
  const users = [...wanted.keys()].sort((a, b) => a - b);
  const relevant = users.map((u) => [...(wanted.get(u) ?? [])]);
  assert.is(choice.users, users.length);
  assert.ok(users.length >= 50);
  assert.equal(
    choice.candidates.map(({ recommender }) => recommender),
    [...CANDIDATES],
  );
  for (const { recommender, ndcg, hitRate } of choice.candidates) {
    const family = families[recommender];
    const options = checked(family.options, 'seed' in family.options.entries ? { seed: 4 } : {});
    const model = await family.fit(engine, pairs, options, {});
    const lists = (await model.recommend(users, { n: 10 })).map(({ ids }) => ids);
    const expected = evaluateRanking(lists, relevant, 10);
    assert.ok(
      Math.abs((ndcg ?? 0) - expected.ndcg) < 1e-12 && Math.abs((hitRate ?? 0) - expected.hitRate) < 1e-12,
      recommender,
    );
  }
  const best = Math.max(...choice.candidates.map(({ ndcg }) => ndcg ?? 0));
  assert.is(choice.candidates.find(({ recommender }) => recommender === choice.recommender)?.ndcg, best);
  assert.match(choice.protocol, /^fitted before, compared on the last fifth of the events, full ranking, \d+ users$/);
});

test('where time does not cut the users, last orders; where it tells nothing apart, pairs at random', async () => {
  // Each user on a day of their own, so that the last fifth of the events is of users who are new in it.
  const apart = timed((row) => Date.UTC(2026, 0, 1) + events.user[row] * 864e5 + (row % 7) * 36e5);
  assert.match(
    (await chooseRecommender(engine, apart, { seed: 1 }, {})).protocol,
    /compared on last orders, since too few users/,
  );
  const still = timed(() => 0);
  assert.match((await chooseRecommender(engine, still, { seed: 1 }, {})).protocol, /compared on a random fifth of the pairs/);
});

test('a log with nothing to choose by: the fallback is said', async () => {
  for (const few of [
    eventsOf({ users: 2, items: 2, user: Int32Array.of(0, 1), item: Int32Array.of(0, 1) }),
    eventsOf({ users: 1, items: 1, user: Int32Array.of(0), item: Int32Array.of(0) }),
  ]) {
    const choice = await chooseRecommender(engine, few, { seed: 1 }, {});
    assert.equal([choice.recommender, choice.users, choice.candidates], [FAST, 0, []]);
    assert.match(choice.protocol, /^nothing to choose by/);
  }
});

test('of a large log a sample of users, by the seed', async () => {
  const choice = await chooseRecommender(engine, mixed, { seed: 1, most: 500 }, {});
  const [, some, all] = choice.protocol.match(/among a sample of (\d+) of (\d+)$/) ?? [];
  assert.is(Number(all), 120);
  assert.ok(Number(some) > 20 && Number(some) < 80, some);
  assert.equal(untimed(await chooseRecommender(engine, mixed, { seed: 1, most: 500 }, {})), untimed(choice));
  const other = await chooseRecommender(engine, mixed, { seed: 2, most: 500 }, {});
  assert.not.equal(untimed(other), untimed(choice));
});

const spent = ({ cut }: ReturnType<typeof withinBudget>) =>
  cut ? choiceCost(sizeOfPairs(cut.pairs), cut.truth.users.length) : Number.NaN;
test('no more work than three fits of the costliest candidate: else fewer users are looked at, the same for the same seed', () => {
  const size = sizeOfEvents(mixed);
  assert.equal(size, sizeOfPairs(pairsOfEvents(mixed).pairs));
  const whole = withinBudget(mixed, 1, undefined, mixed.rows);
  assert.is(whole.sample.events, mixed);
  assert.ok(spent(whole) <= budgetOf(size));
  // Few pairs among so many items that lists cost more than fitting.
  const draw = generator(8);
  const users = Array.from({ length: 12_000 }, (_, t) => t % 3000);
  const pairs = eventsOf(pairsOf({ users, items: users.map(() => Math.floor(draw() * 12_000)) }));
  const sparse = timed(() => Math.floor(draw() * 1e6) * 36e5, pairs);
  const [some, again] = [withinBudget(sparse, 1, undefined, 1e6), withinBudget(sparse, 1, undefined, 1e6)];
  assert.ok(some.sample.events.rows < 0.95 * sparse.rows);
  assert.match(some.sample.says, /^ among a sample of [\d,]+ of 3,000$/);
  assert.ok((some.cut?.truth.users.length ?? 0) >= 50);
  assert.ok(spent(some) <= budgetOf(sizeOfEvents(sparse)));
  assert.equal(some.cut, again.cut);
});

test('the same choice for 1, 2 and 3 workers, and the same file', async () => {
  const found: unknown[] = [];
  for (const threads of [1, 2, 3]) {
    await using own = await createEngine({ threads, reproducible: true });
    using profiler = await Profiler.fit(own, { events: mixed }, {});
    const { choice, model } = profiler.recommender;
    assert.is(choice?.recommender, model.family);
    found.push([untimed(choice as Choice), await profiler.save()]);
  }
  assert.equal(found[1], found[0]);
  assert.equal(found[2], found[0]);
});

test('EASE is left out of large catalogues, and says so', () => {
  assert.is(leftOut('ease', { items: 5001 }), 'left out: 5,001 items, more than 5,000');
  assert.is(leftOut('ease', { items: 5000 }), undefined);
  assert.is(leftOut('neighbours', { items: 1e6 }), undefined);
});

test('by name, in haste, with ratings, and options that do not go together', async () => {
  const fit = (options: object, of: Events = events) => Profiler.fit(engine, { events: of }, options);
  for (const [options, family, chosen] of [
    [{ recommender: 'popularity' }, 'popularity', false],
    [{ recommender: 'auto' }, undefined, true],
    [{ effort: 'fast' }, 'ials', false],
    [{ recommenderOptions: { rank: 4, epochs: 2 } }, 'factorization', false],
  ] as const) {
    using profiler = await fit(options);
    if (family) assert.is(profiler.recommender.model.family, family);
    assert.is(profiler.recommender.choice !== undefined, chosen);
  }
  using rated = await fit({}, eventsOf(pairsOf(planted(50, 30, 3, 700, 0.2))));
  assert.equal([rated.recommender.model.family, rated.recommender.choice], ['factorization', undefined]);
  await refused(() => fit({ recommender: 'auto', recommenderOptions: { rank: 4 } }), 'argument', /'auto' chooses one/);
  await refused(() => fit({ effort: 'none' }), 'argument', /'effort' must be 'fast', 'balanced' or 'best'/);
  await refused(() => fit({ recommender: 'best' }), 'argument', /'best'/);
});

test('an interrupted choice ends', async () => {
  const stop = new AbortController();
  const work = chooseRecommender(engine, mixed, { seed: 1 }, { signal: stop.signal });
  setTimeout(() => stop.abort(), 20);
  await refused(() => work, 'aborted', /stopped before it was done/);
  assert.is(engine.memoryStats().regions, 0);
});

test('the evaluation shows the candidates under one protocol, and what was chosen without its rows', async () => {
  const found = await evaluateRecommender(engine, mixed, { recommender: 'auto', seed: 5, n: 5 });
  const rankings = Object.entries(found).filter(([, value]) => typeof value === 'object' && value !== null && 'ndcg' in value);
  assert.equal(rankings.map(([name]) => name).sort(), [...CANDIDATES].sort());
  assert.is(rankings[0][0], found.chosen);
  const named = await evaluateRecommender(engine, mixed, { recommender: 'neighbours', n: 5 });
  assert.equal(named.neighbours, found.neighbours);
  assert.is(named.protocol, found.protocol);
  assert.is(named.chosen, undefined);
});

test.after(() => engine.close());
test.run();
