/**
 * Splits events into what a recommender learns from and what it is evaluated on:
 *
 *     'last'     temporal leave-last-out: of every user with at least two orders (what was bought at one moment) the last is held out,
 *                and whatever came with or after it is left out of training
 *     'random'   a fifth of all pairs of user and item with all their events, by the seed
 */
import { shuffle } from '../random.js';
import { type Events, rowsWhere, selectEvents } from '../table/events.js';
import { type EventPairs, firstRows, groupByPair, itemOf, lastRating } from './pairs.js';

export const HOLD_OUTS = ['last', 'random'] as const;

/** Pairs of users and items that were held out, each once, by user and then item. */
export interface HeldPairs {
  /** i32[pairs] */
  readonly user: Int32Array;
  readonly item: Int32Array;
  /** f64[pairs]: the held-out rating, NaN for none; absent without ratings */
  readonly values?: Float64Array;
}

const SHARE = 0.2;
const STREAM = 0x72000000;

/**
 * @returns events to train on and pairs to evaluate on, with the users and items of the events by their numbers there
 * @throws CameoError 'argument' for events without items
 */
export function holdOut(events: Events, split: 'last' | 'random', seed: number): { train: Events; held: HeldPairs } {
  const item = itemOf(events);
  const { rows, train } = split === 'last' ? lastOrders(events) : someOf(events, seed);
  const groups = groupByPair(events, rows);
  const firsts = firstRows(groups);
  return {
    train: selectEvents(events, train),
    held: {
      user: firsts.map((row) => events.user[row]),
      item: firsts.map((row) => item[row]),
      values: events.rating && Float64Array.from(firsts, (_, pair) => lastRating(events, groups, pair)),
    },
  };
}

/** The held-out pairs with the numbers that users and items have in training; those that it does not know are left out. */
export function knownPairs({ user, item, values }: HeldPairs, train: EventPairs): HeldPairs {
  const inverse = (numbers: Int32Array) => new Map(Array.from(numbers, (was, n) => [was, n]));
  const users = inverse(train.userNumbers);
  const items = inverse(train.itemNumbers);
  const known = rowsWhere(user.length, (p) => users.has(user[p]) && items.has(item[p]));
  return {
    user: known.map((p) => users.get(user[p]) as number),
    item: known.map((p) => items.get(item[p]) as number),
    values: values && Float64Array.from(known, (p) => values[p]),
  };
}

/** The last fifth of the events by time: what is at or after the moment of the first of them. */
export function afterCut(events: Events): { train: Events; held: HeldPairs } {
  const item = itemOf(events);
  const { rows, time } = events;
  const moment = time.slice().sort()[Math.floor((1 - SHARE) * rows)];
  const groups = groupByPair(
    events,
    rowsWhere(rows, (row) => time[row] >= moment && events.bought[row] === 1),
  );
  const firsts = firstRows(groups);
  return {
    train: selectEvents(
      events,
      rowsWhere(rows, (row) => time[row] < moment),
    ),
    held: { user: firsts.map((row) => events.user[row]), item: firsts.map((row) => item[row]) },
  };
}

interface Cut {
  /** rows whose pairs are held out */
  rows: Int32Array;
  train: Int32Array;
}

function lastOrders({ rows, user, users, time, bought }: Events): Cut {
  // Of each user the moment of the last order, where there was one before it.
  const cut = new Float64Array(users.length).fill(Number.POSITIVE_INFINITY);
  const first = new Float64Array(users.length).fill(Number.NaN);
  for (let row = 0; row < rows; row++) {
    const u = user[row];
    if (!bought[row]) continue;
    if (Number.isNaN(first[u])) first[u] = time[row];
    else if (time[row] > first[u]) cut[u] = time[row];
  }
  return {
    rows: rowsWhere(rows, (row) => bought[row] === 1 && time[row] === cut[user[row]]),
    train: rowsWhere(rows, (row) => time[row] < cut[user[row]]),
  };
}

function someOf(events: Events, seed: number): Cut {
  const groups = groupByPair(events);
  const pairs = groups.offsets.length - 1;
  const order = shuffle(
    rowsWhere(pairs, () => true),
    seed,
    STREAM,
  );
  const isHeld = new Uint8Array(events.rows);
  for (const pair of order.subarray(0, Math.round(SHARE * pairs))) {
    for (let k = groups.offsets[pair]; k < groups.offsets[pair + 1]; k++) isHeld[groups.rows[k]] = 1;
  }
  return {
    rows: rowsWhere(events.rows, (row) => isHeld[row] === 1),
    train: rowsWhere(events.rows, (row) => isHeld[row] === 0),
  };
}
