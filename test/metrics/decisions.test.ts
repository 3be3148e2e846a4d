/** Thresholds against a search of all of them. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  confusionMatrix,
  cutAt,
  cutsOf,
  likeliest,
  precisionRecallCurve,
  type Rule,
  thresholdOf,
} from '../../src/metrics/decisions.js';

/** Scores in steps of 1/16, so that ties are common, 0 and 1 among them. */
const rows = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 16 }), fc.boolean()), { minLength: 1, maxLength: 80 })
  .map((pairs) => ({ truth: pairs.map(([, y]) => Number(y)), score: pairs.map(([s]) => s / 16) }));

/** Counts above a threshold, one row at a time. */
const count = (truth: number[], score: number[], threshold: number) => ({
  found: truth.filter((y, r) => y === 1 && score[r] > threshold).length,
  alarms: truth.filter((y, r) => y === 0 && score[r] > threshold).length,
});
/** Of each threshold that parts the rows in another way, one. */
const all = Array.from({ length: 17 }, (_, i) => 1 - i / 16);

test('cuts are all the ways to part the rows', () => {
  fc.assert(
    fc.property(rows, ({ truth, score }) => {
      const cuts = cutsOf(truth, score);
      for (const { threshold, truePositive, falsePositive } of cuts) {
        assert.ok(threshold >= 0 && threshold <= 1);
        assert.equal(count(truth, score, threshold), { found: truePositive, alarms: falsePositive });
        assert.equal(cutAt(truth, score, threshold), { threshold, truePositive, falsePositive });
      }
      const expected = new Set(all.map((threshold) => JSON.stringify(count(truth, score, threshold))));
      assert.is(cuts.length, expected.size);
    }),
  );
});

test('each rule finds what a search of all thresholds finds', () => {
  const share = fc.integer({ min: 1, max: 20 }).map((n) => n / 20);
  const rule: fc.Arbitrary<Rule> = fc.oneof(
    fc.record({ by: fc.constant('cost' as const), value: fc.integer({ min: 1, max: 20 }), alarm: fc.constantFrom(1, 2.5) }),
    fc.record({ by: fc.constant('recall' as const), value: share }),
    fc.record({ by: fc.constant('top' as const), value: share }),
  );
  fc.assert(
    fc.property(rows, rule, ({ truth, score }, rule) => {
      const positives = truth.filter((y) => y === 1).length;
      const chosen = count(truth, score, thresholdOf(rule, truth, score));
      const searched = all.map((threshold) => count(truth, score, threshold));
      const picked = (c: typeof chosen) => c.found + c.alarms;
      if (rule.by === 'cost') {
        const cost = (c: typeof chosen) => rule.value * (positives - c.found) + rule.alarm * c.alarms;
        assert.is(cost(chosen), Math.min(...searched.map(cost)));
      } else if (rule.by === 'recall') {
        // A positive whose score is 0 is above no threshold: then all others are picked.
        const enough = searched.filter((c) => c.found * 20 >= Math.round(rule.value * 20) * positives);
        const least = enough.length > 0 ? Math.min(...enough.map(picked)) : Math.max(...searched.map(picked));
        assert.is(picked(chosen), least);
      } else {
        const off = (c: typeof chosen) => Math.abs(picked(c) * 20 - Math.round(rule.value * 20) * truth.length);
        assert.is(off(chosen), Math.min(...searched.map(off)));
      }
    }),
    { numRuns: 1000 },
  );
});

test('a threshold lies halfway between the scores that it parts', () => {
  const [truth, score] = [
    [0, 1, 0, 1],
    [0.125, 0.25, 0.5, 0.75],
  ];
  assert.is(thresholdOf({ by: 'top', value: 0.25 }, truth, score), 0.625);
  assert.is(thresholdOf({ by: 'top', value: 1 }, truth, score), 0);
  assert.is(thresholdOf({ by: 'recall', value: 1 }, truth, score), 0.1875);
  assert.is(thresholdOf({ by: 'cost', value: 1, alarm: 5 }, truth, score), 0.625);
  assert.is(thresholdOf({ by: 'cost', value: 1, alarm: 5 }, [0, 0, 0, 0], score), 1);
  assert.is(thresholdOf({ by: 'threshold', value: 0.3 }, truth, score), 0.3);
});

test('the curve picks evenly more rows, and its points are what they say', () => {
  const n = 1000;
  const score = Array.from({ length: n }, (_, r) => ((r * 617) % n) / 1024 + 1 / 2048);
  const truth = score.map((s, r) => Number(s * 1024 > (r * 31) % n));
  const curve = precisionRecallCurve(truth, score);
  assert.equal(
    curve.map(({ share }) => Math.round(share * n)),
    Array.from({ length: 50 }, (_, i) => (i + 1) * 20),
  );
  const positives = truth.filter((y) => y === 1).length;
  for (const { threshold, precision, recall } of curve) {
    const { found, alarms } = count(truth, score, threshold);
    assert.equal([precision, recall], [found / (found + alarms), found / positives]);
  }
  fc.assert(
    fc.property(rows, ({ truth, score }) => {
      const points = precisionRecallCurve(truth, score, 7);
      assert.ok(points.length <= 7);
      points.forEach((point, i) => assert.ok(i === 0 || point.threshold < points[i - 1].threshold));
    }),
  );
});

test('a confusion matrix by hand', () => {
  const proba = [0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 0.25, 0.125, 0.625, 0, 1, 0];
  assert.equal(confusionMatrix([0, 0, 2, 1], likeliest(proba, 4, 3), 3), [
    [1, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});

test.run();
