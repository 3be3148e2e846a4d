/** Profiles of the columns and users that are wanted; importances that are left out, or cost less on wide tables. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Events, Profiler, readEvents } from '../../src/index.js';
import { folder } from '../support/command.js';
import { programsOf } from '../support/programs.js';
import { generator, makeTable } from '../support/tables.js';

const modelOptions = { maxIter: 3, hiddenLayerSizes: [6] };

async function rowsOf(batches: AsyncIterable<RecordBatch>): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const batch of batches) for (const row of batch) rows.push(JSON.parse(JSON.stringify(row)));
  return rows;
}

async function shop(): Promise<Events> {
  const next = generator(4);
  const lines = Array.from(
    { length: 600 },
    (_, k) => `u${k % 30},i${Math.floor(next() * 10)},2024-01-${1 + (k % 28)},${k % 9}`,
  );
  const path = join(folder(), 'log.csv');
  writeFileSync(path, `user,item,time,amount\n${lines.join('\n')}\n`);
  return readEvents({ path, user: 'user', item: 'item', time: 'time', value: 'amount' });
}

test('columns and users: the same values as in whole profiles, and sections that nobody wants do no work', async () => {
  await using engine = await createEngine({ threads: 0 });
  using profiler = await Profiler.fit(engine, { events: await shop() }, {});
  const all = await rowsOf(profiler.profile());
  const wanted = { columns: ['segment', 'monetary', 'segment'], users: ['u3', 'nobody', 'u1'] };
  const names = (await profiler.schema(wanted)).fields.map(({ name }) => name);
  assert.equal(names, ['user_id', 'segment', 'monetary']);
  const found = await rowsOf(profiler.profile(undefined, wanted));
  const whole = new Map(all.map((row) => [row.user_id, row]));
  const of = (id: string) => ({ user_id: id, segment: whole.get(id)?.segment, monetary: whole.get(id)?.monetary });
  assert.equal(found, [of('u3'), { user_id: 'nobody', segment: null, monetary: 0 }, of('u1')]);
  const recommended = await programsOf(engine, () => rowsOf(profiler.profile(undefined, wanted)));
  assert.equal(recommended, {});
  const others = await programsOf(engine, () => rowsOf(profiler.profile(undefined, { users: ['u1'] })));
  assert.ok(Object.keys(others).length > 0);
});

test('of a model of tables: columns of scores, and no users without the table', async () => {
  await using engine = await createEngine({ threads: 0 });
  const table = makeTable({ seed: 5, rows: 300, numbers: 2, codes: 1, texts: 0, missing: 0, task: 'binary' });
  using profiler = await Profiler.fit(engine, { table }, { target: 'target', model: 'perceptron', modelOptions });
  const all = await rowsOf(profiler.profile(table));
  const some = await rowsOf(profiler.profile(table, { columns: ['score_target'] }));
  assert.equal(
    some,
    all.map(({ user_id, score_target }) => ({ user_id, score_target })),
  );
  const thrown = async (options: object, source?: typeof table) => {
    try {
      await rowsOf(profiler.profile(source, options));
    } catch (error) {
      return String(error);
    }
    return '';
  };
  assert.match(await thrown({ users: ['1'] }), /give the table to profile/);
  assert.match(await thrown({ users: ['1'] }, table), /not both/);
  assert.match(await thrown({ columns: ['scor'] }, table), /'columns' must be some of 'score_target'/);
});

test('importances: none where they are not wanted; on wide tables fewer rows, and the same features come first', async () => {
  await using engine = await createEngine({ threads: 0, reproducible: true });
  const next = generator(8);
  const rows = 12_000;
  const numbers = Array.from({ length: 700 }, () => Float64Array.from({ length: rows }, () => next() - 0.5));
  const columns = numbers.map((values, j) => ({ name: `x${j}`, kind: 'number' as const, values }));
  const y = Float64Array.from({ length: rows }, (_, r) => 3 * numbers[11][r] - 2 * numbers[400][r] + 0.1 * (next() - 0.5));
  const table = { rows, columns: [...columns, { name: 'y', kind: 'number' as const, values: y }] };
  const fit = (importance: boolean) =>
    Profiler.fit(engine, { table }, { target: 'y', model: 'linear', testSize: 0.6, importance });
  using ranked = await fit(true);
  using plain = await fit(false);
  assert.equal(
    ranked.summary.importances.slice(0, 2).map(({ feature }) => feature),
    ['x11', 'x400'],
  );
  assert.is(ranked.summary.importances.length, 700);
  assert.equal(plain.summary.importances, []);
  assert.equal(plain.score().score.model.write(), ranked.score().score.model.write());
  assert.equal(plain.summary.evaluation, ranked.summary.evaluation);
  using again = await Profiler.load(await plain.save(), { engine });
  assert.equal(again.summary.importances, []);
});

test.run();
