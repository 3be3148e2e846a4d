/** Options of the perceptrons: what trained silently before is refused by name; initial weights have the network's shape. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Matrix, MLPClassifier, type MLPOptions, MLPRegressor } from '../../src/index.js';
import { checkInitial, MLP_OPTIONS } from '../../src/models/mlp-options.js';
import { checked } from '../../src/options.js';
import { refusal, refusesUnknownNames, refusesValues } from '../support/refused.js';

const x = Matrix.fromRows([
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
]);
const y = [0, 1, 1, 0];
const engine = await createEngine({ threads: 0, device: 'wasm' });
const NAMES = Object.keys(MLP_OPTIONS.entries);

test("the defaults are scikit-learn's", () => {
  assert.equal(checked(MLP_OPTIONS, {}), {
    hiddenLayerSizes: [100],
    activation: 'relu',
    solver: 'adam',
    alpha: 0.0001,
    learningRate: 'constant',
    learningRateInit: 0.001,
    powerT: 0.5,
    maxIter: 200,
    shuffle: true,
    seed: 0,
    tol: 0.0001,
    nIterNoChange: 10,
    momentum: 0.9,
    nesterovsMomentum: true,
    earlyStopping: false,
    validationFraction: 0.1,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  });
});

for (const Estimator of [MLPClassifier, MLPRegressor]) {
  const fit = (options: object) => new Estimator({ engine, ...options } as MLPOptions).fit(x, y);

  test(`${Estimator.name}: any name that is not known is refused`, () => refusesUnknownNames(NAMES, fit));

  test(`${Estimator.name}: values out of range are refused`, () =>
    refusesValues(
      [
        [{ activation: 'sigmoid' }, /'activation' must be 'identity', 'relu', 'logistic' or 'tanh'; found 'sigmoid'/],
        [{ solver: 'lbfgs' }, /'solver' must be 'adam' or 'sgd'; found 'lbfgs'/],
        [{ learningRate: 'inverse' }, /'learningRate' must be 'constant', 'invscaling' or 'adaptive'; found 'inverse'/],
        [{ hiddenLayerSizes: [10, 0] }, /'hiddenLayerSizes\.1' must be a whole number from 1; found 0/],
        [{ hiddenLayerSizes: 10 }, /'hiddenLayerSizes' must be a list of whole numbers; found 10/],
        [{ alpha: -1 }, /'alpha' must be a number, at least 0; found -1/],
        [{ batchSize: 0 }, /'batchSize' must be a whole number from 1; found 0/],
        [{ learningRateInit: 0 }, /'learningRateInit' must be a number above 0; found 0/],
        [{ powerT: Number.NaN }, /'powerT' must be a number, at least 0; found NaN/],
        [{ maxIter: 1.5 }, /'maxIter' must be a whole number from 1; found 1\.5/],
        [{ shuffle: 'no' }, /'shuffle' must be true or false; found 'no'/],
        [{ seed: -1 }, /'seed' must be a whole number from 0 to 4294967295; found -1/],
        [{ tol: -1 }, /'tol' must be a number, at least 0/],
        [{ nIterNoChange: 0 }, /'nIterNoChange' must be a whole number from 1/],
        [{ momentum: 1 }, /'momentum' must be from 0 to below 1; found 1/],
        [{ nesterovsMomentum: 1 }, /'nesterovsMomentum' must be true or false/],
        [{ earlyStopping: 'yes' }, /'earlyStopping' must be true or false/],
        [{ validationFraction: 1 }, /'validationFraction' must be between 0 and 1; found 1/],
        [{ beta1: -0.1 }, /'beta1' must be from 0 to below 1/],
        [{ beta2: 1 }, /'beta2' must be from 0 to below 1/],
        [{ epsilon: 0 }, /'epsilon' must be a number above 0/],
        [{ initial: 5 }, /'initial' must be coefs and intercepts of each layer; found 5/],
        [{ initial: { coefs: [] } }, /'initial\.intercepts' must be coefs and intercepts of each layer; found undefined/],
        [{ initial: { coefs: [], intercepts: [], biases: [] } }, /'initial\.biases' is not known/],
      ],
      fit,
    ));
}

test('options of a run are checked before anything is trained', async () => {
  const fit = (run: object) => new MLPClassifier({ engine }).fit(x, y, run);
  await refusesUnknownNames(['signal', 'onProgress', 'label', 'attempts'], fit);
  await refusesValues(
    [
      [{ signal: 1 }, /'signal' must be an AbortSignal; found 1/],
      [{ onProgress: true }, /'onProgress' must be a function; found true/],
      [{ attempts: 0 }, /'attempts' must be a whole number from 1; found 0/],
    ],
    fit,
  );
  const model = await new MLPClassifier({ engine, maxIter: 1 }).fit(x, y);
  await refusesUnknownNames(['signal', 'onProgress', 'label', 'attempts'], (run) => model.predict(x, run));
});

/** A network of some sizes, and weights of its shape. */
const network = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }).map((sizes) => ({
  sizes,
  coefs: sizes
    .slice(1)
    .map((units, l) => Array.from({ length: sizes[l] }, (_, i) => Array.from({ length: units }, (_, j) => i - j))),
  intercepts: sizes.slice(1).map((units) => Array.from({ length: units }, (_, j) => j)),
}));

test('initial weights of the right shape pass, whatever the shape; with one number or row more or less none do', () => {
  fc.assert(
    fc.property(network, fc.nat(), fc.boolean(), ({ sizes, coefs, intercepts }, at, more) => {
      checkInitial({ coefs, intercepts }, sizes);
      const lists: unknown[][] = [coefs, intercepts, ...coefs, ...intercepts, ...coefs.flat()];
      const list = lists[at % lists.length];
      if (more) list.push(list[0]);
      else list.pop();
      assert.throws(
        () => checkInitial({ coefs, intercepts }, sizes),
        (error: Error) => /^Option 'initial': .*: expected \d+ .*, found \d+\.$/.test(error.message),
      );
    }),
  );
});

test('initial weights that are not finite are refused where they stand', () => {
  fc.assert(
    fc.property(
      network,
      fc.nat(),
      fc.constantFrom(Number.NaN, Infinity, undefined, '1', null),
      ({ sizes, coefs, intercepts }, at, bad) => {
        const rows: unknown[][] = [...coefs.flat(), ...intercepts];
        const row = rows[at % rows.length];
        row[at % row.length] = bad;
        assert.throws(
          () => checkInitial({ coefs, intercepts }, sizes),
          /Option 'initial' must be finite numbers in (coefs\[\d\]\[\d\]|intercepts\[\d\]); found/,
        );
      },
    ),
  );
});

test('a fit with initial weights of another network is refused, and leaves nothing in memory', async () => {
  const initial = { coefs: [[[1], [2], [3]]], intercepts: [[0]] };
  const { message } = await refusal(() => new MLPClassifier({ engine, hiddenLayerSizes: [], initial }).fit(x, y));
  assert.is(message, "Option 'initial': coefs[0]: expected 2 inputs, found 3.");
  assert.is(engine.memoryStats().regions, 0);
});

test.after(() => engine.close());
test.run();
