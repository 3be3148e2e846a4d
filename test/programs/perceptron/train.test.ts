/** Training that goes on from where it stood, and the decisions after an epoch. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../../src/index.js';
import { type Network, parametersOf } from '../../../src/programs/perceptron/network.js';
import { type TrainArgs, type TrainResume, trainBuffers, trainScratch } from '../../../src/programs/perceptron/train.js';
import {
  adamRate,
  judge,
  startState,
  type TrainOptions,
  type TrainResult,
  type TrainState,
} from '../../../src/programs/perceptron/training-state.js';
import { stride } from '../../../src/wasm/kernels.js';
import { type Layout, place } from '../../../src/wasm/memory.js';
import { withDyingWorker } from '../../support/dying.js';
import { refusal } from '../../support/refused.js';
import { generator } from '../../support/tables.js';

type Engine = Awaited<ReturnType<typeof createEngine>>;

const NETWORK: Network = { sizes: [5, 9, 3], activation: 'tanh', output: 'softmax' };
const [ROWS, HELD, BATCH] = [120, 25, 32];
const BATCHES = Math.ceil((ROWS - HELD) / BATCH);
const { length } = parametersOf(NETWORK.sizes);
const CONTROL = { aborted: () => false, progress: () => {} };

const optionsOf = (solver: TrainOptions['solver'], maxIter: number): TrainOptions => ({
  solver,
  alpha: 0.01,
  batchSize: BATCH,
  learningRate: 'constant',
  learningRateInit: 0.02,
  powerT: 0.5,
  maxIter,
  tol: 0,
  nIterNoChange: 1000,
  shuffle: true,
  momentum: 0.9,
  nesterovsMomentum: true,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  seed: 3,
});

/** Data and room of a training; the first rows are held out. */
function layer(engine: Engine, options: TrainOptions) {
  const next = generator(11);
  const ld = stride(NETWORK.sizes[0]);
  const x = Float32Array.from({ length: ROWS * ld }, (_, i) => (i % ld < NETWORK.sizes[0] ? next() * 2 - 1 : 0));
  const y = Int32Array.from({ length: ROWS }, (_, r) => (x[r * ld] > 0.2 ? 2 : x[r * ld + 1] > 0 ? 1 : 0));
  const order = Int32Array.from({ length: ROWS }, (_, i) => i);
  const { weights } = parametersOf(NETWORK.sizes);
  const initial = new Float32Array(length);
  weights.forEach((at, l) => {
    for (let i = 0; i < NETWORK.sizes[l] * NETWORK.sizes[l + 1]; i++) initial[at + i] = next() - 0.5;
  });
  return (layout: Layout): TrainArgs => {
    const args = {
      network: NETWORK,
      options,
      x: layout.put(x),
      y: layout.put(y),
      validation: layout.put(order.subarray(0, HELD)),
      validationRows: HELD,
      train: layout.put(order.subarray(HELD)),
      trainRows: ROWS - HELD,
      initial: layout.put(initial),
      parameters: layout.take(length * 4),
    };
    return { ...args, scratch: layout.take(trainScratch(engine.kernels, args)) };
  };
}

/** What stands in memory after a training, as a lost device would leave it. @param parameters of the last epoch */
function resumeOf(engine: Engine, args: TrainArgs, result: TrainResult, parameters: Float32Array): TrainResume {
  const b = trainBuffers(engine.kernels, args, args.scratch);
  const state = startState(args.options);
  result.lossCurve.forEach((loss, epoch) => {
    for (let batch = 0; batch < BATCHES && args.options.solver === 'adam'; batch++) adamRate(state, args.options);
    judge(state, args, loss, true, () => result.validationScores[epoch], CONTROL);
  });
  const [first, second, best] = [b.first, b.second, b.best].map((at) => engine.f32(at, length).slice());
  return { state, parameters, first, second, best, order: engine.i32(b.order, args.trainRows).slice() };
}

async function trainOn(engine: Engine, options: TrainOptions, resume?: TrainResume) {
  const { at, region } = place(engine, layer(engine, options));
  using _ = region;
  let last = new Float32Array(length);
  const onProgress = () => {
    last = engine.f32(at.parameters, length).slice();
  };
  const result = await engine.run('train', { ...at, resume }, { onProgress });
  return { result, parameters: engine.f32(at.parameters, length).slice(), resume: resumeOf(engine, at, result, last) };
}

for (const solver of ['adam', 'sgd'] as const) {
  test(`${solver}: 12 epochs after 8 are 20 epochs, though the worker dies among the 12`, async () => {
    await using calm = await createEngine({ threads: 0, device: 'wasm' });
    const whole = await trainOn(calm, optionsOf(solver, 20));
    const { resume } = await trainOn(calm, optionsOf(solver, 8));
    const before = structuredClone(resume);
    const found = await withDyingWorker('train', 200, (engine) => trainOn(engine, optionsOf(solver, 20), resume));
    assert.equal(found.result, whole.result);
    assert.equal([...found.parameters], [...whole.parameters]);
    assert.equal(resume, before, 'where training goes on from is not changed');
    assert.is(whole.result.lossCurve.length, 20);
  });
}

test('a worker that dies in a training from the start changes nothing either', async () => {
  await using calm = await createEngine({ threads: 0, device: 'wasm' });
  const whole = await trainOn(calm, optionsOf('adam', 10));
  const found = await withDyingWorker('train', 150, (engine) => trainOn(engine, optionsOf('adam', 10)));
  assert.equal(found.result, whole.result);
  assert.equal([...found.parameters], [...whole.parameters]);
});

/** Epochs with these losses, or scores where rows are held out; the last state and whether each epoch was to be the last. */
function epochs(options: Partial<TrainOptions>, losses: number[], scores?: number[]) {
  const all = { ...optionsOf('sgd', 1000), nIterNoChange: 2, ...options };
  const args = { options: all, trainRows: 10, validationRows: scores ? 5 : 0 };
  const state: TrainState = startState(all);
  const stops = losses.map((loss, i) => judge(state, args, loss, true, () => scores?.[i] ?? 0, CONTROL).stop);
  return { state, stops, stop: stops.indexOf(true) };
}

test('training ends when the loss has not improved by more than tol for more than nIterNoChange epochs', () => {
  // As scikit-learn: idle is counted against the best loss, and 3 idle epochs are more than 2.
  assert.is(epochs({ tol: 0.1 }, [5, 4, 3.95, 3.94, 3.93, 3.92]).stop, 4);
  assert.is(epochs({ tol: 0 }, [5, 4, 3.95, 3.94, 3.93, 3.92]).stop, -1);
  assert.is(epochs({ tol: 0 }, [1, 2, 2, 0.5, 2, 2, 2]).stop, 6);
});

test('with rows held out their score decides, and the best is told', () => {
  assert.is(epochs({ tol: 0.01 }, [9, 9, 9, 9, 9], [0.5, 0.7, 0.7, 0.7, 0.7]).stop, 4);
  const { state } = epochs({ tol: 0 }, [9, 9, 9], [0.5, 0.8, 0.7]);
  assert.is(state.bestScore, 0.8);
});

test("'adaptive' divides the rate by five in the place of an end, 'invscaling' falls with the rows seen", () => {
  const adaptive = epochs({ learningRate: 'adaptive', tol: 0.1, learningRateInit: 1 }, [1, 1, 1, 1, 1, 1, 1]);
  assert.is(adaptive.stop, -1);
  assert.ok(Math.abs(adaptive.state.rate - 1 / 25) < 1e-15, `${adaptive.state.rate}`);
  const { rate } = epochs({ learningRate: 'invscaling', powerT: 0.75, learningRateInit: 2 }, [3, 2, 1]).state;
  assert.ok(Math.abs(rate - 2 / 31 ** 0.75) < 1e-14, `${rate}`);
});

test('what is no longer finite ends training, with epoch and rate', async () => {
  const loss = await refusal(() => epochs({ learningRateInit: 7 }, [1, Number.NaN]));
  assert.match(loss.message, /diverged in epoch 2: the loss is no longer finite at learning rate 7/);
  const args = { options: optionsOf('adam', 5), trainRows: 1, validationRows: 0 };
  const weight = await refusal(() => judge(startState(args.options), args, 1, false, () => 0, CONTROL));
  assert.match(weight.message, /epoch 1: a weight/);
  assert.is(weight.code, 'diverged');
});
test.run();
