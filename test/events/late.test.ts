/** Events whose time is likely a mistake: which are told of, and which are not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { warningsOf } from '../../src/cli/warnings.js';
import { lateEvents } from '../../src/events/late.js';
import { DAY } from '../../src/events/time.js';
import { eventsOf, row } from '../support/event-log.js';
import { generator } from '../support/tables.js';

const NOW = Date.UTC(2026, 0, 1);
const next = generator(3);
/** Events of two years, and some more. */
const log = (others: readonly number[], count = 400, asOf?: number) => {
  const times = Array.from({ length: count }, () => Date.UTC(2022, 0, 1) + Math.floor(next() * 730) * DAY);
  return eventsOf(
    [...times, ...others].map((time, k) => row({ user: `u${k % 9}`, time: time * 1000 })),
    asOf,
  );
};

test('times after now are told of, however many', () => {
  const end = Date.UTC(9999, 11, 31);
  const one = log([end]);
  assert.equal(lateEvents(one, NOW), { ...late('future', 1, end), before: lastOf(one) });
  const some = log([NOW + 3 * DAY, end, NOW + 2 * DAY]);
  assert.equal(lateEvents(some, NOW), { ...late('future', 3, NOW + 2 * DAY), before: lastOf(some) });
  const all = lateEvents(log([], 50), Date.UTC(2000, 0, 1));
  assert.equal([all?.count, all?.before], [50, Number.NEGATIVE_INFINITY]);
  const today = log([]);
  assert.is(lateEvents(today, today.asOf - DAY / 2), undefined);
});

test('a few that stand alone, years after all others', () => {
  const alone = log([Date.UTC(2025, 11, 1), Date.UTC(2025, 11, 3)]);
  // Twice as far as the log is long, and more than a year.
  const far = { ...alone, time: alone.time.map((t) => (t > Date.UTC(2024, 0, 1) ? t : t - 900 * DAY)) };
  assert.equal(lateEvents(far, NOW), { ...late('alone', 2, Date.UTC(2025, 11, 1)), before: lastOf(far, Date.UTC(2024, 0, 1)) });
  // Not where there are many of them, the gap is small beside the log, the log is short, or the moment was given.
  assert.is(lateEvents(log(Array.from({ length: 30 }, (_, k) => Date.UTC(2025, 11, k))), NOW), undefined);
  assert.is(lateEvents(log([Date.UTC(2024, 10, 1)]), NOW), undefined);
  assert.is(lateEvents(log([Date.UTC(2025, 11, 1)], 20), NOW), undefined);
  assert.is(lateEvents(log([], 400, Date.UTC(9999, 0, 1)), NOW), undefined);
  assert.is(lateEvents(log([]), NOW), undefined);
});

test('a sentence with the count', () => {
  const future = log([Date.UTC(9999, 11, 31)], 1200);
  const message =
    '1 of 1,201 events are later than now, and recency counts back from the last, 9999-12-31 00:00:00. ' +
    'If that is a mistake, give --as-of TIME, or leave them out by --where.';
  assert.equal(warningsOf({ events: future }, NOW), [{ code: 'late-events', message, column: null, count: 1 }]);
  const alone = log([Date.UTC(2025, 11, 31)], 1200);
  const told = warningsOf(
    { events: { ...alone, time: alone.time.map((t) => (t < Date.UTC(2025, 0, 1) ? Date.UTC(2023, 0, 1) : t)) } },
    NOW,
  );
  assert.match(
    told[0].message,
    /^1 of 1,201 events, from 2025-12-31 00:00:00 on, are 1,095 days later than all others, and recency/,
  );
  assert.equal(warningsOf({ events: log([]) }, NOW), []);
  assert.equal(warningsOf({}, NOW), []);
});

function late(why: 'future' | 'alone', count: number, first: number) {
  return { why, count, first };
}
/** The last time before another. */
function lastOf({ time }: { time: Float64Array }, moment = NOW + DAY): number {
  return Math.max(...time.filter((t) => t <= moment));
}

test.run();
