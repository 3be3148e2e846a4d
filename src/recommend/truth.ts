/** What lists of items are held against: each user's held-out items that they had not had before. */
import type { HeldPairs } from '../events/hold-out.js';
import { evaluateRanking, type RankingEvaluation } from '../metrics/ranking.js';
import { shuffle } from '../random.js';
import { itemCounts, itemsOf } from './histories.js';
import type { Histories, Recommends } from './recommender.js';

export interface Truth {
  /** users with relevant items, and the items of each */
  users: number[];
  relevant: number[][];
  rated: { user: number; item: number; rating: number }[];
}

/** Each user has a stream of their own, above those of all else. */
const STREAM = 0x80000000;

/** The held-out pairs whose item the user had not had before, by user; and those with a rating. */
export function truthOf({ user, item, values }: HeldPairs, histories: Histories): Truth {
  const relevant = new Map<number, number[]>();
  const rated: Truth['rated'] = [];
  user.forEach((u, t) => {
    const i = item[t];
    if (values && !Number.isNaN(values[t])) rated.push({ user: u, item: i, rating: values[t] });
    if (itemsOf(histories, u).includes(i)) return;
    const list = relevant.get(u);
    if (list) list.push(i);
    else relevant.set(u, [i]);
  });
  return { users: [...relevant.keys()], relevant: [...relevant.values()], rated };
}

/** Each user's relevant items, and for each some that the user never had, without repetition, at random by seed and user. */
export function candidatesOf({ users, relevant }: Truth, histories: Histories, count: number, negatives: number, seed: number) {
  return users.map((user, r) => {
    const chosen = new Set(relevant[r]);
    const known = new Set(itemsOf(histories, user));
    const order = shuffle(
      Int32Array.from({ length: count }, (_, item) => item),
      seed,
      STREAM + user,
    );
    const most = relevant[r].length * (negatives + 1);
    for (let k = 0; k < order.length && chosen.size < most; k++) if (!known.has(order[k])) chosen.add(order[k]);
    return chosen;
  });
}

/** The n best of each user's candidates by their scores; of equal ones what more users had, and then the smaller number. */
function rankCandidates(
  model: Recommends,
  users: number[],
  candidates: readonly ReadonlySet<number>[],
  n: number,
): Int32Array[] {
  const counts = itemCounts(model.histories, model.items);
  return users.map((user, r) => {
    const items = Int32Array.from(candidates[r]);
    const scores = model.score(new Int32Array(items.length).fill(user), items);
    const places = Int32Array.from(items, (_, place) => place);
    places.sort((a, b) => scores[b] - scores[a] || counts[items[b]] - counts[items[a]] || items[a] - items[b]);
    return places.subarray(0, n).map((place) => items[place]);
  });
}

/**
 * How well a recommender ranks.
 * @param candidates of each user the items that are ranked; all that they have not had without
 */
export async function rankingOf(
  model: Recommends,
  { users, relevant }: Truth,
  n: number,
  candidates: readonly ReadonlySet<number>[] | undefined,
  signal: AbortSignal | undefined,
): Promise<RankingEvaluation> {
  const lists = candidates
    ? rankCandidates(model, users, candidates, n)
    : (await model.recommend(users, { n, signal })).map(({ ids }) => ids);
  return evaluateRanking(lists, relevant, n);
}
