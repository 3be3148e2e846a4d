/** Junction trees: every variable with its parents is in a clique, cliques that hold a variable hang together, and none is part of another. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { indexOf, junctionTree, lanesOf } from '../../../src/programs/bayesian-network/junction-tree.js';
import { eliminate, moralGraph } from '../../../src/programs/bayesian-network/triangulate.js';
import { makeDiscreteNetwork, randomNetwork } from '../../support/random-networks.js';
import { refusal } from '../../support/refused.js';

const ALL = Number.POSITIVE_INFINITY;
const within = (some: readonly number[], all: readonly number[]) => some.every((v) => all.includes(v));

test('random networks', () => {
  fc.assert(
    fc.property(randomNetwork, fc.integer({ min: 1, max: 25 }), fc.nat(), (shape, variables, seed) => {
      const { parents, states } = makeDiscreteNetwork({ ...shape, variables });
      const sizes = states.map((own) => own.length);
      const together = [...new Set([seed % variables, (seed >> 5) % variables, (seed >> 10) % variables])];
      const tree = junctionTree({ parents, sizes }, together, ALL);
      const { cliques, separators, homes } = tree;
      parents.forEach((own, v) => assert.ok(within([...own, v], cliques[homes[v]].variables)));
      assert.ok(within(together, cliques[tree.together].variables));
      cliques.forEach((one, a) => {
        assert.is(
          one.cells,
          one.variables.reduce((product, v) => product * sizes[v], 1),
        );
        assert.not.ok(cliques.some((other, b) => a !== b && within(one.variables, other.variables)));
      });
      assert.is(separators.length, cliques.length - 1);
      for (const { a, b, variables: shared } of separators)
        assert.equal(
          shared,
          cliques[a].variables.filter((v) => cliques[b].variables.includes(v)),
        );
      // As many edges as cliques less one, for each variable too: all are one tree.
      const joined = new Set([0]);
      for (let i = 0; i < separators.length; i++)
        for (const { a, b } of separators) if (joined.has(a) || joined.has(b)) joined.add(a).add(b);
      assert.is(joined.size, cliques.length);
      sizes.forEach((_, v) => {
        const holding = cliques.filter((clique) => clique.variables.includes(v)).length;
        assert.is(separators.filter((separator) => separator.variables.includes(v)).length, holding - 1);
      });
    }),
  );
});

test('min-fill adds no edge to a tree or a triangle, and one to a square, whose first corner goes first', () => {
  const chain = [[], [0], [1], [2]];
  assert.equal(eliminate(moralGraph(chain)), [
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  const square = [new Set([1, 3]), new Set([0, 2]), new Set([1, 3]), new Set([0, 2])];
  assert.equal(eliminate(square), [
    [0, 1, 3],
    [1, 2, 3],
  ]);
  // Parents of a common child are joined.
  assert.equal(eliminate(moralGraph([[], [], [0, 1]])), [[0, 1, 2]]);
});

test('cliques that share the same with many hang near each other', () => {
  const parents = Array.from({ length: 200 }, (_, v) => (v === 0 ? [] : [0]));
  const { separators, cliques } = junctionTree({ parents, sizes: parents.map(() => 2) }, [], ALL);
  const neighbours = cliques.map((_, c) => separators.filter(({ a, b }) => a === c || b === c).length);
  assert.ok(Math.max(...neighbours) <= 5, String(Math.max(...neighbours)));
});

test('an index tells the cell of the smaller table, whatever the order of its variables', () => {
  assert.equal([...indexOf([0, 2, 3], [3, 0], [2, 9, 2, 3])], [0, 2, 4, 0, 2, 4, 1, 3, 5, 1, 3, 5]);
  assert.equal([...indexOf([1], [], [2, 3])], [0, 0, 0]);
});

test('a tree that would not fit is refused with its size, however large that is, and fewer users stand side by side in larger ones', async () => {
  const grid = Array.from({ length: 400 }, (_, v) => [...(v % 20 ? [v - 1] : []), ...(v >= 20 ? [v - 20] : [])]);
  const structure = { parents: grid, sizes: grid.map(() => 4) };
  const error = await refusal(() => junctionTree(structure, [], 4 * 2 ** 30));
  assert.is(error.code, 'memory');
  assert.match(error.message, /needs \d+(\.\d+)? [KMG]iB.* joins \d+ variables.*4096\.0 MiB/);
  assert.is(lanesOf({ cliques: [{ variables: [0], cells: 8 }] }), 32);
  assert.is(lanesOf({ cliques: [{ variables: [0], cells: 1 << 20 }] }), 4);
});

test.run();
