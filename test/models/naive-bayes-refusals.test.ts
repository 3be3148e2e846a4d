/** What the naive Bayes estimators refuse, before anything is changed. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BernoulliNB,
  CategoricalNB,
  ComplementNB,
  CsrMatrix,
  createEngine,
  GaussianNB,
  Matrix,
  MultinomialNB,
} from '../../src/index.js';
import { refusal, refusesUnknownNames, refusesValues } from '../support/refused.js';

const engine = await createEngine({ threads: 0 });
const x = Matrix.fromRows([
  [0, 1],
  [1, 0],
  [2, 1],
  [0, 3],
]);
const y = [0, 1, 1, 0];
const every = [GaussianNB, CategoricalNB, MultinomialNB, ComplementNB, BernoulliNB];
const counting = [MultinomialNB, ComplementNB, BernoulliNB];

test('options that are not known or out of range', async () => {
  const discrete = ['engine', 'alpha', 'fitPrior', 'classPrior'];
  await refusesUnknownNames(['engine', 'priors', 'varSmoothing'], (options) => new GaussianNB(options));
  await refusesUnknownNames([...discrete, 'minCategories'], (options) => new CategoricalNB(options));
  await refusesUnknownNames(discrete, (options) => new MultinomialNB(options));
  await refusesUnknownNames([...discrete, 'norm'], (options) => new ComplementNB(options));
  await refusesUnknownNames([...discrete, 'binarize'], (options) => new BernoulliNB(options));
  const fit = (Estimator: (typeof every)[number]) => async (options: object) =>
    new (Estimator as typeof MultinomialNB)({ engine, ...options }).fit(x, y);
  await refusesValues(
    [
      [{ varSmoothing: -1 }, /'varSmoothing' must be a number, at least 0; found -1/],
      [{ priors: [0.5, 0.6] }, /'priors' must be 2 probabilities that sum to 1; found 2 that sum to 1.1/],
      [{ priors: [1] }, /'priors' must be 2 probabilities/],
      [{ priors: [2, -1] }, /'priors' must be 2 probabilities/],
    ],
    fit(GaussianNB),
  );
  for (const Estimator of every.slice(1))
    await refusesValues(
      [
        [{ alpha: -0.5 }, /'alpha'/],
        [{ alpha: Number.NaN }, /'alpha'/],
        [{ fitPrior: 1 }, /'fitPrior' must be true or false; found 1/],
        [{ classPrior: [0.2, 0.2, 0.6] }, /'classPrior' must be 2 probabilities that sum to 1; found 3/],
      ],
      fit(Estimator),
    );
  for (const Estimator of [MultinomialNB, ComplementNB])
    await refusesValues(
      [
        [{ alpha: [1, 2, 3] }, /'alpha' must be 2 numbers, one for each column; found 3/],
        [{ alpha: [1, -1] }, /'alpha' must be a number from 0 on, or one for each column/],
      ],
      fit(Estimator),
    );
  await refusesValues(
    [
      [{ minCategories: 0 }, /'minCategories' must be a whole number from 1 to 1000000/],
      [{ minCategories: [3] }, /'minCategories' must be 2 numbers, one for each column; found 1/],
    ],
    fit(CategoricalNB),
  );
  await refusesValues([[{ binarize: -1 }, /'binarize' must be a number, at least 0/]], fit(BernoulliNB));
});

test('rows, classes and weights that nothing can be learnt from', async () => {
  for (const Estimator of every) {
    const model = new (Estimator as typeof MultinomialNB)({ engine });
    const refuses = async (work: () => unknown, code: string, message: RegExp) => {
      const error = await refusal(work);
      assert.is(error.code, code, error.message);
      assert.match(error.message, message);
    };
    await refuses(() => model.predict(x), 'not-fitted', /is not fitted yet/);
    await refuses(() => model.fit(new Matrix([new Float32Array(0)]), []), 'data', /has no rows/);
    await refuses(() => model.fit(new Matrix([], 2), [0, 1]), 'argument', /at least one column/);
    await refuses(() => model.fit(x, [0, 1]), 'argument', /Targets: expected 4, found 2/);
    await refuses(() => model.fit(x, [1, 1, 1, 1]), 'data', /one class/);
    await refuses(() => model.fit(x, [0, 1, Number.NaN, 1]), 'data', /missing in row 2/);
    await refuses(() => model.fit(x, y, { sampleWeight: [1, 1, -1, 1] }), 'data', /that of row 2 is not/);
    await refuses(() => model.fit(x, y, { sampleWeight: [0, 0, 0, 0] }), 'data', /0 in every row/);
    await refuses(() => model.fit(x, y, { classes: y } as object), 'argument', /'classes' is not known/);
    await refuses(() => model.partialFit(x, y), 'argument', /'classes' must be given with the first batch/);
    await refuses(() => model.partialFit(x, y, { classes: [0, 7] }), 'data', /row 1 that the first batch did not name/);
    await refuses(() => model.fit(x, y, { signal: AbortSignal.abort() }), 'aborted', /stopped/);
    await model.partialFit(x, y, { classes: [0, 1, 2] });
    const before = await model.predictJointLogProba(x);
    await refuses(() => model.partialFit(x, y, { classes: [0, 1] }), 'argument', /'classes' must be those of the first batch/);
    await refuses(() => model.partialFit(x, [0, 1, 2, 3]), 'data', /row 3/);
    await refuses(
      () => model.partialFit(Matrix.fromRows([[1], [2]]), [0, 1]),
      'argument',
      /expected 2 as fitted before, found 1/,
    );
    await refuses(() => model.predict(Matrix.fromRows([[1]])), 'argument', /Matrix columns: expected 2, found 1/);
    assert.equal(await model.predictJointLogProba(x), before);
    assert.equal(await model.predictProba(new Matrix([new Float32Array(0), new Float32Array(0)])), new Float32Array(0));
  }
});

test('values that an estimator cannot read', async () => {
  const with_ = (value: number) =>
    Matrix.fromRows([
      [0, 1],
      [1, value],
      [2, 1],
      [0, 3],
    ]);
  const refuses = async (Estimator: (typeof every)[number], value: number, code: string, message: RegExp) => {
    const error = await refusal(() => new (Estimator as typeof MultinomialNB)({ engine }).fit(with_(value), y));
    assert.is(error.code, code, error.message);
    assert.match(error.message, message);
  };
  await refuses(GaussianNB, Number.POSITIVE_INFINITY, 'column', /Column '1' is infinite in row 1/);
  for (const value of [-1, 0.5, 1e6, Number.POSITIVE_INFINITY])
    await refuses(CategoricalNB, value, 'column', /Column '1' must hold codes.*row 1 does not/);
  for (const Estimator of counting) {
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY])
      await refuses(Estimator, value, 'data', /NaN or infinity in row 1, column 1/);
  }
  for (const Estimator of [MultinomialNB, ComplementNB])
    await refuses(Estimator, -1, 'data', /from 0 on; row 1, column 1 is negative/);
  const two = await refusal(() => new BernoulliNB({ engine, binarize: null }).fit(CsrMatrix.fromMatrix(x), y));
  assert.match(two.message, /row 2, column 0 is neither/);
  const constant = await new GaussianNB({ engine, varSmoothing: 0 }).fit(Matrix.fromRows([[0], [1], [1], [0]]), y);
  assert.match(
    (await refusal(() => constant.predict(Matrix.fromRows([[0]])))).message,
    /Column 0 has one value only in class 0/,
  );
});

test.run();
