/** Weights and calibration of blends, by trying all and by their definition. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { blended, calibrate, chooseWeights, fitCalibration, type HeldOut, meanLoss } from '../../src/models/blend-weights.js';
import { generator } from '../support/tables.js';

/** The mean loss in plain words. */
function loss({ task, outputs, y }: HeldOut, z: ArrayLike<number>): number {
  let sum = 0;
  y.forEach((label, r) => {
    if (task === 'regression') sum += (z[r] - label) ** 2;
    else if (task === 'binary') sum -= Math.log(1 / (1 + Math.exp(label > 0 ? -z[r] : z[r])));
    else {
      const e = Array.from({ length: outputs }, (_, c) => Math.exp(z[r * outputs + c]));
      sum -= Math.log(e[label] / e.reduce((a, b) => a + b, 0));
    }
  });
  return sum / y.length;
}

function made(task: HeldOut['task'], rows: number, candidates: number, seed: number) {
  const next = generator(seed);
  const outputs = task === 'multiclass' ? 3 : 1;
  const y = Float64Array.from({ length: rows }, () => {
    if (task === 'regression') return next() * 2 - 1;
    return Math.floor(next() * (task === 'binary' ? 2 : 3));
  });
  const z = Array.from({ length: candidates }, () =>
    Float32Array.from({ length: rows * outputs }, (_, i) => {
      const label = y[Math.floor(i / outputs)];
      const told = task === 'multiclass' ? Number(label === i % outputs) : label;
      return 4 * (next() - 0.5) + (task === 'binary' ? told - 0.5 : told);
    }),
  );
  return { held: { task, outputs, y }, z };
}

const TASKS = ['binary', 'multiclass', 'regression'] as const;

test('the weights are those of the grid with the least loss', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TASKS), fc.integer({ min: 1, max: 3 }), fc.nat(1000), (task, candidates, seed) => {
      const { held, z } = made(task, 40, candidates, seed);
      const found = chooseWeights(held, z);
      assert.ok(Math.abs(found.loss - loss(held, blended(z, found.weights))) < 1e-9);
      assert.ok(Math.abs(meanLoss(held, z[0]) - loss(held, z[0])) < 1e-9);
      for (let a = 0; a <= 10; a++) {
        for (let b = 0; a + b <= 10; b++) {
          const weights = [a / 10, b / 10, (10 - a - b) / 10].slice(0, candidates);
          if (Math.abs(weights.reduce((s, w) => s + w, 0) - 1) > 1e-9) continue;
          assert.ok(loss(held, blended(z, weights)) > found.loss - 1e-9, `${weights} against ${found.weights}`);
        }
      }
    }),
  );
});

test('of more candidates none of the grid is better by an exchange, nor the best of the first four', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TASKS), fc.integer({ min: 5, max: 7 }), fc.nat(1000), (task, candidates, seed) => {
      const { held, z } = made(task, 40, candidates, seed);
      const found = chooseWeights(held, z);
      assert.is(found.weights.length, candidates);
      assert.ok(Math.abs(found.weights.reduce((s, w) => s + w, 0) - 1) < 1e-9 && found.weights.every((w) => w >= 0));
      assert.ok(Math.abs(found.loss - loss(held, blended(z, found.weights))) < 1e-9);
      assert.ok(found.loss <= chooseWeights(held, z.slice(0, 4)).loss);
      for (let a = 0; a < candidates; a++) {
        for (let b = 0; b < candidates; b++) {
          if (a === b || found.weights[a] < 0.05) continue;
          const other = found.weights.map((w, m) => (m === a ? w - 0.1 : m === b ? w + 0.1 : w));
          assert.ok(loss(held, blended(z, other)) > found.loss - 1e-9, `${other} against ${found.weights}`);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('of many rows some decide', () => {
  const { held, z } = made('binary', 120_000, 2, 3);
  const { weights, loss: found } = chooseWeights(held, z);
  const every = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => i % 3 === 0);
  const some = { ...held, y: Float64Array.from(every(held.y)) };
  assert.ok(Math.abs(found - loss(some, blended(z.map(every), weights))) < 1e-9);
});

test('the map has the least log loss there is; it is taken where log-odds say too much, and not where they say what is', () => {
  for (const task of ['binary', 'multiclass'] as const) {
    const next = generator(5);
    const rows = 4000;
    const outputs = task === 'binary' ? 1 : 3;
    const z = Float64Array.from({ length: rows * outputs }, () => 3 * (next() - 0.5));
    const y = Float64Array.from({ length: rows }, (_, r) => {
      if (task === 'binary') return Number(next() < 1 / (1 + Math.exp(-z[r])));
      const e = [0, 1, 2].map((c) => Math.exp(z[r * 3 + c]));
      let draw = next() * (e[0] + e[1] + e[2]);
      return e.findIndex((p) => {
        draw -= p;
        return draw < 0;
      });
    });
    const held: HeldOut = { task, outputs, y };
    const all = Array.from(y.keys());
    const folds = [0, 1, 2, 3, 4].map((k) => all.filter((r) => r % 5 === k));
    const mapped = (scale: number, shift: number, from: Float64Array) => from.map((v) => scale * v + shift);
    const map = fitCalibration(held, z, all);
    const least = loss(held, mapped(map.scale, map.shift, z));
    for (const step of [-0.01, 0.01]) {
      assert.ok(loss(held, mapped(map.scale + step, map.shift, z)) > least);
      if (task === 'binary') assert.ok(loss(held, mapped(map.scale, map.shift + step, z)) > least);
    }
    assert.is(calibrate(held, z, folds), undefined, 'they are right already');
    const bold = mapped(2.5, task === 'binary' ? 0.7 : 0, z);
    const found = calibrate(held, bold, folds);
    assert.ok(found && Math.abs(found.scale - 1 / 2.5) < 0.05, JSON.stringify(found));
    if (task === 'binary') assert.ok(Math.abs(found.shift + 0.7 / 2.5) < 0.1, JSON.stringify(found));
    else assert.is(found.shift, 0);
  }
  const { held, z } = made('regression', 50, 1, 1);
  assert.is(calibrate(held, Float64Array.from(z[0]), [[0], [1]]), undefined);
});

test.run();
