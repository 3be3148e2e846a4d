/** Options of BayesianNetwork; names of the structure search are pgmpy's where it has them. */
import * as v from 'valibot';
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { checked, group, oneOf, opaque, whole } from '../../options.js';
import { EDGES, type Edge } from './edges.js';
import { EM_OPTIONS } from './expectation-maximization.js';
import { PARAMETER_OPTIONS } from './fit-parameters.js';
import { HILL_CLIMB_OPTIONS } from './hill-climb-search.js';

const { score, equivalentSampleSize, maxParents, requiredEdges, forbiddenEdges } = HILL_CLIMB_OPTIONS.entries;
const { maxIter, tol } = EM_OPTIONS.entries;

const LEARNT = ['hill-climbing', 'tabu', 'chow-liu', 'tree-augmented-naive-bayes'] as const;

export const OPTIONS = v.strictObject({
  engine: v.optional(opaque<Engine>()),
  structure: v.optional(v.union([oneOf(...LEARNT), EDGES], `${LEARNT.map((name) => `'${name}'`).join(', ')} or edges`), 'tabu'),
  score,
  equivalentSampleSize,
  maxParents,
  requiredEdges,
  forbiddenEdges,
  tabuLength: v.optional(whole(0, 100_000)),
  maxTabu: v.optional(whole(1)),
  target: v.optional(v.string('the name of a column')),
  root: v.optional(v.string('the name of a column')),
  prior: v.optional(group(PARAMETER_OPTIONS.entries), {}),
  em: v.optional(group({ maxIter, tol }), {}),
  bins: v.optional(whole(2, 255), 5),
});

export interface BayesianNetworkOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /**
   * how edges are found, or the edges themselves, each the names of a parent and its child; default 'tabu', which finds what 'hill-climbing' does
   * or better in little more time
   */
  structure?: (typeof LEARNT)[number] | readonly Edge[];
  /** what hill climbing and tabu search look for; default 'bic' */
  score?: 'bic' | 'k2' | 'bdeu';
  /** of BDeu: rows that the prior counts for; default 10 */
  equivalentSampleSize?: number;
  /** parents of a variable at most, in hill climbing and tabu search; default: as many as fit */
  maxParents?: number;
  /** edges that hill climbing and tabu search must have, and must not have */
  requiredEdges?: readonly Edge[];
  forbiddenEdges?: readonly Edge[];
  /** so many of the last moves are not undone; default 10, of hill climbing 100 */
  tabuLength?: number;
  /** of tabu search: moves that may lose one after the other; default 15 */
  maxTabu?: number;
  /** the class of 'tree-augmented-naive-bayes' */
  target?: string;
  /** of trees: the variable without a parent besides the class; default: the one that tells most of the others */
  root?: string;
  /** of the tables: rows that a Dirichlet prior counts for in each cell, or in each table; default { pseudoCounts: 0 }, maximum likelihood */
  prior?: { pseudoCounts?: number; equivalentSampleSize?: number };
  /** of expectation maximization, where values are missing: passes at most, default 100; the share of the log-likelihood that one more must gain, default 1e-6 */
  em?: { maxIter?: number; tol?: number };
  /** bins of a number at most, by its quantiles; default 5 */
  bins?: number;
}

/** Options with their defaults. */
export type Settled = Omit<v.InferOutput<typeof OPTIONS>, 'prior' | 'em'> &
  Required<Pick<BayesianNetworkOptions, 'prior' | 'em'>>;

const CLIMBING = ['score', 'equivalentSampleSize', 'maxParents', 'requiredEdges', 'forbiddenEdges', 'tabuLength'] as const;
/** The options that only some structures heed, and by which. */
const HEEDED: Readonly<Record<(typeof LEARNT)[number] | 'edges', readonly (keyof BayesianNetworkOptions)[]>> = {
  'hill-climbing': CLIMBING,
  tabu: [...CLIMBING, 'maxTabu'],
  'chow-liu': ['root'],
  'tree-augmented-naive-bayes': ['target', 'root'],
  edges: [],
};

/** @throws CameoError 'argument' for an option that is not known, out of range, or not heeded by the structure */
export function checkedOptions(given: BayesianNetworkOptions): Settled {
  const settled: Settled = checked(OPTIONS, given);
  const { structure } = settled;
  const kind = typeof structure === 'string' ? structure : 'edges';
  const strange = [...new Set(Object.values(HEEDED).flat())].find((name) => {
    const value = given[name];
    return value !== undefined && !(Array.isArray(value) && value.length === 0) && !HEEDED[kind].includes(name);
  });
  if (strange !== undefined)
    throw errors.option(strange, `left out with ${kind === 'edges' ? 'a given structure' : `structure '${kind}'`}`, 'it given');
  return settled;
}
