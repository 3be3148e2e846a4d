/** The features that nodes may be split by: as many as asked for, each as often as others, the same for the same seed. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FeatureDraw } from '../../../src/programs/trees/draw.js';

test('a share of the features, one at least; all need no list', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      fc.nat(),
      (features, share, seed) => {
        const draw = new FeatureDraw(features, share, seed);
        const again = new FeatureDraw(features, share, seed);
        const expected = Math.max(1, Math.floor(features * share));
        for (let node = 0; node < 5; node++) {
          const allowed = draw.next();
          assert.equal(again.next(), allowed);
          if (expected === features) assert.is(allowed, undefined);
          else
            assert.is(
              allowed?.reduce((a, b) => a + b, 0),
              expected,
            );
        }
      },
    ),
  );
});

test('each feature is drawn as often as others, and seeds draw differently', () => {
  const [features, nodes] = [10, 4000];
  const counts = new Float64Array(features);
  const draw = new FeatureDraw(features, 0.3, 7);
  for (let node = 0; node < nodes; node++) for (const [f, may] of (draw.next() as Uint8Array).entries()) counts[f] += may;
  // Each is binomial with 4000 draws of 0.3: a deviation of 29.
  assert.ok(
    counts.every((count) => Math.abs(count - nodes * 0.3) < 5 * 29),
    `${counts}`,
  );
  const first = (seed: number) => [...(new FeatureDraw(features, 0.3, seed).next() as Uint8Array)].join('');
  assert.ok(new Set(Array.from({ length: 20 }, (_, seed) => first(seed))).size > 10);
});

test.run();
