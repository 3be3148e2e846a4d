/** Times without a zone, against DuckDB's. */
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DAY, dayOf, daysBetween, hourOf, LATEST, timeOfText, timeText, weekdayOf } from '../../src/events/time.js';

const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

test('text, day, hour, weekday and spans are those of a database', async () => {
  // Microseconds whose spans a double holds: 285 years.
  const us = fc.sample(fc.integer({ min: -4e15, max: 4e15 }), { numRuns: 500, seed: 1 });
  us.push(
    0,
    -1,
    1,
    86_399_999_999,
    86_400_000_000,
    Date.UTC(2011, 11, 9, 12, 50) * 1000,
    Date.UTC(2024, 1, 29) * 1000 + 250_000,
  );
  const result = await duckdb.runAndReadAll(`
    SELECT t::VARCHAR, (epoch(t::DATE) / 86400)::INTEGER, hour(t)::INTEGER, dayname(t), epoch(TIMESTAMP '2097-01-01' - t) / 86400
    FROM (SELECT make_timestamp(unnest([${us.join(', ')}])) AS t)`);
  const columns = result.getColumns();
  const until = Date.UTC(2097, 0, 1);
  us.forEach((time, k) => {
    const ms = time / 1000;
    const found = [timeText(ms), dayOf(ms), hourOf(ms), DAYS[weekdayOf(ms)], daysBetween(ms, until)];
    assert.equal(
      found,
      columns.map((column) => column[k]),
    );
  });
});

test('a text is read back as the time that it was, whatever the year', () => {
  // A double of milliseconds tells microseconds apart within 2^42 ms of 1970, until 2109; of all years, days.
  const near = fc.integer({ min: -4e15, max: 4e15 }).map((us) => us / 1000);
  const far = fc.integer({ min: -1e8, max: 1e8 }).map((days) => days * DAY);
  fc.assert(
    fc.property(fc.oneof(near, far), (time) => {
      assert.is(timeOfText(timeText(time)), time);
    }),
  );
  for (const time of [LATEST, -LATEST, Date.UTC(9999, 11, 31)]) assert.is(timeOfText(timeText(time)), time);
});

test('what is no time is none', () => {
  const texts = ['', '2024-02-30 00:00:00', '2024-13-01 00:00:00', '2024-01-01', '2024-01-01 25:00:00', 'infinity'];
  for (const text of [...texts, '999999-01-01 00:00:00', '2024-01-01 00:00:00.50', ' 2024-01-01 00:00:00'])
    assert.is(timeOfText(text), undefined, text);
});

test.after(() => duckdb.closeSync());
test.run();
