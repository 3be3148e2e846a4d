/** Cross-validation against its definition: each fold by hand, on the same splits. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  createEngine,
  crossValidate,
  evaluateRegression,
  GradientBoostingRegressor,
  KFold,
  Matrix,
  MLPClassifier,
  MLPRegressor,
  StratifiedKFold,
} from '../../src/index.js';
import { refusesUnknownNames, refusesValues } from '../support/refused.js';
import { generator } from '../support/tables.js';

const next = generator(8);
const rows = 240;
const columns = Array.from({ length: 4 }, () => Float32Array.from({ length: rows }, () => next() * 2 - 1));
const x = new Matrix(columns);
const number = Float64Array.from(columns[0], (v, i) => 3 * v - columns[1][i] + 0.1 * next());
const engine = await createEngine({ threads: 2 });

test('regressors: every fold as if done by hand, in any order of the workers', async () => {
  await byHand(() => new MLPRegressor({ engine, seed: 3, maxIter: 30 }));
  await byHand(() => new GradientBoostingRegressor({ engine, maxIter: 5 }));
});

async function byHand(make: () => MLPRegressor | GradientBoostingRegressor): Promise<void> {
  const splits = new KFold({ nSplits: 4, seed: 7 }).split(rows);
  const { folds, mean, std } = await crossValidate(make, x, number, { cv: 4, seed: 7 });
  for (const [k, { train, test: held }] of splits.entries()) {
    const pick = (of: Int32Array) => new Matrix(columns.map((c) => Float32Array.from(of, (r) => c[r])));
    const model = await make().fit(
      pick(train),
      Array.from(train, (r) => number[r]),
    );
    const predicted = await model.predict(pick(held));
    assert.equal(
      folds[k],
      evaluateRegression(
        Float64Array.from(held, (r) => number[r]),
        predicted,
      ),
    );
  }
  const r2 = folds.map((fold) => ('r2' in fold ? fold.r2 : Number.NaN));
  assert.ok(Math.abs(mean.r2 - r2.reduce((a, b) => a + b) / 4) < 1e-12);
  assert.ok(Math.abs(std.r2 - Math.sqrt(r2.reduce((s, v) => s + (v - mean.r2) ** 2, 0) / 4)) < 1e-12);
}

test('classifiers of two and three classes, with class names of their own', async () => {
  for (const names of [
    [-1, 4],
    [2, 5, 9],
  ]) {
    const y = Array.from(
      number,
      (v) => names[Math.min(names.length - 1, Math.max(0, Math.floor((v + 3) / (6 / names.length))))],
    );
    const make = () => new MLPClassifier({ engine, maxIter: 40 });
    const { folds, mean } = await crossValidate(make, x, y, { cv: new StratifiedKFold({ nSplits: 3 }).split(y) });
    assert.is(folds.length, 3);
    assert.ok(mean.accuracy > mean.baselineAccuracy && mean.rocAuc > 0.8, `${mean.accuracy} ${mean.rocAuc}`);
  }
});

test('a mistake in the sizes is told', async () => {
  await crossValidate(() => new MLPRegressor({ engine }), x, [1, 2]).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /Targets: expected 240, found 2/),
  );
});

test('options of another name or out of range are refused', async () => {
  const use = (options: object) => crossValidate(() => new MLPRegressor({ engine }), x, number, options);
  await refusesUnknownNames(['cv', 'seed', 'signal', 'onProgress', 'label', 'attempts'], use);
  await refusesValues(
    [
      [{ cv: 1 }, /'cv' must be a whole number from 2, or splits; found 1/],
      [{ cv: 2.5 }, /'cv' must be a whole number from 2, or splits/],
      [{ cv: [] }, /'cv' must be a whole number from 2, or splits; found object/],
      [{ cv: [{ train: [1], test: [2] }] }, /'cv' must be/],
      [{ cv: rows + 1 }, /'nSplits' must be a whole number from 2 to the 240 rows; found 241/],
      [{ seed: 1.5 }, /'seed' must be a whole number/],
    ],
    use,
  );
});

test.after(() => engine.close());
test.run();
