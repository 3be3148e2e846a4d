/**
 * The structures that the family learns: naive Bayes, the same with a tree among the features (Friedman, Geiger and Goldszmidt 1997), and what
 * hill climbing finds, which goes on a little where nothing gains (tabu search) and in which the target is a variable like any other. The first
 * two tell classes apart with more of the features, the last has better probabilities where features repeat each other; so by default each is
 * learnt from most of the rows and asked about the others.
 */
import type { Engine } from '../../engine/engine.js';
import { CameoError } from '../../errors.js';
import { log } from '../../math.js';
import { trainTestSplit } from '../../prepare/split.js';
import type { CodedColumns } from '../../programs/bayesian-network/coded-columns.js';
import { junctionTree } from '../../programs/bayesian-network/junction-tree.js';
import type { DiscreteNetwork } from '../../programs/bayesian-network/network.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { expectationMaximization } from './expectation-maximization.js';
import { fitParameters } from './fit-parameters.js';
import { TREE_BYTES } from './fitted.js';
import { hillClimbSearch, TABU } from './hill-climb-search.js';
import { Inference } from './inference.js';
import { checkVaried } from './placed-columns.js';
import { treeAugmentedNaiveBayes } from './tree-search.js';

export const STRUCTURES = ['tree', 'hill-climbing', 'naive'] as const;
export type Structure = (typeof STRUCTURES)[number];

/** The name of the last variable. */
export const TARGET = 'target';
/** Passes over the rows where values are missing, and the share of the log-likelihood that one more must gain. */
const PASSES = { maxIter: 20, tol: 1e-5 };
/** Share of the rows that structures are chosen by, and rows below which there are too few. */
const HELD = 0.2;
const LEAST_ROWS = 50;
const LEAST = 1e-300;
/** Variables above which hill climbing takes longer than a choice is worth. */
const CLIMBED = 150;

interface Settings {
  maxParents: number;
  prior: number;
  seed: number;
}

/** A network of a structure over the columns, the last of which is the target. @throws CameoError 'memory' where its junction tree is too large */
export async function learn(
  engine: Engine,
  data: CodedColumns,
  structure: Structure,
  { maxParents, prior }: Settings,
  run: RunOptions,
): Promise<{ network: DiscreteNetwork; iterations: number }> {
  const { signal } = run;
  const parents = await parentsOf(engine, data, structure, maxParents, { signal });
  junctionTree({ parents, sizes: data.states.map((own) => own.length) }, [], TREE_BYTES);
  const missing = data.codes.some((own, i) => i < data.names.length - 1 && own.includes(0xff));
  const options = { pseudoCounts: prior };
  if (missing) return expectationMaximization(engine, data, parents, { ...options, ...PASSES }, run);
  return { network: await fitParameters(engine, data, parents, options, { signal }), iterations: 1 };
}

async function parentsOf(
  engine: Engine,
  data: CodedColumns,
  structure: Structure,
  maxParents: number,
  run: RunOptions,
): Promise<number[][]> {
  const target = data.names.length - 1;
  if (structure === 'hill-climbing')
    return (await hillClimbSearch(engine, data, { maxParents, maxTabu: TABU.maxTabu }, run)).parents;
  if (structure === 'tree') return treeAugmentedNaiveBayes(engine, data, TARGET, {}, run);
  return data.names.map((_, i) => (i === target ? [] : [target]));
}

/** The structure with the least log loss on rows that it was not learnt from; of equal ones, and of too few rows, the first. */
export async function choose(
  engine: Engine,
  data: CodedColumns,
  settings: Settings,
  run: RunOptions,
): Promise<{ structure: Structure; facts: Record<string, string> }> {
  const target = data.names.length - 1;
  const { train, test } = trainTestSplit(data.rows, { testSize: HELD, seed: settings.seed, stratify: data.codes[target] });
  const learnt = ofRows(data, train);
  if (data.rows < LEAST_ROWS || !varies(learnt)) return { structure: STRUCTURES[0], facts: {} };
  const { codes } = ofRows(data, test);
  const known = { rows: test.length, codes: codes.map((own, i) => (i === target ? undefined : own)) };
  const classes = data.states[target].length;
  let best: { structure: Structure; loss: number } | undefined;
  const candidates = STRUCTURES.filter((structure) => structure !== 'hill-climbing' || data.names.length <= CLIMBED);
  for (const structure of candidates) {
    const network = await learnOrNone(engine, learnt, structure, settings, run);
    if (!network) continue;
    using inference = new Inference(engine, network);
    const [p] = await inference.marginals([target], known, run);
    let loss = 0;
    codes[target].forEach((own, r) => {
      loss -= log(Math.max(p[r * classes + own], LEAST));
    });
    if (!best || loss < best.loss) best = { structure, loss };
  }
  const { structure } = best as { structure: Structure };
  return { structure, facts: { chosen: `of ${candidates.join(', ')} by log loss on a fifth of the rows` } };
}

/** The network of a structure, or none where its junction tree is too large. */
async function learnOrNone(...given: Parameters<typeof learn>): Promise<DiscreteNetwork | undefined> {
  try {
    return (await learn(...given)).network;
  } catch (error) {
    if (error instanceof CameoError && error.code === 'memory') return undefined;
    throw error;
  }
}

function varies(data: CodedColumns): boolean {
  try {
    checkVaried(data);
    return true;
  } catch {
    return false;
  }
}

const ofRows = (data: CodedColumns, rows: Int32Array): CodedColumns => ({
  ...data,
  rows: rows.length,
  codes: data.codes.map((own) => {
    const some = own instanceof Uint8Array ? new Uint8Array(rows.length) : new Uint16Array(rows.length);
    rows.forEach((row, r) => {
      some[r] = own[row];
    });
    return some;
  }),
});
