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

export function placeTree(layout: Layout, indexes: TreeIndexes, bases: readonly Float64Array[]): TreePlan {
  const { tree, separators, variables } = indexes;
  const { cliques, homes, sizes } = tree;
  return {
    lanes: lanesOf(tree),
    cliques: cliques.map((clique, c) => ({ ...clique, base: layout.put(bases[c]) })),
    separators: tree.separators.map((separator, s) => {
      return { ...separator, indexA: layout.put(separators[s].a), indexB: layout.put(separators[s].b) };
    }),
    variables: variables.map((index, v) => ({ clique: homes[v], index: layout.put(index), cells: sizes[v] })),
  };
}
