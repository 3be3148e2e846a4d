/** What users did, by hand and against SQL. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { behaviourOf, behaviourRow } from '../../src/events/behaviour.js';
import { EventDatabase, eventsOf, HOUR, type LogRow, logs, row, START } from '../support/event-log.js';

const database = await EventDatabase.open();
const DAY = 24 * HOUR;

const rowsOf = (rows: readonly LogRow[], asOf?: number) => {
  const behaviour = behaviourOf(eventsOf(rows, asOf));
  return behaviour.users.map((_, u) => behaviourRow(behaviour, u));
};

test('a user by hand: orders are moments of buying, views count for days and recency alone', () => {
  const [found] = rowsOf(
    [
      row({ value: 125_000 }),
      row({ item: 'y', value: 75_001 }),
      row({ time: START + 2 * HOUR, bought: false, value: 990_000 }),
      row({ time: START + 4 * DAY, value: -10_000 }),
      row({ time: START + 4 * DAY, item: 'y', bought: false }),
      row({ time: START + 5 * DAY + 6 * HOUR + 500_000, bought: false }),
    ],
    START + 10 * DAY,
  );
  assert.equal(found, {
    user: 'a',
    recencyDays: 4.749994212962963,
    frequency: 2,
    monetary: 19.0001,
    r: 1,
    f: 1,
    m: 1,
    lifecycle: 'new',
    segment: 'lost',
    nEvents: 6,
    firstSeen: '2024-03-01 00:00:00',
    lastSeen: '2024-03-06 06:00:00.5',
    activeDays: 3,
    averageBasket: 9.50005,
    interPurchaseDays: 4,
  });
});

test('without an order there is neither basket nor interval; with one there is no interval', () => {
  const [looker, buyer] = rowsOf([row({ bought: false }), row({ user: 'b', value: 5 })]);
  assert.equal([looker.frequency, looker.monetary, looker.averageBasket, looker.interPurchaseDays], [0, 0, null, null]);
  assert.equal([buyer.frequency, buyer.monetary, buyer.averageBasket, buyer.interPurchaseDays], [1, 0.0005, 0.0005, null]);
});

test('quintiles of ten users, of whom four are alike', () => {
  const values = [3, 1, 4, 1, 5, 9, 1, 6, 1, 8];
  const found = rowsOf(values.map((value, k) => row({ user: `u${k}`, value })));
  // Of ranks 1, 1, 1, 1, 5, 6, 7, 8, 9, 10 in ten.
  assert.equal(
    found.map(({ m }) => m),
    [3, 1, 3, 1, 4, 5, 1, 4, 1, 5],
  );
  assert.ok(found.every(({ r, f }) => r === 1 && f === 1));
});

test('lifecycle by days: the edges belong to the better stage', () => {
  const asOf = START + 400 * DAY;
  const stages: [days: number, before: number, stage: string][] = [
    [10, 30, 'new'],
    [10, 31, 'active'],
    [60, 90, 'active'],
    [61, 90, 'at risk'],
    [180, 200, 'at risk'],
    [181, 200, 'dormant'],
  ];
  for (const [last, first, stage] of stages) {
    const [found] = rowsOf([row({ time: asOf - last * DAY }), row({ time: asOf - first * DAY })], asOf);
    assert.is(found.lifecycle, stage);
  }
  assert.is(rowsOf([row({ time: asOf - 30 * DAY })], asOf)[0].lifecycle, 'new');
  assert.is(rowsOf([row({ time: asOf - 30 * DAY - 1 })], asOf)[0].lifecycle, 'active');
});

test('money adds up to the ten-thousandth, whatever the order of the events', () => {
  const cents = Array.from({ length: 5000 }, (_, k) => row({ time: START + k * HOUR, value: 1000 + (k % 7) }));
  const [found] = rowsOf(cents);
  assert.is(found.monetary, cents.reduce((sum, { value }) => sum + value, 0) / 1e4);
});

/** As SQL has it: the rules at the head of behaviour.ts once more. */
async function bySql(rows: readonly LogRow[], asOf: number) {
  await database.load(rows);
  const quintile = (order: string) => `1 + floor(5 * (rank() OVER (ORDER BY ${order}) - 1) / count(*) OVER ())`;
  return database.rows(`
    WITH users AS (
      SELECT u, max(t) AS last, min(t) AS first, count(*) AS n, count(DISTINCT t::DATE) AS days,
        count(DISTINCT t) FILTER (bought) AS frequency, coalesce(sum(v) FILTER (bought), 0) AS monetary,
        max(t) FILTER (bought) - min(t) FILTER (bought) AS span
      FROM events GROUP BY u
    ), ranked AS (
      SELECT *, make_timestamp(${asOf}) AS moment, epoch(moment - last) / 86400 AS recency, ${quintile('last')} AS r,
        ${quintile('frequency')} AS f, ${quintile('monetary')} AS m
      FROM users
    )
    SELECT u AS "user", recency::DOUBLE AS "recencyDays", frequency::INTEGER AS frequency, monetary::DOUBLE AS monetary,
      r::INTEGER AS r, f::INTEGER AS f, m::INTEGER AS m,
      CASE WHEN first >= moment - INTERVAL 30 DAY THEN 'new' WHEN recency <= 60 THEN 'active' WHEN recency <= 180 THEN 'at risk'
        ELSE 'dormant' END AS lifecycle,
      CASE WHEN r >= 4 AND f >= 4 AND m >= 4 THEN 'champions' WHEN f >= 4 AND r >= 3 THEN 'loyal' WHEN r <= 2 AND f >= 3 THEN 'at risk'
        WHEN r >= 4 AND f = 1 THEN 'newcomers' WHEN r >= 4 THEN 'promising' WHEN r <= 2 THEN 'lost' ELSE 'regular' END AS segment,
      n::INTEGER AS "nEvents", first::VARCHAR AS "firstSeen", last::VARCHAR AS "lastSeen", days::INTEGER AS "activeDays",
      (monetary::DOUBLE / nullif(frequency, 0))::DOUBLE AS "averageBasket",
      CASE WHEN frequency > 1 THEN epoch(span) / 86400 / (frequency - 1) END::DOUBLE AS "interPurchaseDays"
    FROM ranked ORDER BY u`);
}

test('any log: every column equals that of SQL, to the last bit', async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.option(fc.integer({ min: 0, max: 300 * DAY })), async (rows, later) => {
      const last = Math.max(...rows.map(({ time }) => time));
      const asOf = later === null ? undefined : last + later;
      assert.equal(rowsOf(rows, asOf), await bySql(rows, asOf ?? last));
    }),
    { numRuns: 60 },
  );
});

test.after(() => database.close());
test.run();
