/**
 * The tables of a network whose structure is given, from data in which values are missing (Dempster, Laird and Rubin 1977; Lauritzen 1995):
 * again and again, each row counts for every way in which it could be whole, by how probable that is, and the tables are made of these counts
 * as they are of whole rows (fit-parameters.ts). The likelihood of what is known never falls; what it reaches may be the best nearby only.
 */
import * as v from 'valibot';
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { atLeast, checked, whole } from '../../options.js';
import type { CodedColumns } from '../../programs/bayesian-network/coded-columns.js';
import { junctionTree } from '../../programs/bayesian-network/junction-tree.js';
import type { DiscreteNetwork } from '../../programs/bayesian-network/network.js';
import { propagationScratch } from '../../programs/bayesian-network/propagation.js';
import { basesOf, placeTree, type TreeIndexes, type TreePlan, treeIndexes } from '../../programs/bayesian-network/tree-plan.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { Layout, place } from '../../wasm/memory.js';
import { fitParameters, PARAMETER_OPTIONS, probabilities } from './fit-parameters.js';
import { fillCodes, PITCH, SHARD, shardsOf } from './inference.js';

export const EM_OPTIONS = v.strictObject({
  ...PARAMETER_OPTIONS.entries,
  /** passes over the rows at most */
  maxIter: v.optional(whole(1, 1_000_000), 100),
  /** passes end when the log-likelihood changes by less than this share of itself */
  tol: v.optional(atLeast(0), 1e-6),
});
export type EMOptions = v.InferInput<typeof EM_OPTIONS>;

export interface EMResult {
  network: DiscreteNetwork;
  /** of what is known of the rows, by the tables before the last pass */
  logLikelihood: number;
  iterations: number;
}

/** Of each combination of states in the first tables, so that none is impossible that no whole row has. */
const START = 1;

/**
 * @param parents of each variable, their positions, in the order of the table's axes
 * @param run `onProgress` hears the passes that are done and the mean negative log-likelihood of a row
 * @throws CameoError 'argument', 'aborted'; 'memory' for a junction tree that does not fit, with its size
 */
export async function expectationMaximization(
  engine: Engine,
  data: CodedColumns,
  parents: readonly (readonly number[])[],
  options: EMOptions = {},
  run: RunOptions = {},
): Promise<EMResult> {
  const { pseudoCounts, equivalentSampleSize, maxIter, tol } = checked(EM_OPTIONS, options);
  const { signal } = run;
  // Each family from the rows that have all of it: near what is looked for where values are missing by chance.
  let network = await fitParameters(engine, data, parents, { pseudoCounts: START }, { signal });
  const sizes = data.states.map((own) => own.length);
  const tree = junctionTree({ parents, sizes }, [], engine.memoryStats().maximum, engine.scheduler.width);
  const indexes = treeIndexes(tree, parents);
  const { at: plan, region } = place(engine, (layout) => placeTree(layout, indexes, basesOf(indexes, network.tables)));
  using _ = region;
  let last = Number.NEGATIVE_INFINITY;
  for (let iterations = 1; ; iterations++) {
    const { counts, logLikelihood } = await expected(engine, plan, data, run);
    const tables = countsOf(indexes, counts).map((own, i) =>
      probabilities(own, sizes[i], equivalentSampleSize === undefined ? pseudoCounts : equivalentSampleSize / own.length),
    );
    network = { ...network, tables };
    run.onProgress?.(iterations, -logLikelihood / data.rows, 0);
    if (iterations === maxIter || Math.abs(logLikelihood - last) <= tol * Math.abs(logLikelihood))
      return { network, logLikelihood, iterations };
    last = logLikelihood;
    basesOf(indexes, tables).forEach((base, c) => {
      engine.f64(plan.cliques[c].base, base.length).set(base);
    });
  }
}

/** The expected counts of each clique over all rows, shard by shard in their order. */
async function expected(
  engine: Engine,
  plan: TreePlan,
  data: CodedColumns,
  { signal }: RunOptions,
): Promise<{ counts: Float64Array[]; logLikelihood: number }> {
  const counts = plan.cliques.map(({ cells }) => new Float64Array(cells));
  const layout = new Layout(0);
  const own = {
    codes: layout.take(plan.variables.length * PITCH * 2),
    out: layout.take(counts.reduce((sum, { length }) => sum + length, 0) * 8),
    scratch: layout.take(propagationScratch(engine.kernels, plan)),
  };
  const results = engine.map(
    'expectedCounts',
    shardsOf(data.rows),
    ({ first, rows }, slot) => {
      fillCodes(engine, slot + own.codes, data, first, rows);
      return { plan, codes: slot + own.codes, pitch: PITCH, rows, out: slot + own.out, scratch: slot + own.scratch };
    },
    { signal, slotBytes: layout.bytes },
  );
  let [shard, logLikelihood] = [0, 0];
  for await (const { value, slot } of results) {
    if (value.impossible >= 0) throw errors.impossible(shard * SHARD + value.impossible);
    logLikelihood += value.logLikelihood;
    let at = slot + own.out;
    for (const total of counts) {
      const some = engine.f64(at, total.length);
      for (let cell = 0; cell < total.length; cell++) total[cell] += some[cell];
      at += total.length * 8;
    }
    shard++;
  }
  return { counts, logLikelihood };
}

/** Of each variable the counts of its table, from those of the clique that is its home. */
function countsOf({ tree: { homes }, families }: TreeIndexes, counts: readonly Float64Array[]): Float64Array[] {
  return homes.map((home, i) => {
    const index = families[i];
    // The last cell of a home has the last state of all, and so belongs to the last of the table.
    const own = new Float64Array((index.at(-1) as number) + 1);
    counts[home].forEach((count, cell) => {
      own[index[cell]] += count;
    });
    return own;
  });
}
