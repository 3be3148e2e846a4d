/** Weights of rows and of classes, from the options to what is learnt, for the families that take them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type FitOptions, Profiler, type Table } from '../../src/index.js';
import { refusal } from '../support/refused.js';
import { generator } from '../support/tables.js';

const engine = await createEngine({ threads: 0 });
test.after(() => engine.close());

/** A number that tells two classes apart, of which one is rare, but for the rows of weight 0, where it tells the opposite. */
function table(rows: number): Table {
  const next = generator(17);
  const x = Float64Array.from({ length: rows }, () => next());
  const wrong = Float64Array.from({ length: rows }, () => Number(next() < 0.5));
  const noise = Float64Array.from({ length: rows }, () => next() * 0.3);
  const y = Int32Array.from(x, (v, r) => Number(wrong[r] ? v < 0.1 : v + noise[r] > 1.05));
  return {
    rows,
    columns: [
      { name: 'x', kind: 'number', values: x },
      { name: 'counts', kind: 'number', values: wrong.map((v) => 1 - v) },
      { name: 'ones', kind: 'number', values: new Float64Array(rows).fill(1) },
      { name: 'text', kind: 'category', codes: new Int32Array(rows), categories: ['a'] },
      { name: 'y', kind: 'category', codes: y, categories: ['no', 'yes'] },
      { name: 'amount', kind: 'number', values: x.map((v, r) => (wrong[r] ? -v : v)) },
    ],
  };
}
const data = table(3000);
const ignore = ['text', 'ones', 'amount'];
const fit = (options: Partial<FitOptions> = {}) =>
  Profiler.fit(engine, { table: data }, { target: 'y', ignore, importance: false, ...options });

for (const model of ['trees', 'linear', 'network', 'blend']) {
  test(`${model}: rows of weight 0 teach nothing, and the column of weights is no feature`, async () => {
    using profiler = await fit({ model, weight: 'counts' });
    assert.equal(profiler.summary.ignored, [{ name: 'counts', reason: 'what each row counts in learning' }]);
    assert.equal(profiler.scores[0].score.features.names, ['x']);
    const score = (x: number) => profiler.profileOne({ x }).score_y as number;
    assert.ok(score(0.05) < 0.05 && score(0.99) > 0.5, `${score(0.05)} ${score(0.99)}`);
    using all = await fit({ model, ignore: [...ignore, 'counts'] });
    const low = all.profileOne({ x: 0.05 }).score_y as number;
    assert.ok(low > score(0.05) + 0.04, `those rows count there: ${low} ${score(0.05)}`);
  });
}

for (const model of ['trees', 'linear', 'network']) {
  test(`${model}: numbers are learnt by weights too`, async () => {
    using profiler = await fit({ model, target: 'amount', weight: 'counts', ignore: ['text', 'ones', 'y'] });
    for (const x of [0.2, 0.8]) assert.ok(Math.abs((profiler.profileOne({ x }).score_amount as number) - x) < 0.05);
  });

  test(`${model}: weights of 1 are none`, async () => {
    const scores = async (options: object) => {
      using profiler = await fit({ model, ...options, modelOptions: model === 'linear' ? { C: 1 } : {} });
      return [0.1, 0.5, 0.9].map((x) => profiler.profileOne({ x, counts: 0.5 }).score_y);
    };
    assert.equal(await scores({ weight: 'ones', ignore: ['text', 'amount'] }), await scores({}));
  });

  test(`${model}: balanced classes count the same`, async () => {
    const mean = async (options: object) => {
      using profiler = await fit({ model, ...options });
      let sum = 0;
      for await (const batch of profiler.profile(data, { explain: false })) for (const row of batch) sum += row.score_y;
      return sum / data.rows;
    };
    const [plain, balanced] = [await mean({}), await mean({ classWeight: 'balanced' })];
    assert.ok(plain < 0.12 && balanced > plain + 0.03, `${plain} ${balanced}`);
    // With weights of rows it is the sums of these that are the same.
    assert.ok((await mean({ classWeight: 'balanced', weight: 'counts' })) > plain);
  });
}

test('what cannot be weights is refused before anything is learnt', async () => {
  for (const [options, message] of [
    [{ weight: 'text' }, /Column 'text'.*number/],
    [{ weight: 'nobody' }, /Weight column 'nobody'/],
    [{ weight: 'y' }, /'weight' must be another column than the target/],
    [{ weight: 'amount' }, /row \d+ is not/],
    [{ classWeight: 'even' }, /'classWeight' must be 'balanced'/],
    [
      { classWeight: 'balanced', model: 'perceptron' },
      /'classWeight'.*'blend' or 'linear' or 'naive-bayes' or 'network' or 'trees'/,
    ],
    [{ weight: 'ones', model: 'perceptron' }, /'weight'.*'blend' or 'linear' or 'naive-bayes' or 'network' or 'trees'/],
  ] as const) {
    const error = await refusal(() => fit({ model: 'trees', ...options } as FitOptions));
    assert.match(error.message, message);
  }
  const none = {
    ...data,
    columns: data.columns.map((c) => (c.name === 'ones' ? { ...c, values: new Float64Array(3000) } : c)),
  };
  const error = await refusal(() =>
    Profiler.fit(engine, { table: none as Table }, { target: 'y', model: 'trees', weight: 'ones' }),
  );
  assert.match(error.message, /0 in every row/);
  assert.is(engine.memoryStats().regions, 0);
});

test.run();
