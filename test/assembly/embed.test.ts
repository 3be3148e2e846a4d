/** Periodic embeddings against float64: values, gradients by finite differences, ragged shapes. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddedInputs, firstValue, NUMBER_LENGTH, VALUES } from '../../src/programs/network/embedding.js';
import { stride } from '../../src/wasm/kernels.js';
import { tileOf, valuesOf } from '../support/embedded.js';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 11 }),
  columns: fc.integer({ min: 1, max: 19 }),
  share: fc.constantFrom(0, 0.4, 1),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function problem({ rows, columns, share, seed }: Shape) {
  const next = generator(seed);
  const random = (scale: number) => Math.fround((next() * 2 - 1) * scale);
  const numbers = Array.from({ length: columns }, (_, i) => i).filter(() => next() < share);
  const x = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random(3)));
  const parameters = numbers.flatMap(() => Array.from({ length: NUMBER_LENGTH }, () => random(1)));
  const dvalues = x.map(() => Array.from({ length: VALUES * numbers.length }, () => random(1)));
  return { numbers, x, parameters, dvalues };
}

for (const b of benches()) {
  test(`${b.build} an embedded row is the row, zeros, and each number's values`, () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        b.reset();
        const { rows, columns } = shape;
        const { numbers, x, parameters } = problem(shape);
        const inputs = embeddedInputs(columns, numbers.length);
        const ld = stride(inputs);
        const out = b.room(rows * ld);
        const at = { x: b.f32(tileOf(x, columns)), columns: b.i32(numbers), parameters: b.f32(parameters) };
        b.kernels.embed_forward(out, at.x, at.columns, at.parameters, rows, columns, numbers.length);
        const found = b.read(out, rows * ld);
        x.forEach((row, r) => {
          const values = numbers.flatMap((column, n) => valuesOf(row[column], parameters, n * NUMBER_LENGTH));
          for (let i = 0; i < ld; i++) {
            const expected = i < columns ? row[i] : i < firstValue(columns) ? 0 : (values[i - firstValue(columns)] ?? 0);
            assert.ok(Math.abs(found[r * ld + i] - expected) < (i < firstValue(columns) ? 1e-30 : 2e-5), `${r} ${i}`);
          }
        });
        // A row's values are the same bits wherever it stands.
        const single = b.room(ld);
        const last = at.x + (rows - 1) * stride(columns) * 4;
        b.kernels.embed_forward(single, last, at.columns, at.parameters, 1, columns, numbers.length);
        assert.equal([...b.read(single, ld)], [...found.subarray((rows - 1) * ld)]);
      }),
      { numRuns: 60 },
    );
  });

  test(`${b.build} its gradient is that of finite differences`, () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        b.reset();
        const { rows, columns } = shape;
        const { numbers, x, parameters, dvalues } = problem(shape);
        const out = b.room(parameters.length);
        const at = { x: b.f32(tileOf(x, columns)), columns: b.i32(numbers), parameters: b.f32(parameters) };
        const dout = b.f32(tileOf(dvalues, VALUES * numbers.length));
        b.kernels.embed_backward(out, dout, at.x, at.columns, at.parameters, rows, columns, numbers.length);
        const found = b.read(out, parameters.length);
        const total = (n: number) =>
          x.reduce((sum, row, r) => {
            const values = valuesOf(row[numbers[n]], parameters, n * NUMBER_LENGTH);
            return sum + values.reduce((s, v, j) => s + v * dvalues[r][n * VALUES + j], 0);
          }, 0);
        parameters.forEach((value, i) => {
          const n = Math.floor(i / NUMBER_LENGTH);
          parameters[i] = value + 1e-6;
          const above = total(n);
          parameters[i] = value - 1e-6;
          const slope = (above - total(n)) / 2e-6;
          parameters[i] = value;
          assert.ok(Math.abs(found[i] - slope) < 3e-4 * Math.max(1, Math.abs(slope)), `${i}: ${found[i]} ${slope}`);
        });
      }),
      { numRuns: 30 },
    );
  });
}
test.run();
