/** Fits a recommender of a family to pairs of users and items with their names. Apart from catalogue.ts, since an edge function never fits. */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { checked, oneOf, RUN } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { Recommender } from './catalogue.js';
import { families } from './index.js';
import type { RecommenderFamily, Recommends } from './recommender.js';

export interface RecommenderOptions extends RunOptions {
  /** the family, by its name in index.ts; default 'factorization' */
  recommender?: string;
  /** an option of the family, such as `rank`, `epochs` or `seed` of a factorization */
  [option: string]: unknown;
}

/** Pairs of users and items, each once, by user and then item, with their names. */
export interface NamedPairs {
  /** ids by number */
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** names of the items for people, null without one; absent for none at all */
  readonly labels?: readonly (string | null)[];
  /** i32[pairs]: numbers of user and item */
  readonly u: Int32Array;
  readonly i: Int32Array;
  readonly weights?: Float32Array;
  readonly values?: Float32Array;
}

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
export function choose<E extends v.ObjectEntries>(
  options: RecommenderOptions,
  more: E,
): Choice<v.InferOutput<v.StrictObjectSchema<E, undefined>>> {
  const NAME = v.strictObject({ recommender: v.optional(oneOf(...Object.keys(families)), 'factorization') });
  const { recommender } = checked(NAME, { recommender: options.recommender });
  const family = families[recommender];
  const all = v.strictObject({ ...NAME.entries, ...more, ...family.options.entries, ...RUN });
  const found = Object.entries<unknown>(checked(all, options));
  const those = (entries: object) => Object.fromEntries(found.filter(([name]) => name in entries));
  return { family, options: those(family.options.entries), run: those(RUN), rest: those(more) as never };
}

export function fitFamily(
  engine: Engine,
  { users, items, u: user, i: item, weights, values }: NamedPairs,
  { family, options, run }: Choice,
): Promise<Recommends> {
  return family.fit(engine, { users: users.length, items: items.length, user, item, weights, values }, options, run);
}

/** @throws CameoError 'argument' for options, 'data' for pairs that cannot be learnt from, 'diverged', 'aborted', 'memory' */
export async function fitPairs(engine: Engine, pairs: NamedPairs, options: RecommenderOptions = {}): Promise<Recommender> {
  const model = await fitFamily(engine, pairs, choose(options, {}));
  const { users, items, labels = items.map(() => null) } = pairs;
  return new Recommender(model, { users, items, labels });
}
