/**
 * What is searched for recommendations: recommenders and their options, compared as a choice among them is (recommend/choose.ts). The last events
 * are held out, and looked at by no trial; of those before them the last are held out again, and trials are compared on these.
 */

import type { Effort } from '../effort.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { checked, type OptionSchema } from '../options.js';
import { AT, type Cut, chooseRecommender, cutOf, EVENTS, FAST, leftOut, sampleOf } from '../recommend/choose.js';
import { families } from '../recommend/index.js';
import { rankingOf } from '../recommend/truth.js';
import { type Config, dimensionsOf } from '../score/tune/space.js';
import type { Subject } from '../score/tune/trial.js';
import type { Events } from '../table/events.js';

/** Events above which a rung has a third of them only. */
const MANY = 20_000;

export interface EventsSubject extends Subject {
  /** what is held out, in words */
  readonly says: string;
  /** of each rung, in words */
  readonly rungsSay: readonly string[];
  /** What a recommender that is fitted on the earlier events comes to on the last. */
  heldOut(config: Config, signal?: AbortSignal): Promise<number>;
}

interface Asked {
  seed: number;
  halfLife?: number;
  metric: 'ndcg' | 'hitRate' | 'recall' | 'map';
  families?: readonly string[];
  effort: Effort;
}

/** @throws CameoError 'argument' for a recommender that is not known, 'data' where nothing can be held out */
export async function eventsSubject(
  engine: Engine,
  events: Events,
  { seed, halfLife, metric, families: names, effort }: Asked,
  signal: AbortSignal | undefined,
): Promise<EventsSubject> {
  const all = Object.keys(families);
  const strange = names?.find((name) => !all.includes(name));
  if (strange !== undefined)
    throw errors.option('families', `among ${all.map((name) => `'${name}'`).join(', ')}`, `'${strange}'`);
  const outer = cut(events, seed, halfLife);
  const pool = outer.train;
  const samples = [...(pool.rows > MANY ? [Math.ceil(Math.min(EVENTS, pool.rows) / 3)] : []), EVENTS];
  const cuts = samples.map((most) => cut(sampleOf(pool, seed, most).events, seed, halfLife));
  const able = all.filter((name) => (names?.includes(name) ?? true) && !leftOut(name, outer.pairs));
  if (able.length === 0) throw errors.option('families', 'a recommender for so many items', `'${names?.join("', '")}'`);
  const chosen = async () => (await chooseRecommender(engine, pool, { seed, halfLife }, { signal })).recommender;
  const standard = events.rating ? 'factorization' : effort === 'fast' ? FAST : await chosen();
  const ranked = async ({ family, options }: Config, { pairs, truth }: Cut, signal: AbortSignal | undefined) => {
    const { options: schema, fit } = families[family];
    const model = await fit(engine, pairs, checked(schema, { ...seeded(schema, seed), ...options }), { signal });
    return (await rankingOf(model, truth, AT, undefined, signal))[metric];
  };
  return {
    space: { families: Object.fromEntries(able.map((name) => [name, dimensionsOf(families[name].options)])), shared: [] },
    standard: { family: standard, options: {}, shared: {} },
    rungs: cuts.map((_, piece) => [piece]),
    rungsSay: cuts.map(({ says, truth }) => `${says} before those, ${truth.users.length.toLocaleString('en')} users`),
    lessIsBetter: false,
    says: `${outer.says}, ${outer.truth.users.length.toLocaleString('en')} users`,
    measure: (config, piece, signal) => ranked(config, cuts[piece], signal),
    heldOut: (config, signal) => ranked(config, outer, signal),
  };
}

function cut(events: Events, seed: number, halfLife: number | undefined): Cut {
  const found = cutOf(events, seed, halfLife);
  if (!found) throw errors.tooFewRows('Holding events out (users with something new in them)', 0, 1);
  return found;
}

/** The seed where a recommender takes one. */
const seeded = ({ entries }: OptionSchema, seed: number) => ('seed' in entries ? { seed } : {});
