/** Optimizers against float64 references, several steps, ragged lengths. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const near = (actual: Float32Array, expected: number[], what: string) =>
  expected.forEach((v, i) => assert.ok(Math.abs(actual[i] - v) < 3e-6, `${what} ${i}: ${actual[i]} ${v}`));

const problem = fc.record({
  n: fc.integer({ min: 1, max: 41 }),
  l2: fc.constantFrom(0, 0.01),
  momentum: fc.constantFrom(0, 0.9),
  nesterov: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

for (const b of benches()) {
  test(`${b.build} sgd with momentum, plain and Nesterov`, () => {
    fc.assert(
      fc.property(problem, ({ n, l2, momentum, nesterov, seed }) => {
        b.reset();
        const next = generator(seed);
        const random = () => Array.from({ length: n }, () => Math.fround(next() - 0.5));
        const w = random();
        const u = new Array(n).fill(0);
        const [aw, au] = [b.f32(w), b.f32(u)];
        for (let step = 0; step < 4; step++) {
          const g = random();
          b.kernels.sgd(aw, au, b.f32(g), n, 0.1, momentum, Number(nesterov), l2);
          for (let i = 0; i < n; i++) {
            const move = -0.1 * (g[i] + l2 * w[i]);
            u[i] = momentum * u[i] + move;
            w[i] += nesterov ? momentum * u[i] + move : u[i];
          }
        }
        near(b.read(aw, n), w, 'w');
        near(b.read(au, n), u, 'u');
      }),
    );
  });

  test(`${b.build} adam`, () => {
    fc.assert(
      fc.property(problem, ({ n, l2, seed }) => {
        b.reset();
        const next = generator(seed);
        const random = () => Array.from({ length: n }, () => Math.fround(next() - 0.5));
        const w = random();
        const [m, v] = [new Array(n).fill(0), new Array(n).fill(0)];
        const [aw, am, av] = [b.f32(w), b.f32(m), b.f32(v)];
        for (let t = 1; t <= 4; t++) {
          const g = random();
          const rate = (0.01 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
          b.kernels.adam(aw, am, av, b.f32(g), n, rate, 0.9, 0.999, 1e-8, l2);
          for (let i = 0; i < n; i++) {
            const d = g[i] + l2 * w[i];
            m[i] = 0.9 * m[i] + 0.1 * d;
            v[i] = 0.999 * v[i] + 0.001 * d * d;
            w[i] -= (rate * m[i]) / (Math.sqrt(v[i]) + 1e-8);
          }
        }
        near(b.read(aw, n), w, 'w');
      }),
    );
  });

  test(`${b.build} sum_squares in float64, and non-finite values show`, () => {
    b.reset();
    const at = b.f32([3, 4, 0, 12, 1e30, 0, 0, 0]);
    assert.is(b.kernels.sum_squares(at, 4), 169);
    assert.ok(Math.abs(b.kernels.sum_squares(at, 8) / 1e60 - 1) < 1e-6);
    assert.not(Number.isFinite(b.kernels.sum_squares(b.f32([1, Number.NaN, 0, 0]), 4)));
  });
}
test.run();
