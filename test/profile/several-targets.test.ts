/** Several targets: a section each, from one pass over the features where they are known on the same rows. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Profiler as Edge } from '../../src/edge.js';
import { createEngine, Profiler, type Table } from '../../src/index.js';
import { cameo, folder } from '../support/command.js';
import { programsOf } from '../support/programs.js';
import { makeTable, rowOf } from '../support/tables.js';

const modelOptions = { maxIter: 4, hiddenLayerSizes: [6] };

/** Two classes 'target', and a number 'spent' that is known in the same rows, or not in all of them. */
function shop(missing = 0): Table {
  const table = makeTable({ seed: 12, rows: 5000, numbers: 3, codes: 1, texts: 1, missing: 0.1, task: 'binary' });
  const [first] = table.columns;
  const values = Float64Array.from({ length: table.rows }, (_, r) =>
    r < missing ? Number.NaN : 40 + r / 100 + (first.kind === 'number' ? first.values[r] || 0 : 0),
  );
  table.columns.push({ name: 'spent', kind: 'number', values });
  return table;
}

test('the first target is learnt as by itself; rows are encoded once for both, and profiled in one pass', async () => {
  await using engine = await createEngine({ threads: 0, reproducible: true });
  const table = shop();
  let both = undefined as unknown as Profiler;
  let alone = undefined as unknown as Profiler;
  const forBoth = await programsOf(engine, async () => {
    both = await Profiler.fit(engine, { table }, { target: ['target', 'spent'], model: 'perceptron', modelOptions });
  });
  const forOne = await programsOf(engine, async () => {
    alone = await Profiler.fit(engine, { table }, { target: 'target', ignore: ['spent'], model: 'perceptron', modelOptions });
  });
  assert.equal([forBoth.encode, forBoth.score, forBoth.train], [forOne.encode, forOne.score, 2]);
  assert.equal(both.score('target').score.model.write(), alone.score().score.model.write());
  assert.equal(both.score('target').score.summary.evaluation, alone.summary.evaluation);
  assert.not.ok(both.features.includes('spent') || both.features.includes('target'));

  const shards = await programsOf(engine, async () => {
    for await (const _ of both.profile(table));
  });
  assert.equal(shards, { score: 2 });
  let r = 0;
  using edge = await Edge.load(await both.save(), { wasm: readFileSync('dist/kernels/simd.wasm') });
  for await (const batch of both.profile(table)) {
    for (const row of batch) {
      if (r % 97 === 0) {
        const { user_id: _, ...rest } = JSON.parse(JSON.stringify(row));
        assert.equal(JSON.parse(JSON.stringify(edge.profileOne(rowOf(table, r)))), rest);
        assert.equal(both.profileOne(rowOf(table, r)), edge.profileOne(rowOf(table, r)));
      }
      r++;
    }
  }
  assert.is(r, table.rows);
  const { metadata } = await both.schema();
  assert.equal([metadata.get('cameo.target.task'), metadata.get('cameo.spent.task')], ['binary', 'regression']);
  both.dispose();
  alone.dispose();
});

test('targets that are known in other rows have features of their own; a saved model answers the same', async () => {
  await using engine = await createEngine({ threads: 2, reproducible: true });
  const table = shop(700);
  using fitted = await Profiler.fit(engine, { table }, { target: ['target', 'spent'], model: 'perceptron', modelOptions });
  const rows = (target: string) => {
    const { trainRows, testRows } = fitted.score(target).score.summary;
    return trainRows + testRows;
  };
  assert.equal([rows('target'), rows('spent')], [5000, 4300]);
  const bytes = await fitted.save();
  using loaded = await Profiler.load(bytes, { engine });
  assert.equal(await loaded.save(), bytes);
  assert.equal(loaded.profileOne(rowOf(table, 3)), fitted.profileOne(rowOf(table, 3)));
  assert.ok('rmse' in (await loaded.evaluate(table, { target: 'spent' })));
  assert.ok('rocAuc' in (await loaded.evaluate(table)));
});

test('the command: --target A,B gives both scores, a report of each, and one model', async () => {
  const cwd = folder();
  const table = shop();
  const names = table.columns.map(({ name }) => name);
  const lines = Array.from({ length: 300 }, (_, r) => names.map((name) => rowOf(table, r)[name] ?? '').join(';'));
  writeFileSync(join(cwd, 't.csv'), `${names.join(';')}\n${lines.join('\n')}\n`);
  const flags = ['--max-iter', '4', '--hidden', '6', '--threads', '1', '--json', '-o', 'p.jsonl', '--save', 'm.cameo'];
  const { code, stdout, stderr } = await cameo(['profile', 't.csv', '--target', 'target,spent', ...flags], { cwd });
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout.toString());
  assert.equal(
    report.targets.map(({ target, task }: { target: string; task: string }) => [target, task]),
    [
      ['target', 'binary'],
      ['spent', 'regression'],
    ],
  );
  assert.not.ok('target' in report);
  const profile = JSON.parse(readFileSync(join(cwd, 'p.jsonl'), 'utf8').split('\n')[0]);
  for (const name of ['score_target', 'prediction_target', 'explanation_target', 'score_spent', 'explanation_spent'])
    assert.ok(name in profile, name);
  const again = await cameo(['profile', 't.csv', '--model', 'm.cameo', '-o', 'q.jsonl', '--quiet'], { cwd });
  assert.is(again.code, 0, again.stderr);
  assert.equal(readFileSync(join(cwd, 'q.jsonl'), 'utf8'), readFileSync(join(cwd, 'p.jsonl'), 'utf8'));
  const inspected = await cameo(['inspect', 'm.cameo', '--json'], { cwd });
  assert.is(JSON.parse(inspected.stdout.toString()).scores.length, 2);
  const summary = await cameo(['profile', 't.csv', '--target', 'target,spent', ...flags.slice(0, 6)], { cwd });
  assert.match(summary.stdout.toString(), /Evaluation of 'spent' on 60 held-out rows/);
});

test.run();
