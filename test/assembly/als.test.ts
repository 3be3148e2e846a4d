/** The kernels of alternating least squares against plain code over ragged sizes, in both builds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { solve } from '../../src/recommend/solve.js';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 30 }),
  n: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(63, 64, 65, 150)),
  rank: fc.integer({ min: 1, max: 26 }),
  weighted: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

for (const b of benches()) {
  test(`als_gram and als_row (${b.build})`, () => {
    fc.assert(
      fc.property(shapes, ({ rows, n, rank, weighted, seed }) => {
        b.reset();
        const next = generator(seed);
        const ld = Math.ceil(rank / 8) * 8;
        const stride = ld + 8;
        const y = Array.from({ length: rows }, () => Array.from({ length: rank }, () => Math.fround(next() * 2 - 1)));
        const flat = y.flatMap((row) => [...row, ...new Array(ld - rank).fill(0)]);
        const index = Int32Array.from({ length: n }, () => Math.floor(next() * rows));
        const w = Float32Array.from({ length: n }, () => (weighted ? next() * 3 : 1));
        const l2 = 0.5;
        const at = b.f32(flat);
        const gram = b.room(ld * stride);
        b.kernels.als_gram(gram, at, rows, ld);
        const g = b.read(gram, ld * stride);
        for (let i = 0; i < rank; i++) {
          for (let j = i; j < rank; j++) {
            const expected = y.reduce((sum, row) => sum + row[i] * row[j], 0);
            assert.ok(Math.abs(g[i * stride + j] - expected) < 1e-5 * rows);
          }
          for (let j = ld; j < stride; j++) assert.is(g[i * stride + j], 0);
        }
        const x = b.room(ld);
        const weights = weighted ? b.f32(w) : 0;
        b.kernels.als_row(x, at, b.i32(index), weights, gram, b.room((ld + 64) * stride), n, ld, l2);
        const a = Array.from({ length: rank }, (_, i) =>
          Array.from({ length: rank }, (_, j) => {
            const pairs = Array.from(index, (r, t) => w[t] * y[r][i] * y[r][j]).reduce((sum, v) => sum + v, 0);
            return y.reduce((sum, row) => sum + row[i] * row[j], 0) + pairs + (i === j ? l2 : 0);
          }),
        );
        const right = Array.from({ length: rank }, (_, i) => index.reduce((sum, r, t) => sum + w[t] * y[r][i], 0));
        const expected = solve(a, right);
        const found = b.read(x, ld);
        const largest = Math.max(1, ...expected.map(Math.abs));
        expected.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < 2e-3 * largest, `${found[i]} ${value}`));
        for (let i = rank; i < ld; i++) assert.ok(Math.abs(found[i]) === 0, 'the padding stays 0');
      }),
      { numRuns: 60 },
    );
  });
}

test.run();
