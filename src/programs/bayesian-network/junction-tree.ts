/**
 * Junction trees: the cliques of a network (triangulate.ts) as the nodes of a tree in which all cliques that hold a variable hang together
 * (running intersection), so that two neighbours need only tell each other what they know of the variables that both hold. Of all trees over
 * the cliques those have it whose neighbours share the most variables, which Prim's algorithm finds (Jensen and Jensen 1994).
 *
 * A tree depends on the graph and the numbers of states alone. It is made once, and asked by any number of users (propagation.ts).
 */
import { errors } from '../../errors.js';
import { eliminate, moralGraph } from './triangulate.js';

/** Variables that stand together, ascending, and how many combinations their states have: a table's cells, the last variable fastest. */
export interface Clique {
  readonly variables: readonly number[];
  readonly cells: number;
}

/** What the cliques a and b share; nothing, in one cell, where parts of the network do not depend on each other. */
export interface Separator extends Clique {
  readonly a: number;
  readonly b: number;
}

export interface JunctionTree {
  /** states of each variable */
  readonly sizes: readonly number[];
  readonly cliques: readonly Clique[];
  /** the edges of the tree, one fewer than cliques */
  readonly separators: readonly Separator[];
  /** of each variable: the smallest clique that holds it and its parents */
  readonly homes: readonly number[];
  /** the smallest clique that holds all variables that were asked to stand together */
  readonly together: number;
}

/** A graph and how many states each variable has. */
export interface Structure {
  readonly parents: readonly (readonly number[])[];
  readonly sizes: readonly number[];
}

/**
 * @param together variables whose joint distribution is asked for
 * @param maximum bytes that the tree may take, with the potentials of so many shards at a time
 * @throws CameoError 'memory' for one that takes more, with its size
 */
export function junctionTree(
  { parents, sizes }: Structure,
  together: readonly number[],
  maximum: number,
  shards = 1,
): JunctionTree {
  const cliques = eliminate(moralGraph(parents, together)).map((variables) => cliqueOf(variables, sizes));
  const separators = spanningTree(cliques, sizes);
  const smallest = (variables: readonly number[]) => {
    let best = -1;
    cliques.forEach((clique, c) => {
      if (variables.every((v) => clique.variables.includes(v)) && (best < 0 || clique.cells < cliques[best].cells)) best = c;
    });
    return best;
  };
  const homes = parents.map((own, v) => smallest([v, ...own]));
  const tree = { sizes, cliques, separators, homes, together: smallest(together) };
  const bytes = treeBytes(tree, shards);
  if (bytes > maximum) throw errors.junctionTree(bytes, maximum, Math.max(...cliques.map(({ variables }) => variables.length)));
  return tree;
}

const cliqueOf = (variables: readonly number[], sizes: readonly number[]): Clique => ({
  variables,
  cells: variables.reduce((cells, v) => cells * sizes[v], 1),
});

/** Neighbours of a clique, where others would do as well: a tree in which all are near each other, so that little changes with a piece of evidence. */
const NEIGHBOURS = 4;

/** Cliques joined one by one to those that are joined already, by the most variables; of equal ones by the fewest cells, then the first. */
function spanningTree(cliques: readonly Clique[], sizes: readonly number[]): Separator[] {
  const separators: Separator[] = [];
  const neighbours = new Int32Array(cliques.length);
  const nearest: (Separator | undefined)[] = cliques.map(() => undefined);
  const left = new Set(cliques.keys());
  const inside: number[] = [];
  const between = (a: number, b: number): Separator => {
    const shared = cliques[b].variables.filter((v) => cliques[a].variables.includes(v));
    return { a, b, ...cliqueOf(shared, sizes) };
  };
  for (let joined = 0; left.delete(joined) && left.size > 0; ) {
    inside.push(joined);
    let next = -1;
    for (const c of left) {
      const found = between(joined, c);
      if (better(found, nearest[c])) nearest[c] = found;
      if (next < 0 || better(nearest[c] as Separator, nearest[next])) next = c;
    }
    let chosen = nearest[next] as Separator;
    if (neighbours[chosen.a] >= NEIGHBOURS) {
      const free = inside.find((a) => neighbours[a] < NEIGHBOURS && !better(chosen, between(a, next)));
      if (free !== undefined) chosen = between(free, next);
    }
    separators.push(chosen);
    neighbours[chosen.a]++;
    neighbours[next]++;
    joined = next;
  }
  return separators;
}

function better(one: Separator, other: Separator | undefined): boolean {
  if (!other) return true;
  const more = one.variables.length - other.variables.length;
  return more > 0 || (more === 0 && one.cells < other.cells);
}

/** Users that are asked about side by side, at least and at most; a multiple of 4 (assembly/potential.ts). */
const LANES = { least: 4, most: 32 };
/** Bytes of all potentials that stay in the second-level cache. */
const CACHE = 1 << 18;

/** How many users are asked about side by side. */
export function lanesOf({ cliques }: Pick<JunctionTree, 'cliques'>): number {
  const cells = cliques.reduce((sum, clique) => sum + clique.cells, 0);
  let lanes = LANES.most;
  while (lanes > LANES.least && cells * lanes * 8 > CACHE) lanes /= 2;
  return lanes;
}

/** Bytes that a tree takes in memory, with the potentials of so many shards at a time. */
function treeBytes(tree: JunctionTree, shards: number): number {
  const lanes = lanesOf(tree);
  const { cliques, separators, homes } = tree;
  const once = (c: number) => cliques[c].cells * 4;
  const indexes = separators.reduce((sum, { a, b }) => sum + once(a) + once(b), 0) + homes.reduce((sum, c) => sum + once(c), 0);
  const potentials = [...cliques, ...separators].reduce((sum, { cells }) => sum + cells, 0) * 8;
  return indexes + potentials * (1 + lanes * shards);
}

/**
 * Of each cell of a table over `variables`: which cell of a table over some of them it belongs to. Both tables have the last of their
 * variables fastest; the second may have them in any order.
 */
export function indexOf(variables: readonly number[], some: readonly number[], sizes: readonly number[]): Int32Array {
  const steps = new Map<number, number>();
  let step = 1;
  for (const v of [...some].reverse()) {
    steps.set(v, step);
    step *= sizes[v];
  }
  // From the slowest variable on: each cell of those before becomes one for every state of the next.
  let index = Int32Array.of(0);
  for (const v of variables) {
    const [before, size, own] = [index, sizes[v], steps.get(v) ?? 0];
    index = new Int32Array(before.length * size);
    for (let i = 0; i < before.length; i++) for (let s = 0; s < size; s++) index[i * size + s] = before[i] + s * own;
  }
  return index;
}
