/** The profiler on random tables: what goes through fit, save, load and profile, and that batch and single row agree. */
import { Table as ArrowTable, tableFromIPC, tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type ExplanationEntry, type Profile, Profiler, type Table } from '../../src/index.js';
import { makeTable, type RandomTable, randomTable, rowOf } from '../support/tables.js';

const inline = await createEngine({ threads: 0, reproducible: true });

async function profiles(profiler: Profiler, table: Table): Promise<Profile[]> {
  const batches = [];
  for await (const batch of profiler.profile(table)) batches.push(batch);
  // Through a file's bytes, as a reader gets them.
  const read = tableFromIPC(tableToIPC(new ArrowTable(batches), 'file'));
  return read.toArray().map((row) => JSON.parse(JSON.stringify(row)));
}

test('100 random tables: fit, save, load, profile; profileOne equals the batch for every row', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, async (shape: RandomTable) => {
      const table = makeTable(shape);
      const fitted = await Profiler.fit(
        inline,
        { table },
        {
          target: 'target',
          seed: shape.seed % 1000,
          model: 'perceptron',
          modelOptions: { maxIter: 5, hiddenLayerSizes: [9] },
        },
      );
      const bytes = await fitted.save();
      const loaded = await Profiler.load(bytes, { engine: inline });
      assert.equal(await loaded.save(), bytes);
      // The rows to profile hold what the model has not seen, and not the target.
      const other = makeTable({ ...shape, rows: 17, seed: shape.seed + 1 }, 5);
      other.columns = other.columns.filter(({ name }) => name !== 'target');
      const batch = await profiles(loaded, other);
      assert.equal(await profiles(fitted, other), batch);
      assert.is(batch.length, 17);
      const base = JSON.parse((await loaded.schema()).metadata.get('cameo.contribution.base') as string) as number[];
      for (let r = 0; r < 17; r++) {
        const { user_id, ...rest } = batch[r];
        assert.is(user_id, String(r));
        assert.equal(JSON.parse(JSON.stringify(loaded.profileOne(rowOf(other, r)))), rest);
        const entries = batch[r].explanation_target as ExplanationEntry[];
        assert.is(entries.length, shape.numbers + shape.codes + shape.texts);
        for (let i = 1; i < entries.length; i++) {
          assert.ok(Math.abs(entries[i - 1].contribution) >= Math.abs(entries[i].contribution));
        }
        const sum = entries.reduce((s, e) => s + e.contribution, 0);
        const score = batch[r].score_target as number;
        assert.ok(Number.isFinite(score));
        if (shape.task === 'binary') assert.ok(Math.abs(sum - (Math.log(score / (1 - score)) - base[0])) < 1e-3);
        if (shape.task === 'regression') assert.ok(Math.abs(sum - (score - base[0])) < 1e-3 * Math.max(1, Math.abs(score)));
        if (shape.task !== 'multiclass') {
          const percentile = batch[r].percentile_target as number;
          assert.ok(percentile >= 0 && percentile <= 100);
        }
      }
      fitted.dispose();
      loaded.dispose();
    }),
    { numRuns: 100 },
  );
  assert.is(inline.memoryStats().regions, 0);
});

test('the same seed gives the same model and profiles for 0, 1, 2 and 3 workers', async () => {
  const shape: RandomTable = { seed: 5, rows: 40_000, numbers: 5, codes: 2, texts: 2, missing: 0.1, task: 'binary' };
  const table = makeTable(shape);
  const outcomes = [];
  for (const threads of [0, 1, 2, 3]) {
    await using engine = await createEngine({ threads });
    using profiler = await Profiler.fit(
      engine,
      { table },
      { target: 'target', model: 'perceptron', modelOptions: { maxIter: 3 }, folds: 2 },
    );
    const batches = [];
    for await (const batch of profiler.profile(table)) batches.push(batch);
    outcomes.push({ model: await profiler.save(), profiles: tableToIPC(new ArrowTable(batches)) });
  }
  for (const outcome of outcomes.slice(1)) assert.equal(outcome, outcomes[0]);
});

test('views instead of copies hold the same values until the next batch', async () => {
  const table = makeTable({ seed: 9, rows: 20_000, numbers: 3, codes: 1, texts: 1, missing: 0.1, task: 'regression' });
  await using engine = await createEngine({ threads: 2 });
  using profiler = await Profiler.fit(
    engine,
    { table },
    { target: 'target', model: 'perceptron', modelOptions: { maxIter: 2 } },
  );
  const copies = [];
  for await (const batch of profiler.profile(table)) copies.push(batch);
  let at = 0;
  for await (const view of profiler.profile(table, { copy: false })) {
    assert.equal(view.getChild('score_target')?.toArray(), copies[at].getChild('score_target')?.toArray());
    at++;
  }
  assert.is(at, 5);
});

test('a shard at a time: an early end of the reading gives the memory back', async () => {
  const table = makeTable({ seed: 9, rows: 100_000, numbers: 3, codes: 0, texts: 0, missing: 0, task: 'binary' });
  await using engine = await createEngine({ threads: 2 });
  using profiler = await Profiler.fit(
    engine,
    { table },
    { target: 'target', model: 'perceptron', modelOptions: { maxIter: 2 } },
  );
  const { regions } = engine.memoryStats();
  for await (const _ of profiler.profile(table)) break;
  assert.is(engine.memoryStats().regions, regions);
  const controller = new AbortController();
  const reading = (async () => {
    for await (const _ of profiler.profile(table, { signal: controller.signal })) controller.abort();
  })();
  await reading.then(
    () => assert.unreachable(),
    (error) => assert.is(error.code, 'aborted'),
  );
  assert.is(engine.memoryStats().regions, regions);
});

test('cross-validation, evaluation on another table, several hidden layers, the article’s preset', async () => {
  const table = makeTable({ seed: 21, rows: 600, numbers: 3, codes: 2, texts: 1, missing: 0.1, task: 'multiclass' });
  const modelOptions = { maxIter: 20, hiddenLayerSizes: [12, 7] };
  const options = { target: 'target', folds: 3, model: 'perceptron', modelOptions, preset: 'article' as const };
  using profiler = await Profiler.fit(inline, { table }, options);
  const { crossValidation, importances, evaluation } = profiler.summary;
  assert.is(crossValidation?.folds, 3);
  assert.equal(Object.keys(crossValidation?.mean ?? {}), Object.keys(evaluation));
  assert.equal(
    importances.map(({ weight }) => weight),
    importances.map(({ weight }) => weight).sort((a, b) => (b as number) - (a as number)),
  );
  // In the article's preset codes stay numbers.
  assert.equal(profiler.features, ['number 0', 'number 1', 'number 2', 'code 0', 'code 1', 'text 0']);
  const all = await profiler.evaluate(table);
  assert.equal(Object.keys(all), Object.keys(evaluation));
  assert.ok('accuracy' in all && all.accuracy > 0.2);
});

test('rows without a target are profiled and not trained on; ids are carried', async () => {
  const table = makeTable({ seed: 3, rows: 80, numbers: 2, codes: 0, texts: 0, missing: 0, task: 'binary' });
  const target = table.columns[2];
  if (target.kind === 'category') target.codes.fill(-1, 50, 60);
  const categories = Array.from({ length: 80 }, (_, i) => `user ${i}`);
  table.columns.push({ name: 'id', kind: 'category', codes: Int32Array.from({ length: 80 }, (_, i) => 79 - i), categories });
  using profiler = await Profiler.fit(
    inline,
    { table },
    { target: 'target', id: 'id', model: 'perceptron', modelOptions: { maxIter: 3 } },
  );
  assert.is(profiler.summary.trainRows + profiler.summary.testRows, 70);
  const rows = await profiles(profiler, table);
  assert.equal([rows[0].user_id, rows[79].user_id], ['user 79', 'user 0']);
  assert.is(profiler.profileOne({ 'number 0': 1, id: 'me' }).user_id, 'me');
});

test.run();
