/**
 * The Gregorian calendar, also for the time before it, without a zone: whole numbers alone, so that it is the same in every engine. Days are
 * counted from 1970-01-01. Years are taken from March on, so that the leap day ends them (Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", https://howardhinnant.github.io/date_algorithms.html).
 */

/** Days of 400 years, after which the calendar comes again, and of those before 1970-01-01 since 0000-03-01. */
const ERA = 146_097;
const EPOCH = 719_468;

/** The day with this date; of a day or month that there is not, one further on. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * ERA + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - EPOCH;
}

/** The year that a day falls in. */
export function yearOf(day: number): number {
  const since = day + EPOCH;
  const era = Math.floor(since / ERA);
  const dayOfEra = since - era * ERA;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // From the 306th day after February on it is January.
  return era * 400 + yearOfEra + Number(dayOfYear >= 306);
}

/** 0 for the first of January … 365 */
export const dayOfYear = (day: number): number => day - dayNumber(yearOf(day), 1, 1);

/** 0 for Sunday … 6 for Saturday: 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether there is such a date. */
export const isDate = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= LENGTHS[month - 1] + Number(month === 2 && isLeap(year));

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
