/** Losses and their gradients against float64 references, which are held against finite differences, over ragged sizes. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stride } from '../../src/wasm/kernels.js';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const softplus = (z: number) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const logSumExp = (z: number[]) => {
  const top = Math.max(...z);
  return top + Math.log(z.reduce((sum, v) => sum + Math.exp(v - top), 0));
};
/** The loss of a row of raw outputs. */
const LOSS = {
  logistic: ([v]: number[], y: number) => softplus(v) - y * v,
  softmax: (row: number[], y: number) => logSumExp(row) - row[y],
  squared: ([v]: number[], y: number) => (v - y) ** 2 / 2,
};

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 23 }),
  classes: fc.integer({ min: 2, max: 19 }),
  scale: fc.constantFrom(1, 10, 60),
  weighted: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

for (const b of benches()) {
  for (const name of ['logistic', 'softmax', 'squared'] as const) {
    test(`${b.build} ${name} loss and gradient`, () => {
      fc.assert(
        fc.property(shapes, ({ rows, classes, scale, weighted, seed }) => {
          b.reset();
          const next = generator(seed);
          const outputs = name === 'softmax' ? classes : 1;
          const ld = stride(outputs);
          const z = Array.from({ length: rows }, () =>
            Array.from({ length: outputs }, () => Math.fround((next() * 2 - 1) * scale)),
          );
          const y = Array.from({ length: rows }, () =>
            name === 'squared' ? Math.fround(next() * scale) : Math.floor(next() * (name === 'softmax' ? classes : 2)),
          );
          const padded = new Float32Array(rows * ld);
          z.forEach((row, r) => {
            padded.set(row, r * ld);
          });
          const w = z.map(() => (weighted ? Math.floor(next() * 4) / 2 : 1));
          const weights = weighted ? b.f32(w) : 0;
          const at = b.f32(padded);
          const dz = b.room(rows * ld);
          const { kernels } = b;
          const sum =
            name === 'softmax'
              ? kernels.softmax_loss(dz, at, b.i32(y), weights, rows, classes)
              : kernels[`${name}_loss`](dz, at, b.f32(y), weights, rows);
          const lossOf = (rows: number[][]) => rows.reduce((sum, row, r) => sum + w[r] * LOSS[name](row, y[r]), 0);
          const expected = lossOf(z);
          assert.ok(Math.abs(sum - expected) <= 2e-6 * Math.max(rows * scale, expected), `${sum} ${expected}`);
          const gradient = b.read(dz, rows * ld);
          for (let r = 0; r < rows; r++) {
            for (let c = 0; c < ld; c++) {
              if (c >= outputs) {
                assert.is(gradient[r * ld + c], 0); // padding
                continue;
              }
              const h = 1e-4;
              const moved = (by: number) =>
                LOSS[name](
                  z[r].map((v, k) => (k === c ? v + by : v)),
                  y[r],
                );
              const slope = (w[r] * (moved(h) - moved(-h))) / (2 * h) / rows;
              const tolerance = 1e-6 * Math.max(1, scale);
              assert.ok(Math.abs(gradient[r * ld + c] - slope) <= tolerance, `${gradient[r * ld + c]} ${slope}`);
            }
          }
        }),
        { numRuns: 200 },
      );
    });
  }

  test(`${b.build} softmax sums to one, in place, at extreme values`, () => {
    b.reset();
    const z = b.f32([1000, -1000, 0, 0, 0, 0, 0, 0, -1e30, 1e30, 0, 0, 0, 0, 0, 0]);
    b.kernels.softmax(z, z, 2, 3);
    const p = b.read(z, 16);
    assert.equal([...p.subarray(0, 4)], [1, 0, 0, 0]);
    assert.equal([...p.subarray(8, 12)], [0, 1, 0, 0]);
  });
}
test.run();
