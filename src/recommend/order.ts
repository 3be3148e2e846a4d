/** Ranking: ids by their scores, the largest first. Equal scores stand in the order of their ids, so that a ranking is one. */

export function descending(scores: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: scores.length }, (_, id) => id).sort((a, b) => scores[b] - scores[a] || a - b);
}

/** The first n of `descending`, found in one pass: for an n that is small. */
export function largest(scores: ArrayLike<number>, n: number): number[] {
  const best: number[] = [];
  for (let id = 0; id < scores.length; id++) {
    if (best.length === n && !(scores[id] > scores[best[n - 1]])) continue;
    let at = best.length;
    while (at > 0 && scores[best[at - 1]] < scores[id]) at--;
    best.splice(at, 0, id);
    if (best.length > n) best.pop();
  }
  return best;
}
