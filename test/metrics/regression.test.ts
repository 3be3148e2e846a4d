/** R² of a constant truth, which is rounded away in sums: the same in evaluation, in early stopping and in `score`. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, evaluateRegression, Matrix, MLPRegressor } from '../../src/index.js';
import { r2 } from '../../src/metrics/regression.js';
import { HeldScore } from '../../src/programs/perceptron/held-score.js';

/** As early stopping sees it, in float32 and in two batches. */
function held(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const score = new HeldScore({ sizes: [1, 1], activation: 'relu', output: 'identity' }, truth.length);
  const half = truth.length >> 1;
  for (const [from, to] of [
    [0, half],
    [half, truth.length],
  ])
    score.add(Float32Array.from(predicted).subarray(from, to), Float32Array.from(truth).subarray(from, to));
  return score.value();
}

const constants = fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 2, max: 60 }));

test('a constant truth: 1 for every prediction right, else 0', () => {
  fc.assert(
    fc.property(constants, fc.double({ min: 1e-3, max: 10, noNaN: true }), ([value, n], off) => {
      const truth = new Array(n).fill(Math.fround(value));
      const missed = truth.map((v, i) => Math.fround(i === n - 1 ? v + off * Math.max(1, Math.abs(v)) : v));
      for (const score of [held, (a: number[], b: number[]) => evaluateRegression(a, b).r2]) {
        assert.is(score(truth, truth), 1);
        assert.is(score(truth, missed), 0);
      }
      assert.is(evaluateRegression(truth, missed).baselineRmse, 0);
    }),
  );
});

test('a regressor scores a constant truth as scikit-learn does', async () => {
  await using engine = await createEngine({ threads: 0 });
  const x = Matrix.fromRows(Array.from({ length: 30 }, (_, i) => [i / 30]));
  const model = await new MLPRegressor({ engine, maxIter: 5 }).fit(
    x,
    Array.from({ length: 30 }, (_, i) => i),
  );
  assert.is(await model.score(x, new Array(30).fill(0.1)), 0);
  // Of a single row scikit-learn says NaN, however good the answer.
  assert.ok(Number.isNaN(await model.score(Matrix.fromRows([[0.5]]), await model.predict(Matrix.fromRows([[0.5]])))));
  const truth = Array.from({ length: 30 }, (_, i) => i * i);
  assert.is(await model.score(x, truth), evaluateRegression(truth, await model.predict(x)).r2);
});

test('R² is one less the share of the spread that is left', () => {
  assert.equal([r2(0, 4), r2(1, 4), r2(8, 4), r2(0, 0), r2(1e-300, 0)], [1, 0.75, -1, 1, 0]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -9, max: 9 })), { minLength: 2 }),
      (rows) => {
        const truth = rows.map(([v]) => v);
        const predicted = rows.map(([v, off]) => v + off);
        fc.pre(new Set(truth).size > 1);
        // In whole numbers, n · spread is exact.
        const n = truth.length;
        const sum = truth.reduce((a, b) => a + b, 0);
        const spread = n * truth.reduce((a, b) => a + b * b, 0) - sum * sum;
        const exact = 1 - (n * rows.reduce((a, [, off]) => a + off * off, 0)) / spread;
        const near = (found: number) =>
          assert.ok(Math.abs(found - exact) <= 1e-9 * Math.max(1, Math.abs(exact)), `${found} ${exact}`);
        near(evaluateRegression(truth, predicted).r2);
        near(held(truth, predicted));
      },
    ),
  );
});
test.run();
