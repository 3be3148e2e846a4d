/**
 * Which recommender suits a log: the candidates are fitted on the events before a moment and ranked by their NDCG at 10, with the full ranking,
 * on what came after it. No recommender is best everywhere: neighbours win on sparse logs, EASE and iALS on dense ones.
 *
 *     after    the last fifth of the events by time, where enough users have something new in it
 *     last     else of each user the last order
 *     random   else a fifth of all pairs
 *
 * It takes no more than three fits of the costliest candidate on everything would. That is bounded by the work as cost.ts counts it and not by a
 * clock, so that the same log gives the same choice everywhere: of a large log, and where the candidates together would take longer, it looks at a
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
import { fitCost, listCost, type Size, sizeOfEvents, sizeOfPairs } from './cost.js';
import { historiesOf } from './histories.js';
import { families } from './index.js';
import type { Candidate, Choice, Pairs } from './recommender.js';
import { rankingOf, type Truth, truthOf } from './truth.js';

/** Of equally good ones the first is taken. item2vec, which costs many times what these do, is for who asks for it. */
export const CANDIDATES = ['ials', 'ease', 'neighbours', 'factorization', 'popularity'] as const;
/** What there is without a choice. */
export const FAST = 'ials';

/** Length of the lists. */
export const AT = 10;
/** Events that are looked at, and users whose lists are compared, at most. */
export const EVENTS = 200_000;
const USERS = 2000;
/** Fits of the costliest candidate that choosing may take. */
const FITS = 3;
/** Of what would take as long as it may: counts are no clocks. */
const MARGIN = 0.9;
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
  const { sample, cut } = withinBudget(events, seed, halfLife, most);
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

const takingPart = (size: Size) => CANDIDATES.filter((name) => !leftOut(name, size));

/** What choosing may cost for events of such a size. */
export const budgetOf = (size: Size) => FITS * Math.max(...takingPart(size).map((name) => fitCost(name, size)));

/** What fitting all candidates on pairs and ranking them for some users costs. */
export function choiceCost(size: Size, users: number): number {
  const names = takingPart(size);
  return names.reduce((sum, name) => sum + fitCost(name, size), 0) + names.length * listCost(users, size);
}

/** A cut of the events, or of as large a sample of them as costs no more than it may and leaves enough users. */
export function withinBudget(events: Events, seed: number, halfLife: number | undefined, most: number) {
  const budget = budgetOf(sizeOfEvents(events));
  const look = (rows: number) => {
    const sample = sampleOf(events, seed, rows);
    return { rows, sample, cut: cutOf(sample.events, seed, halfLife) };
  };
  for (let found = look(Math.min(most, events.rows)); ; ) {
    const { rows, sample, cut } = found;
    const cost = cut ? choiceCost(sizeOfPairs(cut.pairs), cut.truth.users.length) : 0;
    if (cost <= budget) return { sample, cut };
    const next = look(Math.floor(rows * Math.max(0.5, (MARGIN * budget) / cost)));
    if (!next.cut || next.cut.truth.users.length < ENOUGH) return { sample, cut };
    found = next;
  }
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
