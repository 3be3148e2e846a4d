/** Chow-Liu trees and tree-augmented naive Bayes: against every spanning tree, pgmpy's, and mutual information in plain code. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../../src/engine/create.js';
import { chowLiu, mutualInformations, treeAugmentedNaiveBayes } from '../../../src/models/bayesian-network/tree-search.js';
import type { CodedColumns } from '../../../src/programs/bayesian-network/coded-columns.js';
import { naiveCounts, randomColumns, readFixture } from '../../support/coded-columns.js';
import { onEngines } from '../../support/engines.js';
import { refusal, refusesUnknownNames } from '../../support/refused.js';

const engine = await createEngine({ threads: 0, device: 'wasm' });
const { fixture, data } = readFixture();
const edges = (parents: readonly (readonly number[])[]) =>
  parents
    .flatMap((of, child) => of.map((parent): [number, number] => [parent, child]))
    .sort(([a, b], [c, d]) => a - c || b - d);

/** I(u; v), or given class c, by probabilities. */
function information(columns: CodedColumns, u: number, v: number, c: number): number {
  const counts = naiveCounts(columns, c < 0 ? [u, v] : [c, u, v]);
  const [us, vs] = [columns.states[u].length, columns.states[v].length];
  const n = counts.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (let at = 0; at < counts.length; at += us * vs) {
    const own = counts.slice(at, at + us * vs);
    const total = own.reduce((a, b) => a + b, 0);
    own.forEach((count, k) => {
      const ofU = own.filter((_, i) => Math.floor(i / vs) === Math.floor(k / vs)).reduce((a, b) => a + b, 0);
      const ofV = own.filter((_, i) => i % vs === k % vs).reduce((a, b) => a + b, 0);
      if (count > 0) sum += (count / n) * Math.log((count * total) / (ofU * ofV));
    });
  }
  return sum;
}

/** The largest sum of weights of all trees over these variables: every parent for each but the first, by Prüfer's count n^(n−2). */
function heaviest(variables: readonly number[], weight: (u: number, v: number) => number): number {
  let best = Number.NEGATIVE_INFINITY;
  const n = variables.length;
  // Each but the first hangs on another: those choices that lead to the first from everywhere are the trees, each once.
  for (let code = 0; code < n ** (n - 1); code++) {
    const up = [0, ...Array.from({ length: n - 1 }, (_, i) => Math.floor(code / n ** i) % n)];
    const rooted = up.every((_, i) => {
      let at = i;
      for (let step = 0; step < n && at !== 0; step++) at = up[at];
      return at === 0;
    });
    if (rooted)
      best = Math.max(
        best,
        up.reduce((sum, to, i) => sum + (i === 0 ? 0 : weight(variables[i], variables[to])), 0),
      );
  }
  return best;
}

const random = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  rows: fc.constantFrom(30, 300),
  states: fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 2, maxLength: 6 }),
  missing: fc.constantFrom(0, 0.2),
});

test('a tree has the largest sum of mutual information of all trees', async () => {
  await fc.assert(
    fc.asyncProperty(random, fc.boolean(), fc.nat(5), async (shape, augmented, chosen) => {
      const columns = randomColumns(shape);
      const all = columns.names.map((_, i) => i);
      const given = augmented ? chosen % all.length : -1;
      const weight = (u: number, v: number) => information(columns, u, v, given);
      const found = augmented
        ? await treeAugmentedNaiveBayes(engine, columns, columns.names[given])
        : await chowLiu(engine, columns);
      const others = all.filter((i) => i !== given);
      let sum = 0;
      found.forEach((parents, i) => {
        if (i === given) return assert.equal(parents, []);
        const own = augmented ? parents.slice(1) : parents;
        if (augmented) assert.is(parents[0], given);
        assert.ok(own.length <= 1);
        if (own.length === 1) sum += weight(i, own[0]);
      });
      assert.is(others.filter((i) => found[i].length === (augmented ? 1 : 0)).length, 1, 'one root');
      assert.ok(Math.abs(sum - heaviest(others, weight)) <= 1e-9, `${sum}, ${heaviest(others, weight)}`);
    }),
    { numRuns: 60 },
  );
});

onEngines('weights and trees are scikit-learn’s and pgmpy’s', async (on) => {
  const weights = await mutualInformations(on, data, -1);
  fixture.information.forEach((row, u) => {
    row.forEach((expected, v) => {
      assert.ok(Math.abs(weights[u * row.length + v] - expected) <= 1e-12, `${u}, ${v}`);
    });
  });
  assert.equal(edges(await chowLiu(on, data, { root: 'c' })), fixture.trees.chowLiu);
  assert.equal(edges(await treeAugmentedNaiveBayes(on, data, 'e', { root: 'b' })), fixture.trees.tan);
});

test('without a root the variable with the largest sum is one', async () => {
  const weights = await mutualInformations(engine, data, -1);
  const sums = data.names.map((_, u) => data.names.reduce((sum, __, v) => sum + weights[u * data.names.length + v], 0));
  const parents = await chowLiu(engine, data);
  assert.equal(parents[sums.indexOf(Math.max(...sums))], []);
});

test('what cannot be used is refused', async () => {
  const cases: [() => unknown, string, RegExp][] = [
    [() => chowLiu(engine, data, { root: 'x' }), 'column', /Option 'root': column 'x' is not in the table/],
    [() => treeAugmentedNaiveBayes(engine, data, 'x'), 'column', /Option 'target': column 'x'/],
    [() => treeAugmentedNaiveBayes(engine, data, 'a', { root: 'a' }), 'argument', /another variable than the target/],
    [() => chowLiu(engine, { ...data, codes: data.codes.map((c) => c.slice().fill(0)) }), 'column', /'a' has one value/],
  ];
  for (const [work, code, message] of cases) {
    const error = await refusal(work);
    assert.is(error.code, code);
    assert.match(error.message, message);
  }
  const wide = randomColumns({ seed: 3, rows: 5000, states: [5000, 4000, 2], missing: 0 });
  assert.match(
    (await refusal(() => chowLiu(engine, wide))).message,
    /^The two variables with the most states would need a table of \d+ counts/,
  );
  await refusesUnknownNames(['root'], (options) => chowLiu(engine, data, options));
});

test.after(() => engine.close());
test.run();
