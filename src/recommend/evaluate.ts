/**
 * How good recommendations are, on what was held out of the events (events/hold-out.ts): of each user the last order, or a fifth of all
 * pairs of user and item at random.
 *
 * Relevant are a user's held-out items that they had not had before. A recommender is fitted on the rest, and the items that the user
 * has not had are ranked: all of them (full ranking), or the relevant ones among `negatives` sampled ones each, which is
 * cheaper, higher, and not comparable with the former (Krichene and Rendle, "On Sampled Metrics for Item Recommendation",
 * 2020). Beside it stand item-based neighbours and popularity on the same data. With ratings, their errors stand beside those
 * of always answering the mean.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type HeldPairs, HOLD_OUTS, holdOut, knownPairs } from '../events/hold-out.js';
import { pairsOf } from '../events/pairs.js';
import type { RankingEvaluation } from '../metrics/ranking.js';
import { evaluateRegression } from '../metrics/regression.js';
import { above, checked, oneOf, whole } from '../options.js';
import type { Events } from '../table/events.js';
import { CANDIDATES, chooseRecommender, leftOut } from './choose.js';
import { AUTO, familyOf, type NamedPairs, type RecommenderOptions } from './fit.js';
import { historiesOf } from './histories.js';
import { families } from './index.js';
import type { Recommends } from './recommender.js';
import { candidatesOf, rankingOf, type Truth, truthOf } from './truth.js';

/** What was held out of events: pairs to fit on, and pairs of the same users and items to hold the lists against. */
export interface HeldOut {
  /** how the events were cut, and what that needs, in words */
  readonly how: { readonly says: string; readonly needs: string };
  readonly train: NamedPairs;
  readonly held: HeldPairs;
}

/** The families that every other is held against, with their defaults. */
const BESIDE = ['neighbours', 'popularity'] as const;
type Beside = (typeof BESIDE)[number];

export type RecommenderEvaluation<Family extends string = 'factorization'> = {
  /** how the data was split and ranked, in words */
  protocol: string;
  n: number;
  /** of 'auto': what was chosen, without a look at what is held out */
  chosen?: string;
  /** of the held-out ratings; null without ratings */
  ratings: RatingErrors | null;
} & Record<Family | Beside, RankingEvaluation>;

export interface RatingErrors {
  rmse: number;
  mae: number;
  /** of always answering the mean of the training pairs */
  baselineRmse: number;
  pairs: number;
}

export interface EvaluationOptions extends RecommenderOptions {
  /** length of the lists; default 10 */
  n?: number;
  /** items sampled for each relevant one; default 0: full ranking */
  negatives?: number;
  /** of events: what is held out, default 'last'; and the days after which one counts half, default: all count the same */
  split?: 'last' | 'random';
  halfLife?: number;
}

const RANKING = { n: v.optional(whole(1), 10), negatives: v.optional(whole(0), 0) };
const SPLIT = { split: v.optional(oneOf(...HOLD_OUTS), 'last'), halfLife: v.optional(above(0)) };
const SPLITS = {
  last: {
    says: 'temporal leave-last-out (last order, items new to the user)',
    needs: 'Leaving the last order out (users with two orders)',
  },
  random: {
    says: 'a random fifth of the pairs held out',
    needs: 'Leaving a fifth out (pairs of known users and items)',
  },
};

/**
 * Holds some of the events out, fits a recommender of the family that the options name on the rest, and compares it.
 * @throws CameoError 'data' when nothing can be held out, 'argument' for options that are not known or out of range; as the fit
 */
export async function evaluateRecommender(
  engine: Engine,
  events: Events,
  options: EvaluationOptions = {},
): Promise<RecommenderEvaluation> {
  const auto = options.recommender === AUTO;
  const { recommender: _, ...unnamed } = options;
  const { options: chosen, run, rest } = familyOf(auto ? unnamed : options, { ...RANKING, ...SPLIT });
  const { split, halfLife, ...others } = { ...options, ...rest };
  const how = SPLITS[split];
  const seed = seedOf(chosen);
  const { train: before, held } = holdOut(events, split, seed);
  if (held.user.length === 0) throw errors.tooFewRows(how.needs, 0, 1);
  const train = pairsOf(before, { halfLife });
  const cut = { how, train, held: knownPairs(held, train) };
  if (!auto) return compareRecommenders(engine, cut, others);
  // Chosen without a look at what is held out here.
  const { recommender } = events.rating
    ? { recommender: 'factorization' }
    : await chooseRecommender(engine, before, { seed, halfLife }, { signal: run.signal });
  const beside = CANDIDATES.filter((name) => !leftOut(name, train.pairs));
  const seeded = 'seed' in families[recommender].options.entries ? { seed } : {};
  const { n, negatives } = rest;
  const asked = { n, negatives, ...seeded, signal: run.signal, recommender };
  return { ...(await compareRecommenders(engine, cut, asked, beside)), chosen: recommender };
}

/**
 * As evaluateRecommender, of what is held out already.
 * @param beside families that stand beside it with their defaults
 */
export async function compareRecommenders(
  engine: Engine,
  { how, train, held }: HeldOut,
  options: EvaluationOptions = {},
  beside: readonly string[] = BESIDE,
): Promise<RecommenderEvaluation> {
  const { family, options: chosen, run, rest } = familyOf(options, RANKING);
  const { n, negatives } = rest;
  const { user, item, users, items, values } = train.pairs;
  const histories = historiesOf(user, item, users);
  const truth = truthOf(held, histories);
  if (truth.users.length === 0) throw errors.tooFewRows(how.needs, 0, 1);
  const candidates = negatives > 0 ? candidatesOf(truth, histories, items, negatives, seedOf(chosen)) : undefined;

  const model = await family.fit(engine, train.pairs, chosen, run);
  const rank = (ranked: Recommends) => rankingOf(ranked, truth, n, candidates, run.signal);
  const rankings: Record<string, RankingEvaluation> = { [family.name]: await rank(model) };
  for (const name of beside) {
    const other = families[name];
    const seeded = 'seed' in other.options.entries ? { seed: seedOf(chosen) } : {};
    if (other !== family)
      rankings[name] = await rank(await other.fit(engine, train.pairs, checked(other.options, seeded), run));
  }
  const rated = model.predictsRatings && values && truth.rated.length > 0;
  return {
    protocol: `${how.says}, ${negatives > 0 ? `ranked against ${negatives} sampled items each` : 'full ranking'}`,
    n,
    ...(rankings as Record<'factorization' | Beside, RankingEvaluation>),
    ratings: rated ? ratingErrors(model, truth.rated, values) : null,
  };
}

/** The seed of the recommender's options splits and samples too. */
const seedOf = ({ seed }: Record<string, unknown>) => (typeof seed === 'number' ? seed : 42);

function ratingErrors(model: Recommends, rated: Truth['rated'], values: Float32Array): RatingErrors {
  const truth = rated.map(({ rating }) => rating);
  const predicted = model.score(
    rated.map(({ user }) => user),
    rated.map(({ item }) => item),
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const { rmse, mae } = evaluateRegression(truth, predicted);
  const baseline = evaluateRegression(
    truth,
    truth.map(() => mean),
  );
  return { rmse, mae, baselineRmse: baseline.rmse, pairs: rated.length };
}
