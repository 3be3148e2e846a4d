/** Models of dates: what they learn, the same for any number of workers, in a file, at the edge, and what profiles show. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as arrow from 'apache-arrow';
import { tableFromIPC, tableToIPC } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Profiler as Edge } from '../../src/edge.js';
import { createEngine, type ExplanationEntry, Profiler, type Row } from '../../src/index.js';
import { datedTable, SIGNALS, type Signal } from '../support/dates.js';
import { refusal, refusesValues } from '../support/refused.js';
import { rowOf } from '../support/tables.js';

const engine = await createEngine({ threads: 0, reproducible: true });
test.after(() => engine.close());
const wasm = await WebAssembly.compile(readFileSync('dist/kernels/simd.wasm'));
const quick = { target: 'y', model: 'perceptron', modelOptions: { maxIter: 4, hiddenLayerSizes: [6] } };

for (const model of ['perceptron', 'linear', 'trees', 'bayesian-network'])
  for (const signal of Object.keys(SIGNALS) as Signal[])
    test(`${model}: what follows from a date's ${signal} is learnt`, async () => {
      const { table } = datedTable(signal, { rows: 3000 });
      using profiler = await Profiler.fit(engine, { table }, { target: 'y', model });
      const { summary } = profiler;
      // Of the best that can be, .9 of one class in one half and .1 in the other; without the date there is nothing to know.
      assert.ok((summary.evaluation as { rocAuc: number }).rocAuc > 0.8, JSON.stringify(summary.evaluation));
      assert.is(summary.importances[0].feature, 'when');
      assert.equal(summary.ignored, []);
    });

test('the same bytes for 0, 1, 2 and 3 workers, model and profiles', async () => {
  const { table } = datedTable('hour', { rows: 20_000, missing: 0.1 });
  const outcomes = [];
  for (const threads of [0, 1, 2, 3]) {
    await using workers = await createEngine({ threads, device: 'wasm' });
    using profiler = await Profiler.fit(workers, { table }, { ...quick, folds: 2 });
    const batches = [];
    for await (const batch of profiler.profile(table)) batches.push(batch);
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    outcomes.push([digest(await profiler.save()), digest(tableToIPC(new arrow.Table(batches)))]);
  }
  for (const outcome of outcomes.slice(1)) assert.equal(outcome, outcomes[0]);
});

for (const [model, modelOptions] of [
  ['perceptron', quick.modelOptions],
  ['linear', {}],
  ['trees', { maxIter: 10 }],
  ['network', { maxIter: 3 }],
  ['bayesian-network', {}],
  ['blend', { families: ['trees', 'linear'], folds: 3 }],
] as const)
  test(`${model}: a profile names the date once, as a date, and its parts add up; tables, rows and the edge agree`, async () => {
    const { table, times } = datedTable('weekday', { rows: 700, missing: 0.1 });
    using fitted = await Profiler.fit(engine, { table }, { target: 'y', model, modelOptions });
    const bytes = await fitted.save();
    using loaded = await Profiler.load(bytes, { engine });
    assert.equal(await loaded.save(), bytes);
    using edge = await Edge.load(bytes, { wasm });
    const batches = [];
    for await (const batch of loaded.profile(table)) batches.push(batch);
    // As a file holds them.
    const file = tableFromIPC(tableToIPC(new arrow.Table(batches)));
    const logit = (p: number) => Math.log(p / (1 - p));
    const base = loaded.score().score.base[0];
    for (const [r, time] of times.entries()) {
      const row = rowOf(table, r) as Row;
      const profile = loaded.profileOne(row);
      assert.equal(fitted.profileOne(row), profile);
      assert.equal(edge.profileOne(row), profile);
      const reasons = profile.explanation_y as ExplanationEntry[];
      assert.equal(reasons.map(({ feature }) => feature).sort(), ['noise', 'when']);
      const when = reasons.find(({ feature }) => feature === 'when') as ExplanationEntry;
      const expected = Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, -1);
      assert.equal([when.date, when.value, when.category], [expected, null, null]);
      assert.is(reasons.find(({ feature }) => feature === 'noise')?.date, null);
      const sum = reasons.reduce((all, { contribution }) => all + contribution, 0);
      assert.ok(Math.abs(logit(profile.score_y as number) - base - sum) < 1e-4, `${r}`);
      const stored = file.get(r)?.toJSON() as Record<string, unknown>;
      assert.is(stored.score_y, profile.score_y);
      const entries = JSON.parse(JSON.stringify(stored.explanation_y)) as (ExplanationEntry & { date: unknown })[];
      assert.equal(
        entries,
        reasons.map((reason) => ({ ...reason, date: reason.date ? Date.parse(`${reason.date}Z`) : null })),
      );
    }
  });

test('a date may be a text, a Date or milliseconds; what is none is missing, what is odd is refused', async () => {
  const { table } = datedTable('hour', { rows: 600, missing: 0.1 });
  using fitted = await Profiler.fit(engine, { table }, quick);
  using edge = await Edge.load(await fitted.save(), { wasm });
  for (const profiler of [fitted, edge]) {
    const time = Date.UTC(2024, 6, 3, 12, 34);
    const one = (when: Row[string]) => profiler.profileOne({ when, noise: 0.5 });
    const expected = one('2024-07-03T12:34:00Z');
    for (const when of ['2024-07-03 12:34', '2024-07-03T14:34+02:00', time, new Date(time), time + 59_999])
      assert.equal(one(when), expected, String(when));
    const missing = one(null);
    assert.is((missing.explanation_y as ExplanationEntry[]).find(({ feature }) => feature === 'when')?.date, null);
    for (const when of [undefined, '', 'NA', Number.NaN, new Date(Number.NaN), '9999-12-31']) assert.equal(one(when), missing);
    assert.equal(profiler.profileOne({ noise: 0.5 }), missing);
    for (const [when, message] of [
      ['soon', /'when' was a date .* row 0 holds none/],
      ['2025-02-30', /row 0 holds none/],
      [false, /'when' was a date .* and is boolean/],
      [Number.NEGATIVE_INFINITY, /'when' is infinite in row 0/],
    ] as const) {
      const error = await refusal(() => one(when));
      assert.is(error.code, 'column');
      assert.match(error.message, message);
    }
    assert.match(
      (await refusal(() => profiler.profileOne({ noise: new Date(time) }))).message,
      /'noise' was a number .* a date/,
    );
  }
});

test('in tables a cell that is no date is missing, and counted; another order of the day is none', async () => {
  const european = (time: number) => new Date(time).toISOString().replace(/^(\d+)-(\d+)-(\d+)T(.{5}).*/, '$3/$2/$1 $4');
  const { table } = datedTable('hour', { rows: 600 }, european);
  const iso = datedTable('hour', { rows: 600 }).table;
  using fitted = await Profiler.fit(engine, { table }, quick);
  using other = await Profiler.fit(engine, { table: iso }, quick);
  assert.equal(fitted.summary.evaluation, other.summary.evaluation);
  const when = table.columns[1] as { codes: Int32Array; categories: string[] };
  const odd = { ...table, columns: [table.columns[0], { ...table.columns[1], ...when, categories: [...when.categories] }] };
  (odd.columns[1] as typeof when).categories[when.codes[0]] = 'soon';
  for await (const batch of fitted.profile(odd as typeof table)) {
    const [first] = batch;
    assert.is(first.score_y, fitted.profileOne({ ...(rowOf(table, 0) as Row), when: null }).score_y);
  }
  const cells = when.codes.reduce((n, code) => n + Number(code === when.codes[0]), 0);
  assert.equal(fitted.unknownCategories, { when: cells });
});

test('asOf moves the moment that ages count from, in fitting and in loading', async () => {
  const { table, times } = datedTable('recency', { rows: 1500 });
  const DAY = 864e5;
  const latest = Math.max(...times);
  using fitted = await Profiler.fit(engine, { table }, { target: 'y' });
  using given = await Profiler.fit(engine, { table }, { target: 'y', asOf: new Date(latest + 100 * DAY) });
  const row = (days: number): Row => ({ noise: 0.5, when: new Date(latest - days * DAY) });
  const score = (profiler: Profiler, days: number) => profiler.profileOne(row(days)).score_y as number;
  // Ages are float32: the model is the same but for their rounding.
  assert.ok(Math.abs(score(given, 30) - score(fitted, 30)) < 1e-4);
  const bytes = await given.save();
  using later = await Profiler.load(bytes, { engine, asOf: '2026-06-01' });
  using same = await Profiler.load(bytes, { engine, asOf: latest + 100 * DAY });
  using edge = await Edge.load(bytes, { wasm, asOf: '2026-06-01' });
  assert.is(score(same, 30), score(given, 30));
  assert.ok(score(later, 30) < score(given, 30) - 0.3);
  assert.equal(edge.profileOne(row(30)), later.profileOne(row(30)));
  await refusesValues(
    [
      [
        { asOf: 'yesterday' },
        /^Option 'asOf' must be a date such as '2025-12-31', a Date or milliseconds since 1970; found 'yesterday'/,
      ],
      [{ asOf: Number.NaN }, /^Option 'asOf' must be/],
      [{ asOf: true }, /^Option 'asOf' must be/],
    ],
    (options) => Profiler.load(bytes, { engine, ...options }),
  );
});

test.run();
