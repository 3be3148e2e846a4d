/** Correlations by closed forms and by their bounds; NumPy's figures are compared in test/score/describe.test.ts. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { correlationRatio, cramersV, pearson } from '../../src/prepare/association.js';

const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-12, `${found}, not ${expected}`);
const labels = (...of: number[]) => Int32Array.from(of);

test('closed forms', () => {
  near(pearson([1, 2, 3], [1, 3, 2]), 0.5);
  near(pearson([1, 2, 3], [-2, -4, -6]), -1);
  // Two groups with the means 1 and 3 and a variance of 1 within: η² = 1/2, ε² = 1 − (1/2) · 7/6 = 5/12.
  near(correlationRatio(labels(0, 0, 0, 0, 4, 4, 4, 4), [0, 2, 0, 2, 2, 4, 2, 4]), Math.sqrt(5 / 12));
  near(correlationRatio(labels(1, 1, 2, 2), [5, 5, 7, 7]), 1);
  near(cramersV(labels(0, 0, 3, 3), labels(1, 1, 2, 2)), 1);
  // Of a table [[3, 1], [1, 3]]: χ² = 2, φ² = 1/4; less 1/7, by 2 − 1/7 − 1.
  near(cramersV(labels(0, 0, 0, 0, 1, 1, 1, 1), labels(0, 0, 0, 1, 0, 1, 1, 1)), Math.sqrt((1 / 4 - 1 / 7) / (6 / 7)));
  near(cramersV(labels(0, 0, 1, 1), labels(0, 1, 0, 1)), 0);
});

test('what is constant, or of which no value comes twice, goes with nothing', () => {
  for (const value of [
    pearson([], []),
    pearson([0.1, 0.1, 0.1], [1, 2, 3]),
    pearson([1, 2], [1e300, 1e300]),
    correlationRatio(labels(), []),
    correlationRatio(labels(0, 1, 1), [0.1, 0.1, 0.1]),
    correlationRatio(labels(0, 1, 2), [1, 2, 3]),
    cramersV(labels(), labels()),
    cramersV(labels(1, 1, 1), labels(0, 1, 0)),
    cramersV(labels(0, 1, 2), labels(0, 1, 2)),
  ])
    assert.ok(Number.isNaN(value), `${value}`);
});

test('within bounds, alike both ways, and the same for labels that are named otherwise', () => {
  const row = fc.record({
    a: fc.integer({ min: 0, max: 4 }),
    b: fc.integer({ min: 0, max: 3 }),
    x: fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 50 }), (rows) => {
      const [a, b] = [Int32Array.from(rows, (r) => r.a), Int32Array.from(rows, (r) => r.b)];
      const [x, y] = [rows.map((r) => r.x), rows.map((r) => r.b)];
      const other = a.map((label) => 9 - 2 * label);
      for (const [value, same] of [
        [cramersV(a, b), cramersV(b, a)],
        [cramersV(a, b), cramersV(other, b)],
        [correlationRatio(a, x), correlationRatio(other, x)],
        [Math.abs(pearson(x, y)), Math.abs(pearson(y, x))],
      ]) {
        assert.ok(Number.isNaN(value) || (value >= 0 && value <= 1), `${value}`);
        assert.ok(Object.is(value, same) || Math.abs(value - same) < 1e-6, `${value} and ${same}`);
      }
    }),
  );
});

test.run();
