/**
 * From a directed graph to cliques (Lauritzen and Spiegelhalter 1988). The moral graph joins a variable with its parents and these with each
 * other. Eliminating its variables one by one, each time the one whose neighbours lack the fewest edges among themselves (min-fill) and of
 * equal ones the first, and adding these edges, leaves a graph without long cycles; its cliques are a variable with its neighbours at the
 * moment it went.
 */
type Graph = Set<number>[];

/**
 * @param parents of each variable
 * @param together variables that a clique shall hold all of
 */
export function moralGraph(parents: readonly (readonly number[])[], together: readonly number[] = []): Graph {
  const graph: Graph = parents.map(() => new Set());
  const join = (group: readonly number[]) => {
    for (const a of group) for (const b of group) if (a !== b) graph[a].add(b);
  };
  parents.forEach((own, v) => {
    join([v, ...own]);
  });
  join(together);
  return graph;
}

/** The largest cliques of a graph that is made triangular on the way, each ascending. The graph is used up. */
export function eliminate(graph: Graph): number[][] {
  const cliques: number[][] = [];
  const fill: (number | undefined)[] = graph.map(() => undefined);
  const left = new Set(graph.keys());
  while (left.size > 0) {
    let next = -1;
    for (const v of left) {
      fill[v] ??= missingEdges(graph, v);
      if (next < 0 || (fill[v] as number) < (fill[next] as number)) next = v;
    }
    const neighbours = [...graph[next]];
    const clique = [next, ...neighbours].sort((a, b) => a - b);
    // What an earlier clique holds is none of its own.
    if (!cliques.some((other) => clique.every((v) => other.includes(v)))) cliques.push(clique);
    for (const a of neighbours) {
      for (const b of neighbours) if (a !== b) graph[a].add(b);
      graph[a].delete(next);
    }
    left.delete(next);
    // Edges have changed among the neighbours: what these and theirs lack must be counted again.
    for (const a of neighbours) {
      fill[a] = undefined;
      for (const b of graph[a]) fill[b] = undefined;
    }
  }
  return cliques;
}

/** How many pairs of a variable's neighbours have no edge. */
function missingEdges(graph: Graph, variable: number): number {
  const neighbours = [...graph[variable]];
  let missing = 0;
  for (let i = 0; i < neighbours.length; i++) {
    const own = graph[neighbours[i]];
    for (let j = 0; j < i; j++) if (!own.has(neighbours[j])) missing++;
  }
  return missing;
}
