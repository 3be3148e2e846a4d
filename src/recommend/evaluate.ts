/**
 * How good recommendations are, on what was held out of the log (events/pairs.ts):
 *
 *     split 'last'     temporal leave-last-out: of every user with at least two orders (events of one moment) the last is
 *                      held out, and whatever came after it
 *     split 'random'   a fifth of all pairs of user and item, by a hash of their ids and the seed
 *
 * Relevant are a user's held-out items that they had not had before. A recommender is fitted on the rest, and the items that the user
 * has not had are ranked: all of them (full ranking), or the relevant ones among `negatives` sampled ones each, which is
 * cheaper, higher, and not comparable with the former (Krichene and Rendle, "On Sampled Metrics for Item Recommendation",
 * 2020). Beside it stand popularity and item-based neighbours on the same data. With ratings, their errors stand beside those
 * of always answering the mean.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { evaluateRanking, type RankingEvaluation } from '../metrics/ranking.js';
import { evaluateRegression } from '../metrics/regression.js';
import { whole } from '../options.js';
import { shuffle } from '../random.js';
import { hadBy } from './factors.js';
import { choose, fitFamily, type NamedPairs, type RecommenderOptions } from './fit.js';
import { historyOf } from './interactions.js';
import { itemNeighbours } from './item-neighbours.js';
import { popularity } from './popularity.js';
import type { Histories, Ranker, Recommends } from './recommender.js';

/** What was held out of a log, and the rest. */
export interface HeldOut {
  /** how it was cut */
  readonly split: 'last' | 'random';
  readonly train: NamedPairs;
  readonly held: HeldPairs;
}

/** Pairs of users and items by their ids, each once; `rating` is NaN or absent where there is none. */
export interface HeldPairs {
  readonly user: readonly string[];
  readonly item: readonly string[];
  readonly rating?: ArrayLike<number>;
}

export type RecommenderEvaluation<Family extends string = 'factorization'> = {
  /** how the data was split and ranked, in words */
  protocol: string;
  n: number;
  /** of the held-out ratings; null without ratings */
  ratings: RatingErrors | null;
} & Record<Family | 'popularity' | 'itemKnn', RankingEvaluation>;

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
}

const OPTIONS = { n: v.optional(whole(1), 10), negatives: v.optional(whole(0), 0) };
const STREAM = 0x72000000;
/** Users whose whole rankings are in memory at a time. */
const CHUNK = 256;

/** What the lists are held against, by number. */
interface Truth {
  /** users with relevant items, and the items of each */
  users: number[];
  relevant: number[][];
  rated: { user: number; item: number; rating: number }[];
}

/**
 * Fits a recommender of the family that the options name on `train`, and ranks for those of `held`.
 * @throws CameoError 'data' when nothing can be held out, 'argument' for options that are not known or out of range; as the fit
 */
export async function compareRecommenders(
  engine: Engine,
  { split, train, held }: HeldOut,
  options: EvaluationOptions = {},
): Promise<RecommenderEvaluation> {
  const choice = choose(options, OPTIONS);
  const { n, negatives } = choice.rest;
  const { signal } = choice.run;
  const histories = historyOf(train.u, train.i, train.users.length);
  const truth = truthOf(train, held, histories);
  if (truth.users.length === 0) throw errors.tooFewRows(CUTS[split].needs, 0, 1);
  const seed = Number(choice.options.seed ?? 42);
  const candidates = negatives > 0 ? candidatesOf(truth, histories, train.items.length, negatives, seed) : undefined;

  const model = await fitFamily(engine, train, choice);
  const baselines = { popularity: popularity(histories, model.items), itemKnn: itemNeighbours(histories, model.items) };
  const rankings: Record<string, RankingEvaluation> = {};
  for (const [name, ranker] of Object.entries<Ranker>({ [choice.family.name]: model, ...baselines })) {
    const lists = candidates
      ? await rankCandidates(ranker, truth.users, candidates, model.items, n, signal)
      : (await ranker.recommend(truth.users, { n, signal })).map(({ ids }) => ids);
    rankings[name] = evaluateRanking(lists, truth.relevant, n);
  }
  const how = negatives > 0 ? `ranked against ${negatives} sampled items each` : 'full ranking';
  return {
    protocol: `${CUTS[split].says}, ${how}`,
    n,
    ...(rankings as Record<'factorization' | 'popularity' | 'itemKnn', RankingEvaluation>),
    ratings: train.values && truth.rated.length > 0 ? ratingErrors(model, truth.rated, train.values) : null,
  };
}

const CUTS = {
  last: {
    says: 'temporal leave-last-out (last order, items new to the user)',
    needs: 'Leaving the last order out (users with two orders)',
  },
  random: {
    says: 'a random fifth of the pairs held out',
    needs: 'Leaving a fifth out (pairs of known users and items)',
  },
};

/** The held-out pairs whose user and item are among those trained on, by their numbers there. */
function truthOf(train: NamedPairs, held: HeldPairs, histories: Histories): Truth {
  const userNumber = new Map(train.users.map((id, number) => [id, number]));
  const itemNumber = new Map(train.items.map((id, number) => [id, number]));
  const relevant = new Map<number, number[]>();
  const rated: Truth['rated'] = [];
  held.user.forEach((id, t) => {
    const [user, item] = [userNumber.get(id), itemNumber.get(held.item[t])];
    if (user === undefined || item === undefined) return;
    const rating = held.rating?.[t] ?? Number.NaN;
    if (!Number.isNaN(rating)) rated.push({ user, item, rating });
    if (hadBy(histories, user).includes(item)) return;
    const list = relevant.get(user);
    if (list) list.push(item);
    else relevant.set(user, [item]);
  });
  return { users: [...relevant.keys()], relevant: [...relevant.values()], rated };
}

/** Each user's relevant items, and for each some that the user never had, without repetition, at random by seed and user. */
function candidatesOf({ users, relevant }: Truth, histories: Histories, count: number, negatives: number, seed: number) {
  return users.map((user, r) => {
    const chosen = new Set(relevant[r]);
    const had = new Set(hadBy(histories, user));
    const order = shuffle(
      Int32Array.from({ length: count }, (_, item) => item),
      seed,
      STREAM + user,
    );
    const most = relevant[r].length * (negatives + 1);
    for (let k = 0; k < order.length && chosen.size < most; k++) if (!had.has(order[k])) chosen.add(order[k]);
    return chosen;
  });
}

/** The n best of each user's candidates: all items are ranked, some users at a time, and the others struck out. */
async function rankCandidates(
  ranker: Ranker,
  users: number[],
  candidates: ReadonlySet<number>[],
  items: number,
  n: number,
  signal: AbortSignal | undefined,
): Promise<Int32Array[]> {
  const lists: Int32Array[] = [];
  for (let first = 0; first < users.length; first += CHUNK) {
    const all = await ranker.recommend(users.slice(first, first + CHUNK), { n: items, signal });
    for (const { ids } of all) {
      const wanted = candidates[lists.length];
      lists.push(ids.filter((item) => wanted.has(item)).subarray(0, n));
    }
  }
  return lists;
}

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
