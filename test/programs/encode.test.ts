/** Encoding of a shard: numbers and categories into rows, more rows than a tile holds, against their definitions. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type EncodePlan, encode, encodeScratch, rawPitch, startsOf } from '../../src/programs/encode.js';
import { stride } from '../../src/wasm/kernels.js';
import { benches, ulps } from '../support/kernels.js';

interface Given {
  rows: number;
  numbers: number;
  /** quantiles of a number; 0 for none */
  nQuantiles: number;
  /** labels of each category */
  labels: number[];
  seed: number;
}
const given: fc.Arbitrary<Given> = fc
  .record({
    rows: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 254, max: 530 })),
    numbers: fc.nat(5),
    nQuantiles: fc.constantFrom(0, 2, 7),
    labels: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .filter(({ numbers, labels }) => numbers + labels.length > 0);

/** The rank of a value among ascending quantiles, in [0, 1]. */
function rankOf(v: number, quantiles: number[]): number {
  const last = quantiles.length - 1;
  if (v <= quantiles[0]) return 0;
  if (v >= quantiles[last]) return 1;
  const i = quantiles.findIndex((q) => q > v) - 1;
  return (i + (v - quantiles[i]) / (quantiles[i + 1] - quantiles[i])) / last;
}

for (const b of benches()) {
  test(`${b.build}: any columns become the rows of their definition, zeros behind them`, () => {
    fc.assert(
      fc.property(given, ({ rows, numbers, nQuantiles, labels, seed }) => {
        b.reset();
        let state = seed;
        const next = () => {
          state = (state * 48271) % 2147483647;
          return state / 2147483647;
        };
        const values = Array.from({ length: numbers }, () =>
          Array.from({ length: rows }, () => (next() < 0.1 ? Number.NaN : Math.fround(next() * 20 - 10))),
        );
        const codes = labels.map((count) => Array.from({ length: rows }, () => Math.floor(next() * (count + 1)) - 1));
        const quantiles = Array.from({ length: numbers }, () =>
          Array.from({ length: nQuantiles }, (_, q) => Math.fround(-9 + (18 * q) / Math.max(1, nQuantiles - 1) + next())),
        );
        const scales = Array.from({ length: numbers }, () => [
          Math.fround(next()),
          Math.fround(next() / 1e6),
          Math.fround(next() * 3),
          0.5,
        ]);
        const all = labels.reduce((sum, count) => sum + count, 0);
        const [on, off] = [0, 1].map(() => Array.from({ length: all }, () => Math.fround(next() - 0.5)));
        const pitch = rawPitch(rows);
        const columns = b.room(((numbers + labels.length) * pitch) / 4);
        values.forEach((column, j) => new Float32Array(b.memory.buffer, columns + j * pitch, rows).set(column));
        codes.forEach((column, c) => new Int32Array(b.memory.buffer, columns + (numbers + c) * pitch, rows).set(column));
        const kinds = [
          {
            kind: 'number',
            columns: numbers,
            inputs: numbers,
            quantiles: b.f32(quantiles.flat()),
            nQuantiles,
            standardize: b.f32(scales.flat()),
          },
          { kind: 'category', columns: labels.length, inputs: all, labels, on: b.f32(on), off: b.f32(off) },
        ].filter((kind) => kind.columns > 0);
        // Twice the same encoding: both read the same raw columns.
        const width = numbers + all;
        const { firsts, inputs } = startsOf([width, width]);
        const encodings = firsts.map((first) => ({ first, kinds }));
        const plan: EncodePlan = { inputs, columns: numbers + labels.length, encodings };
        const ld = stride(plan.inputs);
        const out = b.room(rows * ld);
        encode(b.kernels, b.memory, { plan, columns, pitch, rows, out, scratch: b.room(encodeScratch(b.kernels, plan) / 4) });
        const found = b.read(out, rows * ld);
        for (let r = 0; r < rows; r++) {
          const row = [...found.subarray(r * ld, (r + 1) * ld)];
          values.forEach((column, j) => {
            const [high, low, inverse, fill] = scales[j];
            const v = column[r];
            const x = Number.isNaN(v) ? fill : nQuantiles > 0 ? rankOf(v, quantiles[j]) : v;
            const expected = (x - high - low) * inverse;
            assert.ok(Math.abs(row[j] - expected) < 1e-4 || ulps(row[j], Math.fround(expected)) < 8, `${row[j]} ${expected}`);
          });
          let label = numbers;
          labels.forEach((count, c) => {
            for (let l = 0; l < count; l++, label++) assert.is(row[label], (codes[c][r] === l ? on : off)[label - numbers]);
          });
          assert.equal(row.slice(firsts[1], plan.inputs), row.slice(0, width));
          assert.equal(row.slice(plan.inputs), new Array(ld - plan.inputs).fill(0));
        }
      }),
      { numRuns: 60 },
    );
  });
}
test.run();
