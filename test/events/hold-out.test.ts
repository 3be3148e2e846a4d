/** What is held out for evaluation, by hand and against SQL. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type HeldPairs, holdOut, knownPairs } from '../../src/events/hold-out.js';
import { groupByPair, itemOf, pairsOf } from '../../src/events/pairs.js';
import type { Events } from '../../src/table/events.js';
import { EventDatabase, eventsOf, type LogRow, logs, row, START } from '../support/event-log.js';
import { generator } from '../support/tables.js';

const database = await EventDatabase.open();

const rowsOf = (events: Events) =>
  Array.from(events.user, (u, r) => ({ u: events.users[u], i: events.items[itemOf(events)[r]], t: events.time[r] }));
const namesOf = ({ users, items }: { users: readonly string[]; items: readonly string[] }, { user, item, values }: HeldPairs) =>
  Array.from(user, (u, p) => ({
    u: users[u],
    i: items[item[p]],
    rating: values && !Number.isNaN(values[p]) ? values[p] : null,
  }));

test('the last order by hand, and what came with or after it', () => {
  const events = eventsOf([
    row({ item: 'x', time: START }),
    row({ item: 'y', time: START + 1, bought: false }),
    row({ item: 'y', time: START + 2, rating: 40_000 }),
    row({ item: 'z', time: START + 2 }),
    row({ item: 'v', time: START + 2, bought: false }),
    row({ item: 'w', time: START + 3, bought: false }),
    // One order only: all of it is learnt from.
    row({ user: 'b', item: 'x', time: START }),
    row({ user: 'b', item: 'y', time: START }),
    row({ user: 'b', item: 'z', time: START + 9, bought: false }),
  ]);
  const { train, held } = holdOut(events, 'last', 1);
  assert.equal(namesOf(events, held), [
    { u: 'a', i: 'y', rating: 4 },
    { u: 'a', i: 'z', rating: null },
  ]);
  assert.equal(
    rowsOf(train).map(({ u, i }) => u + i),
    ['ax', 'ay', 'bx', 'by', 'bz'],
  );
  assert.equal([train.users, train.items, train.asOf], [events.users, events.items, events.asOf]);
});

/** As SQL has it. */
async function bySql(rows: readonly LogRow[]) {
  await database.load(rows);
  const last = '(SELECT u, max(t) AS cut FROM events WHERE bought GROUP BY u HAVING count(DISTINCT t) >= 2)';
  return {
    held: await database.rows(`
      SELECT u, i, arg_max(rating, (t, rating))::DOUBLE AS rating FROM events JOIN ${last} USING (u) WHERE t = cut AND bought
      GROUP BY u, i ORDER BY u, i`),
    train: await database.rows(`
      SELECT u, i, epoch_us(t) / 1000 AS t FROM events LEFT JOIN ${last} USING (u) WHERE cut IS NULL OR t < cut ORDER BY u, t, i`),
  };
}

test('any log: the last orders equal those of SQL', async () => {
  await fc.assert(
    fc.asyncProperty(logs, async (rows) => {
      const events = eventsOf(rows);
      const { train, held } = holdOut(events, 'last', 1);
      assert.equal({ held: namesOf(events, held), train: rowsOf(train) }, await bySql(rows));
    }),
    { numRuns: 40 },
  );
});

test('a random fifth of the pairs, by the seed; none of it is learnt from, and the rest is', () => {
  const next = generator(5);
  const rows = Array.from({ length: 4000 }, () =>
    row({ user: `u${Math.floor(next() * 80)}`, item: `i${Math.floor(next() * 60)}`, time: START + Math.floor(next() * 1e9) }),
  );
  const events = eventsOf(rows);
  const pairs = groupByPair(events).offsets.length - 1;
  const { train, held } = holdOut(events, 'random', 1);
  assert.is(held.user.length, Math.round(pairs / 5));
  const all = new Set(rows.map(({ user, item }) => `${user} ${item}`));
  const cut = namesOf(events, held).map(({ u, i }) => `${u} ${i}`);
  assert.is(new Set(cut).size, cut.length);
  const kept = new Set(rowsOf(train).map(({ u, i }) => `${u} ${i}`));
  assert.ok(cut.every((pair) => all.has(pair) && !kept.has(pair)));
  assert.is(kept.size + cut.length, all.size);
  const again = holdOut(events, 'random', 1);
  assert.equal([rowsOf(again.train), namesOf(events, again.held)], [rowsOf(train), namesOf(events, held)]);
  assert.not.equal(holdOut(events, 'random', 2).held.user, held.user);
  // Held-out pairs are spread over users as all pairs are.
  const of = (u: string) => [...all].filter((pair) => pair.startsWith(`${u} `)).length;
  const shares = events.users.map((u) => cut.filter((pair) => pair.startsWith(`${u} `)).length / of(u));
  assert.ok(Math.max(...shares) < 0.5 && shares.filter((share) => share > 0).length > 75, `${shares}`);
});

test('held-out pairs with the numbers of training; whom it does not know is left out', () => {
  const events = eventsOf([
    row({ user: 'a', item: 'x' }),
    row({ user: 'b', item: 'y' }),
    row({ user: 'c', item: 'x', time: START + 1 }),
    row({ user: 'c', item: 'y', time: START + 2 }),
    row({ user: 'c', item: 'w', time: START + 2 }),
  ]);
  const { train, held } = holdOut(events, 'last', 1);
  const learnt = pairsOf({ ...train, rating: undefined });
  assert.equal(learnt.items, ['x', 'y']);
  const known = knownPairs(held, learnt);
  assert.equal(namesOf(learnt, known), [{ u: 'c', i: 'y', rating: null }]);
  assert.equal([[...known.user], [...known.item]], [[2], [1]]);
});

test.after(() => database.close());
test.run();
