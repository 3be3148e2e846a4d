/**
 * Pairs of users and items that a recommender learns from: each pair once, by user and then item.
 *
 *     weight of a pair = Σ over its events of weight · 2^(−age / halfLife), over the mean of all pairs, at most 5
 *     value of a pair  = the user's last rating of the item; of several at one moment the highest
 *
 * An event's weight is rounded to a whole number of 0.000001, so that a sum does not depend on its order.
 */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { exp } from '../math.js';
import { checked } from '../options.js';
import { type Events, rowsWhere } from '../table/events.js';
import { daysBetween } from './time.js';

/** Pairs with the names of their users and items. With ratings there are only the users and items that have one. */
export interface EventPairs {
  /** ids by number, in the order of the events' */
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly labels: readonly (string | null)[];
  /** the numbers that they have among the events', ascending */
  readonly userNumbers: Int32Array;
  readonly itemNumbers: Int32Array;
  readonly pairs: {
    readonly users: number;
    readonly items: number;
    /** i32[pairs] */
    readonly user: Int32Array;
    readonly item: Int32Array;
    /** f32[pairs]: with weights or a half-life */
    readonly weights?: Float32Array;
    /** f32[pairs]: with ratings */
    readonly values?: Float32Array;
    /** f32[pairs]: days since the last event */
    readonly ages?: Float32Array;
  };
}

export interface PairOptions {
  /** days after which an event counts half; default: all count the same */
  halfLife?: number;
}

const DAYS = 'a number of days above 0';
const OPTIONS = v.strictObject({ halfLife: v.optional(v.pipe(v.number(DAYS), v.finite(DAYS), v.gtValue(0, DAYS))) });

/** What one pair counts at most, as a multiple of the mean: a step of more would make training diverge. */
const MOST = 5;
const UNITS = 1e6;

/** @throws CameoError 'argument' for a half-life that is none and events without items, 'data' for fewer than two users or items */
export function pairsOf(events: Events, options: PairOptions = {}): EventPairs {
  const { halfLife } = checked(OPTIONS, options) as PairOptions;
  const { rating } = events;
  const rows = rating && rowsWhere(events.rows, (row) => !Number.isNaN(rating[row]));
  const groups = groupByPair(events, rows);
  const firsts = firstRows(groups);
  const user = numbered(firsts, events.user, events.users.length);
  const item = numbered(firsts, itemOf(events), events.items.length);
  if (user.numbers.length < 2) throw errors.tooFewRows('Recommending (users)', user.numbers.length, 2);
  if (item.numbers.length < 2) throw errors.tooFewRows('Recommending (items)', item.numbers.length, 2);
  const weighted = events.weight !== undefined || halfLife !== undefined;
  return {
    users: Array.from(user.numbers, (u) => events.users[u]),
    items: Array.from(item.numbers, (i) => events.items[i]),
    labels: Array.from(item.numbers, (i) => events.labels[i]),
    userNumbers: user.numbers,
    itemNumbers: item.numbers,
    pairs: {
      users: user.numbers.length,
      items: item.numbers.length,
      user: user.codes,
      item: item.codes,
      weights: weighted ? weightsOf(events, groups, halfLife) : undefined,
      values: rating && Float32Array.from(firsts, (_, p) => lastRating(events, groups, p)),
      ages: Float32Array.from(firsts, (_, p) => daysBetween(events.time[groups.rows[groups.offsets[p + 1] - 1]], events.asOf)),
    },
  };
}

/** Rows of events pair by pair: of pair p rows[offsets[p]] … rows[offsets[p + 1] − 1], by time. */
export interface PairRows {
  rows: Int32Array;
  offsets: Int32Array;
}

/** The items of events, i32[rows]. @throws CameoError 'argument' where the log names none */
export function itemOf({ item }: Events): Int32Array {
  if (!item) throw errors.noItems();
  return item;
}

/** The rows of each pair, by user and then item. @param rows ascending; default all */
export function groupByPair(events: Events, rows = rowsWhere(events.rows, () => true)): PairRows {
  const { user } = events;
  const item = itemOf(events);
  const sorted = new Int32Array(rows.length);
  const offsets = new Int32Array(rows.length + 1);
  let pairs = 0;
  for (let from = 0, to = 0; from < rows.length; from = to) {
    while (to < rows.length && user[rows[to]] === user[rows[from]]) to++;
    // The user's rows by item, those of one item as they stand: by time.
    const n = to - from;
    const keys = new Float64Array(n);
    for (let k = 0; k < n; k++) keys[k] = item[rows[from + k]] * n + k;
    keys.sort();
    for (let k = 0; k < n; k++) {
      const row = rows[from + (keys[k] % n)];
      sorted[from + k] = row;
      if (k === 0 || item[row] !== item[sorted[from + k - 1]]) offsets[pairs++] = from + k;
    }
  }
  offsets[pairs] = rows.length;
  return { rows: sorted, offsets: offsets.slice(0, pairs + 1) };
}

/** The first row of each pair. */
export function firstRows({ rows, offsets }: PairRows): Int32Array {
  return offsets.subarray(0, -1).map((at) => rows[at]);
}

/** The last rating of a pair, the highest of those at one moment; NaN for none. */
export function lastRating({ time, rating }: Events, { rows, offsets }: PairRows, pair: number): number {
  let last = Number.NaN;
  let at = Number.NEGATIVE_INFINITY;
  for (let k = offsets[pair]; rating && k < offsets[pair + 1]; k++) {
    const row = rows[k];
    if (Number.isNaN(rating[row]) || (time[row] === at && rating[row] < last)) continue;
    last = rating[row];
    at = time[row];
  }
  return last;
}

/** f32[pairs]; undefined where all are 0. */
function weightsOf({ time, weight, asOf }: Events, { rows, offsets }: PairRows, halfLife?: number): Float32Array | undefined {
  const sums = new Float64Array(offsets.length - 1);
  for (let p = 0; p < sums.length; p++) {
    let units = 0;
    for (let k = offsets[p]; k < offsets[p + 1]; k++) {
      const row = rows[k];
      const counted = weight ? weight[row] : 1;
      const left = halfLife === undefined ? 1 : exp((-daysBetween(time[row], asOf) / halfLife) * Math.LN2);
      // A billionth more, so that what is half a unit is rounded up where the power is a little less than it should be.
      units += Math.round(counted * left * UNITS + 1e-9);
    }
    sums[p] = units / UNITS;
  }
  const mean = sums.reduce((sum, x) => sum + x, 0) / sums.length;
  return mean > 0 ? Float32Array.from(sums, (x) => Math.min(MOST, x / mean)) : undefined;
}

/** Numbers 0, 1, … in place of the codes that occur in these rows. @returns codes i32[rows], and what they were, ascending */
function numbered(rows: Int32Array, codes: Int32Array, count: number): { codes: Int32Array; numbers: Int32Array } {
  const number = new Int32Array(count);
  for (const row of rows) number[codes[row]] = 1;
  const numbers = rowsWhere(count, (code) => number[code] === 1);
  for (let n = 0; n < numbers.length; n++) number[numbers[n]] = n;
  return { codes: rows.map((row) => number[codes[row]]), numbers };
}
