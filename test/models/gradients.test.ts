/**
 * Gradients of whole networks, through the product's own training step: with plain SGD at learning rate 1 one step is
 * minus the gradient. Held against finite differences of a float64 network, and against a fixture made with NumPy.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Matrix, MLPClassifier, MLPRegressor } from '../../src/index.js';
import type { Activation } from '../../src/programs/perceptron/network.js';
import { activation, forward } from '../support/dense.js';
import { generator } from '../support/tables.js';

type Weights = { coefs: number[][][]; intercepts: number[][] };
const ACTIVATIONS: Activation[] = ['identity', 'relu', 'logistic', 'tanh'];
const engine = await createEngine({ threads: 0 });

/** The gradient of the mean loss, as the training step takes it. */
async function step(x: number[][], y: number[], initial: Weights, code: number, classes: number): Promise<Weights> {
  const options = {
    engine,
    hiddenLayerSizes: initial.coefs.slice(0, -1).map((layer) => layer[0].length),
    activation: ACTIVATIONS[code],
    solver: 'sgd' as const,
    momentum: 0,
    nesterovsMomentum: false,
    learningRateInit: 1,
    alpha: 0,
    batchSize: x.length,
    shuffle: false,
    maxIter: 1,
    initial,
  };
  const model = classes === 0 ? new MLPRegressor(options) : new MLPClassifier(options);
  await model.fit(Matrix.fromRows(x), y);
  const { coefs, intercepts } = model;
  return {
    coefs: coefs.map((layer, l) => layer.map((row, i) => row.map((v, j) => initial.coefs[l][i][j] - v))),
    intercepts: intercepts.map((row, l) => row.map((v, j) => initial.intercepts[l][j] - v)),
  };
}

/** The mean loss of a network in float64. */
function loss(x: number[][], y: number[], { coefs, intercepts }: Weights, code: number, classes: number): number {
  let h = x;
  coefs.forEach((w, l) => {
    const a = forward({ x: h, w, bias: intercepts[l] });
    h = l + 1 < coefs.length ? a.map((row) => row.map((v) => activation(v, code))) : a;
  });
  const sum = h.reduce((total, z, r) => {
    if (classes === 0) return total + (z[0] - y[r]) ** 2 / 2;
    if (classes === 2) return total + Math.max(z[0], 0) + Math.log1p(Math.exp(-Math.abs(z[0]))) - y[r] * z[0];
    const top = Math.max(...z);
    return total + top + Math.log(z.reduce((s, v) => s + Math.exp(v - top), 0)) - z[y[r]];
  }, 0);
  return sum / x.length;
}

const problem = fc.record({
  inputs: fc.integer({ min: 1, max: 11 }),
  hidden: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
  code: fc.integer({ min: 0, max: 3 }),
  classes: fc.constantFrom(0, 2, 3, 9),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

test('every layer, activation and loss passes a finite-difference check', async () => {
  await fc.assert(
    fc.asyncProperty(problem, async ({ inputs, hidden, code, classes, seed }) => {
      const next = generator(seed);
      const random = () => Math.fround(next() * 1.6 - 0.8);
      const rows = 13;
      const sizes = [inputs, ...hidden, classes > 2 ? classes : 1];
      const weights: Weights = {
        coefs: sizes.slice(1).map((units, l) => Array.from({ length: sizes[l] }, () => Array.from({ length: units }, random))),
        intercepts: sizes.slice(1).map((units) => Array.from({ length: units }, random)),
      };
      const x = Array.from({ length: rows }, () => Array.from({ length: inputs }, random));
      // Every class appears, so that the classifier has them all.
      const y = Array.from({ length: rows }, (_, r) =>
        classes === 0 ? random() : r < classes ? r : Math.floor(next() * classes),
      );
      const gradient = await step(x, y, weights, code, classes);
      const h = 1e-5;
      const centre = loss(x, y, weights, code, classes);
      const check = (values: number[], found: number[]) =>
        values.forEach((v, i) => {
          values[i] = v + h;
          const above = loss(x, y, weights, code, classes);
          values[i] = v - h;
          const below = loss(x, y, weights, code, classes);
          values[i] = v;
          const slope = (above - below) / (2 * h);
          // A ReLU whose kink lies within h has two slopes there, which the second difference shows: nothing to compare with.
          if (code === 1 && Math.abs(above - 2 * centre + below) / h > 5e-4) return;
          const tolerance = code === 1 ? 1e-3 : 1e-5;
          assert.ok(Math.abs(found[i] - slope) < tolerance, `${found[i]} ${slope}`);
        });
      weights.coefs.forEach((layer, l) => layer.forEach((row, i) => check(row, gradient.coefs[l][i])));
      weights.intercepts.forEach((row, l) => check(row, gradient.intercepts[l]));
    }),
    {
      numRuns: 100,
      examples: [
        [{ inputs: 4, hidden: [2, 10, 10], code: 1, classes: 3, seed: 662561 }],
        [{ inputs: 9, hidden: [9], code: 1, classes: 0, seed: 535866 }],
      ],
    },
  );
});

const cases = JSON.parse(readFileSync('test/fixtures/gradients.json', 'utf8')) as {
  classes: number;
  activation: Activation;
  x: number[][];
  y: number[];
  weights: Weights;
  gradient: Weights;
}[];
for (const { classes, activation: name, x, y, weights, gradient } of cases) {
  test(`equals NumPy's: ${name}, ${classes || 'a number'}${classes ? ' classes' : ''}`, async () => {
    const found = await step(x, y, weights, ACTIVATIONS.indexOf(name), classes);
    const flat = ({ coefs, intercepts }: Weights) => [coefs.flat(3), intercepts.flat()].flat();
    const expected = flat(gradient);
    flat(found).forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-6, `${i}: ${v} ${expected[i]}`));
  });
}
test.run();
