/** What recommenders learn from, by hand and against SQL. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type EventPairs, pairsOf } from '../../src/events/pairs.js';
import type { Events } from '../../src/table/events.js';
import { EventDatabase, eventsOf, HOUR, type LogRow, logs, row, START } from '../support/event-log.js';
import { refusesUnknownNames, refusesValues } from '../support/refused.js';

const database = await EventDatabase.open();
const DAY = 24 * HOUR;

/** Each pair once, by names. */
const named = ({ users, items, pairs }: EventPairs) =>
  Array.from(pairs.user, (u, p) => ({
    user: users[u],
    item: items[pairs.item[p]],
    weight: pairs.weights?.[p],
    value: pairs.values?.[p],
  }));
const plain = (rows: readonly LogRow[]): Events => ({ ...eventsOf(rows), weight: undefined, rating: undefined });

test('each pair once, by user and then item, as their ids are ordered', () => {
  const found = pairsOf(
    plain([
      row({ user: 'b', item: 'y' }),
      row({ user: 'a', item: 'y', time: START + 5 }),
      row({ user: 'a', item: 'x', time: START + 9 }),
      row({ user: 'a', item: 'y', time: START + 1 }),
      row({ user: 'b', item: '10' }),
    ]),
  );
  assert.equal(
    [found.users, found.items],
    [
      ['a', 'b'],
      ['10', 'x', 'y'],
    ],
  );
  assert.equal(
    [[...found.pairs.user], [...found.pairs.item]],
    [
      [0, 0, 1, 1],
      [1, 2, 0, 2],
    ],
  );
  assert.equal([found.pairs.users, found.pairs.items, found.pairs.weights, found.pairs.values], [2, 3, undefined, undefined]);
});

test('weights add up over the events of a pair, fall by half each half-life, and are at most five times the mean', () => {
  const rows = [
    row({ weight: 2e6, time: START }),
    row({ weight: 500_000, time: START + 30 * DAY }),
    row({ user: 'b', item: 'y', weight: 0, time: START + 60 * DAY }),
    row({ user: 'c', item: 'y', weight: 3e6, time: START + 60 * DAY }),
  ];
  const events = { ...eventsOf(rows), rating: undefined };
  const weightsOf = (halfLife?: number) => [...(pairsOf(events, { halfLife }).pairs.weights as Float32Array)];
  const over = (sums: number[]) => {
    const mean = sums.reduce((a, b) => a + b, 0) / sums.length;
    return sums.map((sum) => Math.fround(Math.min(5, sum / mean)));
  };
  assert.equal(weightsOf(), over([2.5, 0, 3]));
  assert.equal(weightsOf(30), over([2 / 4 + 0.5 / 2, 0, 3]));
  const many = Array.from({ length: 20 }, (_, k) =>
    row({ user: `u${k}`, item: k < 10 ? 'x' : 'y', weight: k === 0 ? 5e7 : 1e6 }),
  );
  const { weights } = pairsOf({ ...eventsOf(many), rating: undefined }).pairs;
  assert.is(weights?.[0], 5);
  // All 0 say nothing: every pair counts alike.
  const none = pairsOf({ ...eventsOf(many.map((r) => ({ ...r, weight: 0 }))), rating: undefined });
  assert.is(none.pairs.weights, undefined);
});

test('the last rating of a pair counts, the highest of one moment; who rated nothing is not there', () => {
  const found = pairsOf({
    ...eventsOf([
      row({ rating: 50_000 }),
      row({ rating: 20_000, time: START + 1 }),
      row({ rating: 30_000, time: START + 1 }),
      row({ time: START + 2 }),
      row({ user: 'b', item: 'z' }),
      row({ user: 'c', item: 'y', rating: 45_000 }),
    ]),
    weight: undefined,
  });
  assert.equal(
    [found.users, found.items, [...(found.pairs.values as Float32Array)]],
    [
      ['a', 'c'],
      ['x', 'y'],
      [3, 4.5],
    ],
  );
  assert.equal(
    [[...found.userNumbers], [...found.itemNumbers]],
    [
      [0, 2],
      [0, 1],
    ],
  );
});

/** As SQL has it: the rules at the head of pairs.ts once more. */
async function bySql(rows: readonly LogRow[], halfLife: number | undefined, rated: boolean) {
  await database.load(rows);
  const age = `epoch((SELECT max(t) FROM events) - t) / 86400`;
  const counted = halfLife === undefined ? 'w' : `(w * pow(2, -(${age}) / ${halfLife}))::DECIMAL(18, 6)`;
  const found = await database.rows(`
    SELECT u AS "user", i AS item, sum(${counted})::DOUBLE AS weight, arg_max(rating, (t, rating))::DOUBLE AS value
    FROM events ${rated ? 'WHERE rating IS NOT NULL' : ''} GROUP BY u, i ORDER BY u, i`);
  const mean = found.reduce((sum, { weight }) => sum + (weight as number), 0) / found.length;
  return found.map(({ user, item, weight, value }) => ({
    user,
    item,
    weight: mean > 0 ? Math.fround(Math.min(5, (weight as number) / mean)) : undefined,
    value: rated ? Math.fround(value as number) : undefined,
  }));
}

test('any log: pairs, weights and ratings equal those of SQL, whatever the order of the log', async () => {
  const halfLives = fc.constantFrom(undefined, 7, 30.5, 365);
  await fc.assert(
    fc.asyncProperty(logs, halfLives, fc.boolean(), async (rows, halfLife, rated) => {
      const used = rated ? rows.filter(({ rating }) => rating !== null) : rows;
      fc.pre(new Set(used.map(({ user }) => user)).size > 1 && new Set(used.map(({ item }) => item)).size > 1);
      const of = (events: Events) => named(pairsOf(rated ? events : { ...events, rating: undefined }, { halfLife }));
      const found = of(eventsOf(rows));
      assert.equal(found, await bySql(rows, halfLife, rated));
      assert.equal(of(eventsOf([...rows].reverse())), found);
    }),
    { numRuns: 60 },
  );
});

test('options and logs that are of no use are refused', async () => {
  const events = plain([row({}), row({ user: 'b', item: 'y' })]);
  const use = (options: object) => pairsOf(events, options);
  await refusesUnknownNames(['halfLife'], use);
  const days = /Option 'halfLife' must be a number of days above 0; found/;
  await refusesValues(
    [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '30', null].map((halfLife): [object, RegExp] => [{ halfLife }, days]),
    use,
  );
  assert.throws(() => pairsOf(plain([row({}), row({ item: 'y' })])), /\(users\) needs at least 2 rows; found 1/);
  assert.throws(() => pairsOf(plain([row({}), row({ user: 'b' })])), /\(items\) needs at least 2 rows; found 1/);
  assert.throws(() => pairsOf(eventsOf([row({}), row({ user: 'b', item: 'y' })])), /\(users\) needs at least 2 rows; found 0/);
});

test.after(() => database.close());
test.run();
