/** Fitting a score: what the held-out rows must not tell, and what a fold may lack. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Profiler, type Table } from '../../src/index.js';
import { targetOf, truthOf } from '../../src/prepare/target.js';
import { holdOut } from '../../src/score/split.js';
import { refusal } from '../support/refused.js';
import { makeTable } from '../support/tables.js';

const engine = await createEngine({ threads: 0, reproducible: true });
const modelOptions = { maxIter: 3, hiddenLayerSizes: [5] };

const numberNamed = (table: Table, name: string): Float64Array => {
  const column = table.columns.find((c) => c.name === name);
  return column?.kind === 'number' ? column.values : new Float64Array(0);
};

test('mean and scale of a number come from the training rows alone', async () => {
  const table = makeTable({ seed: 31, rows: 200, numbers: 2, codes: 0, texts: 0, missing: 0, task: 'regression' });
  const values = numberNamed(table, 'target');
  const target = targetOf(table.columns[table.columns.length - 1]);
  const question = { target, truth: truthOf(target, table.columns[table.columns.length - 1]) };
  const { train, test: held } = holdOut([question], Int32Array.from(values.keys()), { testSize: 0.2, seed: 42 });
  // What is held out is a thousand times as large.
  for (const r of held) values[r] *= 1000;
  using profiler = await Profiler.fit(engine, { table }, { target: 'target', model: 'perceptron', modelOptions });
  const mean = train.reduce((sum, r) => sum + values[r], 0) / train.length;
  const variance = train.reduce((sum, r) => sum + (values[r] - mean) ** 2, 0) / train.length;
  assert.ok(Math.abs(profiler.target.mean - mean) < 1e-9 * Math.abs(mean));
  assert.ok(Math.abs(profiler.target.scale - Math.sqrt(variance)) < 1e-9 * Math.sqrt(variance));
});

test('a column without a value among the training rows of a fold is left out there, and one without a value in any row altogether', async () => {
  const table = makeTable({ seed: 5, rows: 120, numbers: 2, codes: 0, texts: 1, missing: 0, task: 'binary' });
  const rare = new Float64Array(120).fill(Number.NaN);
  rare[17] = 3;
  table.columns.splice(1, 0, { kind: 'number', name: 'rare', values: rare });
  const lone = new Int32Array(120).fill(-1);
  lone[40] = 0;
  table.columns.splice(2, 0, { kind: 'category', name: 'lone', codes: lone, categories: ['only'] });
  using profiler = await Profiler.fit(engine, { table }, { target: 'target', folds: 4, model: 'perceptron', modelOptions });
  assert.is(profiler.summary.crossValidation?.folds, 4);
  rare[17] = Number.NaN;
  using without = await Profiler.fit(engine, { table }, { target: 'target', model: 'perceptron', modelOptions });
  assert.equal(
    without.summary.ignored.map(({ name, code }) => [name, code]),
    [['rare', 'empty']],
  );
});

test('a table is not data by itself, options of a table need one, and names that are not known are refused', async () => {
  const table = makeTable({ seed: 5, rows: 60, numbers: 2, codes: 0, texts: 0, missing: 0, task: 'binary' });
  const refusal = (data: object, options: object) =>
    Profiler.fit(engine, data, options).then(
      () => 'nothing was refused',
      (error: Error) => error.message,
    );
  for (const [data, options, message] of [
    [table, { target: 'target' }, /Write \{ table \} for a table/],
    [{}, { target: 'target' }, /Give a table of users, events, or both/],
    [{ table }, {}, /Give 'target'/],
    [{ table }, { target: 'target', maxIter: 3 }, /Option 'maxIter' is not known/],
    [{ table }, { target: 'target', model: 'perceptron', modelOptions: { maxIters: 3 } }, /Option 'maxIters' is not known/],
    [{ table }, { target: 'target', model: 'perceptron', modelOptions: { activation: 'sigmoid' } }, /'activation' must be/],
    [{ table }, { target: ['target', 'target'] }, /each column once/],
    [{ table }, { target: 'target', id: 'target' }, /another column than the target/],
    [{ table }, { target: 'target', halfLife: -1 }, /'halfLife'/],
  ] as const) {
    assert.match(await refusal(data, options), message);
  }
});

test('rows to hold out may be named: they alone are evaluated on, and nothing is learnt from them', async () => {
  const table = makeTable({ seed: 8, rows: 120, numbers: 2, codes: 0, texts: 0, missing: 0, task: 'regression' });
  const options = { target: 'target', model: 'linear' };
  const testRows = Int32Array.from({ length: 30 }, (_, i) => 4 * i + 1);
  using first = await Profiler.fit(engine, { table }, { ...options, testRows });
  assert.equal([first.summary.trainRows, first.summary.testRows], [90, 30]);
  for (const r of testRows) numberNamed(table, 'target')[r] += 1e6;
  using second = await Profiler.fit(engine, { table }, { ...options, testRows: [...testRows] });
  assert.is(second.target.mean, first.target.mean);
  const { rmse } = second.summary.evaluation as { rmse: number };
  assert.ok(Math.abs(rmse / 1e6 - 1) < 0.01, `${rmse}`);
  for (const [wrong, message] of [
    [[], /testRows.*some of the rows.*none of them/],
    [[500], /testRows.*none of them/],
    [Array.from({ length: 120 }, (_, r) => r), /testRows.*all of them/],
    [[1.5], /testRows.*row numbers, from 0/],
    [[-1], /testRows.*row numbers, from 0/],
    ['1', /testRows.*row numbers, from 0/],
  ] as const) {
    const options = { target: 'target', model: 'linear', testRows: wrong as number[] };
    assert.match((await refusal(() => Profiler.fit(engine, { table }, options))).message, message);
  }
});

test.after(() => engine.close());
test.run();
