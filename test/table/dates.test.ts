/** Dates in texts: what they mean, in which order a column writes them, and what is none. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type DateOrder, dateOrderOf, timeOfDate } from '../../src/table/dates.js';
import { timeOfMoment } from '../../src/table/moment.js';

const two = (n: number) => String(n).padStart(2, '0');
const time = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(5999, 11, 31) });

test('ISO 8601 means what the platform takes it to mean, in UTC where it has no zone', () => {
  const zone = fc.constantFrom('Z', '+02:00', '-09:30', '+14:00');
  fc.assert(
    fc.property(time, zone, (t, z) => {
      const iso = new Date(t).toISOString();
      assert.is(timeOfDate(iso), t);
      assert.is(timeOfDate(iso.slice(0, -1)), t);
      assert.is(timeOfDate(iso.replace('T', ' ').slice(0, 16)), Math.floor(t / 60_000) * 60_000);
      assert.is(timeOfDate(` ${iso.slice(0, 10)} `), Math.floor(t / 864e5) * 864e5);
      const zoned = `${iso.slice(0, 19)}${z}`;
      const there = Date.parse(zoned);
      if (there >= Date.UTC(1000, 0, 1) && there < Date.UTC(6000, 0, 1)) assert.is(timeOfDate(zoned), there);
    }),
    { numRuns: 2000 },
  );
  // As databases write zones, and finer than a millisecond.
  assert.is(timeOfDate('2025-01-02 03:04:05.123456+01'), Date.UTC(2025, 0, 2, 2, 4, 5) + 123.456);
  assert.is(timeOfDate('2025-01-02T03:04:05-0030'), Date.UTC(2025, 0, 2, 3, 34, 5));
  assert.is(timeOfDate('2025/1/2'), Date.UTC(2025, 0, 2));
});

test('day and month stand in the order that is asked for, and the year first in any', () => {
  fc.assert(
    fc.property(time, fc.constantFrom('/', '.', '-'), (t, mark) => {
      const date = new Date(Math.floor(t / 60_000) * 60_000);
      const [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
      const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
      assert.is(timeOfDate(`${d}${mark}${m}${mark}${y} ${clock}`, 'dmy'), date.getTime());
      assert.is(timeOfDate(`${two(m)}${mark}${two(d)}${mark}${y} ${clock}`, 'mdy'), date.getTime());
      for (const order of ['dmy', 'mdy'] as const) assert.is(timeOfDate(date.toISOString(), order), date.getTime());
      assert.is(timeOfDate(`${d}${mark}${m}${mark}${y}`), undefined);
    }),
  );
});

test('what is no date is none; dates that stand for none are not taken for dates', () => {
  const none = [
    '2025-02-29',
    '2025-13-01',
    '2025-00-10',
    '2025-01-32',
    '2025-01-02 24:00',
    '2025-01-02 10:60',
    '2025-01-02 10',
    '2025-01-02x',
    '20250102',
    '2025-01',
    '2025',
    '25-01-02',
    '2025-01/02',
    '1.2.25',
    'Feb 2, 2025',
    '12:30',
    '2025-01-02 10:00+99',
    '',
  ];
  for (const text of none) assert.is(timeOfDate(text), undefined, text);
  const beyond = ['infinity', '-infinity', '290309-12-22 (BC) 00:00:00', '294247-01-10 04:00:54', '0044-03-15 (BC)'];
  for (const text of ['0000-00-00', '0001-01-01 00:00:00', '9999-12-31', '9999-12-31T23:59:59Z', ...beyond])
    assert.ok(Number.isNaN(timeOfDate(text)), text);
});

const orderOf = (texts: string[], counts = texts.map(() => 1)) => dateOrderOf(texts, counts);
test('a column tells its order by a day above 12, or by the year; without one it stays text', () => {
  const cases: [DateOrder | undefined, string[]][] = [
    ['ymd', ['2025-01-02', '2025-01-03 10:00']],
    ['dmy', ['01/02/2025', '31/12/2025']],
    ['dmy', ['1.2.2025 10:00', '13.2.2025']],
    ['mdy', ['01/02/2025', '12/31/2025']],
    [undefined, ['01/02/2025', '02/03/2025']],
    [undefined, ['31/12/2025', '12/31/2025']],
    [undefined, ['20250102', '20250103']],
    [undefined, ['2025-01-02', 'word']],
    [undefined, ['9999-12-31', 'NA']],
    ['ymd', ['2025-01-02', '9999-12-31', 'NA', '-']],
  ];
  for (const [order, texts] of cases) assert.is(orderOf(texts), order, texts.join());
});

test('nearly all must be dates: one of ten may be none, or one in a hundred', () => {
  const days = Array.from({ length: 9 }, (_, i) => `2025-01-0${i + 1}`);
  assert.is(orderOf([...days, 'soon']), 'ymd');
  assert.is(orderOf([...days.slice(1), 'soon']), undefined);
  assert.is(orderOf([...days, 'soon', 'late']), undefined);
  assert.is(orderOf(['2025-01-01', 'soon'], [198, 2]), 'ymd');
  assert.is(orderOf(['2025-01-01', 'soon'], [198, 3]), undefined);
  // A text that no row has decides nothing.
  assert.is(orderOf(['2025-01-01', 'soon'], [5, 0]), 'ymd');
  // The one order that needs fewer mistakes.
  const early = Array.from({ length: 12 }, (_, i) => `${i + 1}/1/2025`);
  assert.is(orderOf([...early, '13/1/2025'], [...early.map(() => 100), 1]), 'dmy');
});

test('a moment is a date, a Date or milliseconds', () => {
  const given = Date.UTC(2025, 5, 1);
  for (const moment of ['2025-06-01', '2025-06-01T02:00+02:00', new Date(given), given]) assert.is(timeOfMoment(moment), given);
  for (const none of ['yesterday', '1/6/2025', '', Number.POSITIVE_INFINITY, new Date(Number.NaN), 1e17, '9999-12-31'])
    assert.ok(Number.isNaN(timeOfMoment(none)));
});

test.run();
