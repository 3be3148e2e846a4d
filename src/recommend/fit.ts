/** Fits a recommender of a family to events, or to pairs of users and items with their names. Apart from catalogue.ts, since an edge function never fits. */
import * as v from 'valibot';
import type { Effort } from '../effort.js';
import type { Engine } from '../engine/engine.js';
import { type EventPairs, type PairOptions, pairsOf } from '../events/pairs.js';
import { checked, oneOf, RUN } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Events } from '../table/events.js';
import { Recommender } from './catalogue.js';
import { chooseRecommender, FAST } from './choose.js';
import { families } from './index.js';
import type { RecommenderFamily } from './recommender.js';

export interface RecommenderOptions extends RunOptions {
  /** the family, by its name in index.ts; default 'factorization' */
  recommender?: string;
  /** an option of the family, such as `rank`, `epochs` or `seed` of a factorization */
  [option: string]: unknown;
}

/** Pairs with the names of their users and items. */
export type NamedPairs = Pick<EventPairs, 'users' | 'items' | 'labels' | 'pairs'>;

/** A family that was asked for, with its own options, those of the run, and the rest. */
export interface Choice<Rest = unknown> {
  family: RecommenderFamily;
  options: Record<string, unknown>;
  run: RunOptions;
  rest: Rest;
}

/**
 * Reads the options of a recommender, of whichever family they name, and of the work around it.
 * @param more options of that work
 * @throws CameoError 'argument' for what is not known or out of its range
 */
export function familyOf<E extends v.ObjectEntries>(
  options: RecommenderOptions,
  more: E = {} as E,
): Choice<v.InferOutput<v.StrictObjectSchema<E, undefined>>> {
  const NAME = v.strictObject({ recommender: v.optional(oneOf(...Object.keys(families)), 'factorization') });
  const { recommender } = checked(NAME, { recommender: options.recommender });
  const family = families[recommender];
  const all = v.strictObject({ ...NAME.entries, ...more, ...family.options.entries, ...RUN });
  const found = Object.entries<unknown>(checked(all, options));
  const pick = (entries: object) => Object.fromEntries(found.filter(([name]) => name in entries));
  return { family, options: pick(family.options.entries), run: pick(RUN), rest: pick(more) as never };
}

/**
 * @param options of the family, by its name; of the pairs `halfLife`
 * @throws CameoError 'argument' for options, 'data' for events that cannot be learnt from, 'diverged', 'aborted', 'memory'
 */
export async function fitRecommender(engine: Engine, events: Events, options: RecommenderOptions = {}): Promise<Recommender> {
  const { halfLife, ...others } = options;
  familyOf(others);
  return fitPairs(engine, pairsOf(events, { halfLife } as PairOptions), others);
}

/** How much is done to find what suits the log: 'full' compares the candidates, 'fast' takes iALS with its defaults. */
/** The name that stands for a choice. */
export const AUTO = 'auto';

/**
 * Chooses a recommender for the events (choose.ts) and fits it to all of them. Where there are ratings it is the factorization, which predicts
 * them.
 * @param named the pairs of the events
 */
export async function fitChosen(
  engine: Engine,
  events: Events,
  named: NamedPairs,
  { seed, halfLife, effort }: { seed: number; halfLife?: number; effort: Effort },
  run: RunOptions,
): Promise<Recommender> {
  if (events.rating) return fitPairs(engine, named, { recommender: 'factorization', seed, ...run });
  const { signal } = run;
  const choice = effort === 'fast' ? undefined : await chooseRecommender(engine, events, { seed, halfLife }, { signal });
  const recommender = choice?.recommender ?? FAST;
  const seeded = 'seed' in families[recommender].options.entries ? { seed } : {};
  const fitted = await fitPairs(engine, named, { recommender, ...seeded, ...run });
  fitted.choice = choice;
  return fitted;
}

/** As fitRecommender, of pairs. */
export async function fitPairs(engine: Engine, named: NamedPairs, options: RecommenderOptions = {}): Promise<Recommender> {
  const { family, options: chosen, run } = familyOf(options);
  return new Recommender(await family.fit(engine, named.pairs, chosen, run), named);
}
