/** Row operations against what they say, on ragged sizes, within their bounds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stride } from '../../src/wasm/kernels.js';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const shapes = fc.record({
  rows: fc.integer({ min: 0, max: 17 }),
  columns: fc.integer({ min: 1, max: 21 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

for (const b of benches()) {
  test(`${b.build} gather_rows`, () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, seed }) => {
        b.reset();
        const next = generator(seed);
        const ld = stride(columns);
        const x = Float32Array.from({ length: 9 * ld }, next);
        const index = Array.from({ length: rows }, () => Math.floor(next() * 9));
        const out = b.room(rows * ld + 1);
        b.kernels.gather_rows(out, b.f32(x), b.i32(index), rows, ld);
        const actual = b.read(out, rows * ld + 1);
        assert.equal(
          [...actual.subarray(0, rows * ld)],
          index.flatMap((r) => [...x.subarray(r * ld, (r + 1) * ld)]),
        );
        assert.ok(Number.isNaN(actual[rows * ld]), 'nothing is written behind the last row');
      }),
    );
  });

  test(`${b.build} one_hot: on, off, unknown and missing codes, other columns untouched`, () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns: categories, seed }) => {
        b.reset();
        const next = generator(seed);
        const ld = categories + 3;
        const codes = Array.from({ length: rows }, () => Math.floor(next() * (categories + 2)) - 1);
        const [on, off] = [1, 2].map(() => Float32Array.from({ length: categories }, next));
        const out = b.room(rows * ld);
        b.kernels.one_hot(out + 4, b.i32(codes), b.f32(on), b.f32(off), rows, categories, ld);
        const actual = b.read(out, rows * ld);
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < ld; c++) {
            const inside = c >= 1 && c <= categories;
            const expected = inside ? (codes[r] === c - 1 ? on[c - 1] : off[c - 1]) : Number.NaN;
            assert.ok(Object.is(actual[r * ld + c], expected), `${r},${c}: ${actual[r * ld + c]} ${expected}`);
          }
        }
      }),
    );
  });

  test(`${b.build} label_values: the values of codes, NaN for unknown and missing ones, other columns untouched`, () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns: categories, seed }) => {
        b.reset();
        const next = generator(seed);
        const codes = Array.from({ length: rows }, () => Math.floor(next() * (categories + 2)) - 1);
        const values = Float32Array.from({ length: categories }, next);
        const out = b.room(rows * 3);
        b.kernels.label_values(out + 4, b.i32(codes), b.f32(values), rows, categories, 3);
        const actual = b.read(out, rows * 3);
        for (let r = 0; r < rows; r++) {
          const known = codes[r] >= 0 && codes[r] < categories;
          assert.equal([...actual.subarray(r * 3, r * 3 + 3)], [Number.NaN, known ? values[codes[r]] : Number.NaN, Number.NaN]);
        }
      }),
    );
  });

  test(`${b.build} standardize: columns to rows, NaN filled, each row within its stride`, () => {
    fc.assert(
      fc.property(shapes, ({ rows, columns, seed }) => {
        b.reset();
        const next = generator(seed);
        const ld = stride(columns);
        const data = Array.from({ length: columns }, () =>
          Float32Array.from({ length: rows }, () => (next() < 0.2 ? Number.NaN : next() * 100)),
        );
        const parameters = data.flatMap(() => [next() * 50, next() * 1e-6, 1 / (0.1 + next()), next()].map(Math.fround));
        const pointers = data.map((column) => b.f32([...column, 0, 0, 0, 0]));
        const tile = b.room(rows * ld + 1);
        b.kernels.standardize(tile, b.i32(pointers), b.f32(parameters), rows, columns, ld);
        const actual = b.read(tile, rows * ld + 1);
        for (let r = 0; r < rows; r++) {
          for (let j = 0; j < columns; j++) {
            const [high, low, inverse, fill] = parameters.slice(j * 4, j * 4 + 4);
            const x = Number.isNaN(data[j][r]) ? fill : data[j][r];
            const expected = (x - high - low) * inverse;
            assert.ok(Math.abs(actual[r * ld + j] - expected) <= 1e-5 * Math.max(1, Math.abs(expected)));
          }
        }
        // A single dense column may be padded to a vector at its very end; rows of eight may not.
        if (ld > 1) assert.ok(Number.isNaN(actual[rows * ld]), 'nothing is written behind the last row');
      }),
    );
  });

  test(`${b.build} moments and their merge equal the two-pass definition`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 1e6 }), (rows, seed) => {
        b.reset();
        const next = generator(seed);
        const column = Float32Array.from({ length: rows }, () => (next() < 0.1 ? Number.NaN : 1e6 + next()));
        const known = [...column].filter((v) => !Number.isNaN(v));
        const mean = known.reduce((s, v) => s + (v - 1e6), 0) / known.length + 1e6;
        const m2 = known.reduce((s, v) => s + (v - mean) ** 2, 0);
        const state = b.room(16);
        b.kernels.moments(state, b.f32(column), rows);
        const out = () => [...new Float64Array(b.memory.buffer, state, 3)];
        const [count, foundMean, foundM2] = out();
        assert.is(count, known.length);
        if (known.length === 0) return;
        assert.ok(Math.abs(foundMean - mean) < 1e-9 && Math.abs(foundM2 - m2) <= 1e-9 * Math.max(1, m2));
        b.kernels.moments_merge(state, 0, 5, 5); // an empty group changes nothing
        b.kernels.moments_merge(state, 2, 7, 0.5);
        const all = known.length + 2;
        const merged = (known.length * mean + 14) / all;
        const expected = m2 + 0.5 + known.length * (mean - merged) ** 2 + 2 * (7 - merged) ** 2;
        const [n, center, squares] = out();
        assert.ok(n === all && Math.abs(center - merged) < 1e-6 && Math.abs(squares / expected - 1) < 1e-9);
      }),
    );
  });
}
test.run();
