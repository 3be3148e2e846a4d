/**
 * Which recommender suits a log: the candidates are fitted on the events before a moment and ranked by their NDCG at 10, with the full ranking,
 * on what came after it. No recommender is best everywhere: neighbours win on sparse logs, EASE and iALS on dense ones.
 *
 *     after    the last fifth of the events by time, where enough users have something new in it
 *     last     else of each user the last order
 *     random   else a fifth of all pairs
 *
 * What it takes is bounded by the work and not by a clock, so that the same log gives the same choice everywhere: of a large log it looks at a
 * sample of users by the seed.
 */
import type { Engine } from '../engine/engine.js';
import { CameoError } from '../errors.js';
import { afterCut, type HeldPairs, holdOut, knownPairs } from '../events/hold-out.js';
import { type EventPairs, itemOf, pairsOf } from '../events/pairs.js';
import { checked } from '../options.js';
import { shuffle } from '../random.js';
import { type RunOptions, throwIfAborted } from '../scheduler/scheduler.js';
import { type Events, rowsWhere, selectEvents } from '../table/events.js';
import { historiesOf } from './histories.js';
import { families } from './index.js';
import type { Candidate, Choice, Pairs } from './recommender.js';
import { rankingOf, type Truth, truthOf } from './truth.js';

/** Of equally good ones the first is taken. */
export const CANDIDATES = ['ials', 'ease', 'neighbours', 'factorization', 'popularity'] as const;
/** What there is without a choice. */
export const FAST = 'ials';

/** Length of the lists. */
export const AT = 10;
/** Events that are looked at, and users whose lists are compared, at most. */
export const EVENTS = 200_000;
const USERS = 2000;
/** Users that a way of holding out needs to be told from chance. */
const ENOUGH = 50;
/** Items up to which EASE, whose work grows with their cube, takes part. */
const EASE_ITEMS = 5000;
const STREAM = { events: 0x74000000, users: 0x74000001 };

/** Why a family does not take part for such a catalogue; undefined where it does. */
export function leftOut(recommender: string, { items }: Pick<Pairs, 'items'>): string | undefined {
  if (recommender !== 'ease' || items <= EASE_ITEMS) return undefined;
  return `left out: ${items.toLocaleString('en')} items, more than ${EASE_ITEMS.toLocaleString('en')}`;
}

/**
 * @param options `most`: events that are looked at, at most
 * @throws CameoError 'aborted'; 'argument' for events without items
 */
export async function chooseRecommender(
  engine: Engine,
  events: Events,
  { seed, halfLife, most = EVENTS }: { seed: number; halfLife?: number; most?: number },
  run: RunOptions,
): Promise<Choice> {
  const started = performance.now();
  const sample = sampleOf(events, seed, most);
  const cut = cutOf(sample.events, seed, halfLife);
  const seconds = () => (performance.now() - started) / 1000;
  if (!cut) {
    const protocol = 'nothing to choose by: too few users have something new in any part that is held out';
    return { recommender: FAST, protocol, users: 0, candidates: [], seconds: seconds() };
  }
  const candidates: Candidate[] = [];
  for (const recommender of CANDIDATES) candidates.push(await tried(engine, recommender, cut, seed, run));
  const best = candidates.reduce((a, b) => ((b.ndcg ?? -1) > (a.ndcg ?? -1) ? b : a));
  const users = cut.truth.users.length;
  const protocol = `fitted before, compared on ${cut.says}, full ranking, ${users.toLocaleString('en')} users${sample.says}`;
  return { recommender: best.recommender, protocol, users, candidates, seconds: seconds() };
}

/** A sample of users where there are many events. */
export function sampleOf(events: Events, seed: number, most: number): { events: Events; says: string } {
  if (events.rows <= most) return { events, says: '' };
  const counts = new Int32Array(events.users.length);
  for (const u of events.user) counts[u]++;
  const order = shuffle(
    Int32Array.from(counts, (_, u) => u),
    seed,
    STREAM.events,
  );
  const chosen = new Uint8Array(counts.length);
  let [rows, users] = [0, 0];
  for (const u of order) {
    if (rows + counts[u] > most) continue;
    rows += counts[u];
    if (counts[u] > 0) users++;
    chosen[u] = 1;
  }
  const says = ` among a sample of ${users.toLocaleString('en')} of ${events.users.length.toLocaleString('en')}`;
  return {
    events: selectEvents(
      events,
      rowsWhere(events.rows, (row) => chosen[events.user[row]] === 1),
    ),
    says,
  };
}

/** What recommenders learn from, and what their lists are held against. */
export interface Cut {
  readonly says: string;
  readonly train: Events;
  readonly pairs: Pairs;
  readonly truth: Truth;
}

/** The first way of holding out that leaves enough users; else the one that leaves most, undefined where none leaves any. */
export function cutOf(events: Events, seed: number, halfLife: number | undefined): Cut | undefined {
  itemOf(events);
  const ways = [
    { says: 'the last fifth of the events', cut: () => afterCut(events) },
    {
      says: 'last orders, since too few users have something new in the last fifth of the events',
      cut: () => holdOut(events, 'last', seed),
    },
    {
      says: 'a random fifth of the pairs, since times do not tell the events apart',
      cut: () => holdOut(events, 'random', seed),
    },
  ];
  let best: Cut | undefined;
  for (const { says, cut } of ways) {
    const { train, held } = cut();
    const found = truthIn(train, held, seed, halfLife);
    if (!found || found.truth.users.length <= (best?.truth.users.length ?? 0)) continue;
    best = { says, train, ...found };
    if (best.truth.users.length >= ENOUGH) break;
  }
  return best;
}

/** The pairs to learn from and what is relevant to whom; undefined where there is nothing to learn from. */
function truthIn(
  train: Events,
  held: HeldPairs,
  seed: number,
  halfLife: number | undefined,
): Pick<Cut, 'pairs' | 'truth'> | undefined {
  let learnt: EventPairs;
  try {
    learnt = pairsOf(train, { halfLife });
  } catch (error) {
    if (error instanceof CameoError && error.code === 'data') return undefined;
    throw error;
  }
  const { pairs } = learnt;
  const truth = truthOf(knownPairs(held, learnt), historiesOf(pairs.user, pairs.item, pairs.users));
  const order = shuffle(
    Int32Array.from(truth.users, (_, r) => r),
    seed,
    STREAM.users,
  ).subarray(0, USERS);
  order.sort();
  const asked = {
    users: Array.from(order, (r) => truth.users[r]),
    relevant: Array.from(order, (r) => truth.relevant[r]),
    rated: [],
  };
  return { pairs, truth: asked };
}

/** What a candidate comes to: one that cannot learn from such pairs is left out, and says why. */
async function tried(
  engine: Engine,
  recommender: string,
  { pairs, truth }: Cut,
  seed: number,
  { signal }: RunOptions,
): Promise<Candidate> {
  throwIfAborted(signal);
  const started = performance.now();
  const done = (found: Omit<Candidate, 'recommender' | 'seconds'>) => ({
    recommender,
    ...found,
    seconds: (performance.now() - started) / 1000,
  });
  const out = leftOut(recommender, pairs);
  if (out) return done({ ndcg: null, hitRate: null, note: out });
  const family = families[recommender];
  try {
    const seeded = 'seed' in family.options.entries ? { seed } : {};
    const model = await family.fit(engine, pairs, checked(family.options, seeded), { signal });
    const { ndcg, hitRate } = await rankingOf(model, truth, AT, undefined, signal);
    return done({ ndcg, hitRate });
  } catch (error) {
    if (!(error instanceof CameoError) || ['aborted', 'worker', 'runtime'].includes(error.code)) throw error;
    return done({ ndcg: null, hitRate: null, note: `left out: ${error.message}` });
  }
}
