/**
 * What users did, from their events: recency, frequency and monetary value with their quintiles, habits, lifecycle stage and
 * segment. An order is everything that a user bought at one moment; where the log does not say what was bought and what only
 * looked at, all was bought. Recency and the days count every event, frequency and monetary value those bought.
 *
 *     quintile    1 + ⌊5 (rank − 1) / users⌋, where equal values share the lowest rank: ties are in one quintile.
 *                 5 is best: most recent, most orders, most value
 *     lifecycle   new: first seen within 30 days · active: last seen within 60 · at risk: within 180 · dormant
 *     segment     the first that holds of champions r, f, m ≥ 4 · loyal f ≥ 4, r ≥ 3 · at risk r ≤ 2, f ≥ 3 ·
 *                 newcomers r ≥ 4, f = 1 · promising r ≥ 4 · lost r ≤ 2 · regular
 *
 * Money is added up in whole units of 0.0001, which is exact up to 200 billion.
 */
import type { Events } from '../table/events.js';
import { DAY, dayOf, daysBetween, microseconds, timeText } from './time.js';

export const LIFECYCLES = ['new', 'active', 'at risk', 'dormant'] as const;
export const SEGMENTS = ['champions', 'loyal', 'at risk', 'newcomers', 'promising', 'lost', 'regular'] as const;

/** What the log says of each user: columns, one value a user. */
export interface BehaviourFacts {
  /** ids by number, as the events have them */
  readonly users: readonly string[];
  /** milliseconds since 1970: the moment that recency counts back from */
  readonly asOf: number;
  /** f64[users]: milliseconds since 1970 */
  readonly firstSeen: Float64Array;
  readonly lastSeen: Float64Array;
  /** i32[users] */
  readonly nEvents: Int32Array;
  readonly activeDays: Int32Array;
  /** i32[users]: orders */
  readonly frequency: Int32Array;
  /** f64[users] */
  readonly monetary: Float64Array;
  /** f64[users]: mean days between orders; NaN for fewer than two */
  readonly interPurchaseDays: Float64Array;
  /** i32[users]: quintiles, 1 … 5, of recency, frequency and monetary value */
  readonly r: Int32Array;
  readonly f: Int32Array;
  readonly m: Int32Array;
}

/** With what follows from it. */
export interface Behaviour extends BehaviourFacts {
  /** f64[users] */
  readonly recencyDays: Float64Array;
  /** f64[users]: monetary / frequency; NaN without an order */
  readonly averageBasket: Float64Array;
  /** of each user, one of LIFECYCLES and of SEGMENTS */
  readonly lifecycle: readonly (typeof LIFECYCLES)[number][];
  readonly segment: readonly (typeof SEGMENTS)[number][];
}

const UNITS = 10_000;

/** Of every user of the events. */
export function behaviourOf(events: Events): Behaviour {
  const { users, asOf, rows, user, time, value, bought } = events;
  const n = users.length;
  const firstSeen = new Float64Array(n);
  const lastSeen = new Float64Array(n);
  const firstOrder = new Float64Array(n);
  const lastOrder = new Float64Array(n);
  const nEvents = new Int32Array(n);
  const activeDays = new Int32Array(n);
  const frequency = new Int32Array(n);
  const monetary = new Float64Array(n);
  // By user and then time: what changes from one row to the next is seen for the first time.
  for (let row = 0; row < rows; row++) {
    const u = user[row];
    const t = time[row];
    if (nEvents[u] === 0) firstSeen[u] = t;
    if (nEvents[u]++ === 0 || dayOf(t) !== dayOf(lastSeen[u])) activeDays[u]++;
    lastSeen[u] = t;
    if (!bought[row]) continue;
    monetary[u] += Math.round(value[row] * UNITS);
    if (frequency[u] === 0) firstOrder[u] = t;
    if (frequency[u] === 0 || t !== lastOrder[u]) frequency[u]++;
    lastOrder[u] = t;
  }
  for (let u = 0; u < n; u++) monetary[u] /= UNITS;
  const interPurchaseDays = Float64Array.from(frequency, (orders, u) =>
    orders > 1 ? daysBetween(firstOrder[u], lastOrder[u]) / (orders - 1) : Number.NaN,
  );
  return completed({
    users,
    asOf,
    firstSeen,
    lastSeen,
    nEvents,
    activeDays,
    frequency,
    monetary,
    interPurchaseDays,
    r: quintiles(lastSeen),
    f: quintiles(frequency),
    m: quintiles(monetary),
  });
}

/** Adds what follows from the facts. */
export function completed(facts: BehaviourFacts): Behaviour {
  const { asOf, firstSeen, lastSeen, frequency, monetary, r, f, m } = facts;
  const recencyDays = Float64Array.from(lastSeen, (last) => daysBetween(last, asOf));
  const month = microseconds(asOf) - 30 * DAY * 1000;
  return {
    ...facts,
    recencyDays,
    averageBasket: Float64Array.from(monetary, (value, u) => (frequency[u] > 0 ? value / frequency[u] : Number.NaN)),
    lifecycle: Array.from(firstSeen, (first, u) => lifecycleOf(microseconds(first) >= month, recencyDays[u])),
    segment: Array.from(r, (_, u) => segmentOf(r[u], f[u], m[u])),
  };
}

/** Of each value, 1 … 5. */
function quintiles(values: Float64Array | Int32Array): Int32Array {
  const sorted = Float64Array.from(values).sort();
  const below = (value: number) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return Int32Array.from(values, (value) => 1 + Math.floor((5 * below(value)) / sorted.length));
}

function lifecycleOf(isNew: boolean, recencyDays: number): (typeof LIFECYCLES)[number] {
  if (isNew) return 'new';
  if (recencyDays <= 60) return 'active';
  return recencyDays <= 180 ? 'at risk' : 'dormant';
}

function segmentOf(r: number, f: number, m: number): (typeof SEGMENTS)[number] {
  if (r >= 4 && f >= 4 && m >= 4) return 'champions';
  if (f >= 4 && r >= 3) return 'loyal';
  if (r <= 2 && f >= 3) return 'at risk';
  if (r >= 4) return f === 1 ? 'newcomers' : 'promising';
  return r <= 2 ? 'lost' : 'regular';
}

/** A user's behaviour as a plain object: times as text such as '2011-12-09 12:50:00', null for what is not there. */
export interface BehaviourRow {
  user: string;
  recencyDays: number;
  frequency: number;
  monetary: number;
  r: number;
  f: number;
  m: number;
  lifecycle: (typeof LIFECYCLES)[number];
  segment: (typeof SEGMENTS)[number];
  nEvents: number;
  firstSeen: string;
  lastSeen: string;
  activeDays: number;
  averageBasket: number | null;
  interPurchaseDays: number | null;
}

/** The behaviour of a user by number. */
export const behaviourRow = (behaviour: Behaviour, u: number): BehaviourRow => ({
  user: behaviour.users[u],
  recencyDays: behaviour.recencyDays[u],
  frequency: behaviour.frequency[u],
  monetary: behaviour.monetary[u],
  r: behaviour.r[u],
  f: behaviour.f[u],
  m: behaviour.m[u],
  lifecycle: behaviour.lifecycle[u],
  segment: behaviour.segment[u],
  nEvents: behaviour.nEvents[u],
  firstSeen: timeText(behaviour.firstSeen[u]),
  lastSeen: timeText(behaviour.lastSeen[u]),
  activeDays: behaviour.activeDays[u],
  averageBasket: orNull(behaviour.averageBasket[u]),
  interPurchaseDays: orNull(behaviour.interPurchaseDays[u]),
});

/** NaN as null. */
export const orNull = (x: number): number | null => (Number.isNaN(x) ? null : x);
