/**
 * Events whose time is likely a mistake, since recency counts back from the last event: one of the year 9999 makes everybody dormant. They are
 * counted and told, not left out.
 *
 *     future   later than a day from now (a day, for zones)
 *     alone    the later half of the log's span holds at most one event in a hundred, more than a year after all others
 */
import type { Events } from '../table/events.js';
import { DAY } from './time.js';

export interface LateEvents {
  readonly why: 'future' | 'alone';
  readonly count: number;
  /** milliseconds since 1970: the first of them, and the last of all others; −∞ for none */
  readonly first: number;
  readonly before: number;
}

const YEAR = 365 * DAY;
const SHARE = 0.01;

/** @param now milliseconds since 1970 @returns undefined where nothing is suspicious, or the moment was given */
export function lateEvents({ time, asOf, asOfGiven }: Events, now: number): LateEvents | undefined {
  if (asOfGiven) return undefined;
  if (asOf > now + DAY) return { why: 'future', ...after(time, now + DAY) };
  const earliest = time.reduce((least, t) => Math.min(least, t), Number.POSITIVE_INFINITY);
  const late = after(time, earliest + (asOf - earliest) / 2);
  const alone = late.count <= SHARE * time.length && late.first - late.before > YEAR;
  return alone ? { why: 'alone', ...late } : undefined;
}

/** The events after a moment. */
function after(time: Float64Array, moment: number): { count: number; first: number; before: number } {
  let count = 0;
  let first = Number.POSITIVE_INFINITY;
  let before = Number.NEGATIVE_INFINITY;
  for (const t of time) {
    if (t > moment) {
      count++;
      first = Math.min(first, t);
    } else before = Math.max(before, t);
  }
  return { count, first, before };
}
