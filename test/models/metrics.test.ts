import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BinaryEvaluation, evaluateBinary } from '../../src/index.js';

const cases = JSON.parse(readFileSync('test/fixtures/metrics.json', 'utf8')) as {
  truth: number[];
  score: number[];
  expected: BinaryEvaluation;
}[];

for (const { truth, score, expected } of cases) {
  test(`equals scikit-learn's metrics on ${truth.length} rows with ${new Set(score).size} scores`, () => {
    const actual = evaluateBinary(truth, score);
    assert.equal(Object.keys(actual).sort(), Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) {
      const found = actual[name as keyof BinaryEvaluation];
      assert.ok(Math.abs(found - value) < 1e-12, `${name}: ${found} ${value}`);
    }
  });
}

test('one class has no curve', () => {
  assert.throws(() => evaluateBinary([1, 1], [0.2, 0.8]), /one class/);
});
test.run();
