/** The calendar against the platform's, which counts in UTC by itself. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dayNumber, dayOfYear, isDate, weekdayOf, yearOf } from '../src/calendar.js';

const DAY = 864e5;
/** The platform's date of a day, and its number, also for years below 100. */
const dateOf = (day: number) => new Date(day * DAY);
function numberOf(year: number, month: number, day: number) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / DAY;
}

test('day, year, day of the year and weekday are those of the platform, in all years that it has', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer({ min: -1e8, max: 1e8 }), fc.integer({ min: -1e6, max: 1e6 })), (day) => {
      const date = dateOf(day);
      const year = date.getUTCFullYear();
      assert.is(yearOf(day), year);
      assert.is(weekdayOf(day), date.getUTCDay());
      assert.is(dayNumber(year, date.getUTCMonth() + 1, date.getUTCDate()), day);
      if (day > -9e7) assert.is(dayOfYear(day), day - numberOf(year, 1, 1));
    }),
    { numRuns: 5000 },
  );
  // Around the ends of years and of leap days, where mistakes are.
  for (const year of [1, 4, 99, 100, 400, 1600, 1899, 1900, 1970, 1999, 2000, 2023, 2024, 2100, 5999])
    for (const [month, day] of [
      [1, 1],
      [2, 28],
      [3, 1],
      [12, 31],
    ]) {
      assert.is(dayNumber(year, month, day), numberOf(year, month, day));
      assert.is(yearOf(dayNumber(year, month, day)), year);
    }
});

test('there are the dates that the platform keeps as they are', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
      (year, month, day) => {
        const date = new Date(0);
        date.setUTCFullYear(year, month - 1, day);
        const kept = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        assert.is(isDate(year, month, day), kept);
      },
    ),
    { numRuns: 2000 },
  );
});

test.run();
