/** Derivatives and losses against float64, and their whole numbers against rounding. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stride } from '../../../src/wasm/kernels.js';
import { type Bench, benches } from '../../support/kernels.js';
import { generator } from '../../support/tables.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 21 }),
  weighted: fc.boolean(),
  classes: fc.integer({ min: 2, max: 9 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
const SCALE = 2 ** 20;
const SHIFT = 7;

/** Pairs as g, h and count of each row. */
function pairsAt({ memory }: Bench, at: number, rows: number) {
  const values = new BigInt64Array(memory.buffer, at, rows * 2);
  return Array.from({ length: rows }, (_, r) => ({
    g: Number(values[2 * r]) / SCALE,
    h: Number(values[2 * r + 1] >> BigInt(SHIFT)) / SCALE,
    n: Number(values[2 * r + 1] & BigInt(2 ** SHIFT - 1)),
  }));
}
const near = (found: number, expected: number, tolerance: number, what: string) =>
  assert.ok(
    Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, expected ${expected}`,
  );

for (const b of benches()) {
  for (const loss of ['logistic', 'squared'] as const) {
    test(`${b.build} ${loss}: derivatives, counts and loss`, () => {
      fc.assert(
        fc.property(shapes, ({ rows, weighted, seed }) => {
          b.reset();
          const next = generator(seed);
          const z = Float32Array.from({ length: rows }, () => (next() - 0.5) * 12);
          const y = Float32Array.from(z, () => (loss === 'logistic' ? Number(next() < 0.5) : next() * 4));
          const w = Float32Array.from(z, () => next() * 3);
          const gh = b.room(rows * 4 + 4);
          const [zAt, yAt, wAt] = [b.f32(z), b.f32(y), weighted ? b.f32(w) : 0];
          const kernel = loss === 'logistic' ? b.kernels.tree_gradients_logistic : b.kernels.tree_gradients_squared;
          const sum = kernel(gh, zAt, yAt, wAt, rows, SCALE, SCALE, SHIFT);
          assert.is(kernel(0, zAt, yAt, wAt, rows, 1, 1, 0), sum);
          let expected = 0;
          pairsAt(b, gh, rows).forEach(({ g, h, n }, r) => {
            const weight = weighted ? w[r] : 1;
            const p = loss === 'logistic' ? 1 / (1 + Math.exp(-z[r])) : z[r];
            near(g, weight * (p - y[r]), 2e-6, 'first derivative');
            near(h, weight * (loss === 'logistic' ? p * (1 - p) : 1), 2e-6, 'second derivative');
            assert.is(n, 1);
            const own = loss === 'logistic' ? -Math.log(y[r] === 1 ? p : 1 - p) : (z[r] - y[r]) ** 2 / 2;
            expected += weight * own;
          });
          near(sum, expected, 1e-5, 'loss');
          const behind = new Float32Array(b.memory.buffer, gh + rows * 16, 1)[0];
          assert.ok(Number.isNaN(behind), 'nothing is written behind the last row');
          if (loss !== 'squared') return;
          const largest = Math.max(...Array.from(z, (v, r) => Math.abs(v - y[r]) * (weighted ? w[r] : 1)));
          near(b.kernels.tree_largest(zAt, yAt, wAt, rows), largest, 1e-6, 'largest');
        }),
      );
    });
  }

  test(`${b.build} softmax: derivatives of each class, and loss`, () => {
    fc.assert(
      fc.property(shapes, ({ rows, weighted, classes, seed }) => {
        b.reset();
        const next = generator(seed);
        const ld = stride(classes);
        const z = Float32Array.from({ length: rows * ld }, () => (next() - 0.5) * 12);
        const y = Float32Array.from({ length: rows }, () => Math.floor(next() * classes));
        const w = Float32Array.from(y, () => next() * 3);
        const [p, yAt, wAt, gh] = [b.f32(z), b.f32(y), weighted ? b.f32(w) : 0, b.room(rows * 4)];
        b.kernels.softmax(p, p, rows, classes);
        let expected = 0;
        const truth = Array.from(y, (label, r) => {
          const e = Array.from(z.subarray(r * ld, r * ld + classes), Math.exp);
          const total = e.reduce((a, b) => a + b, 0);
          expected -= (weighted ? w[r] : 1) * Math.log(e[label] / total);
          return e.map((v) => v / total);
        });
        near(b.kernels.tree_loss_softmax(p, yAt, wAt, rows, ld), expected, 1e-5, 'loss');
        for (let k = 0; k < classes; k++) {
          b.kernels.tree_gradients_softmax(gh, p, yAt, wAt, rows, ld, k, SCALE, SCALE, SHIFT);
          pairsAt(b, gh, rows).forEach(({ g, h, n }, r) => {
            const weight = weighted ? w[r] : 1;
            near(g, weight * (truth[r][k] - Number(y[r] === k)), 3e-6, 'first derivative');
            near(h, weight * truth[r][k] * (1 - truth[r][k]), 3e-6, 'second derivative');
            assert.is(n, 1);
          });
        }
      }),
    );
  });
}

test.run();
