/** What users prefer, by hand and against SQL. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { behaviourOf } from '../../src/events/behaviour.js';
import { type Preference, type Tag, tasteOf, tastesOf } from '../../src/events/preferences.js';
import type { Events } from '../../src/table/events.js';
import { EventDatabase, eventsOf, HOUR, type LogRow, logs, row, START } from '../support/event-log.js';

const database = await EventDatabase.open();

const tastes = (events: Events) => {
  const all = tastesOf(events, behaviourOf(events));
  return all.users.map((_, u) => tasteOf(all, u));
};

test('shares by hand, smoothed towards everybody’s; what has less than everybody’s share is left out', () => {
  // a: six of brand p, two of q. b: eight of q. Of all 16, p is 6/16 and q 10/16.
  const rows = [...'ppppppqq'].map((brand, k) => row({ brand, time: START + k * 7 * 24 * HOUR }));
  const others = rows.map((r) => ({ ...r, user: 'b', brand: 'q' }));
  const [a, b] = tastes(eventsOf([...rows, ...others]));
  const brands = ({ preferences }: typeof a) => preferences.filter(({ field }) => field === 'brand');
  assert.equal(brands(a), [{ field: 'brand', value: 'p', weight: (6 + 10 * (6 / 16)) / 18 }]);
  assert.equal(brands(b), [{ field: 'brand', value: 'q', weight: (8 + 10 * (10 / 16)) / 18 }]);
});

test('a tag of liking takes five events and a lift of two, and says both', () => {
  const rows = Array.from({ length: 90 }, (_, k) => row({ user: `u${k % 9}`, brand: k % 9 === 0 ? 'p' : 'q' }));
  const [u0, u1] = tastes(eventsOf(rows));
  const likes = u0.tags.filter(({ kind }) => kind === 'preference');
  const base = 1 / 9;
  const weight = (10 + 10 * base) / 20;
  assert.equal(likes, [
    {
      tag: 'likes:brand=p',
      kind: 'preference',
      confidence: (weight - base) / (1 - base),
      evidence: '10 of 10 events, everybody 11.1 %',
    },
  ]);
  assert.is(u1.tags.filter(({ kind }) => kind === 'preference').length, 0);
  // Four events are too few, however they stand out.
  const few = tastes(eventsOf(rows.filter((r, k) => r.user !== 'u0' || k < 36)))[0];
  assert.is(few.tags.filter(({ kind }) => kind === 'preference').length, 0);
});

test('the top fifth by rule, with its evidence', () => {
  const rows = Array.from({ length: 5 }, (_, k) =>
    Array.from({ length: k + 1 }, (_, j) => row({ user: `u${k}`, time: START + (24 * k + j) * HOUR, value: 12_346 })),
  ).flat();
  const found = tastes(eventsOf(rows, START + 120 * HOUR));
  assert.equal(
    found[4].tags.filter(({ kind }) => kind === 'rule'),
    [
      { tag: 'high-value', kind: 'rule', confidence: 1, evidence: 'monetary value 6.17, the top fifth' },
      { tag: 'frequent', kind: 'rule', confidence: 1, evidence: '5 orders, the top fifth' },
      { tag: 'recent', kind: 'rule', confidence: 1, evidence: 'last seen 0.8 days before, the top fifth' },
    ],
  );
  assert.is(found[3].tags.filter(({ kind }) => kind === 'rule').length, 0);
});

test('price bands are fifths, whose upper bound belongs to them', () => {
  const rows = Array.from({ length: 20 }, (_, k) => row({ user: `u${Math.floor(k / 4)}`, price: (k + 1) * 10_000 }));
  const found = tastes(eventsOf(rows));
  const bands = found.map(({ preferences }) => preferences.filter(({ field }) => field === 'price').map(({ value }) => value));
  assert.equal(bands, [['up to 4'], ['4 to 8'], ['8 to 12'], ['12 to 16'], ['above 16']]);
  // All prices are one: a band up to it, and nobody stands out.
  const same = tastes(eventsOf(rows.map((r) => ({ ...r, price: 5000 }))));
  assert.ok(same.every(({ preferences }) => preferences.every(({ field }) => field !== 'price')));
});

test('of values that stand out alike, the first as text', () => {
  // Hours 9 and 10 and 11 of one user, each once; nobody else's.
  const rows = [9, 10, 11].map((hour) => row({ time: START + hour * HOUR }));
  const [found] = tastes(eventsOf([...rows, ...rows.map((r) => ({ ...r, user: 'b', time: START }))]));
  assert.equal(
    found.preferences.filter(({ field }) => field === 'hour').map(({ value }) => value),
    ['10', '11'],
  );
});

/** As SQL has it: the rules at the head of preferences.ts once more. */
async function bySql(rows: readonly LogRow[]) {
  await database.load(rows);
  const [{ bounds }] = await database.rows(
    'SELECT CAST(quantile_disc(price, [0.2, 0.4, 0.6, 0.8]) AS VARCHAR[])::JSON::VARCHAR AS bounds FROM events',
  );
  const edges = [...new Set((JSON.parse((bounds as string) ?? '[]') as string[]).map(Number))];
  const named = edges.map((edge, k) => `WHEN price <= ${edge} THEN '${k === 0 ? 'up' : edges[k - 1]} to ${edge}'`);
  const sources = [
    ['hour', 'hour(t)::VARCHAR'],
    ['weekday', 'dayname(t)'],
    ['brand', 'f0'],
    ['price', `CASE WHEN price IS NULL THEN NULL ${named.join(' ')} ELSE 'above ${edges.at(-1)}' END`],
  ];
  const found = new Map<string, { preferences: Preference[]; tags: Tag[] }>();
  for (const [field, expression] of sources) {
    const kept = await database.rows(`
      WITH e AS (SELECT u, ${expression} AS value FROM events WHERE ${expression} IS NOT NULL),
        bases AS (SELECT value, count(*) / (SELECT count(*) FROM e) AS base FROM e GROUP BY value),
        mine AS (SELECT u, value, count(*) AS count, sum(count(*)) OVER (PARTITION BY u) AS events FROM e GROUP BY u, value)
      SELECT u, value, count::INTEGER AS count, events::INTEGER AS events, base::DOUBLE AS base FROM mine JOIN bases USING (value)
      QUALIFY row_number() OVER (PARTITION BY u ORDER BY (count + 10 * base) / (events + 10) / base DESC, value) <= 2
      ORDER BY u, (count + 10 * base) / (events + 10) / base DESC, value`);
    for (const { u, value, count, events, base } of kept as never as Record<string, number>[]) {
      const weight = (count + 10 * base) / (events + 10);
      if (weight <= base) continue;
      const taste = found.get(String(u)) ?? { preferences: [], tags: [] };
      found.set(String(u), taste);
      taste.preferences.push({ field, value: String(value), weight });
      if (count < 5 || weight < 2 * base) continue;
      const evidence = `${count} of ${events} events, everybody ${(100 * base).toFixed(1)} %`;
      const confidence = (weight - base) / (1 - base);
      taste.tags.push({ tag: `likes:${field}=${value}`, kind: 'preference', confidence, evidence });
    }
  }
  return found;
}

test('any log: preferences and tags equal those of SQL, to the last bit', async () => {
  let tags = 0;
  await fc.assert(
    fc.asyncProperty(logs, async (rows) => {
      const events = eventsOf(rows);
      const expected = await bySql(rows);
      for (const [u, taste] of tastes(events).entries()) {
        const liked = taste.tags.filter(({ kind }) => kind === 'preference');
        assert.equal(
          { preferences: taste.preferences, tags: liked },
          expected.get(events.users[u]) ?? { preferences: [], tags: [] },
        );
        tags += liked.length;
      }
    }),
    { numRuns: 60, examples: [[Array.from({ length: 40 }, (_, k) => row({ user: `u${k % 4}`, brand: k % 4 ? 'q' : 'p' }))]] },
  );
  assert.ok(tags > 0);
});

test.after(() => database.close());
test.run();
