/** A junction tree and the probabilities of its network, laid out in memory for the workers. */
import type { Layout } from '../../wasm/memory.js';
import { indexOf, type JunctionTree, lanesOf } from './junction-tree.js';
import type { DiscreteNetwork } from './network.js';

/** A sum over a clique's table: onto fewer variables. */
export interface Target {
  readonly clique: number;
  /** address of i32[cells of the clique]: of each the target's cell */
  readonly index: number;
  readonly cells: number;
}

/**
 * A variable some of whose rows do not sum to 1, as where a file has three probabilities of 0.3333333. Where nothing that is known or asked
 * for depends on it, it must not count: there its table is multiplied by `scale` f64[cells], which makes the rows sum to 1.
 */
export interface Rough extends Target {
  readonly scale: number;
  /** the variable and those that depend on it */
  readonly below: readonly number[];
}

/** Addresses of a tree; plain data that is sent to workers. */
export interface TreePlan {
  /** users side by side */
  readonly lanes: number;
  /** `base` f64[cells]: the product of the tables that are at home there */
  readonly cliques: readonly { variables: readonly number[]; cells: number; base: number }[];
  /** between cliques a and b: `indexA` i32[cells of a] and `indexB` i32[cells of b] tell the separator's cell */
  readonly separators: readonly {
    a: number;
    b: number;
    variables: readonly number[];
    cells: number;
    indexA: number;
    indexB: number;
  }[];
  /** of each variable: where it is observed, and its own distribution is found */
  readonly variables: readonly Target[];
  readonly rough: readonly Rough[];
}

/** The indexes of a tree, which its structure alone tells. */
export interface TreeIndexes {
  readonly tree: JunctionTree;
  readonly separators: readonly { a: Int32Array; b: Int32Array }[];
  readonly variables: readonly Int32Array[];
  /** of each variable, of each cell of its home the cell of its table */
  readonly families: readonly Int32Array[];
}

export function treeIndexes(tree: JunctionTree, parents: DiscreteNetwork['parents']): TreeIndexes {
  const { cliques, separators, homes, sizes } = tree;
  const onto = (c: number, some: readonly number[]) => indexOf(cliques[c].variables, some, sizes);
  return {
    tree,
    separators: separators.map(({ a, b, variables }) => ({ a: onto(a, variables), b: onto(b, variables) })),
    variables: homes.map((home, v) => onto(home, [v])),
    families: homes.map((home, v) => onto(home, [...parents[v], v])),
  };
}

/** Of each clique f64[cells]: the product of the probabilities of the variables that are at home there. */
export function basesOf(
  { tree: { cliques, homes }, families }: TreeIndexes,
  tables: DiscreteNetwork['tables'],
): Float64Array[] {
  const bases = cliques.map(({ cells }) => new Float64Array(cells).fill(1));
  homes.forEach((home, v) => {
    const [base, table, index] = [bases[home], tables[v], families[v]];
    for (let cell = 0; cell < base.length; cell++) base[cell] *= table[index[cell]];
  });
  return bases;
}

/** How far from 1 the sum of a row may be and count as 1. */
const ROUNDED = 1e-12;

/** Of each rough variable what its table must be multiplied by, and those that depend on it. */
export function roughOf(
  { sizes }: JunctionTree,
  { parents, tables }: Pick<DiscreteNetwork, 'parents' | 'tables'>,
): { variable: number; scale: Float64Array; below: number[] }[] {
  return tables.flatMap((table, variable) => {
    const size = sizes[variable];
    const scale = new Float64Array(table.length);
    for (let at = 0; at < table.length; at += size) {
      const sum = table.subarray(at, at + size).reduce((a, b) => a + b, 0);
      scale.fill(Math.abs(sum - 1) <= ROUNDED ? 1 : 1 / sum, at, at + size);
    }
    if (scale.every((own) => own === 1)) return [];
    const below = new Set([variable]);
    for (const v of below) for (const [child, own] of parents.entries()) if (own.includes(v)) below.add(child);
    return [{ variable, scale, below: [...below] }];
  });
}

export function placeTree(
  layout: Layout,
  indexes: TreeIndexes,
  bases: readonly Float64Array[],
  rough: ReturnType<typeof roughOf> = [],
): TreePlan {
  const { tree, separators, variables, families } = indexes;
  const { cliques, homes, sizes } = tree;
  return {
    lanes: lanesOf(tree),
    cliques: cliques.map((clique, c) => ({ ...clique, base: layout.put(bases[c]) })),
    separators: tree.separators.map((separator, s) => {
      return { ...separator, indexA: layout.put(separators[s].a), indexB: layout.put(separators[s].b) };
    }),
    variables: variables.map((index, v) => ({ clique: homes[v], index: layout.put(index), cells: sizes[v] })),
    rough: rough.map(({ variable, scale, below }) => ({
      clique: homes[variable],
      index: layout.put(families[variable]),
      cells: scale.length,
      scale: layout.put(scale),
      below,
    })),
  };
}
