/**
 * Dates as texts write them. ISO 8601 says what it means: `2025-12-31`, `2025-12-31 23:59:59`, `2025-12-31T23:59:59.5Z`, `…+02:00`. Of
 * `31/12/2025` and `12/31/2025` a column tells which is which by a day above 12; a column without one stays text, as does what else may be a
 * number (`20251231`). Days and months may be of one digit, between slashes, dots or hyphens; years have four.
 *
 * A time without a zone is taken as it stands, one with a zone as UTC's, so that nothing depends on the zone of the machine. No engine's
 * parser is asked: what they take beyond ISO 8601 differs.
 */
import { dayNumber, isDate } from '../calendar.js';
import { isMissingMark } from './missing.js';

/** In which order a column's dates have year, month and day. ISO 8601's, year first, can be read beside each. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy';
export const DATE_ORDERS = ['ymd', 'dmy', 'mdy'] as const;

/** Times that a date may be of: the years 1000 to 5999. Others stand for none in many systems, such as 0001-01-01 and 9999-12-31. */
export const DATES = { least: dayNumber(1000, 1, 1) * 864e5, most: dayNumber(6000, 1, 1) * 864e5 - 1 };

const CLOCK = '(?:[T ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d{1,9}))?)?(Z|[+-]\\d\\d(?::?\\d\\d)?)?)?';
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d\\d?)\\2(\\d\\d?)${CLOCK}$`);
/** Beyond all calendars, as databases write it: PostgreSQL's open ends, years of five figures and more, years before Christ. */
const BEYOND = /^(?:[+-]?infinity|[+-]?\d{5,}-\d\d-\d\d.*|-?\d+-\d\d-\d\d.* ?\(BC\))$/i;
const YEAR_LAST = new RegExp(`^(\\d\\d?)([-/.])(\\d\\d?)\\2(\\d{4})${CLOCK}$`);

/** Milliseconds since 1970; undefined for a text that is no date, NaN for one that stands for none. */
export function timeOfDate(text: string, order: DateOrder = 'ymd'): number | undefined {
  const trimmed = text.trim();
  if (BEYOND.test(trimmed)) return Number.NaN;
  const first = YEAR_FIRST.exec(trimmed);
  const found = first ?? (order === 'ymd' ? null : YEAR_LAST.exec(trimmed));
  if (!found) return undefined;
  const [a, b] = [Number(found[3]), Number(found[first ? 4 : 1])];
  const year = Number(found[first ? 1 : 4]);
  const [month, day] = first || order === 'dmy' ? [a, b] : [b, a];
  const zeros = year === 0 && a === 0 && b === 0; // a date of MySQL's that is none
  const good = zeros || isDate(year, month, day);
  const clock = good ? clockOf(found) : undefined;
  if (clock === undefined) return undefined;
  const time = dayNumber(year, month, day) * 864e5 + clock;
  return time >= DATES.least && time <= DATES.most ? time : Number.NaN;
}

/** Milliseconds since midnight in UTC, which may be of the day before or after. */
function clockOf(found: RegExpExecArray): number | undefined {
  const [hour = '0', minute = '0', second = '0', fraction = '0', zone] = found.slice(5) as (string | undefined)[];
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const [offset, minutes] = zone === undefined || zone === 'Z' ? [0, 0] : [Number(zone.slice(0, 3)), Number(zone.slice(-2))];
  const beyond = zone !== undefined && zone.length > 3 ? minutes : 0;
  if (Math.abs(offset) > 18 || beyond > 59) return undefined;
  const east = offset * 60 + (zone?.startsWith('-') ? -beyond : beyond);
  const milliseconds = Number(`0.${fraction}`) * 1000;
  return ((Number(hour) * 60 + Number(minute) - east) * 60 + Number(second)) * 1000 + milliseconds;
}

/**
 * In which order the texts of a column write dates.
 *
 * @param texts the column's different texts
 * @param counts cells of each
 * @returns undefined where they are none: nearly all must be, as in a column of numbers (numbers.ts)
 */
export function dateOrderOf(texts: readonly string[], counts: ArrayLike<number>): DateOrder | undefined {
  let total = 0;
  for (let i = 0; i < texts.length; i++) total += counts[i];
  if (othersThan('ymd', texts, counts, total) !== undefined) return 'ymd';
  const dayFirst = othersThan('dmy', texts, counts, total);
  const monthFirst = othersThan('mdy', texts, counts, total);
  // Where both can be read alike, nothing tells them apart.
  if (dayFirst === monthFirst) return undefined;
  return monthFirst === undefined || (dayFirst !== undefined && dayFirst < monthFirst) ? 'dmy' : 'mdy';
}

/** Cells that are no dates of this order; undefined where these are too many to be mistakes. */
function othersThan(order: DateOrder, texts: readonly string[], counts: ArrayLike<number>, total: number): number | undefined {
  let [dates, others] = [0, 0];
  for (let i = 0; i < texts.length; i++) {
    if (counts[i] === 0 || isMissingMark(texts[i])) continue;
    const time = timeOfDate(texts[i], order);
    if (time === undefined) others += counts[i];
    else if (!Number.isNaN(time)) dates += counts[i];
    if (others > Math.max(1, total / 100)) return undefined;
  }
  const few = others === 0 || (dates >= 9 && others <= Math.max(1, dates / 99));
  return dates > 0 && few ? others : undefined;
}
