/** The Cholesky factor, and L-BFGS on functions whose minimum is known. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cholesky, choleskySolve } from '../../../src/programs/linear/cholesky.js';
import { minimize, type Objective } from '../../../src/programs/linear/lbfgs.js';
import { generator } from '../../support/tables.js';

/** AᵀA + shift · I of a random A with more rows than columns, f64[n, n]. */
function definite(n: number, shift: number, next: () => number): Float64Array {
  const a = Array.from({ length: n + 3 }, () => Array.from({ length: n }, () => next() - 0.5));
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return a.reduce((sum, row) => sum + row[i] * row[j], i === j ? shift : 0);
  });
}
const times = (a: Float64Array, n: number, x: ArrayLike<number>) =>
  Float64Array.from({ length: n }, (_, i) => Array.from(x).reduce((sum, v, j) => sum + a[i * n + j] * v, 0));

test('A times the solution is the right side', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1e6 }), (n, seed) => {
      const next = generator(seed);
      const a = definite(n, 0.01, next);
      const y = Float64Array.from({ length: n }, () => next() - 0.5);
      const [factor, x] = [a.slice(), y.slice()];
      cholesky(factor, n);
      choleskySolve(factor, n, x);
      times(a, n, x).forEach((v, i) => assert.ok(Math.abs(v - y[i]) < 1e-10, `${v} ${y[i]}`));
    }),
  );
});

test('a column that depends on others, or is zero, is left out of the solution', () => {
  const a = definite(4, 0, generator(5));
  // columns 0 … 3, then column 1 doubled, then nothing
  const of = [
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 1],
    [1, 2],
    [0, 0],
  ];
  const wide = Float64Array.from(of.flatMap(([i, s]) => of.map(([j, t]) => a[i * 4 + j] * s * t)));
  const y = [1, -2, 3, 0.5];
  const [small, large] = [Float64Array.from(y), Float64Array.from(of, ([i, s]) => y[i] * s)];
  cholesky(a, 4);
  choleskySolve(a, 4, small);
  cholesky(wide, 6);
  choleskySolve(wide, 6, large);
  [...small, 0, 0].forEach((v, i) => assert.ok(Math.abs(large[i] - v) < 1e-6, `${i}: ${large[i]} ${v}`));
});

/** Σ log cosh (xᵢ − i) · 10^(i mod 4): convex, flat far away, with scales that differ; counts how often it is asked. */
function valley(n: number, precondition: Objective['precondition'], tol: number) {
  const scale = Float64Array.from({ length: n }, (_, i) => 10 ** (i % 4));
  const f = {
    asked: 0,
    evaluate(at: Float64Array, gradient: Float64Array) {
      f.asked++;
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const half = Math.sinh((at[i] - i) / 2);
        sum += scale[i] * Math.log1p(2 * half * half);
        gradient[i] = scale[i] * Math.tanh(at[i] - i);
      }
      return sum;
    },
    precondition,
    refresh: () => false,
    converged: (gradient: Float64Array) => gradient.every((g) => Math.abs(g) < tol),
  };
  return f;
}
const identity: Objective['precondition'] = (out, g) => out.set(g);

test('the minimum is found without a preconditioner, and sooner with one', () => {
  for (const n of [1, 2, 7, 30]) {
    const asked = [identity, ((out, g) => out.set(g.map((v, i) => v / 10 ** (i % 4)))) as Objective['precondition']].map(
      (p) => {
        const f = valley(n, p, 1e-9);
        const at = new Float64Array(n);
        const { stopped, value } = minimize(f, at, 1000, () => {});
        assert.is(stopped, 'converged');
        assert.ok(value < 1e-9);
        at.forEach((v, i) => assert.ok(Math.abs(v - i) < 1e-8, `${i}: ${v}`));
        return f.asked;
      },
    );
    if (n > 1) assert.ok(asked[1] < asked[0], `${asked}`);
  }
});

test('with the exact Hessian a quadratic takes one step', () => {
  const n = 6;
  const a = definite(n, 0.1, generator(9));
  const factor = a.slice();
  cholesky(factor, n);
  const steps: number[] = [];
  const at = new Float64Array(n).fill(3);
  const { iterations } = minimize(
    {
      evaluate(x, gradient) {
        gradient.set(times(a, n, x));
        return x.reduce((sum, v, i) => sum + (v * gradient[i]) / 2, 0);
      },
      precondition(out, g) {
        out.set(g);
        choleskySolve(factor, n, out);
      },
      refresh: () => false,
      converged: (gradient) => gradient.every((g) => Math.abs(g) < 1e-12),
    },
    at,
    10,
    (step) => steps.push(step),
  );
  assert.is(iterations, 1);
  assert.equal(steps, [1]);
});

test('why it ended: too few steps, no lower point, no finite value', () => {
  assert.equal(minimize(valley(9, identity, 1e-9), new Float64Array(9), 3, () => {}).stopped, 'maxIter');
  const exact = minimize(valley(9, identity, 0), new Float64Array(9), 1000, () => {});
  assert.ok(exact.stopped === 'precision' || exact.value === 0, exact.stopped);
  assert.ok(exact.value < 1e-12);
  const nowhere = { ...valley(2, identity, 0), evaluate: () => Number.NaN };
  assert.throws(() => minimize(nowhere, new Float64Array(2), 3, () => {}), /not finite/);
});

test.run();
