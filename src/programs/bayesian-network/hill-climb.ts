/**
 * Hill climbing over graphs by a gang of workers, and tabu search: of all edges that can be added, removed or reversed, the one that the
 * score gains most by, again and again (Koller and Friedman 2009, section 18.4; Glover 1986 for going on from where nothing gains).
 *
 * A score is a sum over variables, so a move changes it by what the one or two variables gain whose parents change. Of each variable the
 * score with each other one put among its parents, or taken from them, is kept; after a move only those of the changed variables are
 * counted anew, by all workers, each of which then makes the same move on a graph of its own.
 */
import type { Kernels } from '../../wasm/kernels.js';
import { Barrier } from '../barrier.js';
import type { Control } from '../program.js';
import { Graph, parentsIn } from './graph.js';
import { type CountPlaces, JointCounts, type PlacedColumn } from './joint-counts.js';
import { type LocalScore, localScore, type ScoreName } from './local-score.js';
import { bestMove, type Constraints, make, TabuList } from './moves.js';

/** Variables of which each candidate is a task of its own. */
const FEW = 2;
/** About as long as a candidate takes. */
const SPINS = 20_000;
/** Scores that differ by less than this share of all are equal. */
const TIE = 1e-12;

export interface HillClimbArgs extends Constraints {
  worker: number;
  workers: number;
  /** i32[16] zeros: where they meet */
  sync: number;
  columns: readonly PlacedColumn[];
  rows: number;
  score: ScoreName;
  equivalentSampleSize: number;
  /** counts that a table may have, those of missing values included; candidates with more are left out */
  cells: number;
  /** of each variable, the parents to begin with */
  start: readonly (readonly number[])[];
  /** the least gain */
  epsilon: number;
  maxIter: number;
  tabuLength: number;
  /** moves that may follow without a score above the best */
  maxTabu: number;
  /** of each worker, and u32[rows]: the numbers of the rows' states of one variable and its parents */
  places: readonly (CountPlaces & { all: number })[];
  /** f64[2, variables, variables + 1]: what the workers tell each other, here and there by turns, since one may still read what was told */
  scores: number;
}

export interface HillClimbResult {
  parents: number[][];
  score: number;
  /** moves made, those after the best graph included */
  moves: number;
}

export function hillClimb(kernels: Kernels, memory: WebAssembly.Memory, a: HillClimbArgs, control: Control): HillClimbResult {
  const n = a.columns.length;
  const climb = new Climb(kernels, memory, a, control);
  const tabu = new TabuList(n, a.tabuLength);
  climb.rescore(a.columns.map((_, v) => v));
  let [moves, since] = [0, 0];
  let best = { edges: climb.graph.edges(), score: climb.total() };
  while (moves < a.maxIter) {
    const move = bestMove(climb.graph, climb.columns, a, tabu, TIE * Math.abs(best.score));
    if (!move || (move.gain < a.epsilon && a.maxTabu === 0)) break;
    const changed = make(climb.graph, move);
    tabu.push(move);
    climb.rescore(changed);
    moves++;
    const score = climb.total();
    if (score > best.score) {
      if (score >= best.score + a.epsilon) since = 0;
      best = { edges: climb.graph.edges(), score };
    }
    if (since++ === a.maxTabu && a.maxTabu > 0) break;
    control.progress(moves, best.score);
  }
  return { parents: parentsIn(best.edges, n), score: best.score, moves };
}

class Climb {
  readonly graph: Graph;
  /** of each variable f64[n + 1]; see `bestMove` */
  readonly columns: Float64Array[] = [];
  /** columns by the variable and its parents */
  readonly #kept = new Map<string, Float64Array>();
  readonly #joint: JointCounts;
  readonly #score: LocalScore;
  readonly #barrier: Barrier;
  #turn = 0;
  /** the variable whose rows have their numbers */
  #numbered = -1;

  constructor(
    kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly a: HillClimbArgs,
    control: Control,
  ) {
    this.graph = new Graph(a.start);
    this.#joint = new JointCounts(a.columns, a.rows, kernels, memory, a.places[a.worker]);
    this.#score = localScore(a.score, a.rows, a.equivalentSampleSize);
    this.#barrier = new Barrier(memory, a.sync, a.workers, control, a.worker, SPINS);
  }

  total(): number {
    return this.columns.reduce((sum, column) => sum + column[this.graph.n], 0);
  }

  /** The columns of variables whose parents have changed, or of all. */
  rescore(changed: readonly number[]): void {
    const { n } = this.graph;
    const keys = changed.map((v) => `${v}:${this.graph.parents(v)}`);
    const todo = changed.filter((v, i) => {
      const kept = this.#kept.get(keys[i]);
      if (kept) this.columns[v] = kept;
      return !kept;
    });
    if (todo.length === 0) return;
    const barrier = this.#barrier;
    const parents = todo.map((v) => this.graph.parents(v));
    this.#turn = 1 - this.#turn;
    // A task is a candidate where few variables have changed, else a variable with all its candidates.
    const few = todo.length <= FEW;
    const tasks = few ? todo.length * n : todo.length;
    for (let task = barrier.claim(tasks); task < tasks; task = barrier.claim(tasks)) {
      // The last variables have the most candidates before them: they come first.
      const at = few ? Math.floor(task / n) : todo.length - 1 - task;
      if (few) this.#candidate(todo[at], parents[at], task % n);
      else this.#candidates(todo[at], parents[at]);
    }
    barrier.wait();
    for (const v of todo) {
      this.columns[v] = this.#out(v).slice();
      this.#kept.set(keys[changed.indexOf(v)], this.columns[v]);
    }
    this.#numbered = -1;
  }

  #out(v: number): Float64Array {
    const { n } = this.graph;
    return new Float64Array(this.memory.buffer, this.a.scores + (this.#turn * n + v) * (n + 1) * 8, n + 1);
  }

  /** Of variable v the score with u among its parents; with v itself that as it is and those with one of its parents taken away. */
  #candidate(v: number, parents: readonly number[], u: number): void {
    if (u === v) this.#without(v, parents);
    else if (!parents.includes(u)) this.#out(v)[u] = this.#with(v, parents, u);
  }

  /** All of variable v where the search begins. Two variables without parents are counted once for both. */
  #candidates(v: number, parents: readonly number[]): void {
    const { n } = this.graph;
    this.#without(v, parents);
    for (let u = 0; u < n; u++) {
      if (u === v || parents.includes(u)) continue;
      if (parents.length > 0 || this.graph.inDegree[u] > 0) this.#out(v)[u] = this.#with(v, parents, u);
      else if (u < v) this.#pair(u, v);
    }
  }

  /** Counts of variable v and its parents, and of another variable. */
  #count(v: number, parents: readonly number[], other: number): Int32Array {
    const members = [...parents, v];
    const { all } = this.a.places[this.a.worker];
    if (this.#numbered !== v) this.#joint.index(all, members, 0, this.a.rows);
    this.#numbered = v;
    return this.#joint.count(members, other, all);
  }

  #with(v: number, parents: readonly number[], u: number): number {
    const { columns, cells, maxParents } = this.a;
    const combinations = this.#joint.combinations([...parents, v]);
    const other = columns[u].states;
    if (parents.length >= maxParents || (combinations + 1) * (other + 1) > cells) return Number.NEGATIVE_INFINITY;
    return this.#score(this.#count(v, parents, u), columns[v].states, combinations, other, combinations + 1);
  }

  #pair(u: number, v: number): void {
    const { columns, cells, maxParents } = this.a;
    const [of, by] = [columns[v].states, columns[u].states];
    const scores = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    if (maxParents > 0 && (of + 1) * (by + 1) <= cells) {
      const counts = this.#count(v, [], u);
      scores[0] = this.#score(counts, of, of, by, of + 1);
      const turned = new Int32Array(of * by);
      for (let i = 0; i < of; i++) for (let j = 0; j < by; j++) turned[i * by + j] = counts[j * (of + 1) + i];
      scores[1] = this.#score(turned, by, of * by);
    }
    this.#out(v)[u] = scores[0];
    this.#out(u)[v] = scores[1];
  }

  #without(v: number, parents: readonly number[]): void {
    const { columns } = this.a;
    const members = [...parents, v];
    const of = columns[v].states;
    const cells = this.#joint.combinations(members);
    const counts = this.#count(v, parents, -1).slice(0, cells);
    const out = this.#out(v);
    out[v] = Number.NaN;
    out[columns.length] = this.#score(counts, of, cells);
    let inner = cells;
    for (const p of parents) {
      const { states, missing } = columns[p];
      inner /= states;
      // Rows that lack this parent count again without it.
      const rest = missing
        ? this.#joint.count(members.filter((m) => m !== p)).slice(0, cells / states)
        : summed(counts, states, inner);
      out[p] = this.#score(rest, of, rest.length);
    }
  }
}

/** Counts [outer, states, inner] without the axis in the middle. */
function summed(counts: Int32Array, states: number, inner: number): Int32Array {
  const sums = new Int32Array(counts.length / states);
  for (let at = 0; at < counts.length; at++) sums[Math.floor(at / (states * inner)) * inner + (at % inner)] += counts[at];
  return sums;
}
