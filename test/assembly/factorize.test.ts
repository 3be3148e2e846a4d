/** One step of each loss equals the scalar reference; the top n equal a sort. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { partners } from '../../src/programs/factorization/factorize.js';
import { type Loss, steps as steps64 } from '../support/factorization.js';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const problem = fc.record({
  rank: fc.integer({ min: 1, max: 40 }),
  loss: fc.constantFrom<Loss>('squared', 'logistic', 'bpr', 'softmax'),
  weighted: fc.boolean(),
  adagrad: fc.boolean(),
  ownPenalties: fc.boolean(),
  steps: fc.integer({ min: 1, max: 12 }),
  samples: fc.integer({ min: 1, max: 6 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
for (const b of benches()) {
  test(`${b.build} steps of squared, logistic, softmax and bpr loss equal the scalar reference`, () => {
    fc.assert(
      fc.property(problem, ({ rank, loss, weighted, adagrad, ownPenalties, steps, samples, seed }) => {
        b.reset();
        const next = generator(seed);
        const [users, items, ld] = [5, 6, Math.ceil(rank / 8) * 8];
        const random = (rows: number) =>
          Array.from({ length: rows }, () => Array.from({ length: rank }, () => Math.fround(next() - 0.5)));
        const [p, q] = [random(users), random(items)];
        const [bu, bi] = [users, items].map((n) => Array.from({ length: n }, () => Math.fround(next() - 0.5)));
        const pad = (rows: number[][]) => rows.flatMap((row) => [...row, ...new Array(ld - rank).fill(0)]);
        const [ap, aq, abu, abi] = [b.f32(pad(p)), b.f32(pad(q)), b.f32(bu), b.f32(bi)];
        const us = Array.from({ length: steps }, () => Math.floor(next() * users));
        const is = Array.from({ length: steps }, () => Math.floor(next() * items));
        const values = us.map(() => Math.fround(next() * 5));
        const weights = us.map(() => (weighted ? Math.fround(next() * 2) : 1));
        const w = weighted ? b.f32(weights) : 0;
        const bits = Array.from({ length: steps * samples }, () => Math.floor(next() * 2 ** 32));
        const seen = Array.from({ length: users }, (_, u) =>
          [...new Set(is.filter((_, t) => us[t] === u))].sort((x, y) => x - y),
        );
        const offsets = [0];
        for (const list of seen) offsets.push((offsets.at(-1) as number) + list.length);
        const [rate, l2, l2b, mean] = [0.1, 0.03, 0.02, loss === 'squared' ? 2 : 0];
        const [au, ai] = [b.i32(us), b.i32(is)];
        const abits = b.i32(bits.map((v) => v | 0));
        const [aseen, aoff] = [b.i32(seen.flat()), b.i32(offsets)];
        const { kernels: k } = b;
        const [squaresU, squaresI] = [users, items].map((n) => Array.from({ length: n }, () => Math.fround(1 + next())));
        const [gu, gi] = adagrad ? [b.f32(squaresU), b.f32(squaresI)] : [0, 0];
        // A row's own penalty.
        const penalties = ownPenalties
          ? [users, items].map((n) => Array.from({ length: n }, () => Math.fround(next() / 10)))
          : undefined;
        const [lu, li] = penalties ? penalties.map((list) => b.f32(list)) : [0, 0];
        const rows = [gu, gi, lu, li, au, ai] as const;
        const drawn = [w, ai, abits, aseen, aoff, steps, steps] as const;
        let sum = 0;
        if (loss === 'squared')
          sum = k.factorize_squared(ap, aq, abu, abi, ...rows, b.f32(values), w, steps, ld, mean, rate, l2, l2b, 1);
        else if (loss === 'logistic')
          sum = k.factorize_logistic(ap, aq, abu, abi, ...rows, ...drawn, samples, ld, rate, l2, l2b);
        else if (loss === 'softmax') {
          // The list to draw from in two pieces.
          const m = seed % (steps + 1);
          const pieces = [
            w,
            ai,
            ai + m * 4,
            abits,
            aseen,
            aoff,
            b.f32(new Array(2 * (samples + 4) + ld).fill(Number.NaN)),
          ] as const;
          sum = k.factorize_softmax(ap, aq, abi, ...rows, ...pieces, steps, m, steps - m, samples, ld, rate, l2, l2b);
        } else sum = k.factorize_bpr(ap, aq, abi, ...rows, ...drawn, ld, rate, l2, l2b);

        const model = { p, q, bu, bi, squaresU, squaresI };
        const how = { loss, adagrad, ld, mean, rate, l2, l2b, biases: true, samples, penalties };
        const expected = steps64(model, how, { us, is, values, weights, bits, others: is, seen });
        assert.ok(Math.abs(sum - expected) < 1e-4 * Math.max(1, expected), `${sum} ${expected}`);
        const near = (at: number, values: number[]) =>
          b.read(at, values.length).forEach((v, j) => assert.ok(Math.abs(v - values[j]) < 2e-5, `${v} ${values[j]}`));
        near(ap, pad(p));
        near(aq, pad(q));
        near(abi, bi);
        if (loss === 'squared' || loss === 'logistic') near(abu, bu);
      }),
      { numRuns: 300 },
    );
  });

  test(`${b.build} top_n equals a sort, in any pieces, ties to the first`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 1e6 }),
        (columns, n, rows, seed) => {
          b.reset();
          const next = generator(seed);
          const scores = Array.from({ length: rows }, () => Array.from({ length: columns }, () => Math.floor(next() * 20)));
          const values = b.f32(new Array(rows * n).fill(Number.NEGATIVE_INFINITY));
          const ids = b.i32(new Array(rows * n).fill(-1));
          for (let first = 0; first < columns; first += 16) {
            const count = Math.min(16, columns - first);
            const piece = scores.flatMap((row) =>
              Array.from({ length: 16 }, (_, c) => (c < count ? row[first + c] : Number.NEGATIVE_INFINITY)),
            );
            b.kernels.top_n(values, ids, b.f32(piece), rows, n, count, 16, first);
          }
          const found = new Int32Array(b.memory.buffer, ids, rows * n);
          scores.forEach((row, r) => {
            const order = row.map((_, c) => c).sort((x, y) => row[y] - row[x] || x - y);
            const expected = Array.from({ length: n }, (_, k) => order[k] ?? -1);
            assert.equal([...found.subarray(r * n, (r + 1) * n)], expected);
          });
        },
      ),
    );
  });
}
test('in a tournament everyone meets everyone once, and themselves once', () => {
  for (const n of [2, 4, 8, 16]) {
    const met = Array.from({ length: n }, () => new Set<number>());
    for (let round = 0; round < n; round++) {
      const partner = partners(n, round);
      partner.forEach((d, c) => {
        assert.is(partner[d], c);
        met[c].add(d);
      });
    }
    for (const who of met) assert.is(who.size, n);
  }
});
test.run();
