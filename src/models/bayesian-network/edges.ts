/** Edges that a structure must have or must not have, given by the names of their two variables. */
import * as v from 'valibot';
import { errors } from '../../errors.js';
import { Graph, order } from '../../programs/bayesian-network/graph.js';

/** From a parent to its child. */
export type Edge = readonly [parent: string, child: string];

const TWO_NAMES = 'edges, each two names: the parent and the child';
/** An option of edges. */
export const EDGES = v.array(v.tuple([v.string(TWO_NAMES), v.string(TWO_NAMES)], TWO_NAMES), TWO_NAMES);

/** u8[n, n], from · n + to. @throws CameoError 'column' for a name that no variable has, 'argument' for an edge from a variable to itself */
export function edgeMask(option: string, edges: readonly Edge[], names: readonly string[]): Uint8Array {
  const n = names.length;
  const mask = new Uint8Array(n * n);
  for (const edge of edges) {
    const [from, to] = edge.map((name) => {
      const at = names.indexOf(name);
      if (at < 0) throw errors.columnUnknown(`Option '${option}':`, name, names);
      return at;
    });
    if (from === to) throw errors.option(option, 'edges between two variables', `one from '${edge[0]}' to itself`);
    mask[from * n + to] = 1;
  }
  return mask;
}

/** Of each variable the parents that a mask gives it. @throws CameoError 'argument' for a cycle, with the names on it */
export function parentsOf(mask: Uint8Array, names: readonly string[], what: string): number[][] {
  const n = names.length;
  const has = (from: number, to: number) => mask[from * n + to] === 1;
  const done = order(n, has);
  if (done.length < n) {
    const left = names.map((_, i) => i).filter((i) => !done.includes(i));
    throw errors.graphCycle(
      what,
      cycle(left, has).map((i) => names[i]),
    );
  }
  return names.map((_, to) => names.map((__, from) => from).filter((from) => has(from, to)));
}

/** A cycle among variables that each have a parent among themselves, from parent to child. */
function cycle(left: readonly number[], has: (from: number, to: number) => boolean): number[] {
  const path = [left[0]];
  for (;;) {
    const parent = left.find((from) => has(from, path[0])) as number;
    const at = path.indexOf(parent);
    if (at >= 0) return path.slice(0, at + 1);
    path.unshift(parent);
  }
}

/** @throws CameoError 'argument' for a structure with a cycle, or with a parent that is no variable, the variable itself, or named twice */
export function checkParents(parents: readonly (readonly number[])[], names: readonly string[]): Graph {
  const n = names.length;
  if (parents.length !== n) throw errors.shape('Structure', `the parents of ${n} variables`, `those of ${parents.length}`);
  const mask = new Uint8Array(n * n);
  parents.forEach((of, to) => {
    for (const from of of) {
      if (!(Number.isInteger(from) && from >= 0 && from < n) || from === to || mask[from * n + to])
        throw errors.shape(`Parents of '${names[to]}'`, `different positions among ${n}, not its own`, String(of));
      mask[from * n + to] = 1;
    }
  });
  parentsOf(mask, names, 'The structure has');
  return new Graph(parents);
}
