/**
 * The tables of a Bayesian network whose structure is given, from data (Koller and Friedman 2009, chapter 17). With N the rows of a state
 * and of a combination of the parents' states, and α what the prior counts for:
 *
 *     P(state | combination) = (N(state, combination) + α) / Σ over states of the same
 *
 * A combination that no row has, where α is 0, gives every state the same.
 */
import * as v from 'valibot';
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { above, atLeast, checked } from '../../options.js';
import type { CodedColumns } from '../../programs/bayesian-network/coded-columns.js';
import { cellsOf, countPlaces } from '../../programs/bayesian-network/joint-counts.js';
import type { DiscreteNetwork } from '../../programs/bayesian-network/network.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { Layout, place } from '../../wasm/memory.js';
import { checkParents } from './edges.js';
import { checkColumns } from './placed-columns.js';

/** Cells of the largest table of a network: 64 MiB of counts, 128 of probabilities. */
export const MAX_CELLS = 1 << 24;

export const PARAMETER_OPTIONS = v.strictObject({
  /** rows that a Dirichlet prior counts for in every cell; 0 for maximum likelihood, 1 as in K2 */
  pseudoCounts: v.optional(atLeast(0), 0),
  /** in place of them: rows that the prior counts for in all cells of a table together, evenly, as in BDeu */
  equivalentSampleSize: v.optional(above(0)),
});
export type ParameterOptions = v.InferInput<typeof PARAMETER_OPTIONS>;

/**
 * @param parents of each variable, their positions, in the order of the table's axes
 * @throws CameoError 'argument' for a structure that is none or a table that would not fit; 'aborted', 'memory'
 */
export async function fitParameters(
  engine: Engine,
  data: CodedColumns,
  parents: readonly (readonly number[])[],
  options: ParameterOptions = {},
  run: RunOptions = {},
): Promise<DiscreteNetwork> {
  const { pseudoCounts, equivalentSampleSize } = checked(PARAMETER_OPTIONS, options);
  const put = checkColumns(data);
  checkParents(parents, data.names);
  const { names, states, rows } = data;
  const families = parents.map((of, i) => [...of, i]);
  const cells = families.map((family, i) => {
    const own = cellsOf(family.map((m) => states[m].length));
    if (own > MAX_CELLS) throw errors.jointTable(`'${names[i]}' with ${parents[i].length} parents`, own, MAX_CELLS);
    return own - 1;
  });
  const { at, region } = place(engine, (layout) => ({ columns: put(layout) }));
  using _ = region;
  const layout = new Layout(0);
  const own = countPlaces(layout, cells.reduce((a, b) => Math.max(a, b), 0) + 1);
  const results = engine.map(
    'familyCounts',
    families,
    (family, slot) => ({ family: family.map((m) => at.columns[m]), rows, index: slot + own.index, table: slot + own.table }),
    { signal: run.signal, slotBytes: layout.bytes },
  );
  const tables: Float64Array[] = [];
  for await (const { slot } of results) {
    const size = cells[tables.length];
    const counts = engine.i32(slot + own.table, size);
    const prior = equivalentSampleSize === undefined ? pseudoCounts : equivalentSampleSize / size;
    tables.push(probabilities(counts, states[tables.length].length, prior));
  }
  return { names, states, parents: parents.map((of) => [...of]), tables };
}

/** Counts [combinations, states] with a prior, each row divided by its sum. */
export function probabilities(counts: ArrayLike<number>, states: number, prior: number): Float64Array {
  const table = new Float64Array(counts.length);
  for (let at = 0; at < table.length; at += states) {
    let total = 0;
    for (let k = at; k < at + states; k++) total += counts[k] + prior;
    for (let k = at; k < at + states; k++) table[k] = total > 0 ? (counts[k] + prior) / total : 1 / states;
  }
  return table;
}
