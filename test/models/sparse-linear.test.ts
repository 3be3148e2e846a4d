/** Linear models on sparse rows: the minimum of the dense ones, for any number of workers; scikit-learn's loss on the reviews. */
// test timeout: 300
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CsrMatrix, createEngine, LogisticRegression, Matrix, Ridge, TfidfVectorizer } from '../../src/index.js';
import { trainTestSplit } from '../../src/prepare/split.js';
import { columnOf } from '../../src/table/columns.js';
import { onEngines } from '../support/engines.js';
import { refusal } from '../support/refused.js';
import { lacking, reviewTable, textsOf } from '../support/reviews.js';
import { generator } from '../support/tables.js';

const engine = await createEngine({ threads: 0, device: 'wasm' });

function make(seed: number, rows: number, columns: number, classes: number) {
  const next = generator(seed);
  const x = Array.from({ length: rows }, () => Array.from({ length: columns }, () => (next() < 0.2 ? next() : 0)));
  const y = x.map((row, r) => (r < classes ? r : Math.min(classes - 1, Math.floor(classes * (0.6 * row[0] + 0.8 * next())))));
  return { dense: Matrix.fromRows(x), sparse: CsrMatrix.fromMatrix(Matrix.fromRows(x)), y, weights: y.map(() => 2 * next()) };
}
const near = (found: ArrayLike<number>, expected: ArrayLike<number>, within: number) => {
  assert.is(found.length, expected.length);
  for (let i = 0; i < found.length; i++)
    assert.ok(Math.abs(found[i] - expected[i]) <= within, `${i}: ${found[i]} ${expected[i]}`);
};

test('logistic regression has the weights of the dense one', async () => {
  const cases = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    rows: fc.integer({ min: 20, max: 90 }),
    columns: fc.integer({ min: 1, max: 40 }),
    classes: fc.integer({ min: 2, max: 4 }),
    C: fc.constantFrom(0.1, 1, 10),
    fitIntercept: fc.boolean(),
    weighted: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, rows, columns, classes, C, fitIntercept, weighted }) => {
      const { dense, sparse, y, weights } = make(seed, rows, columns, classes);
      const options = { engine, C, fitIntercept, tol: 1e-9, maxIter: 2000 };
      const given = weighted ? { sampleWeight: weights } : {};
      const one = await new LogisticRegression(options).fit(sparse, y, given);
      const other = await new LogisticRegression(options).fit(dense, y, given);
      near(one.coef.flat(), other.coef.flat(), 1e-5);
      near(one.intercept, other.intercept, 1e-5);
      near(await one.predictProba(sparse), await other.predictProba(dense), 1e-5);
      near(await one.predict(sparse), await one.predict(dense), 0);
    }),
    { numRuns: 60 },
  );
});

test('ridge has the weights of the dense one', async () => {
  const { dense, sparse, y } = make(3, 80, 12, 4);
  const one = await new Ridge({ engine }).fit(sparse, y);
  const other = await new Ridge({ engine }).fit(dense, y);
  near(one.coef, other.coef, 1e-6);
  near(await one.predict(sparse), await other.predict(dense), 1e-6);
});

const found: number[][] = [];
onEngines('the same bytes', async (own) => {
  const { sparse, y } = make(5, 400, 60, 3);
  const model = await new LogisticRegression({ engine: own }).fit(sparse, y);
  found.push([...model.coef.flat(), ...model.intercept, ...(await model.predictProba(sparse))]);
  assert.equal(found[found.length - 1], found[0]);
});

test('rows that cannot be learnt from are refused', async () => {
  const { sparse, y } = make(7, 30, 5, 2);
  assert.is((await refusal(() => new LogisticRegression({ engine }).fit(sparse, y.slice(1)))).code, 'argument');
  assert.is(
    (
      await refusal(() =>
        new LogisticRegression({ engine }).fit(
          sparse,
          y.map(() => 1),
        ),
      )
    ).code,
    'data',
  );
  const told = CsrMatrix.fromRows([[[0, 1]], [[0, 1]], [], []], 1);
  assert.is((await refusal(() => new LogisticRegression({ engine, C: Infinity }).fit(told, [1, 1, 0, 0]))).code, 'data');
  const model = await new LogisticRegression({ engine }).fit(sparse, y);
  assert.is((await refusal(() => model.predict(told))).code, 'argument');
  await assert.not.throws(() => model.predict(CsrMatrix.fromRows([[]], 5)));
});

test('four of five reviews of takeaways tell the fifth, by characters: accuracy .89 at least', async () => {
  if (lacking('waimai')) return void console.log(`skipped: ${lacking('waimai')}`);
  const table = await reviewTable('waimai');
  const texts = textsOf(columnOf(table, 'Text', 'review'));
  const y = textsOf(columnOf(table, 'Target', 'label')).map(Number);
  const { train, test: held } = trainTestSplit(texts.length, { testSize: 0.2, seed: 1, stratify: Int32Array.from(y) });
  const vectorizer = new TfidfVectorizer({ engine, analyzer: 'char', ngramRange: [1, 2], sublinearTf: true });
  const of = (rows: Int32Array) => Array.from(rows, (r) => texts[r]);
  const model = new LogisticRegression({ engine, C: 4 });
  await model.fit(
    await vectorizer.fitTransform(of(train)),
    Array.from(train, (r) => y[r]),
  );
  const accuracy = await model.score(
    await vectorizer.transform(of(held)),
    Array.from(held, (r) => y[r]),
  );
  assert.ok(accuracy >= 0.89, `${accuracy}`);
});

test.after(() => engine[Symbol.asyncDispose]());
test.run();
