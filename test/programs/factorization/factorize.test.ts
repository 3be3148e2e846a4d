/** Factorization: the scalar reference's factors, one worker's bytes for two, going on from an epoch, stopping, and the tournament of bpr. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, MatrixFactorization } from '../../../src/index.js';
import {
  judgeFactorization,
  partners,
  rateOf,
  startFactorization,
  VERDICT,
} from '../../../src/programs/factorization/factorize.js';
import { Arena } from '../../../src/wasm/memory.js';
import { factorizeWorkload } from '../../../src/webgpu/factorization/workload.js';
import { withDyingWorker } from '../../support/dying.js';
import { onEngines } from '../../support/engines.js';
import { open } from '../../support/kernels.js';
import { generator } from '../../support/tables.js';
import { FACTORIZATIONS, factorize, runFactorization } from '../../webgpu/factorizations.js';

onEngines('factors and losses are those of the scalar reference', async (engine) => {
  for (const f of FACTORIZATIONS.filter(({ blocks }) => blocks === 8)) await factorize(engine, f);
});

test('epochs that go on from a state are those of one run', async () => {
  await using engine = await createEngine({ threads: 0, device: 'wasm' });
  const run = engine.run.bind(engine);
  for (const f of FACTORIZATIONS.filter(({ rank }) => rank === 33)) {
    const whole = await runFactorization(engine, { ...f, epochs: 4 });
    // The first two epochs, then two more from what they left.
    engine.run = (async (program: 'factorize', args: Parameters<typeof run<'factorize'>>[1]) => {
      const first = await run(program, { ...args, epochs: 2 });
      const resume = { lossCurve: first?.lossCurve ?? [], validation: [], bestError: Number.POSITIVE_INFINITY, idle: 0 };
      return run(program, { ...args, resume });
    }) as typeof engine.run;
    const parts = await runFactorization(engine, { ...f, epochs: 4 });
    engine.run = run;
    assert.equal(parts.result.lossCurve, whole.result.lossCurve);
    assert.equal([...parts.values], [...whole.values]);
  }
});

const next = generator(5);
const [users, items] = [60, 40].map((n) => Int32Array.from({ length: 900 }, () => Math.floor(next() * n)));
const values = Float32Array.from(users, () => next() * 5);
const options = { rank: 8, epochs: 4, seed: 2 };

test('a worker that dies in an epoch: all begins again, and the bytes are the same', async () => {
  for (const loss of ['squared', 'logistic', 'softmax', 'bpr'] as const) {
    await using calm = await createEngine({ threads: 1, device: 'wasm' });
    const expected = await new MatrixFactorization({ engine: calm, loss, ...options }).fit({ users, items, values });
    const found = await withDyingWorker('factorize', 100, (engine) =>
      new MatrixFactorization({ engine, loss, ...options }).fit({ users, items, values }),
    );
    assert.equal([...found.userFactors], [...expected.userFactors]);
    assert.equal([...found.itemFactors], [...expected.itemFactors]);
    assert.equal(found.lossCurve, expected.lossCurve);
  }
});

test('in a tournament everyone meets everyone once in a round each, and nobody twice at a time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), (half) => {
      const n = 2 * half;
      const met = new Set<string>();
      for (let round = 0; round < n; round++) {
        const of = partners(n, round);
        of.forEach((other, c) => {
          assert.is(of[other], c, 'partners have each other');
          met.add(`${c} ${other}`);
        });
      }
      assert.is(met.size, n * n);
    }),
  );
});

test('rates fall with the epochs, or stay for adagrad', () => {
  const settings = { learningRate: 0.1, learningRateDecay: 0.5 };
  const inverse = [1, 2, 3].map((epoch) => rateOf({ ...settings, schedule: 'inverse' }, epoch));
  assert.equal(inverse, [0.1, 0.1 / 1.5, 0.05]);
  assert.is(rateOf({ ...settings, schedule: 'adagrad' }, 9), 0.1);
});

test('held-out entries stop it, and the best parameters come back; what is not finite ends it', () => {
  const { kernels, memory } = open('simd');
  const arena = new Arena(memory, 2 ** 30);
  const { args } = factorizeWorkload(arena, kernels, 64_000);
  const length = (args.rowsP + args.rowsQ) * (args.ld + 1);
  const [best, held] = [arena.allocate(length * 4), 50];
  const a = { ...args, best: best.offset, heldFirst: args.heldFirst - held, held, epochs: 100, patience: 2 };
  const control = { aborted: () => false, progress: () => {} };
  const parameters = () => new Float32Array(memory.buffer, a.p, length);
  const start = parameters().slice();
  const state = startFactorization();
  assert.is(judgeFactorization(kernels, memory, a, state, 1, control), VERDICT.go);
  const [first] = state.validation;
  // Worse and worse: all scores are far from the ratings.
  for (const expected of [VERDICT.go, VERDICT.stop]) {
    parameters().fill(3);
    assert.is(judgeFactorization(kernels, memory, a, state, 1, control), expected);
  }
  assert.equal(parameters(), start);
  assert.is(state.bestError, first);
  assert.is(judgeFactorization(kernels, memory, a, startFactorization(), Number.NaN, control), VERDICT.diverged);
  parameters()[5] = Number.POSITIVE_INFINITY;
  assert.is(judgeFactorization(kernels, memory, a, startFactorization(), 1, control), VERDICT.diverged);
});
test.run();
