/** Gauss–Legendre quadratures integrate what they must exactly, and hold points inside [0, 1] with weights above 0. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { quadratures } from '../../../src/programs/trees/quadrature.js';

test('n points integrate x^k on [0, 1] exactly up to degree 2n − 1', () => {
  const all = quadratures(40);
  assert.is(all.length, 40);
  for (const [i, { points, weights }] of all.entries()) {
    const n = i + 1;
    assert.is(points.length, n);
    points.forEach((t, q) => assert.ok(t > 0 && t < 1 && (q === 0 || t > points[q - 1]), `point ${q} of ${n}`));
    assert.ok(weights.every((w) => w > 0));
    for (let k = 0; k < 2 * n; k++) {
      const sum = points.reduce((total, t, q) => total + weights[q] * t ** k, 0);
      assert.ok(Math.abs(sum * (k + 1) - 1) < 1e-12, `${n} points, degree ${k}: ${sum}`);
    }
  }
});

test('the points and weights are those in the tables (Abramowitz and Stegun, 25.4)', () => {
  const [one, two, three] = quadratures(3);
  assert.equal(one, { points: [0.5], weights: [1] });
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-15, `${a} ${b}`);
  close(two.points[0], (1 - 0.5773502691896258) / 2);
  close(two.weights[0], 0.5);
  close(three.points[2], (1 + 0.7745966692414834) / 2);
  close(three.weights[1], 4 / 9);
});

test.run();
