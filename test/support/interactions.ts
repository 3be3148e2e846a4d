/** Interactions that were planted: ratings of a low-rank model, and events of users who like the items of their group. */
import type { Pairs } from '../../src/recommend/recommender.js';
import type { Events } from '../../src/table/events.js';
import { generator } from './tables.js';

/** Ratings 3 + bᵤ + bᵢ + pᵤ · qᵢ + noise of a planted model. */
export function planted(nUsers: number, nItems: number, rank: number, count: number, noise: number, seed = 1) {
  const next = generator(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  const rows = (n: number) => Array.from({ length: n }, () => Array.from({ length: rank }, () => gauss() / Math.sqrt(rank)));
  const [p, q] = [rows(nUsers), rows(nItems)];
  const [bu, bi] = [nUsers, nItems].map((n) => Array.from({ length: n }, () => 0.3 * gauss()));
  const users = Int32Array.from({ length: count }, () => Math.floor(next() * nUsers));
  const items = Int32Array.from({ length: count }, () => Math.floor(next() * nItems));
  const clean = (u: number, i: number) => 3 + bu[u] + bi[i] + p[u].reduce((s, v, k) => s + v * q[i][k], 0);
  const values = Float32Array.from(users, (u, t) => clean(u, items[t]) + noise * gauss());
  return { users, items, values, clean };
}

/** Events: users of group g like items of group g. */
export function grouped(nUsers: number, nItems: number, groups: number, perUser: number, seed = 2) {
  const next = generator(seed);
  const users: number[] = [];
  const items: number[] = [];
  for (let u = 0; u < nUsers; u++) {
    for (let e = 0; e < perUser; e++) {
      users.push(u);
      const at = Math.floor((next() * nItems) / groups) * groups;
      items.push(next() < 0.95 ? Math.min(nItems - 1, at + (u % groups)) : Math.floor(next() * nItems));
    }
  }
  return { users, items };
}

/** Each pair once, by user and then item; of several values the last. */
export function pairsOf({
  users,
  items,
  values,
}: {
  users: ArrayLike<number>;
  items: ArrayLike<number>;
  values?: ArrayLike<number>;
}): Pairs {
  const found = new Map(Array.from(users, (u, t) => [`${u} ${items[t]}`, { u, i: items[t], value: values?.[t] ?? 0 }]));
  const all = [...found.values()].sort((a, b) => a.u - b.u || a.i - b.i);
  return {
    users: Math.max(...all.map(({ u }) => u)) + 1,
    items: Math.max(...all.map(({ i }) => i)) + 1,
    user: Int32Array.from(all, ({ u }) => u),
    item: Int32Array.from(all, ({ i }) => i),
    ...(values ? { values: Float32Array.from(all, ({ value }) => value) } : {}),
  };
}

/** One purchase for each pair, a day after the other in their order for each user: plain events to fit a profiler on. */
export function eventsOf({ users, items, user, item, values }: Pairs): Events {
  const rows = user.length;
  const day = new Int32Array(users);
  const time = Float64Array.from(user, (u) => Date.UTC(2026, 0, 1) + day[u]++ * 864e5 + u);
  const unused = [
    'noUser',
    'noItem',
    'noTime',
    'badTime',
    'farTime',
    'cancelled',
    'filtered',
    'badNumber',
    'afterAsOf',
    'duplicate',
  ];
  const name = (letter: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${letter}${String(n).padStart(6, '0')}`);
  return {
    rows,
    users: name('u', users),
    items: name('i', items),
    user,
    item,
    time,
    value: new Float64Array(rows).fill(1),
    bought: new Uint8Array(rows).fill(1),
    rating: values && Float64Array.from(values),
    labels: new Array(items).fill(null),
    fields: [],
    asOf: Date.UTC(2027, 0, 1),
    asOfGiven: true,
    counts: {
      rows,
      used: rows,
      ...(Object.fromEntries(unused.map((cause) => [cause, 0])) as Omit<Events['counts'], 'rows' | 'used'>),
    },
  };
}
