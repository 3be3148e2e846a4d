/** Tables of a given structure: pgmpy's, counts divided in plain code, and what is refused. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../../src/engine/create.js';
import { fitParameters } from '../../../src/models/bayesian-network/fit-parameters.js';
import { naiveCounts, randomColumns, readFixture } from '../../support/coded-columns.js';
import { onEngines } from '../../support/engines.js';
import { refusal, refusesUnknownNames, refusesValues } from '../../support/refused.js';

const engine = await createEngine({ threads: 0, device: 'wasm' });
const { fixture, data } = readFixture();

onEngines('tables are pgmpy’s', async (on) => {
  const { parents, ...expected } = fixture.parameters;
  for (const [name, options] of [
    ['likelihood', {}],
    ['k2', { pseudoCounts: 1 }],
    ['bdeu', { equivalentSampleSize: 7 }],
  ] as const) {
    const network = await fitParameters(on, data, parents, options);
    assert.equal([network.names, network.states, network.parents], [data.names, data.states, parents]);
    network.tables.forEach((table, v) => {
      assert.is(table.length, expected[name][v].length);
      table.forEach((p, at) => {
        assert.ok(Math.abs(p - expected[name][v][at]) <= 1e-12, `${name}, ${v}`);
      });
    });
  }
});

test('a probability is a count and its prior over their sum, rows with something missing left out', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer({ min: 1, max: 1e6 }),
        rows: fc.constantFrom(12, 150, 5000),
        states: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        missing: fc.constantFrom(0, 0.3, 1),
        wide: fc.boolean(),
      }),
      fc.constantFrom({}, { pseudoCounts: 0.5 }, { equivalentSampleSize: 3 }),
      async (random, options: { pseudoCounts?: number; equivalentSampleSize?: number }) => {
        const columns = randomColumns(random);
        // Parents in the order of the table's axes, here descending.
        const parents = random.states.map((_, v) =>
          Array.from({ length: v }, (__, k) => v - 1 - k).filter((p) => (p + v + random.seed) % 2),
        );
        const { tables } = await fitParameters(engine, columns, parents, options);
        tables.forEach((table, v) => {
          const counts = naiveCounts(columns, [...parents[v], v]);
          const r = random.states[v];
          const { pseudoCounts = 0, equivalentSampleSize } = options;
          const prior = equivalentSampleSize ? equivalentSampleSize / counts.length : pseudoCounts;
          counts.forEach((count, at) => {
            const row = counts.slice(at - (at % r), at - (at % r) + r);
            const total = row.reduce((a, b) => a + b, 0) + r * prior;
            const expected = total > 0 ? (count + prior) / total : 1 / r;
            assert.ok(Math.abs(table[at] - expected) <= 1e-14, `${v}, ${at}: ${table[at]}, ${expected}`);
          });
        });
      },
    ),
    { numRuns: 80 },
  );
});

test('what is no structure, and a table that would not fit, are refused', async () => {
  const fit = (parents: number[][]) => fitParameters(engine, data, parents);
  const cases: [number[][], RegExp][] = [
    [[[], [0], [1]], /^Structure: expected the parents of 6 variables, found those of 3\.$/],
    [[[1], [2], [0], [], [], []], /^The structure has a cycle of 3: '[abc]' → '[abc]' → '[abc]' → '[abc]'/],
    [[[0], [], [], [], [], []], /^Parents of 'a': expected different positions among 6, not its own, found 0\.$/],
    [[[], [0, 0], [], [], [], []], /^Parents of 'b'/],
    [[[], [6], [], [], [], []], /^Parents of 'b'/],
    [[[], [0.5], [], [], [], []], /^Parents of 'b'/],
  ];
  for (const [parents, message] of cases) {
    const error = await refusal(() => fit(parents));
    assert.is(error.code, 'argument');
    assert.match(error.message, message);
  }
  const wide = randomColumns({ seed: 3, rows: 600, states: [500, 500, 500], missing: 0 });
  assert.match(
    (await refusal(() => fitParameters(engine, wide, [[], [], [0, 1]]))).message,
    /^'v2' with 2 parents would need a table of 125000001 counts, and 16777216 fit\. Lower the limit of parents, or put states together\.$/,
  );
});

test('options are checked', async () => {
  const { parents } = fixture.parameters;
  await refusesUnknownNames(['pseudoCounts', 'equivalentSampleSize'], (options) =>
    fitParameters(engine, data, parents, options),
  );
  await refusesValues(
    [
      [{ pseudoCounts: -1 }, /a number, at least 0/],
      [{ equivalentSampleSize: 0 }, /a number above 0/],
    ],
    (options) => fitParameters(engine, data, parents, options),
  );
});

test.after(() => engine.close());
test.run();
