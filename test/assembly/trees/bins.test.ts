/** Bins against counting, on ragged sizes, with missing values and a choice of rows. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benches } from '../../support/kernels.js';
import { generator } from '../../support/tables.js';

const shapes = fc.record({
  rows: fc.integer({ min: 0, max: 40 }),
  edges: fc.constantFrom(0, 1, 2, 3, 7, 64, 254),
  step: fc.integer({ min: 1, max: 5 }),
  chosen: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

for (const b of benches()) {
  test(`${b.build} bin_numbers: how many edges are below`, () => {
    fc.assert(
      fc.property(shapes, ({ rows, edges: n, step, chosen, seed }) => {
        b.reset();
        const next = generator(seed);
        const edges = Float32Array.from({ length: n }, () => Math.fround(Math.floor(next() * 60) / 3)).sort();
        // Some values equal an edge.
        const draw = () => (next() < 0.2 ? Number.NaN : next() < 0.5 ? Math.floor(next() * 60) / 3 : next() * 25 - 2);
        const x = Float32Array.from({ length: rows * step }, draw);
        const index = Array.from({ length: rows }, () => Math.floor(next() * rows));
        const out = b.room(Math.ceil(rows / 4) + 1);
        b.kernels.bin_numbers(out, b.f32(x), chosen ? b.i32(index) : 0, b.f32(edges), rows, step, n, 128, 127);
        const found = new Uint8Array(b.memory.buffer, out, rows);
        for (let r = 0; r < rows; r++) {
          const value = x[(chosen ? index[r] : r) * step];
          const below = edges.filter((edge) => edge < value).length;
          assert.is(found[r], Number.isNaN(value) ? 127 : (128 + below) % 256);
        }
        assert.is(
          new Uint8Array(b.memory.buffer, out + rows, 1)[0],
          new Uint8Array(Float32Array.of(Number.NaN).buffer)[rows % 4],
        );
      }),
    );
  });

  test(`${b.build} bin_codes: whole numbers below the labels, all else missing`, () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 255 }), ({ rows, step, chosen, seed }, labels) => {
        b.reset();
        const next = generator(seed);
        const draw = () =>
          [Number.NaN, -1, -0, next() * labels, labels, Math.floor(next() * (labels + 3))][Math.floor(next() * 6)];
        const x = Float32Array.from({ length: rows * step }, draw);
        const index = Array.from({ length: rows }, () => Math.floor(next() * rows));
        const out = b.room(Math.ceil(rows / 4) + 1);
        b.kernels.bin_codes(out, b.f32(x), chosen ? b.i32(index) : 0, rows, step, labels, 0, 255);
        const found = new Uint8Array(b.memory.buffer, out, rows);
        for (let r = 0; r < rows; r++) {
          const value = x[(chosen ? index[r] : r) * step];
          assert.is(
            found[r],
            Number.isInteger(value) && value >= 0 && value < labels ? Math.abs(value) : 255,
            `${value} of ${labels}`,
          );
        }
      }),
    );
  });
}

test.run();
