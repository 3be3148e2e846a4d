/**
 * The structure of a Bayesian network by hill climbing or tabu search (programs/bayesian-network/hill-climb.ts). Options have pgmpy's
 * meaning, `maxTabu` that of bnlearn's `max.tabu`.
 */
import * as v from 'valibot';
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { above, checked, oneOf, whole } from '../../options.js';
import { BARRIER_BYTES } from '../../programs/barrier.js';
import type { CodedColumns } from '../../programs/bayesian-network/coded-columns.js';
import type { HillClimbArgs } from '../../programs/bayesian-network/hill-climb.js';
import { cellsOf, countPlaces } from '../../programs/bayesian-network/joint-counts.js';
import { SCORES } from '../../programs/bayesian-network/local-score.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { place } from '../../wasm/memory.js';
import { EDGES, edgeMask, parentsOf } from './edges.js';
import { checkColumns, checkVaried } from './placed-columns.js';

/** Counts of the largest table that a candidate may have: 4 MiB a worker. */
export const MAX_COUNTS = 1 << 20;
/** Cells of the table below which one worker is faster than many that meet at every move. */
const ALONE = 1 << 16;
const ATTEMPTS = 3;
/** A tabu search where nothing else is asked for: bnlearn's list, which finds more of alarm and insurance than pgmpy's of 100. */
export const TABU = { tabuLength: 10, maxTabu: 15 } as const;

export const HILL_CLIMB_OPTIONS = v.strictObject({
  score: v.optional(oneOf(...SCORES), 'bic'),
  /** of BDeu: rows that the prior counts for */
  equivalentSampleSize: v.optional(above(0), 10),
  /** parents of a variable at most, and never more than a table of 2²⁰ counts takes; default: as many as that */
  maxParents: v.optional(whole(0)),
  requiredEdges: v.optional(EDGES, []),
  forbiddenEdges: v.optional(EDGES, []),
  /** the least that a move must gain */
  epsilon: v.optional(above(0), 1e-4),
  maxIter: v.optional(whole(0), 1_000_000),
  /** so many of the last moves are not undone */
  tabuLength: v.optional(whole(0, 100_000), 100),
  /** moves that may lose, one after the other, before a tabu search gives up; 0 climbs only */
  maxTabu: v.optional(whole(0), 0),
});
export type HillClimbOptions = v.InferInput<typeof HILL_CLIMB_OPTIONS>;

export interface Structure {
  /** of each variable, its parents' positions */
  parents: number[][];
  /** of the whole graph */
  score: number;
  /** made until the end */
  moves: number;
}

/**
 * @param data at least two different states seen of each variable; a row counts for a variable and its parents where none of them is missing
 * @param run `onProgress` is told the moves made and the best score
 * @throws CameoError 'argument' for options, edges and codes that cannot be used, 'column', 'data', 'aborted', 'memory'
 */
export async function hillClimbSearch(
  engine: Engine,
  data: CodedColumns,
  options: HillClimbOptions = {},
  run: RunOptions = {},
): Promise<Structure> {
  const settled = checked(HILL_CLIMB_OPTIONS, options);
  const put = checkColumns(data);
  checkVaried(data);
  const constraints = constraintsOf(data, settled);
  const { names, rows } = data;
  const n = names.length;
  const workers = rows * n < ALONE ? 1 : Math.max(1, engine.scheduler.threads);
  const { at, region } = place(engine, (layout) => ({
    columns: put(layout),
    places: Array.from({ length: workers }, () => ({ ...countPlaces(layout, constraints.cells), all: layout.take(rows * 4) })),
    scores: layout.take(2 * n * (n + 1) * 8),
    sync: layout.take(BARRIER_BYTES),
  }));
  using _ = region;
  const { score, equivalentSampleSize, epsilon, maxIter, tabuLength, maxTabu } = settled;
  const climb = { rows, score, equivalentSampleSize, epsilon, maxIter, tabuLength, maxTabu };
  const args = (worker: number): HillClimbArgs => ({ ...at, ...constraints, ...climb, worker, workers });
  for (let attempt = 1; ; attempt++) {
    engine.i32(at.sync, BARRIER_BYTES / 4).fill(0);
    try {
      if (workers === 1) return await engine.run('hillClimb', args(0), { ...run, attempts: 1 });
      return await engine.gang('hillClimb', args, run);
    } catch (error) {
      // A worker died. The same start finds the same graph.
      if (!isWorkerDeath(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

const isWorkerDeath = (error: unknown) => (error as { code?: unknown }).code === 'worker';

/** What binds the search: edges, the number of parents, and the size of a table. */
function constraintsOf({ names, states }: CodedColumns, options: v.InferOutput<typeof HILL_CLIMB_OPTIONS>) {
  const required = edgeMask('requiredEdges', options.requiredEdges, names);
  const forbidden = edgeMask('forbiddenEdges', options.forbiddenEdges, names);
  const n = names.length;
  required.forEach((on, at) => {
    if (on && forbidden[at]) throw errors.edgeRequiredAndForbidden(names[Math.floor(at / n)], names[at % n]);
  });
  const start = parentsOf(required, names, 'The required edges make');
  const many = states.map((own) => own.length);
  start.forEach((parents, child) => {
    if (parents.length > (options.maxParents ?? n))
      throw errors.tooManyParents(names[child], parents.length, options.maxParents as number);
    const cells = cellsOf([...parents.map((p) => many[p]), many[child]]);
    if (cells > MAX_COUNTS)
      throw errors.jointTable(`'${names[child]}' and its ${parents.length} required parents`, cells, MAX_COUNTS);
  });
  const maxParents = Math.min(options.maxParents ?? n - 1, n - 1);
  const ascending = [...many].sort((a, b) => a - b);
  const smallest = tableOf(ascending.slice(0, maxParents + 1));
  if (options.maxParents !== undefined && smallest > MAX_COUNTS)
    throw errors.jointTable(`Any variable with ${maxParents} parents`, smallest, MAX_COUNTS);
  const largest = tableOf(ascending.slice(-maxParents - 1));
  return { required, forbidden, start, maxParents, cells: Math.min(largest, MAX_COUNTS) };
}

/** Counts of variables of so many states, each with one more for what is missing. */
const tableOf = (states: readonly number[]) => states.reduce((counts, own) => counts * (own + 1), 1);
