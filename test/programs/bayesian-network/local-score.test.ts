/** Joint counts and scores against pgmpy's and against plain code, in both builds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkColumns } from '../../../src/models/bayesian-network/placed-columns.js';
import type { CodedColumns } from '../../../src/programs/bayesian-network/coded-columns.js';
import { cellsOf, countPlaces, JointCounts } from '../../../src/programs/bayesian-network/joint-counts.js';
import { localScore, SCORES, type ScoreName } from '../../../src/programs/bayesian-network/local-score.js';
import { Layout } from '../../../src/wasm/memory.js';
import { naiveCounts, naiveScore, randomColumns, readFixture } from '../../support/coded-columns.js';
import { type Bench, benches } from '../../support/kernels.js';

function countsOf(b: Bench, data: CodedColumns): JointCounts {
  const layout = new Layout(1024, b.memory);
  const columns = checkColumns(data)(layout);
  const cells = columns.reduce((product, { states }) => product * (states + 1), 1);
  return new JointCounts(columns, data.rows, b.kernels, b.memory, countPlaces(layout, cells));
}
const near = (actual: number, expected: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${actual} instead of ${expected}`);

const { fixture, data } = readFixture();

for (const b of benches()) {
  test(`scores are pgmpy's (${b.build})`, () => {
    const joint = countsOf(b, data);
    const kinds: [keyof (typeof fixture.scores)[0], ScoreName, number][] = [
      ['bic', 'bic', 1],
      ['k2', 'k2', 1],
      ['bdeu', 'bdeu', 10],
      ['bdeuFew', 'bdeu', 0.5],
    ];
    for (const family of fixture.scores) {
      const members = [...family.parents, family.child];
      const cells = joint.combinations(members);
      assert.is(cells, cellsOf(members.map((m) => data.states[m].length)) - 1);
      for (const [name, score, size] of kinds) {
        const found = localScore(score, data.rows, size)(joint.count(members), data.states[family.child].length, cells);
        near(found, family[name] as number, `${name} of ${family.child} given ${family.parents}`);
      }
    }
  });

  test(`a parent put in front is counted as one among the others (${b.build})`, () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 1, max: 1e6 }),
          // More than one block of rows, and more counts than four tables take.
          rows: fc.constantFrom(20, 97, 5000),
          states: fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 3, maxLength: 5 }),
          missing: fc.constantFrom(0, 0.3),
          wide: fc.boolean(),
        }),
        (random) => {
          const columns = randomColumns(random);
          const joint = countsOf(b, columns);
          const [other, ...members] = columns.states.map((_, v) => v);
          const child = members[members.length - 1];
          const cells = joint.combinations(members);
          const expected = naiveCounts(columns, [other, ...members]);
          const counts = [...joint.count(members, other)];
          for (let u = 0; u < random.states[0]; u++)
            assert.equal(counts.slice(u * (cells + 1), u * (cells + 1) + cells), expected.slice(u * cells, (u + 1) * cells));
          assert.equal([...joint.count([other, ...members])].slice(0, -1), expected);
          for (const score of SCORES) {
            const r = random.states[child];
            const own = localScore(score, columns.rows, 10);
            const found = own(joint.count(members, other), r, cells, random.states[0], cells + 1);
            near(found, naiveScore(columns, score, child, [other, ...members.slice(0, -1)]), score);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
}

test('where no row is whole there is no score', () => {
  assert.is(localScore('bic', 10, 1)(new Int32Array(4), 2, 4), Number.NEGATIVE_INFINITY);
});

test.run();
