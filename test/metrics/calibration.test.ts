/** Reliability and calibration error against closed forms and a plain count. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { calibrationError, reliability, reliabilityOfClasses } from '../../src/metrics/calibration.js';
import { generator } from '../support/tables.js';

const near = (found: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(found - expected) <= within, `${found} ${expected}`);

test('twenty rows by hand', () => {
  const score = Array.from({ length: 20 }, (_, r) => (r + 1) / 32);
  const truth = score.map((_, r) => Number(r % 4 === 3));
  const bins = reliability(truth, score);
  assert.equal(
    bins,
    Array.from({ length: 10 }, (_, b) => ({ rows: 2, score: (4 * b + 3) / 64, positive: b % 2 ? 0.5 : 0 })),
  );
  near(calibrationError(bins), bins.reduce((sum, { score, positive }) => sum + Math.abs(score - positive), 0) / 10);
});

test('probabilities that are the truth’s are calibrated; squared ones are off by the mean of p − p²', () => {
  const next = generator(5);
  const p = Float64Array.from({ length: 200_000 }, () => next());
  const truth = p.map((q) => Number(next() < q));
  assert.ok(calibrationError(reliability(truth, p)) < 0.005);
  near(
    calibrationError(
      reliability(
        truth,
        p.map((q) => q * q),
      ),
    ),
    1 / 6,
    0.004,
  );
});

test('rows of the same score share a bin: what they say does not depend on their order', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.boolean()), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(rows, (pairs) => {
      const of = (some: typeof pairs) =>
        reliability(
          some.map(([, y]) => Number(y)),
          some.map(([s]) => s / 16),
        );
      const bins = of(pairs);
      assert.equal(of(pairs.slice().reverse()), bins);
      assert.ok(bins.length <= 10);
      assert.is(
        bins.reduce((sum, { rows }) => sum + rows, 0),
        pairs.length,
      );
      // Bins rise and do not share a score; each is as full as it must be.
      const sorted = pairs.slice().sort((a, b) => a[0] - b[0]);
      let first = 0;
      for (const bin of bins) {
        const own = sorted.slice(first, first + bin.rows);
        if (first > 0) assert.ok(sorted[first - 1][0] < own[0][0]);
        near(bin.score, own.reduce((sum, [s]) => sum + s / 16, 0) / own.length);
        near(bin.positive, own.filter(([, y]) => y).length / own.length);
        first += bin.rows;
      }
      const distinct = new Set(pairs.map(([s]) => s)).size;
      if (distinct === pairs.length && pairs.length % 10 === 0) assert.ok(bins.every((b) => b.rows === pairs.length / 10));
    }),
  );
});

test('of several classes it is the likeliest one’s probability', () => {
  const proba = [0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 0.25, 0.125, 0.625];
  assert.equal(reliabilityOfClasses([0, 0, 2], proba, 3), [
    { rows: 1, score: 0.5, positive: 1 },
    { rows: 1, score: 0.625, positive: 1 },
    { rows: 1, score: 0.75, positive: 0 },
  ]);
});

test.run();
