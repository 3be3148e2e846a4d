/**
 * The family of Bayesian networks: the target is a variable among the features, numbers are binned by their quantiles, and what is not
 * known of a user is not observed, rather than filled in. Which structure suits, rows tell that were not learnt
 * from (structures.ts).
 */
import * as v from 'valibot';
import { range } from '../../arrays.js';
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { above, oneOf, seed, sought, whole } from '../../options.js';
import { newCodes } from '../../programs/bayesian-network/coded-columns.js';
import type { FeatureBins } from '../../programs/trees/plan.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { stride } from '../../wasm/kernels.js';
import { Layout, place } from '../../wasm/memory.js';
import { besides } from '../folds.js';
import type { Examples, Family } from '../model.js';
import { FittedNetwork, MAX_STATES, read, statesOf } from './fitted.js';
import { choose, learn, type Structure, TARGET } from './structures.js';

export const OPTIONS = v.strictObject({
  /** 'tree': tree-augmented naive Bayes; 'hill-climbing': by BIC; 'naive': the target is the only parent; 'auto': the best of these on rows held out */
  structure: v.optional(
    v.pipe(
      oneOf('auto', 'tree', 'hill-climbing', 'naive'),
      sought({ choices: ['tree', 'hill-climbing', 'naive'] }),
      v.metadata({ flag: 'structure', value: 'name' }),
      v.description('tree (tree-augmented naive Bayes), hill-climbing, naive, or auto: the best of these on rows held out'),
    ),
    'auto',
  ),
  /** bins of a number at most, by its quantiles */
  bins: v.optional(
    v.pipe(
      whole(2, 64),
      sought({ from: 3, to: 16, log: true }),
      v.metadata({ flag: 'bins', value: 'n' }),
      v.description('bins of a number at most'),
    ),
    5,
  ),
  /** of hill climbing: parents of a variable at most */
  maxParents: v.optional(
    v.pipe(
      whole(1, 8),
      sought({ to: 5 }),
      v.metadata({ flag: 'max-parents', value: 'n' }),
      v.description('parents of a variable at most, in hill climbing'),
    ),
    3,
  ),
  /** rows that a Dirichlet prior counts for in each cell of a table */
  prior: v.optional(
    v.pipe(
      above(0),
      // Sums of counts and of products of many small probabilities stay numbers.
      v.minValue(1e-6, 'a number above 0, from 1e-6 to 1e6'),
      v.maxValue(1e6, 'a number above 0, from 1e-6 to 1e6'),
      sought({ from: 0.1, to: 20, log: true }),
      v.metadata({ flag: 'prior', value: 'rows' }),
      v.description('rows that the prior of each probability counts for'),
    ),
    1,
  ),
  /** of the rows held out */
  seed: v.optional(seed, 42),
});
export type NetworkOptions = v.InferOutput<typeof OPTIONS>;

async function fit(engine: Engine, examples: Examples, options: NetworkOptions, run: RunOptions): Promise<FittedNetwork> {
  const { outputs, y, x } = examples;
  const { widths, labels, missing = labels.map(() => -1) } = examples.inputs.raw;
  const rows = examples.held ? besides(x.rows, examples.held) : range(x.rows);
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
  const { signal } = run;
  const chosen = options.structure === 'auto' ? await choose(engine, data, options, { signal }) : undefined;
  const structure = chosen?.structure ?? (options.structure as Structure);
  const { network, iterations } = await learn(engine, data, structure, options, run);
  const { parents, tables } = network;
  const sizes = data.states.map((own) => own.length);
  const edges = parents.reduce((sum, own) => sum + own.length, 0);
  const facts = { structure, ...chosen?.facts, variables: parents.length, edges, iterations };
  return new FittedNetwork({ bins, variables, missing, widths }, { parents, tables, sizes }, outputs, facts);
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

/** Written out, so that a bundle without fitting leaves it behind. */
export const bayesianNetwork: Family<NetworkOptions> = {
  read,
  name: 'bayesian-network',
  tasks: ['binary', 'multiclass'],
  encodings: ['raw'],
  options: OPTIONS,
  fit,
};
