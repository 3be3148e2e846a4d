/**
 * Pairs of users and items that a factorization learns from: each pair once, numbered in the order of the ids as text.
 *
 *     weight of a pair = Σ over its events of weight · 2^(−age / halfLife), over the mean of all pairs, at most 5
 *     value of a pair  = the user's last rating of the item
 */
import { errors } from '../errors.js';
import { literal } from '../io/duckdb.js';
import type { Events } from '../io/events.js';

export interface Interactions {
  /** ids by number, ascending as text */
  users: string[];
  items: string[];
  /** numbers of each pair's user and item, by user and then item */
  u: Int32Array;
  i: Int32Array;
  /** with weights or a half-life */
  weights?: Float32Array;
  /** with ratings: pairs without one are not there */
  values?: Float32Array;
}

/** What one pair counts at most, as a multiple of the mean: a step of more would make training diverge. */
const MOST = 5;

/**
 * @param table of the events to learn from, with the columns of `events`
 * @param halfLife days after which an event counts half
 */
export async function interactionsOf(events: Events, table = 'events', halfLife?: number): Promise<Interactions> {
  const { weight, rating } = events.has;
  const weighted = weight || halfLife !== undefined;
  if (halfLife !== undefined && !(halfLife > 0)) throw errors.option('halfLife', 'a number of days above 0', halfLife);
  // The power is rounded, so that the sum is one of decimals.
  const age = `epoch(CAST(${literal(events.asOf)} AS TIMESTAMP) - t) / 86400`;
  const counted = halfLife === undefined ? 'w' : `(w * pow(2, -(${age}) / ${halfLife}))::DECIMAL(18, 6)`;
  await events.query(`
    CREATE OR REPLACE TEMP TABLE pairs AS
    SELECT u, i, sum(${counted})::DOUBLE AS weight, arg_max(rating, (t, rating))::DOUBLE AS value
    FROM ${table} ${rating ? 'WHERE rating IS NOT NULL' : ''} GROUP BY u, i`);
  for (const [name, column] of [
    ['numbered_users', 'u'],
    ['numbered_items', 'i'],
  ]) {
    await events.query(`
      CREATE OR REPLACE TEMP TABLE ${name} AS
      SELECT ${column}, (row_number() OVER (ORDER BY ${column}) - 1)::INTEGER AS n FROM (SELECT DISTINCT ${column} FROM pairs)`);
  }
  const [users = []] = (await events.columns('SELECT u FROM numbered_users ORDER BY n')) as [string[]];
  const [items = []] = (await events.columns('SELECT i FROM numbered_items ORDER BY n')) as [string[]];
  const [u = [], i = [], w = [], v = []] = (await events.columns(`
    SELECT us.n, its.n${weighted || rating ? ', weight, value' : ''}
    FROM pairs JOIN numbered_users us USING (u) JOIN numbered_items its USING (i) ORDER BY 1, 2`)) as number[][];
  if (users.length < 2) throw errors.tooFewRows('Recommending (users)', users.length, 2);
  if (items.length < 2) throw errors.tooFewRows('Recommending (items)', items.length, 2);
  const mean = w.reduce((sum, x) => sum + x, 0) / w.length;
  return {
    users,
    items,
    u: Int32Array.from(u),
    i: Int32Array.from(i),
    weights: weighted && mean > 0 ? Float32Array.from(w, (x) => Math.min(MOST, x / mean)) : undefined,
    values: rating ? Float32Array.from(v) : undefined,
  };
}
