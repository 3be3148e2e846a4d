/** The moves of a search over graphs: an edge added, removed or reversed. Of equally good ones the first by child, then by parent, is best. */
import type { Graph } from './graph.js';

export const ADD = 0;
export const REMOVE = 1;
export const REVERSE = 2;

export interface Move {
  kind: typeof ADD | typeof REMOVE | typeof REVERSE;
  /** the edge as it is, or as it will be */
  from: number;
  to: number;
  /** what the score gains */
  gain: number;
}

/** Edges that may not be had, and that may not be lost: u8[n, n], from · n + to. */
export interface Constraints {
  required: Uint8Array;
  forbidden: Uint8Array;
  maxParents: number;
}

/** Moves that undo one of the last few: none of them is made. */
export class TabuList {
  readonly #last: number[] = [];
  constructor(
    private readonly n: number,
    private readonly length: number,
  ) {}

  /** Keeps what would undo this move. */
  push({ kind, from, to }: Move): void {
    if (kind === REVERSE) this.#last.push(this.#key(REVERSE, to, from));
    else this.#last.push(this.#key(kind === ADD ? REMOVE : ADD, from, to));
    if (this.#last.length > this.length) this.#last.shift();
  }

  has(kind: number, from: number, to: number): boolean {
    return this.#last.length > 0 && this.#last.includes(this.#key(kind, from, to));
  }

  #key(kind: number, from: number, to: number): number {
    return (kind * this.n + from) * this.n + to;
  }
}

/**
 * The best move that leaves no cycle, breaks no constraint and is not tabu.
 * @param columns of each variable f64[n + 1]: its score when variable u is put among its parents, or taken from them; last its score as it is
 * @param tie what a later move must gain more to be better than one before: sums of another order differ in their last digits
 */
export function bestMove(
  graph: Graph,
  columns: readonly Float64Array[],
  { required, forbidden, maxParents }: Constraints,
  tabu: TabuList,
  tie: number,
): Move | undefined {
  const { n } = graph;
  const gains = (from: number, to: number) => columns[to][from] - columns[to][n];
  let best: Move | undefined;
  const better = (gain: number) => gain > (best ? best.gain + tie : Number.NEGATIVE_INFINITY);
  const free = (from: number, to: number) => graph.inDegree[to] < maxParents && !forbidden[from * n + to];
  for (let to = 0; to < n; to++) {
    for (let from = 0; from < n; from++) {
      if (from === to || graph.has(to, from)) continue;
      const gain = gains(from, to);
      if (!graph.has(from, to)) {
        if (better(gain) && free(from, to) && !graph.reaches(to, from) && !tabu.has(ADD, from, to))
          best = { kind: ADD, from, to, gain };
        continue;
      }
      if (required[from * n + to]) continue;
      if (better(gain) && !tabu.has(REMOVE, from, to)) best = { kind: REMOVE, from, to, gain };
      const turned = gain + gains(to, from);
      if (better(turned) && free(to, from) && !graph.reachesAround(from, to) && !tabu.has(REVERSE, from, to))
        best = { kind: REVERSE, from, to, gain: turned };
    }
  }
  return best;
}

/** Makes the move. @returns the variables whose parents have changed */
export function make(graph: Graph, { kind, from, to }: Move): number[] {
  graph.toggle(from, to);
  if (kind !== REVERSE) return [to];
  graph.toggle(to, from);
  return [from, to];
}
