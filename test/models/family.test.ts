/** A family and a recommender of a test's own go through everything without a change under src/: test/support/constant.ts. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Profiler as Edge } from '../../src/edge.js';
import { createEngine, type ExplanationEntry, Profiler, type Table } from '../../src/index.js';
import type { Events } from '../../src/table/events.js';
import { register } from '../support/constant.js';
import { makeTable, rowOf } from '../support/tables.js';

register();
const wasm = readFileSync('dist/kernels/simd.wasm');
const worker = new URL('../support/constant-worker.js', import.meta.url);

/** Every user had the first item, and the one of their own number. */
const events: Events = (() => {
  const users = ['a', 'b', 'c', 'd'];
  const items = ['p', 'q', 'r', 's', 't'];
  const user = Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3);
  const item = Int32Array.of(0, 1, 0, 2, 0, 3, 0, 4);
  const rows = user.length;
  return {
    rows,
    users,
    items,
    user,
    item,
    time: Float64Array.from(user, (_, r) => Date.UTC(2026, 0, 1 + r)),
    value: new Float64Array(rows).fill(2.5),
    bought: new Uint8Array(rows).fill(1),
    labels: items.map((id) => `item ${id}`),
    fields: [],
    asOf: Date.UTC(2026, 1, 1),
    asOfGiven: true,
    counts: {
      rows,
      used: rows,
      noUser: 0,
      noItem: 0,
      noTime: 0,
      badTime: 0,
      farTime: 0,
      cancelled: 0,
      filtered: 0,
      badNumber: 0,
      afterAsOf: 0,
      duplicate: 0,
    },
  };
})();

function tableOf(task: 'binary' | 'multiclass' | 'regression'): Table {
  const table = makeTable({ seed: 8, rows: 90, numbers: 2, codes: 1, texts: 1, missing: 0.1, task });
  const codes = Int32Array.from({ length: 90 }, (_, r) => (r < 4 ? r : -1));
  table.columns.push({ name: 'user', kind: 'category', codes, categories: ['a', 'b', 'c', 'd'] });
  return table;
}

for (const threads of [0, 2]) {
  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    test(`${task} with ${threads} threads: fit, save, load, profile, explain, the edge`, async () => {
      await using engine = await createEngine({ threads, worker, reproducible: true });
      const table = tableOf(task);
      const options = {
        target: 'target',
        id: 'user',
        model: 'constant',
        modelOptions: { prior: 2 },
        recommender: 'constant-list',
      };
      using fitted = await Profiler.fit(engine, { table, events }, options);
      assert.equal(fitted.summary.family, 'constant');
      assert.equal(fitted.summary.facts, { learnt: 'the mean' });
      const bytes = await fitted.save();
      using loaded = await Profiler.load(bytes, { engine });
      assert.equal(await loaded.save(), bytes);
      using edge = await Edge.load(bytes, { wasm });
      let r = 0;
      for await (const batch of loaded.profile(table)) {
        for (const row of batch) {
          const own = rowOf(table, r++);
          const one = edge.profileOne(own);
          assert.is(one.score_target, row.score_target);
          assert.is(one.score_target, loaded.profileOne(own).score_target);
          const reasons = one.explanation_target as ExplanationEntry[];
          assert.is(reasons.length, loaded.features.length);
          assert.ok(reasons.every(({ contribution }) => contribution === 0));
          const recommended = Array.from(row.recommendations as Iterable<{ item: string }>, ({ item }) => item);
          assert.equal(
            recommended,
            (await edge.recommend(String(own.user))).map(({ item }) => item),
          );
        }
      }
      assert.is(r, table.rows);
      assert.equal(
        (await edge.recommend('b', { n: 3 })).map(({ item, because }) => [item, because]),
        [
          ['q', ['p', 'r']],
          ['s', ['p', 'r']],
          ['t', ['p', 'r']],
        ],
      );
      assert.not.ok(fitted.sections.some(({ fields }) => fields.some(({ name }) => name === 'factors')));
    });
  }
}

test('options of the family are checked by its schema, and a name that is not known is refused', async () => {
  await using engine = await createEngine({ threads: 0 });
  const fit = (options: object) => Profiler.fit(engine, { table: tableOf('binary') }, { target: 'target', ...options });
  for (const [options, message] of [
    [{ model: 'constant', modelOptions: { prior: -1 } }, /prior/],
    [{ model: 'constant', modelOptions: { priors: 1 } }, /'priors' is not known/],
    [{ model: 'constants' }, /'perceptron'/],
  ] as const) {
    const error = await fit(options).then(
      () => undefined,
      (e: Error) => e,
    );
    assert.match(error?.message ?? 'none', message);
  }
});

test.run();
