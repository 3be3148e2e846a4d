/**
 * Times without a zone: milliseconds since 1970, fractions are microseconds. All arithmetic is UTC's, so that nothing depends on the zone
 * of the machine.
 */

export const DAY = 864e5;
const DAY_US = 864e8;
/** The latest time that there is, as of a Date; the earliest is as far before 1970. */
export const LATEST = 864e13;

/** Whole microseconds since 1970: what a database counts in. */
export const microseconds = (time: number): number => Math.round(time * 1000);

/** The day that a time falls in, counted from 1970-01-01. */
export const dayOf = (time: number): number => Math.floor(microseconds(time) / DAY_US);

/** 0 … 23 */
export const hourOf = (time: number): number => Math.floor((microseconds(time) - dayOf(time) * DAY_US) / 36e8);

/** 0 for Sunday … 6 for Saturday: 1970-01-01 was a Thursday. */
export const weekdayOf = (time: number): number => (((dayOf(time) + 4) % 7) + 7) % 7;

/** Days from one time to a later one. Whole days and the rest are added up apart, as intervals in SQL are. */
export function daysBetween(from: number, to: number): number {
  const span = microseconds(to) - microseconds(from);
  const days = Math.trunc(span / DAY_US);
  return (days * 86400 + (span - days * DAY_US) / 1e6) / 86400;
}

/** A time as text, such as '2011-12-09 12:50:00' or '2011-12-09 12:50:00.25', as databases write it. */
export function timeText(time: number): string {
  const us = microseconds(time);
  const seconds = Math.floor(us / 1e6);
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const fraction =
    us === seconds * 1e6
      ? ''
      : `.${String(us - seconds * 1e6)
          .padStart(6, '0')
          .replace(/0+$/, '')}`;
  return `${day}${year > 0 ? '' : ' (BC)'} ${clock}${fraction}`;
}

/** As `timeText`, without a time of day at midnight and without seconds: dates are known to the minute. */
export const dateText = (time: number): string => timeText(time).replace(/( 00:00)?:00$/, '');

const TEXT = /^(\d{4,6})-(\d\d)-(\d\d)( \(BC\))? (\d\d):(\d\d):(\d\d)(\.\d{1,6})?$/;

/** The time of a text that `timeText` wrote; undefined for any other. */
export function timeOfText(text: string): number | undefined {
  const found = TEXT.exec(text);
  if (!found) return undefined;
  const [year, month, day, , hour, minute, second, fraction = 0] = found.slice(1).map((part) => part as string | undefined);
  const date = new Date(0);
  date.setUTCFullYear(found[4] ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const time = (date.getTime() * 1000 + Math.round(Number(fraction) * 1e6)) / 1000;
  return timeText(time) === text ? time : undefined;
}
