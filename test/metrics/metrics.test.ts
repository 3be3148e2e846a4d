import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exp, log } from '../../src/math.js';
import { evaluate, METRIC, metricOf, type Task } from '../../src/metrics/index.js';

interface Case {
  task: Task;
  outputs: number;
  truth: number[];
  scores: number[];
  expected: Record<string, number>;
}
const cases = JSON.parse(readFileSync('test/fixtures/metrics.json', 'utf8')) as Case[];

for (const { task, outputs, truth, scores, expected } of cases) {
  test(`equals scikit-learn's ${task} metrics on ${truth.length} rows with ${new Set(scores).size} scores`, () => {
    const actual = evaluate(task, truth, scores, outputs) as unknown as Record<string, number>;
    assert.equal(Object.keys(actual).sort(), Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) {
      assert.ok(Math.abs(actual[name] - value) < 1e-12, `${name}: ${actual[name]} ${value}`);
    }
    assert.is(metricOf(task, truth, scores, outputs), actual[METRIC[task]]);
  });
}

test('the exponential of the four operations is the exponential', () => {
  for (let k = -70_000; k <= 70_000; k++) {
    const x = k / 100 + k * 1e-7;
    assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) <= 1e-15, `${x}`);
  }
  assert.equal([exp(0), exp(-1e3), exp(1e3)], [1, 0, Number.POSITIVE_INFINITY]);
});

test('the logarithm of the four operations is the logarithm', () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -1000, max: 2 ** 1000, noNaN: true }), (x) => {
      const exact = Math.log(x);
      assert.ok(Math.abs(log(x) - exact) <= 1e-15 * Math.max(1, Math.abs(exact)), `${x}`);
    }),
    { numRuns: 10000 },
  );
  assert.is(log(1), 0);
});

test('one class has no curve', () => {
  const one = evaluate('binary', [1, 1], [0.2, 0.8], 1) as unknown as Record<string, number>;
  assert.ok(Number.isNaN(one.rocAuc));
  assert.is(one.accuracy, 0.5);
});
test.run();
