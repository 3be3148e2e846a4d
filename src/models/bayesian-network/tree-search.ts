/**
 * Structures that are trees. Chow and Liu (1968): of all trees, the one over which the data are likeliest is the spanning tree with the
 * largest sum of mutual information. Friedman, Geiger and Goldszmidt (1997): the same given a class, which is a parent of every variable
 * besides, is tree-augmented naive Bayes.
 */
import * as v from 'valibot';
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { checked } from '../../options.js';
import type { CodedColumns } from '../../programs/bayesian-network/coded-columns.js';
import { cellsOf, countPlaces } from '../../programs/bayesian-network/joint-counts.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { Layout, place } from '../../wasm/memory.js';
import { MAX_CELLS } from './fit-parameters.js';
import { checkColumns, checkVaried } from './placed-columns.js';

export const TREE_OPTIONS = v.strictObject({
  /** the variable without a parent besides the class; default: the one with the largest sum of mutual information */
  root: v.optional(v.string('the name of a variable')),
});
export type TreeSearchOptions = v.InferInput<typeof TREE_OPTIONS>;

/** @returns of each variable, its parents' positions */
export async function chowLiu(
  engine: Engine,
  data: CodedColumns,
  options: TreeSearchOptions = {},
  run: RunOptions = {},
): Promise<number[][]> {
  const { root } = checked(TREE_OPTIONS, options);
  const weights = await mutualInformations(engine, data, -1, run);
  return directed(
    data.names.map((_, i) => i),
    weights,
    root === undefined ? undefined : positionOf(data, 'root', root),
  );
}

/** @param target the class. @returns of each variable its parents' positions, the class first */
export async function treeAugmentedNaiveBayes(
  engine: Engine,
  data: CodedColumns,
  target: string,
  options: TreeSearchOptions = {},
  run: RunOptions = {},
): Promise<number[][]> {
  const { root } = checked(TREE_OPTIONS, options);
  const given = positionOf(data, 'target', target);
  if (root === target) throw errors.option('root', 'another variable than the target', `'${root}'`);
  const weights = await mutualInformations(engine, data, given, run);
  const others = data.names.map((_, i) => i).filter((i) => i !== given);
  const parents = directed(others, weights, root === undefined ? undefined : positionOf(data, 'root', root));
  return parents.map((of, i) => (i === given ? [] : [given, ...of]));
}

function positionOf({ names }: CodedColumns, option: string, name: string): number {
  const at = names.indexOf(name);
  if (at < 0) throw errors.columnUnknown(`Option '${option}':`, name, names);
  return at;
}

/** f64[n, n], symmetric: the mutual information of two variables, given a class or nothing (−1). */
export async function mutualInformations(
  engine: Engine,
  data: CodedColumns,
  given: number,
  run: RunOptions = {},
): Promise<Float64Array> {
  const put = checkColumns(data);
  checkVaried(data);
  const { names, rows } = data;
  const n = names.length;
  const many = data.states.map((own) => own.length);
  const most = many.filter((_, i) => i !== given).sort((a, b) => b - a);
  const cells = cellsOf([given < 0 ? 1 : many[given], most[0] ?? 1], most[1] ?? 1);
  if (cells > MAX_CELLS) throw errors.jointTable('The two variables with the most states', cells, MAX_CELLS);
  const { at, region } = place(engine, (layout) => ({ columns: put(layout) }));
  using _ = region;
  const layout = new Layout(0);
  const own = countPlaces(layout, cells);
  const weights = new Float64Array(n * n);
  let v = 0;
  const results = engine.map(
    'mutualInformation',
    names.map((_, i) => i),
    (of, slot) => ({ columns: at.columns, rows, v: of, given, index: slot + own.index, table: slot + own.table }),
    { signal: run.signal, slotBytes: layout.bytes },
  );
  for await (const { value } of results) {
    value.forEach((weight, u) => {
      weights[u * n + v] = weight;
      weights[v * n + u] = weight;
    });
    v++;
  }
  return weights;
}

/** The spanning tree of these variables with the largest weights, of equal ones the first, and all its edges away from the root. */
function directed(variables: readonly number[], weights: Float64Array, root?: number): number[][] {
  const n = Math.sqrt(weights.length);
  const parents: number[][] = Array.from({ length: n }, () => []);
  if (variables.length === 0) return parents;
  const sums = variables.map((u) => variables.reduce((sum, w) => sum + weights[u * n + w], 0));
  const first = root ?? variables[sums.indexOf(Math.max(...sums))];
  // Prim's: of each variable outside, the heaviest edge that leads into the tree.
  const outside = new Set(variables);
  outside.delete(first);
  const link = new Int32Array(n).fill(first);
  while (outside.size > 0) {
    let next = -1;
    for (const u of outside) if (next < 0 || weights[u * n + link[u]] > weights[next * n + link[next]]) next = u;
    parents[next] = [link[next]];
    outside.delete(next);
    for (const u of outside) if (weights[u * n + next] > weights[u * n + link[u]]) link[u] = next;
  }
  return parents;
}
