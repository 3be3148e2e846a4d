/** LogisticRegression against scikit-learn's, against its own optimality, and what it refuses. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, crossValidate, LogisticRegression, type LogisticRegressionOptions, Matrix } from '../../src/index.js';
import { type LinearCase, penalizedLoss } from '../support/linear.js';
import { refusal, refusesUnknownNames, refusesValues } from '../support/refused.js';
import { generator } from '../support/tables.js';

interface Case {
  target: 'binary' | 'classes' | 'number';
  options: LogisticRegressionOptions;
  weighted: boolean;
  coef: number[][];
  intercept: number[];
  prediction: number[];
}
const fixture = JSON.parse(readFileSync('test/fixtures/linear.json', 'utf8')) as {
  x: number[][];
  targets: Record<Case['target'], number[]>;
  sampleWeight: number[];
  cases: Case[];
  free: number[];
  plain: Record<Case['target'], { coef: number[][]; prediction: number[] }>;
};
const x = Matrix.fromRows(fixture.x);
const engine = await createEngine({ threads: 1 });
const near = (actual: ArrayLike<number>, expected: readonly number[], what: string, scale = 1) =>
  expected.forEach((v, i) =>
    assert.ok(Math.abs(actual[i] - v) <= 1e-5 * scale * Math.max(1, Math.abs(v)), `${what} ${i}: ${actual[i]} ${v}`),
  );

for (const c of fixture.cases.filter(({ target }) => target !== 'number')) {
  test(`scikit-learn's: ${c.target}, ${JSON.stringify(c.options)}${c.weighted ? ', weighted' : ''}`, async () => {
    const y = fixture.targets[c.target];
    const sampleWeight = c.weighted ? fixture.sampleWeight : undefined;
    const model = await new LogisticRegression({ ...c.options, engine, tol: 1e-9 }).fit(x, y, { sampleWeight });
    assert.is(model.stopped, 'converged');
    near(model.coef.flat(), c.coef.flat(), 'coef');
    near(model.intercept, c.intercept, 'intercept', 10); // of a column that is 1000 away from zero
    near(await model.predictProba(x), c.prediction, 'probability');
    // As it comes: what is left at the default tolerance is far below what the data can tell.
    const quick = await new LogisticRegression({ ...c.options, engine }).fit(x, y, { sampleWeight });
    near(await quick.predictProba(x), c.prediction, 'probability by default', 1000);
    assert.ok(quick.nIter <= model.nIter && model.nIter <= 30, `${quick.nIter}, ${model.nIter} steps`);
  });
}

test("scikit-learn's without a penalty", async () => {
  const plain = Matrix.fromRows(fixture.x.map((row) => fixture.free.map((i) => row[i])));
  for (const target of ['binary', 'classes'] as const) {
    const model = await new LogisticRegression({ engine, C: Number.POSITIVE_INFINITY, tol: 1e-10 }).fit(
      plain,
      fixture.targets[target],
    );
    near(model.coef.flat(), fixture.plain[target].coef.flat(), 'coef', 10);
    near(await model.predictProba(plain), fixture.plain[target].prediction, 'probability');
  }
});

const shapes = fc.record({
  rows: fc.integer({ min: 4, max: 90 }),
  columns: fc.integer({ min: 1, max: 12 }),
  classes: fc.integer({ min: 2, max: 5 }),
  constant: fc.boolean(),
  collinear: fc.boolean(),
  zeros: fc.constantFrom(0, 0.3),
  C: fc.constantFrom(0.01, 1, 100),
  fitIntercept: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

test('the solution is the minimum, for any rows, columns and weights', async () => {
  const inline = await createEngine({ threads: 0 });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ rows, columns, classes, constant, collinear, zeros, C, fitIntercept, seed }) => {
      const next = generator(seed);
      const data = Array.from({ length: columns }, () => Float32Array.from({ length: rows }, () => next() * 4 - 2));
      if (constant) data.push(new Float32Array(rows).fill(7));
      if (collinear) data.push(data[0].map((v) => -2 * v));
      const y = Array.from({ length: rows }, (_, r) => (r < classes ? r : Math.floor(next() * classes)));
      const sampleWeight = y.map((_, r) => (r >= classes && next() < zeros ? 0 : 0.1 + next()));
      const present = new Set(y).size;
      fc.pre(present === Math.min(classes, rows));
      const model = await new LogisticRegression({ engine: inline, C, fitIntercept, tol: 1e-9 }).fit(new Matrix(data), y, {
        sampleWeight,
      });
      const { gradient } = penalizedLoss(
        {
          x: y.map((_, r) => data.map((column) => column[r])),
          y,
          weights: sampleWeight,
          outputs: model.coef.length,
          loss: present > 2 ? 'softmax' : 'logistic',
          l2: 1 / C,
        } satisfies LinearCase,
        model,
      );
      const slopes = [...gradient.coef.flat(), ...(fitIntercept ? gradient.intercept : [])];
      if (!fitIntercept) assert.ok(model.intercept.every((b) => b === 0));
      for (const slope of slopes) assert.ok(Math.abs(slope) < 2e-9, `${slope}, ${model.stopped} after ${model.nIter}`);
      assert.is(inline.memoryStats().regions, 0);
    }),
  );
  await inline.close();
});

test('more columns than a Hessian is made for, and more classes than its blocks', async () => {
  for (const [columns, classes, rows] of [
    [300, 2, 400],
    [300, 3, 400],
    [120, 4, 500],
  ]) {
    const next = generator(columns + classes);
    const data = Array.from({ length: columns }, (_, j) =>
      Float32Array.from({ length: rows }, () => (next() - 0.2) * (1 + (j % 7))),
    );
    const y = Array.from({ length: rows }, (_, r) => (data[0][r] + data[1][r] + next() > 1 ? 1 : r % classes));
    const model = await new LogisticRegression({ engine, tol: 1e-7, maxIter: 2000 }).fit(new Matrix(data), y);
    assert.is(model.stopped, 'converged');
    const { gradient } = penalizedLoss(
      {
        x: y.map((_, r) => data.map((column) => column[r])),
        y,
        weights: y.map(() => 1),
        outputs: model.coef.length,
        loss: classes > 2 ? 'softmax' : 'logistic',
        l2: 1,
      },
      model,
    );
    for (const slope of [...gradient.coef.flat(), ...gradient.intercept]) assert.ok(Math.abs(slope) < 2e-7, `${slope}`);
    console.log(`${columns} columns, ${classes} classes: ${model.nIter} steps`);
  }
});

test('decisions, probabilities, classes and accuracy agree', async () => {
  for (const target of ['binary', 'classes'] as const) {
    const y = fixture.targets[target];
    const model = await new LogisticRegression({ engine }).fit(x, y);
    assert.equal(
      model.classes,
      [...new Set(y)].sort((a, b) => a - b),
    );
    const k = model.classes.length;
    const z = await model.decisionFunction(x);
    const p = await model.predictProba(x);
    const predicted = await model.predict(x);
    let hits = 0;
    for (let r = 0; r < y.length; r++) {
      const own = [...p.subarray(r * k, (r + 1) * k)];
      assert.ok(Math.abs(own.reduce((a, b) => a + b) - 1) < 1e-6);
      assert.is(predicted[r], model.classes[own.indexOf(Math.max(...own))]);
      if (k === 2) assert.ok(Math.abs(own[1] - 1 / (1 + Math.exp(-z[r]))) < 1e-7);
      hits += Number(predicted[r] === y[r]);
    }
    assert.is(await model.score(x, y), hits / y.length);
  }
  const { mean } = await crossValidate(() => new LogisticRegression({ engine }), x, fixture.targets.binary, { cv: 3 });
  assert.ok(mean.accuracy > 0.7, `${mean.accuracy}`);
});

/** Enough rows that all workers share the passes over them. */
const many = (() => {
  const next = generator(3);
  const rows = 270_000;
  const columns = Array.from({ length: 8 }, () => Float32Array.from({ length: rows }, () => next() - 0.5));
  const y = columns[0].map((v, r) => Number(2 * v - columns[1][r] + next() > 0.7));
  return { x: new Matrix(columns), y };
})();

test('the same bytes for 0, 1, 2 and 3 workers', async () => {
  const results = [];
  for (const threads of [0, 1, 2, 3]) {
    await using own = await createEngine({ threads });
    const small = await new LogisticRegression({ engine: own }).fit(x, fixture.targets.classes);
    const large = await new LogisticRegression({ engine: own }).fit(many.x, many.y);
    results.push([small.coef, small.intercept, large.coef, large.intercept, await large.predictProba(many.x)]);
    assert.is(own.memoryStats().regions, 0);
  }
  for (const result of results) assert.equal(result, results[0]);
});

test('what cannot be learnt from is refused', async () => {
  const y = fixture.targets.binary;
  const fit = (options: LogisticRegressionOptions, data = x, truth: number[] = y, sampleWeight?: number[]) =>
    refusal(() => new LogisticRegression({ engine, ...options }).fit(data, truth, { sampleWeight }));
  const ones = y.map(() => 1);
  for (const [error, code, message] of [
    [await fit({}, x, ones), 'data', /one class/],
    [await fit({}, x, y.slice(1)), 'argument', /expected 150, found 149/],
    [await fit({}, x, [...y.slice(1), Number.NaN]), 'data', /missing in row 149/],
    [await fit({}, Matrix.fromRows([[1], [Number.NaN]]), [0, 1]), 'data', /row 1, column 0/],
    [await fit({}, Matrix.fromRows([[1], [Number.POSITIVE_INFINITY]]), [0, 1]), 'data', /row 1, column 0/],
    [
      await fit(
        {},
        x,
        y,
        y.map(() => 0),
      ),
      'data',
      /nothing to learn from/,
    ],
    [await fit({}, x, y, [-1, ...ones.slice(1)]), 'data', /row 0/],
    [await fit({}, x, y, ones.slice(1)), 'argument', /expected 150, found 149/],
    [await fit({ classWeight: { 5: 1 } }), 'argument', /classes 0, 1; found '5'/],
  ] as const) {
    assert.is(error.code, code);
    assert.match(error.message, message);
  }
  const model = new LogisticRegression({ engine });
  assert.is((await refusal(() => model.predict(x))).code, 'not-fitted');
  await model.fit(x, y);
  assert.match((await refusal(() => model.predict(Matrix.fromRows([[1]])))).message, /expected 7, found 1/);
  const known = ['engine', 'C', 'tol', 'maxIter', 'fitIntercept', 'classWeight'];
  await refusesUnknownNames(known, (options) => new LogisticRegression(options).fit(x, y));
  await refusesValues(
    [
      [{ C: 0 }, /'C' must be a number above 0.*found 0/],
      [{ C: Number.NaN }, /'C'/],
      [{ tol: 0 }, /'tol'/],
      [{ maxIter: 0 }, /'maxIter' must be a whole number from 1/],
      [{ fitIntercept: 1 }, /'fitIntercept' must be true or false/],
      [{ classWeight: 'even' }, /'classWeight'/],
    ],
    (options) => new LogisticRegression({ engine, ...options }).fit(x, y),
  );
  assert.is(engine.memoryStats().regions, 0);
});

test('classes that the features tell apart have no best model without a penalty', async () => {
  const rows = Array.from({ length: 60 }, (_, r) => [r / 10 - 3, (r * 7) % 11]);
  for (const y of [rows.map(([a]) => Number(a > 0.55)), rows.map(([a]) => Math.min(2, Math.floor((a + 3) / 2)))]) {
    const fit = (C: number) => new LogisticRegression({ engine, C, maxIter: 10_000 }).fit(Matrix.fromRows(rows), y);
    const error = await refusal(() => fit(Number.POSITIVE_INFINITY));
    assert.is(error.code, 'data');
    assert.match(error.message, /Give a finite C/);
    assert.is((await fit(1e3)).stopped, 'converged');
  }
});

test('too few steps are told; an abort ends fitting', async () => {
  const model = await new LogisticRegression({ engine, maxIter: 2, tol: 1e-9 }).fit(x, fixture.targets.classes);
  assert.is(model.stopped, 'maxIter');
  assert.is(model.nIter, 2);
  await using own = await createEngine({ threads: 2 });
  for (const of of [own, engine]) {
    const signal = AbortSignal.timeout(15);
    const endless = new LogisticRegression({ engine: of, tol: 1e-300, maxIter: 1e9 });
    assert.is((await refusal(() => endless.fit(many.x, many.y, { signal }))).code, 'aborted');
    assert.is(of.memoryStats().regions, 0);
  }
  await engine.close();
});

test.run();
