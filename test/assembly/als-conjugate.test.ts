/** Conjugate gradients beside the factorized equations of each row, and the transform beside plain products, over ragged sizes. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { whiten } from '../../src/programs/als/whiten.js';
import { solve } from '../../src/recommend/solve.js';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 30 }),
  n: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(63, 64, 65, 150)),
  rank: fc.integer({ min: 1, max: 26 }),
  weighted: fc.boolean(),
  unobserved: fc.constantFrom(0, 0.1, 1),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

for (const b of benches()) {
  test(`what a row has in common with all taken out, and the rest by conjugate gradients (${b.build})`, () => {
    fc.assert(
      fc.property(shapes, ({ rows, n, rank, weighted, unobserved, seed }) => {
        b.reset();
        const next = generator(seed);
        const ld = Math.ceil(rank / 8) * 8;
        const y = Array.from({ length: rows }, () => Array.from({ length: rank }, () => Math.fround(next() * 2 - 1)));
        const index = Array.from({ length: n }, () => Math.floor(next() * rows));
        const w = Float32Array.from({ length: n }, () => (weighted ? next() * 3 : 1));
        const l2 = 0.5;
        const product = (i: number, j: number) => y.reduce((sum, row) => sum + unobserved * row[i] * row[j], 0);
        const gram = new Float32Array(ld * (ld + 8));
        for (let i = 0; i < rank; i++) for (let j = i; j < rank; j++) gram[i * (ld + 8) + j] = product(i, j);
        const { v, k } = whiten(gram, ld, l2);
        const at = b.f32(y.flatMap((row) => [...row, ...new Array(ld - rank).fill(0)]));
        const moved = b.room(rows * ld);
        b.kernels.als_transform(moved, at, b.f32(v), rows, ld, 0);
        const found = b.read(moved, rows * ld);
        y.forEach((row, r) => {
          for (let c = 0; c < ld; c++) {
            const expected = row.reduce((sum, value, i) => sum + value * v[i * ld + c], 0);
            assert.ok(Math.abs(found[r * ld + c] - expected) < 1e-4, `${found[r * ld + c]} ${expected}`);
          }
        });
        const [own, x] = [b.room(ld), b.room(ld)];
        const weights = weighted ? b.f32(w) : 0;
        b.kernels.als_conjugate(own, moved, b.i32(index), weights, b.room(3 * ld), n, ld, 2 * ld);
        b.kernels.als_transform(x, own, b.f32(k), 1, ld, 1);
        const axes = Array.from({ length: rank }, (_, i) => i);
        const a = axes.map((i) =>
          axes.map((j) => product(i, j) + index.reduce((s, r, t) => s + w[t] * y[r][i] * y[r][j], 0) + (i === j ? l2 : 0)),
        );
        const right = axes.map((i) => index.reduce((sum, r, t) => sum + w[t] * y[r][i], 0));
        const exact = solve(a, right);
        const solved = b.read(x, ld);
        const largest = Math.max(1, ...exact.map(Math.abs));
        exact.forEach((value, i) => assert.ok(Math.abs(solved[i] - value) < 1e-3 * largest, `${solved[i]} ${value}`));
        for (let i = rank; i < ld; i++) assert.ok(Math.abs(solved[i]) === 0, 'the padding stays 0');
      }),
      { numRuns: 60 },
    );
  });

  test(`a row is transformed the same wherever it stands (${b.build})`, () => {
    b.reset();
    const next = generator(4);
    const [rows, ld] = [7, 16];
    const draw = (n: number) => b.f32(Array.from({ length: n }, () => next() - 0.5));
    const [y, v, all, one] = [draw(rows * ld), draw(ld * ld), b.room(rows * ld), b.room(ld)];
    b.kernels.als_transform(all, y, v, rows, ld, 1);
    for (let r = 0; r < rows; r++) {
      b.kernels.als_transform(one, y + r * ld * 4, v, 1, ld, 1);
      assert.equal(b.read(one, ld), b.read(all + r * ld * 4, ld));
    }
  });
}

test.run();
