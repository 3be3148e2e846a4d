/** The naive Bayes family at its limits: values that are huge, constant or new, and what it refuses. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Profiler, type Table } from '../../src/index.js';
import { naiveBayesReader } from '../../src/models/naive-bayes-model.js';
import { PartReader } from '../../src/part.js';
import { encoded, examplesOf, learn } from '../support/naive-bayes.js';
import { refusal } from '../support/refused.js';
import { generator, makeTable } from '../support/tables.js';

const inline = await createEngine({ threads: 0, reproducible: true });

test('a column of one value, a huge value, a label that is new: every number stays finite', async () => {
  const rows = 60;
  const next = generator(2);
  const number = (name: string, of: (r: number) => number) => ({
    name,
    kind: 'number' as const,
    values: Float64Array.from({ length: rows }, (_, r) => of(r)),
  });
  const codes = Int32Array.from({ length: rows }, (_, r) => (r % 7 === 0 ? -1 : r % 3));
  const table: Table = {
    rows,
    columns: [
      number('same', () => 0.1),
      number('zero in one class', (r) => (r % 2 ? next() : 0)),
      number('tiny', (r) => (r % 2 ? 1e-44 : 0)),
      { name: 'text', kind: 'category', codes, categories: ['a', 'b', 'c'] },
      number('target', (r) => r % 2),
    ],
  };
  using fitted = await Profiler.fit(inline, { table }, { target: 'target', model: 'naive-bayes' });
  for (const value of [0, 1, -3.3e38, 3.3e38, Number.NaN]) {
    for (const text of ['a', 'new', undefined]) {
      const one = fitted.profileOne({ same: value, 'zero in one class': value, tiny: value, text });
      const parts = one.explanation_target as { feature: string; contribution: number }[];
      assert.ok(parts.every(({ contribution }) => Number.isFinite(contribution)));
      assert.ok(Number.isFinite(one.score_target as number));
      const of = (name: string) => parts.find(({ feature }) => feature === name)?.contribution ?? 0;
      assert.is(of('same'), 0);
      if (text !== 'a') assert.is(of('text'), 0);
      else assert.is.not(of('text'), 0);
    }
  }
});

test('a number for a target, a single class, options and files that are wrong are refused', async () => {
  const table = makeTable({ seed: 5, rows: 60, numbers: 3, codes: 1, texts: 1, missing: 0.1, task: 'regression' });
  const fit = (options: object) => Profiler.fit(inline, { table }, { target: 'target', model: 'naive-bayes', ...options });
  const number = await refusal(() => fit({}));
  assert.match(
    number.message,
    /Target 'target' is one for task 'regression', which 'naive-bayes' does not learn; it learns 'binary' and 'multiclass'/,
  );
  for (const [modelOptions, message] of [
    [{ alpha: 0 }, /'alpha' must be a number above 0; found 0/],
    [{ varSmoothing: -1 }, /'varSmoothing' must be a number above 0/],
    // Its variances would be too large for a model file.
    [{ varSmoothing: 1e100 }, /'varSmoothing' must be a number above 0, at most 1000/],
    [{ fitPrior: 'yes' }, /'fitPrior' must be true or false/],
    [{ priors: [1] }, /'priors' is not known.*'alpha', 'varSmoothing', 'fitPrior'/],
  ] as const)
    assert.match((await refusal(() => fit({ modelOptions }))).message, message);
  const data = encoded({ rows: 20, widths: [1, 1, 1, 1], classes: 2, absent: 0, seed: 8 });
  const examples = examplesOf(inline, data, 2);
  using _ = examples.x;
  const one = await refusal(() => learn(inline, { ...examples, y: new Float64Array(20) }));
  assert.is(one.code, 'data');
  const part = (await learn(inline, examples)).write();
  const read = (name: string, change: (values: Float64Array) => void) => {
    const values = Float64Array.from(part.tensors[name].values);
    change(values);
    const tensors = { ...part.tensors, [name]: { ...part.tensors[name], values } };
    return naiveBayesReader.read(new PartReader({ ...part, tensors }), examples.inputs, 1);
  };
  assert.equal(read('prior', () => {}).write(), part);
  for (const [name, value] of [
    ['prior', 0.1],
    ['variance', 0],
    ['variance', Number.NaN],
    ['mean', 1e39],
    ['logs', 1],
  ] as const) {
    const error = await refusal(() =>
      read(name, (values) => {
        values[0] = value;
      }),
    );
    assert.is(error.code, 'model');
    assert.match(error.message, new RegExp(name));
  }
});

test.run();
