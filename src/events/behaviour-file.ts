/**
 * Behaviour in a model file: what the log said of each user. What follows from that (recency, basket, lifecycle, segment) is computed again,
 * so that it cannot disagree.
 *
 *     metadata   version, users (ids as JSON), as_of (milliseconds since 1970)
 *     tensors    f64[users] each: first_seen, last_seen (milliseconds), n_events, active_days, frequency, monetary, r, f, m,
 *                inter_purchase_days (0 for fewer than two orders)
 *
 * behaviour-version-1.ts reads what version 1 of the file had instead.
 */
import * as v from 'valibot';
import { f64, type Part, type PartReader } from '../part.js';
import { type Behaviour, type BehaviourFacts, completed } from './behaviour.js';
import { daysBetween, LATEST } from './time.js';

const VERSION = '2';
const MOST = 2 ** 31 - 1;
const TIME = v.pipe(v.number(), v.minValue(-LATEST), v.maxValue(LATEST));

export function writeBehaviour(behaviour: Behaviour): Part {
  const { users, asOf, firstSeen, lastSeen, nEvents, activeDays, frequency, monetary, r, f, m } = behaviour;
  return {
    metadata: { version: VERSION, users: JSON.stringify(users), as_of: JSON.stringify(asOf) },
    tensors: {
      first_seen: f64(firstSeen),
      last_seen: f64(lastSeen),
      n_events: f64(nEvents),
      active_days: f64(activeDays),
      frequency: f64(frequency),
      monetary: f64(monetary),
      inter_purchase_days: f64(behaviour.interPurchaseDays.map((days) => (Number.isNaN(days) ? 0 : days))),
      r: f64(r),
      f: f64(f),
      m: f64(m),
    },
  };
}

/** @throws CameoError 'model' naming what was expected and what was found */
export function readBehaviour(part: PartReader): Behaviour {
  const version = part.text('version');
  part.check(version === VERSION, 'version of the behaviour', `'${VERSION}'`, `'${version}'`);
  const users = readUsers(part);
  const asOf = part.json('as_of', TIME);
  const shape = [users.length];
  const count = (name: string, least: number) => part.i32(name, shape, { least, most: MOST });
  const quintile = (name: string) => part.i32(name, shape, { least: 1, most: 5 });
  const time = (name: string) => part.f64(name, shape, { least: -LATEST, most: asOf });
  return agreeing(part, {
    users,
    asOf,
    firstSeen: time('first_seen'),
    lastSeen: time('last_seen'),
    nEvents: count('n_events', 1),
    activeDays: count('active_days', 1),
    frequency: count('frequency', 0),
    monetary: part.f64('monetary', shape),
    interPurchaseDays: part.f64('inter_purchase_days', shape, { least: 0 }),
    r: quintile('r'),
    f: quintile('f'),
    m: quintile('m'),
  });
}

/** Ids, each once. */
export function readUsers(part: PartReader): string[] {
  const users = part.json('users', v.array(v.string()));
  const distinct = new Set(users).size;
  part.check(distinct === users.length, "metadata 'users'", 'every id once', `${distinct} of ${users.length}`);
  return users;
}

/**
 * The behaviour of facts from a file, in which `interPurchaseDays` is 0 for fewer than two orders.
 * @throws CameoError 'model' for what cannot be: seen last before first, active on more days than there were events
 */
export function agreeing(part: PartReader, facts: BehaviourFacts): Behaviour {
  const { asOf, firstSeen, lastSeen, nEvents, activeDays, frequency, interPurchaseDays } = facts;
  for (let u = 0; u < firstSeen.length; u++) {
    const most = frequency[u] < 2 ? 0 : daysBetween(firstSeen[u], lastSeen[u]) / (frequency[u] - 1) + 1e-6;
    const good =
      firstSeen[u] <= lastSeen[u] &&
      lastSeen[u] <= asOf &&
      activeDays[u] <= nEvents[u] &&
      frequency[u] <= nEvents[u] &&
      interPurchaseDays[u] <= most;
    part.check(good, `the behaviour of user ${u}`, 'times and counts that agree', 'others');
  }
  const between = interPurchaseDays.map((days, u) => (frequency[u] < 2 ? Number.NaN : days));
  return completed({ ...facts, interPurchaseDays: between });
}
