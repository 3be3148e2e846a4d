/** One step of each loss equals the scalar reference; the top n equal a sort. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { partners } from '../../src/programs/factorize.js';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const problem = fc.record({
  rank: fc.integer({ min: 1, max: 40 }),
  loss: fc.constantFrom('squared', 'logistic', 'bpr'),
  weighted: fc.boolean(),
  adagrad: fc.boolean(),
  steps: fc.integer({ min: 1, max: 12 }),
  samples: fc.integer({ min: 1, max: 6 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
const sigma = (x: number) => 1 / (1 + Math.exp(-x));

for (const b of benches()) {
  test(`${b.build} steps of squared, logistic and bpr loss equal the scalar reference`, () => {
    fc.assert(
      fc.property(problem, ({ rank, loss, weighted, adagrad, steps, samples, seed }) => {
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
        let sum = 0;
        if (loss === 'squared')
          sum = k.factorize_squared(ap, aq, abu, abi, gu, gi, au, ai, b.f32(values), w, steps, ld, mean, rate, l2, l2b, 1);
        else if (loss === 'logistic')
          sum = k.factorize_logistic(
            ap,
            aq,
            abu,
            abi,
            gu,
            gi,
            au,
            ai,
            w,
            abits,
            aseen,
            aoff,
            steps,
            samples,
            ld,
            rate,
            l2,
            l2b,
          );
        else sum = k.factorize_bpr(ap, aq, abi, gu, gi, au, ai, w, ai, abits, aseen, aoff, steps, steps, ld, rate, l2, l2b);

        let expected = 0;
        const dot = (x: number[], y: number[]) => x.reduce((s, v, j) => s + v * y[j], 0);
        // Moves a row along its gradient at the row's rate, which AdaGrad divides by the root of the squares so far.
        const along = (row: number[], g: number[], squares: number[], at: number) => {
          const own = adagrad ? rate / Math.sqrt(squares[at]) : rate;
          squares[at] += g.reduce((s, v) => s + v * v, 0) / ld;
          return { row: row.map((v, j) => v + own * g[j]), own };
        };
        const move = (u: number, i: number, e: number) => {
          const a = along(
            p[u],
            p[u].map((v, j) => e * q[i][j] - l2 * v),
            squaresU,
            u,
          );
          const c = along(
            q[i],
            q[i].map((v, j) => e * p[u][j] - l2 * v),
            squaresI,
            i,
          );
          p[u] = a.row;
          q[i] = c.row;
          bu[u] += a.own * (e - l2b * bu[u]);
          bi[i] += c.own * (e - l2b * bi[i]);
        };
        // One step along the sum of several items' gradients; an item that stands twice moves twice.
        const stepTogether = (u: number, items: number[], errors: number[]) => {
          const before = p[u];
          const m = items.length;
          p[u] = before.map((v) => v - rate * l2 * m * v);
          items.forEach((item, k) => {
            p[u] = p[u].map((v, j) => v + rate * errors[k] * q[item][j]);
            q[item] = q[item].map((v, j) => v + rate * (errors[k] * before[j] - l2 * v));
            bi[item] += rate * (errors[k] - l2b * bi[item]);
          });
          bu[u] += rate * (errors.reduce((s, e) => s + e, 0) - m * l2b * bu[u]);
        };
        for (let t = 0; t < steps; t++) {
          const [u, i, weight] = [us[t], is[t], weights[t]];
          const drawn = (place: number) => is[Math.floor((bits[place] / 2 ** 32) * steps)];
          const other = drawn(t);
          const had = seen[u].includes(other);
          if (loss === 'squared') {
            const e = values[t] - (mean + bu[u] + bi[i] + dot(p[u], q[i]));
            expected += weight * e * e;
            move(u, i, weight * e);
          } else if (loss === 'logistic') {
            const x = bu[u] + bi[i] + dot(p[u], q[i]);
            expected += weight * Math.log1p(Math.exp(-x));
            move(u, i, weight * (1 - sigma(x)));
            for (let first = 0; first < samples; first += 4) {
              const places = Array.from({ length: Math.min(4, samples - first) }, (_, k) => t * samples + first + k);
              const negatives = places.map(drawn).filter((item) => !seen[u].includes(item));
              const errors = negatives.map((item) => -weight * sigma(bu[u] + bi[item] + dot(p[u], q[item])));
              if (adagrad) negatives.forEach((item, k) => move(u, item, errors[k]));
              else stepTogether(u, negatives, errors);
            }
          } else if (!had) {
            const x = bi[i] - bi[other] + dot(p[u], q[i]) - dot(p[u], q[other]);
            expected += weight * Math.log1p(Math.exp(-x));
            const e = weight * sigma(-x);
            const [a, c, d] = [p[u], q[i], q[other]];
            const mine = along(
              a,
              a.map((v, j) => e * (c[j] - d[j]) - l2 * v),
              squaresU,
              u,
            );
            const first = along(
              c,
              c.map((v, j) => e * a[j] - l2 * v),
              squaresI,
              i,
            );
            const second = along(
              d,
              d.map((v, j) => -e * a[j] - l2 * v),
              squaresI,
              other,
            );
            [p[u], q[i], q[other]] = [mine.row, first.row, second.row];
            bi[i] += first.own * (e - l2b * bi[i]);
            bi[other] += second.own * (-e - l2b * bi[other]);
          }
        }
        assert.ok(Math.abs(sum - expected) < 1e-4 * Math.max(1, expected), `${sum} ${expected}`);
        const near = (at: number, values: number[]) =>
          b.read(at, values.length).forEach((v, j) => assert.ok(Math.abs(v - values[j]) < 2e-5, `${v} ${values[j]}`));
        near(ap, pad(p));
        near(aq, pad(q));
        near(abi, bi);
        if (loss !== 'bpr') near(abu, bu);
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
