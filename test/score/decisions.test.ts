/** Decisions from a fit to the label of a profile: on batches, on single rows, saved and at the edge. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Profiler as Edge } from '../../src/edge.js';
import { createEngine, type Decisions, type FitOptions, Profiler, type Table } from '../../src/index.js';
import { refusal } from '../support/refused.js';
import { generator } from '../support/tables.js';

const engine = await createEngine({ threads: 0 });
test.after(() => engine.close());

const ROWS = 2000;
const next = generator(23);
const x = Float64Array.from({ length: ROWS }, () => next());
const data: Table = {
  rows: ROWS,
  columns: [
    { name: 'x', kind: 'number', values: x },
    {
      name: 'y',
      kind: 'category',
      codes: Int32Array.from(x, (v) => Number(next() < v * 0.5)),
      categories: ['no', 'yes'],
    },
    { name: 'z', kind: 'category', codes: Int32Array.from(x, (v) => Math.floor(v * 3)), categories: ['a', 'b', 'c'] },
    { name: 'n', kind: 'number', values: x.map((v) => v + next()) },
  ],
};
const others = ['y', 'z', 'n'];
const fit = (options: Partial<FitOptions> = {}, target: string | string[] = 'y') =>
  Profiler.fit(
    engine,
    { table: data },
    { target, model: 'linear', importance: false, ignore: others.filter((name) => !target.includes(name)), ...options },
  );
const decided = (profiler: Profiler, t = 0) => profiler.scores[t].score.summary.decisions as Required<Decisions>;

async function profiles(profiler: Profiler): Promise<{ score: number; label: string }[]> {
  const found = [];
  for await (const batch of profiler.profile(data, { explain: false }))
    for (const row of batch) found.push({ score: row.score_y as number, label: String(row.prediction_y) });
  return found;
}

for (const [options, share] of [
  [{ threshold: 0.3 }, undefined],
  [{ cost: '10:1' }, undefined],
  [{ recall: 0.8 }, undefined],
  [{ top: 0.05 }, 0.05],
] as const) {
  test(`${JSON.stringify(options)}: labels follow the threshold wherever the model goes`, async () => {
    using profiler = await fit(options);
    const { threshold, confusionMatrix } = decided(profiler);
    assert.is(threshold.rule?.by, Object.keys(options)[0]);
    const [[right, alarms], [missed, found]] = confusionMatrix;
    const held = right + alarms + missed + found;
    assert.is(held, profiler.summary.testRows);
    assert.equal(
      [threshold.precision, threshold.recall, threshold.share],
      [alarms + found ? found / (alarms + found) : 0, found / (missed + found), (alarms + found) / held],
    );
    if ('cost' in options) assert.is(threshold.cost, 10 * missed + alarms);
    if ('recall' in options) assert.ok(threshold.recall >= 0.8 && threshold.recall < 0.82);
    if (share !== undefined) assert.ok(Math.abs(threshold.share - share) <= 1 / held);

    const batch = await profiles(profiler);
    for (const { score, label } of batch) assert.is(label, score > threshold.threshold ? 'yes' : 'no');
    assert.ok(batch.some(({ label }) => label === 'yes') && batch.some(({ label }) => label === 'no'));
    const bytes = await profiler.save();
    using later = await Profiler.load(bytes, { engine });
    assert.equal(decided(later), decided(profiler));
    const edge = await Edge.load(bytes, { wasm: readFileSync('dist/kernels/simd.wasm') });
    for (const r of [...x.keys()].slice(0, 300)) {
      const row = { x: x[r] };
      assert.is(profiler.profileOne(row).prediction_y, batch[r].label);
      assert.is(later.profileOne(row).prediction_y, batch[r].label);
      const there = edge.profileOne(row);
      assert.is(there.prediction_y, (there.score_y as number) > threshold.threshold ? 'yes' : 'no');
    }
    assert.equal(await bytesAgain(later), Buffer.from(bytes));
    edge.dispose();
  });
}
const bytesAgain = async (profiler: Profiler) => Buffer.from(await profiler.save());

test('what is predicted changes nothing else: scores are the same with and without', async () => {
  using plain = await fit();
  using cheap = await fit({ cost: '10:1' });
  const [a, b] = [await profiles(plain), await profiles(cheap)];
  assert.equal(
    a.map(({ score }) => score),
    b.map(({ score }) => score),
  );
  assert.is(decided(plain).threshold.threshold, 0.5);
  assert.is(decided(plain).threshold.rule, undefined);
  for (const { score, label } of a) assert.is(label, score > 0.5 ? 'yes' : 'no');
  // 1 : 10 is what a threshold near 1 / 11 is for where probabilities are right.
  assert.ok(Math.abs(decided(cheap).threshold.threshold - 1 / 11) < 0.08, `${decided(cheap).threshold.threshold}`);
  assert.ok(decided(plain).calibrationError < 0.06, `${decided(plain).calibrationError}`);
  assert.is(decided(plain).reliability.length, 10);
  assert.ok(decided(plain).curve.length <= 50);
});

test('several classes have a confusion matrix, a number has nothing, and a rule is for those of two', async () => {
  using profiler = await fit({ recall: 0.5 }, ['y', 'z', 'n']);
  assert.is(decided(profiler, 0).threshold.rule?.by, 'recall');
  const { confusionMatrix, reliability, threshold } = decided(profiler, 1);
  assert.is(threshold, undefined);
  const rows = confusionMatrix.flat().reduce((sum, n) => sum + n, 0);
  const { testRows, evaluation } = profiler.scores[1].score.summary;
  assert.is(rows, testRows);
  const diagonal = confusionMatrix.reduce((sum, row, c) => sum + row[c], 0);
  assert.ok(Math.abs(diagonal / rows - (evaluation as { accuracy: number }).accuracy) < 1e-12);
  assert.is(
    reliability.reduce((sum, bin) => sum + bin.rows, 0),
    testRows,
  );
  assert.is(decided(profiler, 2), undefined);
});

test('what cannot be asked is refused before anything is learnt', async () => {
  for (const [options, message, target] of [
    [{ threshold: 0 }, /'threshold' must be between 0 and 1; found 0/],
    [{ threshold: 1.5 }, /'threshold'/],
    [{ recall: 0 }, /'recall' must be above 0 and up to 1/],
    [{ top: -0.1 }, /'top' must be above 0 and up to 1/],
    [{ cost: '10' }, /'cost' must be two numbers above 0, such as '10:1'.*found '10'/],
    [{ cost: '0:1' }, /'cost'/],
    [{ cost: 10 }, /'cost' must be a text/],
    [{ cost: '10:1', top: 0.05 }, /'cost' and 'top' each say/],
    [{ threshold: 0.5, recall: 0.5 }, /'threshold' and 'recall' each say/],
    [{ recall: 0.5 }, /'recall' decides between two classes, and no target has two/, 'z'],
    [{ threshold: 0.5 }, /'threshold' decides/, 'n'],
  ] as const) {
    const error = await refusal(() => fit(options as Partial<FitOptions>, target));
    assert.match(error.message, message);
    assert.is(error.code, 'argument');
  }
  assert.is(engine.memoryStats().regions, 0);
});

test.run();
