/**
 * How good recommendations are, on what was held out of the log:
 *
 *     split 'last'     temporal leave-last-out: of every user with at least two orders (events of one moment) the last is
 *                      held out, and whatever came after it
 *     split 'random'   a fifth of all pairs of user and item, by a hash of their ids and the seed
 *
 * Relevant are a user's held-out items that they had not had before. A model is fitted on the rest, and the items that the user
 * has not had are ranked: all of them (full ranking), or the relevant ones among `negatives` sampled ones each, which is
 * cheaper, higher, and not comparable with the former (Krichene and Rendle, "On Sampled Metrics for Item Recommendation",
 * 2020). Beside it stand popularity and item-based neighbours on the same data. With ratings, their errors stand beside those
 * of always answering the mean.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { interactionsOf } from '../events/pairs.js';
import type { Events } from '../io/events.js';
import { evaluateRanking, type RankingEvaluation } from '../metrics/ranking.js';
import { evaluateRegression } from '../metrics/regression.js';
import { fitFactorization, type RecommenderOptions } from '../profile/recommender.js';
import { shuffle } from '../random.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { itemKnn } from './item-neighbours.js';

export interface RecommenderEvaluation {
  /** how the data was split and ranked, in words */
  protocol: string;
  n: number;
  factorization: RankingEvaluation;
  popularity: RankingEvaluation;
  itemKnn: RankingEvaluation;
  /** of the held-out ratings; null without ratings */
  ratings: { rmse: number; mae: number; baselineRmse: number; pairs: number } | null;
}

export interface EvaluationOptions extends RecommenderOptions, RunOptions {
  /** length of the lists; default 10 */
  n?: number;
  /** default 'last' */
  split?: 'last' | 'random';
  /** items sampled for each relevant one; default 0: full ranking */
  negatives?: number;
}

const RANDOM_SHARE = 0.2;
const STREAM = 0x72000000;
/** Users whose whole rankings are in memory at a time. */
const CHUNK = 256;

/** Cuts the events into the tables `train` and `held` (u, i, rating). */
async function cut(events: Events, split: 'last' | 'random', seed: number): Promise<void> {
  if (split === 'last') {
    await events.query(`CREATE OR REPLACE TEMP TABLE last AS
      SELECT u, max(t) AS cut FROM events WHERE bought GROUP BY u HAVING count(DISTINCT t) >= 2`);
    await events.query(
      'CREATE OR REPLACE TEMP TABLE train AS SELECT e.* FROM events e LEFT JOIN last USING (u) WHERE cut IS NULL OR t < cut',
    );
    await events.query(`CREATE OR REPLACE TEMP TABLE held AS
      SELECT u, i, arg_max(rating, (t, rating)) AS rating FROM events JOIN last USING (u) WHERE t = cut AND bought GROUP BY u, i`);
    return;
  }
  await events.query(`CREATE OR REPLACE TEMP TABLE held AS
    SELECT u, i, arg_max(rating, (t, rating)) AS rating FROM events GROUP BY u, i
    HAVING md5_number_lower(u || chr(31) || i || chr(31) || '${seed}') % 1000 < ${1000 * RANDOM_SHARE}`);
  await events.query('CREATE OR REPLACE TEMP TABLE train AS SELECT e.* FROM events e ANTI JOIN held USING (u, i)');
}

/** @throws CameoError 'data' when nothing can be held out, 'argument' for options out of range */
export async function evaluateRecommender(
  engine: Engine,
  events: Events,
  options: EvaluationOptions = {},
): Promise<RecommenderEvaluation> {
  const { n = 10, split = 'last', negatives = 0, seed = 42, signal } = options;
  if (split !== 'last' && split !== 'random') throw errors.option('split', "'last' or 'random'", split);
  if (!Number.isInteger(negatives) || negatives < 0) throw errors.option('negatives', 'a whole number from 0', negatives);
  await cut(events, split, seed);
  const nothing = errors.tooFewRows(
    split === 'last'
      ? 'Leaving the last order out (users with two orders)'
      : 'Leaving a fifth out (pairs of known users and items)',
    0,
    1,
  );
  const [{ rows }] = await events.query('SELECT count(*)::INTEGER AS rows FROM held');
  if (rows === 0) throw nothing;
  const data = await interactionsOf(events, 'train', options.halfLife);
  const userNumber = new Map(data.users.map((id, k) => [id, k]));
  const itemNumber = new Map(data.items.map((id, k) => [id, k]));
  const model = await fitFactorization(engine, data, options);
  const { offsets, items: had } = model.history;
  const own = (u: number) => had.subarray(offsets[u], offsets[u + 1]);

  const relevant = new Map<number, number[]>();
  const rated: { u: number; i: number; rating: number }[] = [];
  const held = (await events.columns('SELECT u, i, rating::DOUBLE FROM held ORDER BY u, i')) as [
    string[],
    string[],
    (number | null)[],
  ];
  held[0].forEach((user, t) => {
    const [u, i, rating] = [userNumber.get(user), itemNumber.get(held[1][t]), held[2][t]];
    if (u === undefined || i === undefined) return;
    if (rating !== null) rated.push({ u, i, rating });
    if (own(u).includes(i)) return;
    const list = relevant.get(u);
    if (list) list.push(i);
    else relevant.set(u, [i]);
  });
  if (relevant.size === 0) throw nothing;
  const asked = [...relevant.keys()];
  const candidates =
    negatives > 0 ? asked.map((u) => sampled(u, relevant.get(u) as number[], own(u), model.items, negatives, seed)) : undefined;
  const depth = candidates ? model.items : n;

  const counts = new Float64Array(model.items);
  for (const item of data.i) counts[item]++;
  const popular = Int32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  const rankers = {
    factorization: async (users: number[]) => (await model.recommend(users, { n: depth, signal })).map(({ ids }) => ids),
    popularity: async (users: number[]) =>
      users.map((u) => {
        const mine = new Set(own(u));
        const list: number[] = [];
        for (let k = 0; list.length < depth && k < popular.length; k++) if (!mine.has(popular[k])) list.push(popular[k]);
        return list;
      }),
    itemKnn: async (users: number[]) => itemKnn(model.history, model.items, users, depth).map(({ ids }) => ids),
  };
  const results: Partial<Record<keyof typeof rankers, RankingEvaluation>> = {};
  for (const [name, rank] of Object.entries(rankers)) {
    const lists: ArrayLike<number>[] = [];
    for (let first = 0; first < asked.length; first += candidates ? CHUNK : asked.length) {
      const all = await rank(asked.slice(first, candidates ? first + CHUNK : undefined));
      all.forEach((list, k) => {
        lists.push(
          candidates
            ? Array.from(list)
                .filter((i) => candidates[first + k].has(i))
                .slice(0, n)
            : list,
        );
      });
    }
    results[name as keyof typeof rankers] = evaluateRanking(lists, [...relevant.values()], n);
  }
  const errorsOf = () => {
    const truth = rated.map(({ rating }) => rating);
    const predicted = model.predict(
      rated.map(({ u }) => u),
      rated.map(({ i }) => i),
    );
    const { rmse, mae } = evaluateRegression(truth, predicted);
    const mean = (data.values as Float32Array).reduce((sum, v) => sum + v, 0) / data.u.length;
    return {
      rmse,
      mae,
      baselineRmse: evaluateRegression(
        truth,
        truth.map(() => mean),
      ).rmse,
      pairs: rated.length,
    };
  };
  const how =
    split === 'last' ? 'temporal leave-last-out (last order, items new to the user)' : 'a random fifth of the pairs held out';
  return {
    protocol: `${how}, ${negatives > 0 ? `ranked against ${negatives} sampled items each` : 'full ranking'}`,
    n,
    ...(results as Record<keyof typeof rankers, RankingEvaluation>),
    ratings: data.values && rated.length > 0 ? errorsOf() : null,
  };
}

/** A user's relevant items, and for each some that the user never had, without repetition, at random by seed and user. */
function sampled(u: number, relevant: number[], own: Int32Array, nItems: number, negatives: number, seed: number): Set<number> {
  const chosen = new Set(relevant);
  const mine = new Set(own);
  const order = shuffle(
    Int32Array.from({ length: nItems }, (_, i) => i),
    seed,
    STREAM + u,
  );
  const most = relevant.length * (negatives + 1);
  for (let k = 0; k < order.length && chosen.size < most; k++) if (!mine.has(order[k])) chosen.add(order[k]);
  return chosen;
}
