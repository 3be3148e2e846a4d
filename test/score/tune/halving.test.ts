/** Promotions of successive halving against a plain reading of the algorithm (ASHA, Li et al. 2020, algorithm 2). */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Halving, type Step } from '../../../src/score/tune/halving.js';

/** get_job of the paper: of the highest rung first, the best ⌊n / η⌋ that were not promoted; by the history of results alone. */
function reference(told: readonly { step: Step; loss: number }[], promoted: readonly Step[], rungs: number, eta: number) {
  for (let k = rungs - 2; k >= 0; k--) {
    const rung = told.filter(({ step }) => step.rung === k && step.trial !== 0);
    const top = Math.floor(rung.length / eta);
    for (let rank = 0; rank < top; rank++) {
      // The one that exactly `rank` others are better than.
      const better = (a: (typeof rung)[number], b: (typeof rung)[number]) =>
        a.loss < b.loss || (a.loss === b.loss && a.step.trial < b.step.trial);
      const found = rung.find((one) => rung.filter((other) => better(other, one)).length === rank);
      if (!found || found.loss === Number.POSITIVE_INFINITY) continue;
      if (promoted.some(({ trial, rung }) => trial === found.step.trial && rung === k + 1)) continue;
      return { trial: found.step.trial, rung: k + 1 };
    }
  }
  return undefined;
}

const LOSSES = fc.array(
  fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0.25, 0.5, Number.POSITIVE_INFINITY)),
  {
    minLength: 1,
    maxLength: 60,
  },
);

test('who is promoted is who the paper promotes, in its order, and the first goes wherever anyone goes', () => {
  fc.assert(
    fc.property(LOSSES, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 4 }), (losses, rungs, eta) => {
      const halving = new Halving(rungs, eta);
      const told: { step: Step; loss: number }[] = [];
      const promoted: Step[] = [];
      const tell = (step: Step, loss: number) => {
        halving.tell(step, loss);
        told.push({ step, loss });
      };
      losses.forEach((loss, t) => {
        tell({ trial: t, rung: 0 }, loss);
        for (let expected = reference(told, promoted, rungs, eta); expected; expected = reference(told, promoted, rungs, eta)) {
          let found = halving.promote() as Step;
          if (found.trial === 0) {
            assert.is(found.rung, expected.rung);
            assert.not(
              promoted.some(({ rung }) => rung === found.rung),
              'the first comes before all others',
            );
            found = halving.promote() as Step;
          }
          assert.equal(found, expected);
          promoted.push(found);
          // What a trial comes to on a higher rung is another number.
          tell(found, ((found.trial * 7919 + found.rung * 104729) % 1000) / 1000);
        }
        assert.is(halving.promote(), undefined);
      });
    }),
  );
});

test('of nine equal ones the first three go on, and of those the first', () => {
  const halving = new Halving(3);
  for (let trial = 1; trial <= 9; trial++) halving.tell({ trial, rung: 0 }, 1);
  const order: Step[] = [];
  for (let step = halving.promote(); step; step = halving.promote()) {
    order.push(step);
    halving.tell(step, 1);
  }
  assert.equal(
    order.map(({ trial, rung }) => `${trial}:${rung}`),
    ['0:1', '1:1', '2:1', '3:1', '0:2', '1:2'],
  );
});

test('one that failed is not promoted, whoever else there is', () => {
  const halving = new Halving(2);
  for (let trial = 1; trial <= 3; trial++) halving.tell({ trial, rung: 0 }, Number.POSITIVE_INFINITY);
  assert.is(halving.promote(), undefined);
});

test.run();
