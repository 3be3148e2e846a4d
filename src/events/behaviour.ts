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
 */
import { literal } from '../io/duckdb.js';
import type { Events } from '../io/events.js';

export const LIFECYCLES = ['new', 'active', 'at risk', 'dormant'] as const;
export const SEGMENTS = ['champions', 'loyal', 'at risk', 'newcomers', 'promising', 'lost', 'regular'] as const;

export interface Behaviour {
  user: string;
  recencyDays: number;
  /** orders */
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
  /** monetary / frequency; null without an order */
  averageBasket: number | null;
  /** mean days between orders; null for fewer than two */
  interPurchaseDays: number | null;
}

const quintile = (order: string) => `1 + floor(5 * (rank() OVER (ORDER BY ${order}) - 1) / count(*) OVER ())`;

/** One row per user, by ascending user id. */
export async function behaviourOf(events: Events): Promise<Behaviour[]> {
  const asOf = `CAST(${literal(events.asOf)} AS TIMESTAMP)`;
  const rows = await events.query(`
    WITH users AS (
      SELECT u, max(t) AS last, min(t) AS first, count(*) AS n, count(DISTINCT t::DATE) AS days,
        count(DISTINCT t) FILTER (bought) AS frequency, coalesce(sum(v) FILTER (bought), 0) AS monetary,
        max(t) FILTER (bought) - min(t) FILTER (bought) AS span
      FROM events GROUP BY u
    ), ranked AS (
      SELECT *, epoch(${asOf} - last) / 86400 AS recency, ${quintile('last')} AS r, ${quintile('frequency')} AS f, ${quintile('monetary')} AS m
      FROM users
    )
    SELECT u AS "user", recency::DOUBLE AS "recencyDays", frequency::INTEGER AS frequency, monetary::DOUBLE AS monetary,
      r::INTEGER AS r, f::INTEGER AS f, m::INTEGER AS m,
      CASE WHEN first >= ${asOf} - INTERVAL 30 DAY THEN 'new' WHEN recency <= 60 THEN 'active' WHEN recency <= 180 THEN 'at risk'
        ELSE 'dormant' END AS lifecycle,
      CASE WHEN r >= 4 AND f >= 4 AND m >= 4 THEN 'champions' WHEN f >= 4 AND r >= 3 THEN 'loyal' WHEN r <= 2 AND f >= 3 THEN 'at risk'
        WHEN r >= 4 AND f = 1 THEN 'newcomers' WHEN r >= 4 THEN 'promising' WHEN r <= 2 THEN 'lost' ELSE 'regular' END AS segment,
      n::INTEGER AS "nEvents", first::VARCHAR AS "firstSeen", last::VARCHAR AS "lastSeen", days::INTEGER AS "activeDays",
      (monetary::DOUBLE / nullif(frequency, 0))::DOUBLE AS "averageBasket",
      CASE WHEN frequency > 1 THEN epoch(span) / 86400 / (frequency - 1) END::DOUBLE AS "interPurchaseDays"
    FROM ranked ORDER BY u`);
  return rows as unknown as Behaviour[];
}
