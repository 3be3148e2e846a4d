/**
 * The family of Bayesian networks: the target is a variable among the features, numbers are binned by their quantiles, and what is not
 * known of a user is not observed, rather than filled in. By default the structure is tree-augmented naive Bayes (Friedman, Geiger and
 * Goldszmidt 1997): the target is a parent of every feature, and each has one more.
 */
import * as v from 'valibot';
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { above, oneOf, whole } from '../../options.js';
import { allRows } from '../../prepare/columns.js';
import { type Codes, newCodes } from '../../programs/bayesian-network/coded-columns.js';
import { junctionTree } from '../../programs/bayesian-network/junction-tree.js';
import type { FeatureBins } from '../../programs/trees/plan.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { stride } from '../../wasm/kernels.js';
import { Layout, place } from '../../wasm/memory.js';
import { besides } from '../folds.js';
import type { Examples, Family } from '../model.js';
import { expectationMaximization } from './expectation-maximization.js';
import { fitParameters } from './fit-parameters.js';
import { FittedNetwork, MAX_STATES, read, statesOf, TREE_BYTES } from './fitted.js';
import { hillClimbSearch } from './hill-climb-search.js';
import { treeAugmentedNaiveBayes } from './tree-search.js';

const TARGET = 'target';
/** Passes over the rows where values are missing, and the share of the log-likelihood that one more must gain. */
const PASSES = { maxIter: 20, tol: 1e-5 };

export const OPTIONS = v.strictObject({
  /** 'tree': tree-augmented naive Bayes; 'hill-climbing': by BIC; 'naive': the target is the only parent */
  structure: v.optional(
    v.pipe(
      oneOf('tree', 'hill-climbing', 'naive'),
      v.metadata({ flag: 'structure', value: 'name' }),
      v.description('tree (tree-augmented naive Bayes), hill-climbing, or naive'),
    ),
    'tree',
  ),
  /** bins of a number at most, by its quantiles */
  bins: v.optional(
    v.pipe(whole(2, 64), v.metadata({ flag: 'bins', value: 'n' }), v.description('bins of a number at most')),
    5,
  ),
  /** of hill climbing: parents of a variable at most */
  maxParents: v.optional(
    v.pipe(
      whole(1, 8),
      v.metadata({ flag: 'max-parents', value: 'n' }),
      v.description('parents of a variable at most, in hill climbing'),
    ),
    3,
  ),
  /** rows that a Dirichlet prior counts for in each row of a table */
  prior: v.optional(
    v.pipe(
      above(0),
      v.metadata({ flag: 'prior', value: 'rows' }),
      v.description('rows that the prior of each probability counts for'),
    ),
    1,
  ),
});
export type NetworkOptions = v.InferOutput<typeof OPTIONS>;

async function fit(engine: Engine, examples: Examples, options: NetworkOptions, run: RunOptions): Promise<FittedNetwork> {
  const { outputs, y, x } = examples;
  const { widths, labels, missing = labels.map(() => -1) } = examples.inputs.raw;
  const rows = examples.held ? besides(x.rows, examples.held) : allRows(x.rows);
  const classes = outputs === 1 ? 2 : outputs;
  const truth = newCodes(classes, rows.length);
  rows.forEach((row, r) => {
    truth[r] = y[row];
  });
  const present = new Set(truth).size;
  if (present < 2) throw errors.targetClasses('y', present);
  const { bins, codes } = await binned(engine, examples, rows, options.bins, missing, run);
  // Where nothing differs there is nothing to learn.
  const varied = codes.map((own) => new Set(own).size - Number(own.includes(0xff)) > 1);
  const used = [...bins.keys()].filter((j) => varied[j]);
  let next = 0;
  const variables = varied.map((own) => (own ? next++ : -1));
  const data = {
    names: [...used.map(String), TARGET],
    states: [...used.map((j) => statesOf(bins[j])), classes].map((n) => Array.from({ length: n }, (_, s) => String(s))),
    rows: rows.length,
    codes: [...used.map((j) => codes[j]), truth],
  };
  const { parents, facts } = await structureOf(engine, data, options, run);
  const sizes = data.states.map((own) => own.length);
  junctionTree({ parents, sizes }, [], TREE_BYTES);
  const prior = { pseudoCounts: options.prior };
  const incomplete = data.codes.some((own, i) => i < used.length && own.includes(0xff));
  const learnt = incomplete
    ? await expectationMaximization(engine, data, parents, { ...prior, ...PASSES }, run)
    : { network: await fitParameters(engine, data, parents, prior, { signal: run.signal }), iterations: 1 };
  const edges = parents.reduce((sum, own) => sum + own.length, 0);
  return new FittedNetwork({ bins, variables, missing, widths }, { parents, tables: learnt.network.tables, sizes }, outputs, {
    ...facts,
    variables: parents.length,
    edges,
    iterations: learnt.iterations,
  });
}

/** Bins of each encoded column by its own rows (programs/trees/bin.ts), and these rows' codes. */
async function binned(
  engine: Engine,
  { x, inputs }: Examples,
  rows: Int32Array,
  maxBins: number,
  missing: readonly number[],
  { signal }: RunOptions,
): Promise<{ bins: FeatureBins[]; codes: Uint8Array[] }> {
  const { labels } = inputs.raw;
  const tooMany = labels.findIndex((own) => own > MAX_STATES);
  if (tooMany >= 0) throw errors.shape(`Labels of column ${tooMany}`, `at most ${MAX_STATES}`, `${labels[tooMany]}`);
  const { at: index, region } = place(engine, (layout) => layout.put(Uint32Array.from(rows)));
  using _ = region;
  const layout = new Layout(0);
  const own = { out: layout.take(rows.length), scratch: layout.take(256 * 4) };
  const step = stride(x.columns);
  const results = engine.map(
    'bin',
    labels,
    (count, slot, j) => ({
      x: x.address() + j * 4,
      step,
      index,
      rows: rows.length,
      trainRows: rows.length,
      labels: count,
      maxBins,
      out: slot + own.out,
      scratch: slot + own.scratch,
    }),
    { signal, slotBytes: layout.bytes },
  );
  const bins: FeatureBins[] = [];
  const codes: Uint8Array[] = [];
  for await (const { value, slot } of results) {
    const j = bins.length;
    bins.push({ edges: Float32Array.from(value), labels: labels[j] });
    const states = statesOf(bins[j]);
    const found = new Uint8Array(engine.memory.buffer, slot + own.out, rows.length);
    codes.push(Uint8Array.from(found, (code) => (code >= states || code === missing[j] ? 0xff : code)));
  }
  return { bins, codes };
}

/** The parents of each variable, the last of which is the target. */
async function structureOf(
  engine: Engine,
  data: { names: string[]; states: string[][]; rows: number; codes: Codes[] },
  { structure, maxParents }: NetworkOptions,
  run: RunOptions,
): Promise<{ parents: number[][]; facts: Record<string, string | number> }> {
  const { signal } = run;
  const target = data.names.length - 1;
  const facts = { structure };
  if (structure === 'hill-climbing') {
    const { parents, score } = await hillClimbSearch(engine, data, { maxParents }, { signal });
    return { parents, facts: { ...facts, bic: score } };
  }
  if (structure === 'tree') return { parents: await treeAugmentedNaiveBayes(engine, data, TARGET, {}, { signal }), facts };
  return { parents: data.names.map((_, i) => (i === target ? [] : [target])), facts };
}

/** Written out, so that a bundle without fitting leaves it behind. */
export const bayesianNetwork: Family<NetworkOptions> = {
  read,
  name: 'bayesian-network',
  tasks: ['binary', 'multiclass'],
  encodings: ['raw'],
  options: OPTIONS,
  fit,
};
