import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Matrix, MLPClassifier, MLPRegressor } from '../../src/index.js';
import type { Activation } from '../../src/programs/perceptron/network.js';

interface Case {
  target: 'binary' | 'classes' | 'number';
  activation: Activation;
  hidden: number[];
  initial: { coefs: number[][][]; intercepts: number[][] };
  coefs: number[][][];
  intercepts: number[][];
  loss: number[];
  proba: number[];
}
const fixture = JSON.parse(readFileSync('test/fixtures/mlp.json', 'utf8')) as {
  x: number[][];
  targets: Record<Case['target'], number[]>;
  cases: Case[];
};
const x = Matrix.fromRows(fixture.x);
const engine = await createEngine({ threads: 1 });

for (const c of fixture.cases) {
  test(`20 Adam steps follow scikit-learn's: ${c.target}, ${c.activation}, ${c.hidden}`, async () => {
    const options = {
      engine,
      hiddenLayerSizes: c.hidden,
      activation: c.activation,
      batchSize: 50,
      shuffle: false,
      learningRateInit: 0.01,
      alpha: 0.05,
      maxIter: 5,
      initial: c.initial,
    };
    const y = fixture.targets[c.target];
    const model =
      c.target === 'number' ? await new MLPRegressor(options).fit(x, y) : await new MLPClassifier(options).fit(x, y);
    const near = (a: number, b: number, what: string) => assert.ok(Math.abs(a - b) < 1e-4, `${what}: ${a} ${b}`);
    const [actual, expected] = [
      [model.coefs, model.intercepts],
      [c.coefs, c.intercepts],
    ].map((v) => v.flat(4) as number[]);
    assert.is(actual.length, expected.length);
    actual.forEach((v, i) => near(v, expected[i], `parameter ${i}`));
    c.loss.forEach((v, i) => near(model.lossCurve[i], v, `loss ${i}`));
    const p = model instanceof MLPRegressor ? await model.predict(x) : await model.predictProba(x);
    c.proba.forEach((v, i) => near(p[i], v, `prediction ${i}`));
  });
}

test('early stopping: the same bytes for 0, 1, 2 and 3 workers', async () => {
  const results = [];
  for (const threads of [0, 1, 2, 3]) {
    const e = await createEngine({ threads });
    const model = await new MLPClassifier({ engine: e, seed: 42, earlyStopping: true }).fit(x, fixture.targets.classes);
    const p = await model.predictProba(x);
    results.push([model.validationScores, Buffer.from(p.buffer).toString('base64')]);
    assert.is(e.memoryStats().regions, 0);
    await e.close();
  }
  for (const result of results) assert.equal(result, results[0]);
});

const fails = async (work: Promise<unknown>, pattern: RegExp) => {
  try {
    await work;
  } catch (error) {
    assert.match((error as Error).message, pattern);
    return;
  }
  assert.unreachable('no error');
};

test('what cannot be trained is refused', async () => {
  const y = fixture.targets.binary;
  await fails(
    new MLPClassifier({ engine }).fit(
      x,
      y.map(() => 1),
    ),
    /one class/,
  );
  await fails(new MLPClassifier({ engine }).fit(Matrix.fromRows([[1], [NaN]]), [0, 1]), /row 1, column 0/);
  await fails(new MLPClassifier({ engine }).fit(x, [0, 1]), /expected 200, found 2/);
  await fails(new MLPClassifier({ engine, hiddenLayerSizes: [0] }).fit(x, y), /hiddenLayerSizes/);
  await fails(new MLPClassifier({ engine }).predict(x), /not fitted/);
  await fails(
    new MLPRegressor({ engine, solver: 'sgd', learningRateInit: 1e6 }).fit(x, fixture.targets.number),
    /diverged in epoch \d+.*learning rate 1000000/,
  );
});

test('an abort ends training between batches', async () => {
  const signal = AbortSignal.timeout(50);
  const endless = new MLPClassifier({ engine, maxIter: 1e7, tol: 0, nIterNoChange: 1e7 });
  await fails(endless.fit(x, fixture.targets.binary, { signal }), /stopped before it was done/);
  assert.is(engine.memoryStats().regions, 0);
  await engine.close();
});
test.run();
