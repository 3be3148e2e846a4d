/**
 * What users prefer: for each field (hour of the day, weekday, price band, and columns of the log that were asked for) the shares
 * of its values among a user's events, smoothed towards everybody's:
 *
 *     weight = (count + K · base) / (events + K),   base = the value's share among all events, K = 10
 *
 * so that a user of few events has everybody's taste and one of many their own. Of each field the two values with the
 * largest lift weight / base above 1 are kept.
 *
 * Price bands are fifths of the events by the price of a piece, named by their bounds; equal prices are in one band.
 *
 * Tags say in a word what stands out, with the rule's evidence:
 *
 *     high-value, frequent, recent    the top fifth of monetary value, orders, recency; confidence 1
 *     likes:FIELD=VALUE               at least 5 events and a lift of 2; confidence is the weight's distance from the base,
 *                                     (weight − base) / (1 − base)
 */
import type { Events } from '../io/events.js';
import type { Behaviour } from './behaviour.js';

export interface Preference {
  field: string;
  value: string;
  /** smoothed share, 0 … 1 */
  weight: number;
}

export interface Tag {
  tag: string;
  kind: 'rule' | 'preference';
  /** 0 … 1 */
  confidence: number;
  evidence: string;
}

const K = 10;
const KEPT = 2;
const LIKES = { events: 5, lift: 2 };

interface Row {
  u: string;
  value: string;
  count: number;
  events: number;
  base: number;
}

export interface Taste {
  preferences: Preference[];
  tags: Tag[];
}

/** Preferences and tags per user. Users without either are not in the map. */
export async function tastesOf(
  events: Events,
  behaviour: readonly Behaviour[],
  fields: readonly string[],
): Promise<Map<string, Taste>> {
  const tastes = new Map<string, Taste>();
  const of = (user: string) => {
    let taste = tastes.get(user);
    if (!taste) {
      taste = { preferences: [], tags: [] };
      tastes.set(user, taste);
    }
    return taste;
  };
  for (const { user, r, f, m, monetary, frequency, recencyDays } of behaviour) {
    const rule = (tag: string, evidence: string) => of(user).tags.push({ tag, kind: 'rule', confidence: 1, evidence });
    if (m === 5) rule('high-value', `monetary value ${Number(monetary.toFixed(2))}, the top fifth`);
    if (f === 5) rule('frequent', `${frequency} orders, the top fifth`);
    if (r === 5) rule('recent', `last seen ${Number(recencyDays.toFixed(1))} days before, the top fifth`);
  }
  const sources: [field: string, expression: string][] = [
    ['hour', 'hour(t)::VARCHAR'],
    ['weekday', 'dayname(t)'],
    ...fields.map((field, k): [string, string] => [field, `f${k}`]),
  ];
  if (events.has.price) sources.push(['price', await priceBand(events)]);
  for (const [field, expression] of sources) {
    const rows = (await events.query(`
      WITH e AS (SELECT u, ${expression} AS value FROM events WHERE ${expression} IS NOT NULL),
        bases AS (SELECT value, count(*) / (SELECT count(*) FROM e) AS base FROM e GROUP BY value),
        mine AS (SELECT u, value, count(*) AS count, sum(count(*)) OVER (PARTITION BY u) AS events FROM e GROUP BY u, value)
      SELECT u, value, count::INTEGER AS count, events::INTEGER AS events, base::DOUBLE AS base FROM mine JOIN bases USING (value)
      QUALIFY row_number() OVER (PARTITION BY u ORDER BY (count + ${K} * base) / (events + ${K}) / base DESC, value) <= ${KEPT}
      ORDER BY u, (count + ${K} * base) / (events + ${K}) / base DESC, value`)) as unknown as Row[];
    for (const { u, value, count, events: n, base } of rows) {
      const weight = (count + K * base) / (n + K);
      if (weight <= base) continue;
      of(u).preferences.push({ field, value, weight });
      if (count < LIKES.events || weight < LIKES.lift * base) continue;
      const confidence = (weight - base) / (1 - base);
      const evidence = `${count} of ${n} events, everybody ${(100 * base).toFixed(1)} %`;
      of(u).tags.push({ tag: `likes:${field}=${value}`, kind: 'preference', confidence, evidence });
    }
  }
  return tastes;
}

/** The band of a price as SQL: a text such as '2 to 3.5', of which the upper bound belongs to the band. */
async function priceBand(events: Events): Promise<string> {
  const [[bounds]] = (await events.columns(
    'SELECT CAST(quantile_disc(price, [0.2, 0.4, 0.6, 0.8]) AS VARCHAR[])::JSON::VARCHAR FROM events',
  )) as [[string | null]];
  const edges = [...new Set((JSON.parse(bounds ?? '[]') as string[]).map(Number))];
  const named = edges.map((edge, k) => `WHEN price <= ${edge} THEN '${k === 0 ? 'up' : edges[k - 1]} to ${edge}'`);
  return `CASE WHEN price IS NULL THEN NULL ${named.join(' ')} ELSE 'above ${edges.at(-1)}' END`;
}
