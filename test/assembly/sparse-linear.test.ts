/** The kernels of sparse rows against the dense sums that they leave out zeros of; every build gives the same bits. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CsrMatrix, Matrix } from '../../src/index.js';
import { type Bench, benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const builds = benches();
const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 17 }),
  columns: fc.integer({ min: 1, max: 13 }),
  outputs: fc.integer({ min: 1, max: 5 }),
  full: fc.constantFrom(0, 0.3, 1),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

function put(b: Bench, values: Float64Array | Int32Array | Float32Array): number {
  const at = b.room(values.byteLength / 4 + 4);
  new Uint8Array(b.memory.buffer, at, values.byteLength).set(
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  return at;
}

test('csr_forward, csr_backward and csr_squares', () => {
  fc.assert(
    fc.property(shapes, ({ rows, columns, outputs, full, seed }) => {
      const next = generator(seed);
      const x = Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => (next() < full ? Math.fround(next() * 2 - 1) : 0)),
      );
      const csr = CsrMatrix.fromMatrix(Matrix.fromRows(x));
      const random = (n: number) => Float64Array.from({ length: n }, () => next() * 2 - 1);
      const [w, bias, dz, weights] = [random(columns * outputs), random(outputs), random(rows * outputs), random(rows)];
      dz.fill(0, 0, outputs);
      const found = builds.map((b) => {
        b.reset();
        const at = [put(b, csr.indptr), put(b, csr.indices), put(b, csr.values)] as const;
        const z = put(b, new Float64Array(rows * outputs));
        const dw = put(b, new Float64Array(columns * outputs));
        const db = put(b, new Float64Array(outputs));
        const squares = put(b, new Float64Array(columns));
        b.kernels.csr_forward(z, ...at, put(b, w), put(b, bias), rows, outputs);
        b.kernels.csr_backward(dw, db, put(b, dz), ...at, rows, outputs);
        b.kernels.csr_squares(squares, ...at, put(b, weights), rows);
        const read = (address: number, n: number) => [...new Float64Array(b.memory.buffer, address, n)];
        return [read(z, rows * outputs), read(dw, columns * outputs), read(db, outputs), read(squares, columns)].flat();
      });
      for (const other of found) assert.equal(other, found[0]);
      const sum = (n: number, term: (i: number) => number) =>
        Array.from({ length: n }, (_, i) => term(i)).reduce((a, b) => a + b, 0);
      const each = (n: number, value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));
      const expected = [
        each(rows * outputs, (i) => {
          const [r, k] = [Math.floor(i / outputs), i % outputs];
          return bias[k] + sum(columns, (j) => x[r][j] * w[j * outputs + k]);
        }),
        each(columns * outputs, (i) => {
          const [j, k] = [Math.floor(i / outputs), i % outputs];
          return sum(rows, (r) => x[r][j] * dz[r * outputs + k]);
        }),
        each(outputs, (k) => sum(rows, (r) => dz[r * outputs + k])),
        each(columns, (j) => sum(rows, (r) => weights[r] * x[r][j] * x[r][j])),
      ].flat();
      expected.forEach((value, i) => {
        assert.ok(Math.abs(found[0][i] - value) < 1e-12, `${i}: ${found[0][i]} ${value}`);
      });
    }),
  );
});

test.run();
