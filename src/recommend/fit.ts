/** Fits a recommender of a family to pairs of users and items with their names. Apart from catalogue.ts, since an edge function never fits. */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import type { Interactions } from '../events/pairs.js';
import { checked, oneOf, RUN } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { Recommender } from './catalogue.js';
import { families } from './index.js';

export interface RecommenderOptions extends RunOptions {
  /** the family, by its name in index.ts; default 'factorization' */
  recommender?: string;
  /** an option of the family, such as `rank`, `epochs` or `seed` of a factorization */
  [option: string]: unknown;
}

/** The family that is asked for, and its options with their defaults. @throws CameoError 'argument' for what is not known */
export function familyOf({ recommender, ...options }: RecommenderOptions) {
  const names = v.strictObject({ recommender: v.optional(oneOf(...Object.keys(families)), 'factorization') });
  const family = families[checked(names, { recommender }).recommender];
  const { signal, onProgress, ...own } = checked(v.strictObject({ ...family.options.entries, ...RUN }), options);
  return { family, options: own, run: { signal, onProgress } as RunOptions };
}

/**
 * @param pairs each pair of user and item once, by user and then item; `labels`: names of the items for people
 * @throws CameoError 'argument' for options, 'data' for pairs that cannot be learnt from, 'diverged', 'aborted', 'memory'
 */
export async function fitPairs(
  engine: Engine,
  pairs: Interactions & { labels?: readonly (string | null)[] },
  options: RecommenderOptions = {},
): Promise<Recommender> {
  const { family, options: own, run } = familyOf(options);
  const { users, items, u: user, i: item, weights, values } = pairs;
  const model = await family.fit(engine, { users: users.length, items: items.length, user, item, weights, values }, own, run);
  return new Recommender(model, { users, items, labels: pairs.labels ?? items.map(() => null) });
}
