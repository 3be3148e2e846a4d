/** The kernels of compressed sparse rows against dense loops, over ragged sizes and empty rows, in both builds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CsrMatrix, Matrix } from '../../src/index.js';
import { panelsOf } from '../../src/models/sparse-rows.js';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const shapes = fc.record({
  rows: fc.integer({ min: 0, max: 20 }),
  columns: fc.integer({ min: 1, max: 12 }),
  n: fc.integer({ min: 1, max: 10 }),
  share: fc.constantFrom(0, 0.2, 1),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

for (const b of benches()) {
  const f64 = (at: number, length: number) => new Float64Array(b.memory.buffer, at, length).slice();

  test(`csr_multiply and csr_class_sums (${b.build})`, () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ rows, columns, n, share, seed }, weighted) => {
        b.reset();
        const next = generator(seed);
        const dense = Array.from({ length: columns }, () =>
          Float32Array.from({ length: rows }, () => (next() < share ? Math.round(next() * 64 - 20) / 8 : 0)),
        );
        const x = CsrMatrix.fromMatrix(new Matrix(dense, rows));
        const csr = [b.i32(x.indptr), b.i32(x.indices), b.f32(x.values)] as const;

        const transposed = Float64Array.from({ length: n * columns }, () => next() - 0.5);
        const bias = Float64Array.from({ length: n }, next);
        const ld = 4 * Math.ceil(n / 4);
        const out = b.room(2 * rows * ld);
        b.kernels.csr_multiply(out, ...csr, b.f64(panelsOf(transposed, columns)), b.f64([...bias, 0, 0, 0]), rows, columns, ld);
        const products = f64(out, rows * ld);
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < n; c++) {
            const sum = dense.reduce((s, column, j) => s + column[r] * transposed[c * columns + j], bias[c]);
            assert.ok(Math.abs(products[r * ld + c] - sum) < 1e-12, `${products[r * ld + c]} ${sum}`);
          }
        }

        const y = Int32Array.from({ length: rows }, () => Math.floor(next() * n));
        const weights = Float64Array.from(y, () => Math.ceil(next() * 4));
        const sums = new Float64Array(n * columns);
        const at = b.f64(sums);
        const order = [b.room(rows), b.room(n + 1)] as const;
        b.kernels.class_order(...order, b.i32(y), rows, n);
        b.kernels.csr_class_sums(at, ...csr, ...order, weighted ? b.f64(weights) : 0, n, columns);
        y.forEach((c, r) => {
          for (let j = 0; j < columns; j++) sums[c * columns + j] += (weighted ? weights[r] : 1) * dense[j][r];
        });
        assert.equal(f64(at, sums.length), sums);
      }),
    );
  });
}

test.run();
