/**
 * What fitting a recommender with its defaults costs, by counts and never by a clock, so that whatever is decided by it is decided the same
 * everywhere. The unit is about a microsecond of one core; the coefficients were measured on three logs of bench/battery.ts, and what matters of
 * them is how they stand to each other.
 */
import { itemOf } from '../events/pairs.js';
import type { Events } from '../table/events.js';
import type { Pairs } from './recommender.js';

/** What the costs depend on. */
export interface Size {
  readonly users: number;
  readonly items: number;
  readonly pairs: number;
  /** Σ over users of the square of how many items they had: pairs of items that met in a user */
  readonly squares: number;
}

const COSTS: Record<string, (size: Size) => number> = {
  // A pair of user and item in each sweep, and what is done to each row in any case.
  ials: ({ users, items, pairs }) => 3.25 * pairs + 7 * (users + items),
  // The inverse, and the Gram matrix.
  ease: ({ items, squares }) => 5e-5 * items ** 3 + 0.05 * squares,
  neighbours: ({ pairs, squares }) => 4 * pairs + 0.035 * squares,
  factorization: ({ pairs }) => 11 * pairs,
  popularity: ({ pairs }) => 0.05 * pairs,
};
/** A user's score for an item, on the way to a list. */
const SCORE = 0.007;

export const fitCost = (recommender: string, size: Size): number => COSTS[recommender](size);
export const listCost = (users: number, { items }: Pick<Size, 'items'>): number => SCORE * users * items;

export function sizeOfPairs({ user, users, items }: Pick<Pairs, 'user' | 'users' | 'items'>): Size {
  const counts = new Float64Array(users);
  for (const u of user) counts[u]++;
  return { users, items, pairs: user.length, squares: counts.reduce((sum, n) => sum + n * n, 0) };
}

/** Of the pairs that the events come to. Events stand by user. */
export function sizeOfEvents(events: Events): Size {
  const item = itemOf(events);
  const last = new Int32Array(events.items.length).fill(-1);
  const size = { users: 0, items: 0, pairs: 0, squares: 0 };
  let own = 0;
  for (let row = 0; row < events.rows; row++) {
    const [u, i] = [events.user[row], item[row]];
    if (row === 0 || u !== events.user[row - 1]) {
      size.squares += own * own;
      size.users++;
      own = 0;
    }
    if (i < 0 || last[i] === u) continue;
    if (last[i] < 0) size.items++;
    last[i] = u;
    own++;
    size.pairs++;
  }
  size.squares += own * own;
  return size;
}
