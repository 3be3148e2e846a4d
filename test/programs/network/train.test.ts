/** Training step by step: AdamW in float64 with a rate along a cosine, the mean embedded row, the best epoch, a worker that dies. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Engine } from '../../../src/index.js';
import { networkOf } from '../../../src/models/network-model.js';
import { embeddedLength } from '../../../src/programs/network/embedding.js';
import { GradientPass } from '../../../src/programs/network/gradient.js';
import { initialize, initializeScratch } from '../../../src/programs/network/initialize.js';
import { type NetworkOptions, trainNetworkScratch } from '../../../src/programs/network/train.js';
import { parametersOf } from '../../../src/programs/perceptron/network.js';
import { type Layout, place } from '../../../src/wasm/memory.js';
import { withDyingWorker } from '../../support/dying.js';
import { embeddedRow, meanLoss, tileOf } from '../../support/embedded.js';
import { generator } from '../../support/tables.js';

const ROWS = 48;
const HELD = 16;
const COLUMNS = 5;
const NUMBERS = [0, 2, 3];
const features = { widths: new Array<number>(COLUMNS).fill(1), labels: [-1, 2, -1, -1, 2] };
const network = networkOf(features, [9, 6], 1, 'logistic');
const length = embeddedLength(network);
const next = generator(11);
const x = Array.from({ length: ROWS }, () => Array.from({ length: COLUMNS }, () => Math.fround(next() * 4 - 2)));
const y = x.map(([a, b]) => Number(Math.sin(3 * a) + b > 0.2));
const OPTIONS: NetworkOptions = {
  learningRateInit: 0.01,
  weightDecay: 0.1,
  dropout: 0,
  batchSize: ROWS,
  maxIter: 6,
  nIterNoChange: 6,
  seed: 5,
};

const lay = (engine: Engine, options: NetworkOptions, held: number) => (layout: Layout) => {
  const rows = { x: layout.put(tileOf(x, COLUMNS)), y: layout.put(Float32Array.from(y)), weights: 0 };
  const index = Int32Array.from({ length: ROWS }, (_, r) => r);
  const args = {
    network,
    numbers: layout.put(Int32Array.from(NUMBERS)),
    options,
    train: { ...rows, index: layout.put(index.subarray(held)), rows: ROWS - held, weight: ROWS - held },
    held: { ...rows, index: layout.put(index.subarray(0, held)), rows: held, weight: held },
    parameters: layout.take(length * 4),
    baseline: layout.take(network.sizes[0] * 4),
  };
  return { ...args, scratch: layout.take(trainNetworkScratch(engine.kernels, args)) };
};

async function trainOn(engine: Engine, options: Partial<NetworkOptions>, held = 0) {
  const { at, region } = place(engine, lay(engine, { ...OPTIONS, ...options }, held));
  using _ = region;
  const result = await engine.run('trainNetwork', at);
  const parameters = engine.f32(at.parameters, length).slice();
  return { result, parameters, baseline: engine.f32(at.baseline, network.sizes[0]).slice() };
}

test('whole batches: each step is AdamW, the rate falls along a cosine, and what decays are the weights of the dense layers', async () => {
  await using engine = await createEngine({ threads: 0, device: 'wasm', reproducible: true });
  const { result, parameters, baseline } = await trainOn(engine, {});
  const { at, region } = place(engine, (layout) => ({
    own: layout.take(length * 4),
    numbers: layout.put(Int32Array.from(NUMBERS)),
    x: layout.put(tileOf(x, COLUMNS)),
    y: layout.put(Float32Array.from(y)),
    drawn: layout.take(initializeScratch(network) * 4),
  }));
  using _ = region;
  const work = place(engine, (layout) => new GradientPass(engine.kernels, network, at.own, at.numbers, layout, ROWS));
  using __ = work.region;
  engine.f32(work.region.offset, work.region.bytes / 4).fill(0);
  const pass = work.at;
  initialize(engine.kernels, engine.memory, network, at.own, at.drawn, OPTIONS.seed);
  const w = Float64Array.from(engine.f32(at.own, length));
  const [m, v] = [new Float64Array(length), new Float64Array(length)];
  const { weightsLength } = parametersOf(network.sizes);
  for (let t = 1; t <= OPTIONS.maxIter; t++) {
    engine.f32(at.own, length).set(w);
    const loss = pass.run({ x: at.x, y: at.y, weights: 0, rows: ROWS }, { chance: 0, seed: 0, stream: 0 }) / ROWS;
    assert.ok(Math.abs(loss - result.lossCurve[t - 1]) < 1e-5, `${t}: ${loss} ${result.lossCurve[t - 1]}`);
    const rate = (OPTIONS.learningRateInit * (1 + Math.cos((Math.PI * (t - 1)) / OPTIONS.maxIter))) / 2;
    engine.f32(pass.gradient, length).forEach((g, i) => {
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.999 * v[i] + 0.001 * g * g;
      if (i < weightsLength) w[i] -= rate * OPTIONS.weightDecay * w[i];
      w[i] -= (rate * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8 / Math.sqrt(1 - 0.999 ** t));
    });
  }
  w.forEach((value, i) => assert.ok(Math.abs(parameters[i] - value) < 2e-4, `${i}: ${parameters[i]} ${value}`));
  const rows = x.map((row) => embeddedRow(network, NUMBERS, parameters, row));
  baseline.forEach((value, i) => {
    const mean = rows.reduce((sum, row) => sum + row[i], 0) / ROWS;
    assert.ok(Math.abs(value - mean) < 1e-5, `${i}: ${value} ${mean}`);
  });
});

test('the epoch with the least loss on the held-out rows is kept, and training ends when none is better', async () => {
  await using engine = await createEngine({ threads: 0, device: 'wasm' });
  const options = { batchSize: 4, maxIter: 60, nIterNoChange: 3, dropout: 26, learningRateInit: 0.02 };
  const { result, parameters } = await trainOn(engine, options, HELD);
  const { validation, best, stopped, lossCurve } = result;
  assert.is(validation.length, lossCurve.length);
  assert.is(best, validation.indexOf(Math.min(...validation)) + 1);
  assert.is(stopped, 'converged');
  assert.is(lossCurve.length, best + 3);
  const loss = meanLoss(network, NUMBERS, parameters, x.slice(0, HELD), y.slice(0, HELD));
  assert.ok(Math.abs(loss - validation[best - 1]) < 1e-5, `${loss} ${validation[best - 1]}`);
});

test('the seed decides all: initial values, order and dropout', async () => {
  await using engine = await createEngine({ threads: 0, device: 'wasm' });
  const options = { batchSize: 7, dropout: 26, maxIter: 3 };
  const [first, again, other] = [
    await trainOn(engine, options),
    await trainOn(engine, options),
    await trainOn(engine, { ...options, seed: 6 }),
  ];
  assert.equal(again, first);
  assert.not.equal(other.result.lossCurve, first.result.lossCurve);
  assert.not.equal((await trainOn(engine, { ...options, dropout: 0 })).parameters, first.parameters);
});

test('a worker that dies in a training changes nothing', async () => {
  await using calm = await createEngine({ threads: 0, device: 'wasm' });
  const options = { batchSize: 4, dropout: 26, maxIter: 20 };
  const whole = await trainOn(calm, options, HELD);
  const found = await withDyingWorker('trainNetwork', 60, (engine) => trainOn(engine, options, HELD));
  assert.equal(found, whole);
});

test.run();
