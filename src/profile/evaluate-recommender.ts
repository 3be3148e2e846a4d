/**
 * How good recommendations are, on what users did last. Protocol "temporal leave-last-out, full ranking":
 *
 *     of every user with at least two orders, the last order is held out; relevant are its items that the user had not had
 *     before. A model is fitted on the rest, every item that the user has not had is ranked, and the lists are cut at n.
 *
 * Beside it stand popularity and item-based neighbours on the same data.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import type { Events } from '../io/events.js';
import { evaluateRanking, type RankingEvaluation } from '../metrics/ranking.js';
import { itemKnn } from '../models/item-knn.js';
import { MatrixFactorization } from '../models/matrix-factorization.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { RECOMMENDER_DEFAULTS, type RecommenderOptions } from './recommender.js';

export interface RecommenderEvaluation {
  protocol: string;
  n: number;
  factorization: RankingEvaluation;
  popularity: RankingEvaluation;
  itemKnn: RankingEvaluation;
}

/** @throws CameoError 'data' when no user has two orders */
export async function evaluateRecommender(
  engine: Engine,
  events: Events,
  options: RecommenderOptions & RunOptions & { n?: number } = {},
): Promise<RecommenderEvaluation> {
  const { rank = 64, epochs = 15, seed = 42, n = 10, ...run } = options;
  const common = `
    WITH pairs AS (SELECT u, i, min(t) AS t FROM events GROUP BY u, i),
      last AS (SELECT u, max(t) AS t FROM events GROUP BY u HAVING count(DISTINCT t) >= 2),
      train AS (SELECT p.u, p.i FROM pairs p LEFT JOIN last USING (u) WHERE last.t IS NULL OR p.t < last.t),
      us AS (SELECT u, row_number() OVER (ORDER BY u) - 1 AS n FROM (SELECT DISTINCT u FROM train)),
      its AS (SELECT i, row_number() OVER (ORDER BY i) - 1 AS n FROM (SELECT DISTINCT i FROM train))`;
  const pairs = (from: string) =>
    events.columns(
      `${common} SELECT us.n::INTEGER, its.n::INTEGER FROM (${from}) JOIN us USING (u) JOIN its USING (i) ORDER BY 1, 2`,
    );
  const [users, items] = (await pairs('FROM train')) as [number[], number[]];
  const [heldUsers, heldItems] = (await pairs('SELECT p.u, p.i FROM pairs p JOIN last ON p.u = last.u AND p.t = last.t')) as [
    number[],
    number[],
  ];
  if (!heldUsers || heldUsers.length === 0) throw errors.tooFewRows('Leaving the last order out (users with two orders)', 0, 1);
  const relevant = new Map<number, number[]>();
  heldUsers.forEach((u, t) => {
    const list = relevant.get(u);
    if (list) list.push(heldItems[t]);
    else relevant.set(u, [heldItems[t]]);
  });
  const asked = [...relevant.keys()];
  const wanted = [...relevant.values()];
  const model = await new MatrixFactorization({ engine, ...RECOMMENDER_DEFAULTS, rank, epochs, seed }).fit(
    { users, items },
    run,
  );
  const lists = await model.recommend(asked, { n, ...run });
  const counts = new Float64Array(model.items);
  for (const item of items) counts[item]++;
  const popular = Int32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  const { offsets, items: had } = model.history;
  const most = asked.map((u) => {
    const own = new Set(had.subarray(offsets[u], offsets[u + 1]));
    const list: number[] = [];
    for (let k = 0; list.length < n && k < popular.length; k++) if (!own.has(popular[k])) list.push(popular[k]);
    return list;
  });
  const ids = (all: { ids: Int32Array }[]) => all.map((list) => list.ids);
  return {
    protocol: 'temporal leave-last-out (last order, items new to the user), full ranking',
    n,
    factorization: evaluateRanking(ids(lists), wanted, n),
    popularity: evaluateRanking(most, wanted, n),
    itemKnn: evaluateRanking(ids(itemKnn(model.history, model.items, asked, n)), wanted, n),
  };
}
