/** Ridge against scikit-learn's, against its own optimality, and what it refuses. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, crossValidate, evaluateRegression, Matrix, Ridge, type RidgeOptions } from '../../src/index.js';
import { penalizedLoss } from '../support/linear.js';
import { refusal, refusesUnknownNames, refusesValues } from '../support/refused.js';
import { generator } from '../support/tables.js';

interface Case {
  target: string;
  options: RidgeOptions;
  weighted: boolean;
  coef: number[][];
  intercept: number[];
  prediction: number[];
}
const fixture = JSON.parse(readFileSync('test/fixtures/linear.json', 'utf8')) as {
  x: number[][];
  targets: { number: number[] };
  sampleWeight: number[];
  cases: Case[];
  free: number[];
  plain: { number: { coef: number[][]; prediction: number[] } };
};
const x = Matrix.fromRows(fixture.x);
const y = fixture.targets.number;
const engine = await createEngine({ threads: 1 });
const near = (actual: ArrayLike<number>, expected: readonly number[], what: string) =>
  expected.forEach((v, i) =>
    assert.ok(Math.abs(actual[i] - v) <= 1e-7 * Math.max(1, Math.abs(v)), `${what} ${i}: ${actual[i]} ${v}`),
  );

for (const c of fixture.cases.filter(({ target }) => target === 'number')) {
  test(`scikit-learn's: ${JSON.stringify(c.options)}${c.weighted ? ', weighted' : ''}`, async () => {
    const sampleWeight = c.weighted ? fixture.sampleWeight : undefined;
    const model = await new Ridge({ ...c.options, engine }).fit(x, y, { sampleWeight });
    near(model.coef, c.coef[0], 'coef');
    near([model.intercept], c.intercept, 'intercept');
    const predicted = await model.predict(x);
    near(predicted, c.prediction, 'prediction');
    assert.ok(model.nIter <= 2, `${model.nIter} steps`);
    assert.is(await model.score(x, y), evaluateRegression(y, predicted).r2);
  });
}

test("scikit-learn's without a penalty; columns that depend on each other predict the same", async () => {
  const free = Matrix.fromRows(fixture.x.map((row) => fixture.free.map((i) => row[i])));
  const model = await new Ridge({ engine, alpha: 0 }).fit(free, y);
  near(model.coef, fixture.plain.number.coef[0], 'coef');
  near(await model.predict(free), fixture.plain.number.prediction, 'prediction');
  const all = await new Ridge({ engine, alpha: 0 }).fit(x, y);
  near(await all.predict(x), fixture.plain.number.prediction, 'prediction of all columns');
});

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 90 }),
  columns: fc.integer({ min: 1, max: 12 }),
  constant: fc.boolean(),
  collinear: fc.boolean(),
  alpha: fc.constantFrom(1e-3, 1, 1000),
  scale: fc.constantFrom(1e-6, 1, 1e9),
  fitIntercept: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

test('the solution is the minimum, for any rows, columns, weights and size of the target', async () => {
  const inline = await createEngine({ threads: 0 });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ rows, columns, constant, collinear, alpha, scale, fitIntercept, seed }) => {
      const next = generator(seed);
      const data = Array.from({ length: columns }, () => Float32Array.from({ length: rows }, () => next() * 4 - 2));
      if (constant) data.push(new Float32Array(rows).fill(7));
      if (collinear) data.push(data[0].map((v) => -2 * v));
      const truth = Array.from({ length: rows }, () => (next() + 3) * scale);
      const weights = truth.map((_, r) => (r > 0 && next() < 0.2 ? 0 : 0.1 + next()));
      const model = await new Ridge({ engine: inline, alpha, fitIntercept }).fit(new Matrix(data), truth, {
        sampleWeight: weights,
      });
      const rowsOf = truth.map((_, r) => data.map((column) => column[r]));
      const problem = { x: rowsOf, y: truth, weights, outputs: 1, loss: 'squared', l2: alpha } as const;
      const { gradient } = penalizedLoss(problem, { coef: [model.coef], intercept: [model.intercept] });
      const slopes = [...gradient.coef[0], ...(fitIntercept ? gradient.intercept : [])];
      for (const slope of slopes) assert.ok(Math.abs(slope) < 1e-8 * scale, `${slope}, ${model.stopped} after ${model.nIter}`);
      assert.is(inline.memoryStats().regions, 0);
    }),
  );
  await inline.close();
});

test('more columns than a Hessian is made for', async () => {
  const next = generator(5);
  const data = Array.from({ length: 300 }, (_, j) => Float32Array.from({ length: 200 }, () => (next() - 0.2) * (1 + (j % 7))));
  const truth = Array.from(data[0], (v, r) => v - data[1][r] + next());
  const model = await new Ridge({ engine }).fit(new Matrix(data), truth);
  assert.is(model.stopped, 'converged');
  const problem = { x: truth.map((_, r) => data.map((column) => column[r])), y: truth, weights: truth.map(() => 1) };
  const { gradient } = penalizedLoss(
    { ...problem, outputs: 1, loss: 'squared', l2: 1 },
    { coef: [model.coef], intercept: [model.intercept] },
  );
  for (const slope of [...gradient.coef[0], ...gradient.intercept]) assert.ok(Math.abs(slope) < 1e-8, `${slope}`);
});

test('a constant target, and rows copied in place of weights', async () => {
  const constant = await new Ridge({ engine }).fit(
    x,
    y.map(() => 4),
  );
  assert.ok(constant.coef.every((w) => Math.abs(w) < 1e-12));
  assert.is(constant.intercept, 4);
  const twice = await new Ridge({ engine }).fit(Matrix.fromRows([...fixture.x, ...fixture.x]), [...y, ...y]);
  const weighted = await new Ridge({ engine }).fit(x, y, { sampleWeight: y.map(() => 2) });
  near(twice.coef, weighted.coef, 'coef');
  const { mean } = await crossValidate(() => new Ridge({ engine, alpha: 1e-3 }), x, y, { cv: 3 });
  assert.ok(mean.r2 > 0.4, `${mean.r2}`);
});

test('what cannot be learnt from is refused', async () => {
  const fit = (data = x, truth: number[] = y, sampleWeight?: number[]) =>
    refusal(() => new Ridge({ engine }).fit(data, truth, { sampleWeight }));
  for (const [error, code, message] of [
    [await fit(x, y.slice(1)), 'argument', /expected 150, found 149/],
    [await fit(x, [Number.NaN, ...y.slice(1)]), 'data', /The target has a NaN or infinity in row 0/],
    [await fit(Matrix.fromRows([[1], [Number.NaN]]), [0, 1]), 'data', /row 1, column 0/],
    [
      await fit(
        x,
        y,
        y.map(() => 0),
      ),
      'data',
      /nothing to learn from/,
    ],
    [await fit(new Matrix([], 0), []), 'data', /no rows/],
    [
      await fit(
        x,
        y.map((_, r) => (r ? 1e300 : -1e300)),
      ),
      'diverged',
      /too large/,
    ],
  ] as const) {
    assert.is(error.code, code);
    assert.match(error.message, message);
  }
  assert.is((await refusal(() => new Ridge({ engine }).predict(x))).code, 'not-fitted');
  await refusesUnknownNames(['engine', 'alpha', 'fitIntercept'], (options) => new Ridge(options).fit(x, y));
  await refusesValues([[{ alpha: -1 }, /'alpha' must be a number, at least 0; found -1/]], (options) =>
    new Ridge({ engine, ...options }).fit(x, y),
  );
  assert.is(engine.memoryStats().regions, 0);
  await engine.close();
});

test.run();
