/** Potentials of many users side by side against plain code, in both builds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const sizes = fc.record({
  cells: fc.integer({ min: 1, max: 40 }),
  m: fc.integer({ min: 1, max: 9 }),
  lanes: fc.constantFrom(4, 8, 32),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

for (const b of benches()) {
  const read = (at: number, length: number) => new Float64Array(b.memory.buffer, at, length).slice();
  const near = (found: Float64Array, expected: readonly number[]) => {
    assert.is(found.length, expected.length);
    found.forEach((value, i) =>
      assert.ok(Math.abs(value - expected[i]) <= 1e-14 * (1 + Math.abs(expected[i])), `${value} ${expected[i]}`),
    );
  };

  test(`potentials and messages (${b.build})`, () => {
    fc.assert(
      fc.property(sizes, ({ cells, m, lanes, seed }) => {
        b.reset();
        const next = generator(seed);
        // A lane of zeros, as of a user whose evidence is impossible.
        const random = (n: number) => Array.from({ length: n * lanes }, (_, i) => (i % lanes === 1 ? 0 : next()));
        const [base, potential, message] = [Array.from({ length: cells }, next), random(cells), random(m)];
        const index = Array.from({ length: cells }, () => Math.floor(next() * m));
        const [p, w, i, to] = [b.f64(potential), b.f64(message), b.i32(index), b.room(2 * m * lanes)];
        const lane = (at: number) => at % lanes;
        const own = (values: readonly number[], cell: number, l: number) =>
          values.filter((_, at) => index[Math.floor(at / lanes)] === cell && lane(at) === l);

        b.kernels.potential_sum(to, p, i, cells, m, lanes);
        const sums = message.map((_, at) => own(potential, Math.floor(at / lanes), lane(at)).reduce((x, y) => x + y, 0));
        near(read(to, m * lanes), sums);
        b.kernels.potential_divide(to, w, m, lanes);
        near(
          read(to, m * lanes),
          sums.map((sum, at) => (message[at] === 0 ? 0 : sum / message[at])),
        );
        b.kernels.potential_max(to, p, i, cells, m, lanes);
        near(
          read(to, m * lanes),
          message.map((_, at) => Math.max(0, ...own(potential, Math.floor(at / lanes), lane(at)))),
        );
        b.kernels.potential_multiply(p, w, i, cells, lanes);
        const product = potential.map((value, at) => value * message[index[Math.floor(at / lanes)] * lanes + lane(at)]);
        near(read(p, cells * lanes), product);

        const weights = Array.from({ length: lanes }, next);
        const [counts, scale] = [b.f64(base), b.f64(weights)];
        b.kernels.potential_expect(counts, p, scale, cells, lanes);
        near(
          read(counts, cells),
          base.map((count, cell) => count + weights.reduce((sum, x, l) => sum + x * product[cell * lanes + l], 0)),
        );
        const totals = b.room(2 * lanes);
        b.kernels.potential_normalize(p, totals, cells, lanes);
        const total = weights.map((_, l) => product.reduce((sum, value, at) => (lane(at) === l ? sum + value : sum), 0));
        near(read(totals, lanes), total);
        near(
          read(p, cells * lanes),
          product.map((value, at) => value / (total[lane(at)] || 1)),
        );
        b.kernels.potential_spread(p, counts, cells, lanes);
        const spread = read(counts, cells);
        near(
          read(p, cells * lanes),
          potential.map((_, at) => spread[Math.floor(at / lanes)]),
        );
        assert.equal(read(w, m * lanes), Float64Array.from(message));
      }),
    );
  });
}

test.run();
