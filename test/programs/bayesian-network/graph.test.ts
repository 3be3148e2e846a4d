/** Graphs without cycles: what reaches what, against a walk, while edges come and go. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Graph, order } from '../../../src/programs/bayesian-network/graph.js';

test('what a graph says of paths is what a walk finds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 80 }),
      (n, toggles) => {
        const graph = new Graph(Array.from({ length: n }, () => []));
        const walk = (from: number, to: number): boolean => {
          const [seen, next] = [new Set<number>(), [from]];
          for (let at = next.pop(); at !== undefined; at = next.pop()) {
            for (let c = 0; c < n; c++) {
              if (!graph.has(at, c) || seen.has(c)) continue;
              seen.add(c);
              next.push(c);
            }
          }
          return seen.has(to);
        };
        const edges = new Set<string>();
        for (const [i, j] of toggles) {
          const [from, to] = [i % n, j % n];
          // An edge comes where it makes no cycle, and goes where it is.
          if (from === to || (!graph.has(from, to) && walk(to, from))) continue;
          graph.toggle(from, to);
          if (!edges.delete(`${from} ${to}`)) edges.add(`${from} ${to}`);
        }
        for (let from = 0; from < n; from++) {
          for (let to = 0; to < n; to++) {
            assert.is(graph.has(from, to), edges.has(`${from} ${to}`));
            assert.is(graph.reaches(from, to), walk(from, to));
            const around = [...edges].some((edge) => {
              const [parent, child] = edge.split(' ').map(Number);
              return parent === from && child !== to && walk(child, to);
            });
            assert.is(graph.reachesAround(from, to), around);
          }
          assert.equal(
            graph.parents(from),
            Array.from({ length: n }, (_, p) => p).filter((p) => edges.has(`${p} ${from}`)),
          );
        }
        const places = order(n, (from, to) => graph.has(from, to));
        assert.is(new Set(places).size, n);
        for (const edge of edges) {
          const [parent, child] = edge.split(' ').map(Number);
          assert.ok(places.indexOf(parent) < places.indexOf(child));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('of a graph with a cycle the order has what is above it', () => {
  const edges = ['0 1', '1 2', '2 3', '3 1', '3 4'];
  assert.equal(
    order(5, (from, to) => edges.includes(`${from} ${to}`)),
    [0],
  );
});

test.run();
