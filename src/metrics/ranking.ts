/**
 * Metrics of ranked lists of n items against the items that were relevant (Järvelin and Kekäläinen, "Cumulated Gain-Based
 * Evaluation of IR Techniques", 2002, for NDCG). Each is the mean over users with a relevant item.
 */
import { log } from '../math.js';

export interface RankingEvaluation {
  /** users with at least one relevant item in their list */
  hitRate: number;
  /** Σ 1 / log₂(rank + 1) over relevant items, as a share of the best possible list's */
  ndcg: number;
  /** share of the relevant items that are in the list */
  recall: number;
  /** mean of the precision at each relevant item in the list, over min(n, relevant items) */
  map: number;
  /** users counted */
  users: number;
}

/**
 * @param lists item ids, best first, per user
 * @param relevant relevant item ids, per user; a user without any is not counted
 * @param n how much of each list counts
 */
export function evaluateRanking(
  lists: readonly ArrayLike<number>[],
  relevant: readonly ArrayLike<number>[],
  n = 10,
): RankingEvaluation {
  const sum = { hitRate: 0, ndcg: 0, recall: 0, map: 0 };
  let users = 0;
  lists.forEach((list, u) => {
    const wanted = new Set(Array.from(relevant[u]));
    if (wanted.size === 0) return;
    users++;
    const best = Math.min(n, wanted.size);
    let hits = 0;
    let gain = 0;
    let precision = 0;
    for (let k = 0; k < Math.min(n, list.length); k++) {
      if (!wanted.has(list[k])) continue;
      hits++;
      gain += 1 / log2(k + 2);
      precision += hits / (k + 1);
    }
    let ideal = 0;
    for (let k = 0; k < best; k++) ideal += 1 / log2(k + 2);
    sum.hitRate += Number(hits > 0);
    sum.ndcg += gain / ideal;
    sum.recall += hits / wanted.size;
    sum.map += precision / best;
  });
  const mean = (total: number) => (users > 0 ? total / users : Number.NaN);
  return { hitRate: mean(sum.hitRate), ndcg: mean(sum.ndcg), recall: mean(sum.recall), map: mean(sum.map), users };
}

const log2 = (x: number) => log(x) / Math.LN2;
