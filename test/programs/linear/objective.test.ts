/** What a linear model minimizes: value and gradient against float64 and finite differences, the Hessian against differences of the gradient. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PenalizedLoss } from '../../../src/programs/linear/objective.js';
import { RowSums } from '../../../src/programs/linear/row-sums.js';
import { buffers, type Rows } from '../../../src/programs/linear/rows.js';
import { stride } from '../../../src/wasm/kernels.js';
import { type Bench, open } from '../../support/kernels.js';
import { penalizedLoss } from '../../support/linear.js';
import { generator } from '../../support/tables.js';

const b = open('simd');
const control = { aborted: () => false, progress: () => {} };

function f64(bench: Bench, values: ArrayLike<number>): number {
  const at = bench.room(values.length * 2 + 4);
  new Float64Array(bench.memory.buffer, at, values.length).set(values);
  return at;
}

const shapes = fc.record({
  rows: fc.constantFrom(3, 40, 1500),
  columns: fc.integer({ min: 1, max: 9 }),
  loss: fc.constantFrom('logistic' as const, 'softmax' as const, 'squared' as const),
  fitIntercept: fc.boolean(),
  l2: fc.constantFrom(0, 0.5, 20),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function make({ rows, columns, loss, fitIntercept, l2, seed }: Shape) {
  b.reset();
  const next = generator(seed);
  const ld = stride(columns);
  const outputs = loss === 'softmax' ? 3 : 1;
  const x = Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.fround(next() * 4 - 1)));
  const y = Array.from({ length: rows }, (_, r) =>
    loss === 'squared' ? next() : r < 3 ? r % Math.max(2, outputs) : Math.floor(next() * Math.max(2, outputs)),
  );
  const weights = Array.from({ length: rows }, (_, r) => (r > 2 && next() < 0.3 ? 0 : 2 * next()));
  const tile = b.f32(x.flatMap((row) => [...row, ...new Array(ld - columns).fill(0)]));
  const at: Rows = { x: tile, y: f64(b, y), weights: f64(b, weights), held: 0, rows, columns, outputs, loss };
  const scratch = b.room(buffers(at, 1, 0).layout.bytes / 4);
  const sums = new RowSums(b.kernels, b.memory, at, scratch, 0, 1, undefined, control);
  const objective = new PenalizedLoss(at, sums, fitIntercept, 1e-9);
  const start = objective.start();
  objective.penalize(l2);
  // Anywhere, with zeros in the padding.
  const theta = start.map((v, i) => (i < outputs * ld ? (i % ld < columns ? next() - 0.5 : 0) : fitIntercept ? v + next() : 0));
  return { x, y, weights, outputs, ld, objective, theta, sums, next };
}

test('value and gradient equal the reference, and finite differences', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { columns, fitIntercept, l2, loss } = shape;
      const { x, y, weights, outputs, ld, objective, theta, sums } = make(shape);
      const gradient = new Float64Array(theta.length);
      const value = objective.evaluate(theta, gradient);
      const { parameters } = sums;
      const coef = Array.from({ length: outputs }, (_, k) => [...parameters.subarray(k * ld, k * ld + columns)]);
      const intercept = [...parameters.subarray(outputs * ld)];
      const expected = penalizedLoss({ x, y, weights, outputs, loss, l2 }, { coef, intercept });
      assert.ok(Math.abs(value - expected.value) < 1e-12 * Math.max(1, value), `${value} ${expected.value}`);
      const total = weights.reduce((s, w) => s + w, 0);
      const mean = (i: number) => (fitIntercept ? x.reduce((s, row, r) => s + (weights[r] * row[i]) / total, 0) : 0);
      for (let k = 0; k < outputs; k++) {
        const db = fitIntercept ? expected.gradient.intercept[k] : 0;
        assert.ok(Math.abs(gradient[outputs * ld + k] - db) < 1e-12);
        for (let i = 0; i < columns; i++) {
          const dw = expected.gradient.coef[k][i] - mean(i) * db;
          assert.ok(Math.abs(gradient[k * ld + i] - dw) < 1e-12 * Math.max(1, Math.abs(dw)), `${gradient[k * ld + i]} ${dw}`);
        }
      }
      const scratch = new Float64Array(theta.length);
      theta.forEach((v, i) => {
        if ((i < outputs * ld && i % ld >= columns) || (i >= outputs * ld && !fitIntercept)) return;
        const h = 1e-5;
        const side = (d: number) =>
          objective.evaluate(
            Float64Array.from(theta, (w, j) => (i === j ? v + d : w)),
            scratch,
          );
        const slope = (side(h) - side(-h)) / (2 * h);
        assert.ok(Math.abs(slope - gradient[i]) < 1e-7 * Math.max(1, Math.abs(value)), `${i}: ${slope} ${gradient[i]}`);
      });
    }),
    { numRuns: 60 },
  );
});

test('the Hessian, solved for a difference of the gradient, gives the step', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { columns, fitIntercept, loss } = shape;
      fc.pre(shape.l2 > 0 && shape.rows > 3);
      const { outputs, ld, objective, theta, next } = make(shape);
      assert.is(objective.refresh(theta), loss !== 'squared');
      const step = theta.map((_, i) =>
        i < outputs * ld ? (i % ld < columns ? next() - 0.5 : 0) : fitIntercept ? next() - 0.5 : 0,
      );
      // Raw outputs that all move alike change nothing: such a step cannot be told.
      const biases = step.subarray(outputs * ld);
      const center = outputs > 1 ? biases.reduce((s, v) => s + v, 0) / outputs : 0;
      biases.forEach((v, k) => {
        biases[k] = v - center;
      });
      const h = 1e-5;
      const [up, down] = [1, -1].map((sign) => {
        const gradient = new Float64Array(theta.length);
        objective.evaluate(
          Float64Array.from(theta, (v, i) => v + sign * h * step[i]),
          gradient,
        );
        return gradient;
      });
      const found = new Float64Array(theta.length);
      objective.precondition(
        found,
        up.map((v, i) => (v - down[i]) / (2 * h)),
      );
      const shift = outputs > 1 ? found.subarray(outputs * ld).reduce((s, v) => s + v, 0) / outputs : 0;
      found.forEach((v, i) => {
        const own = i < outputs * ld ? v : v - shift;
        assert.ok(Math.abs(own - step[i]) < 1e-4, `${i}: ${own} ${step[i]}`);
      });
    }),
    { numRuns: 60 },
  );
});

test.run();
