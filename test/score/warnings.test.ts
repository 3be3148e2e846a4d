/** What may be wrong with a table is said once, by code, column and count, and ends nothing. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Column, createEngine, Profiler, type Table, type Warning } from '../../src/index.js';
import { warningsOfTable } from '../../src/score/warnings.js';
import { eventsOf, row as logRow } from '../support/event-log.js';
import { generator, makeTable } from '../support/tables.js';

const engine = await createEngine({ threads: 0, reproducible: true });
test.after(() => engine.close());
const modelOptions = { maxIter: 2, hiddenLayerSizes: [3] };

const number = (name: string, rows: number, of: (r: number) => number): Column => ({
  name,
  kind: 'number',
  values: Float64Array.from({ length: rows }, (_, r) => of(r)),
});
const text = (name: string, rows: number, of: (r: number) => string | null): Column => {
  const categories = [...new Set(Array.from({ length: rows }, (_, r) => of(r)))].filter((t) => t !== null).sort();
  return {
    name,
    kind: 'category',
    codes: Int32Array.from({ length: rows }, (_, r) => categories.indexOf(of(r) ?? '')),
    categories,
  };
};
const next = generator(5);
const noise = Array.from({ length: 1000 }, () => next());
const target = (rows: number) => text('y', rows, (r) => (noise[r] + noise[999 - r] > 1 ? 'yes' : 'no'));
const told = (warnings: readonly Warning[]) => warnings.map(({ code, column, count }) => [code, column, count]);

test('all at once: each once, with its column and count, and as onWarning hears it', async () => {
  const rows = 400;
  const given: Column[] = [
    text('id', rows, (r) => (r === 9 ? null : `u${r === 5 || r === 6 ? 4 : r}`)),
    number('nothing', rows, () => Number.NaN),
    text('blank', rows, () => null),
    number('same', rows, () => 7),
    text('one', rows, () => 'x'),
    text('note', rows, (r) => `secret note ${r}`),
    number('age', rows, (r) => noise[r]),
    number('told', rows, (r) => (noise[r] + noise[999 - r] > 1 ? 1 + noise[r] : noise[r] / 2)),
    target(rows),
  ];
  const heard: Warning[] = [];
  const onWarning = (warning: Warning) => void heard.push(warning);
  using profiler = await Profiler.fit(
    engine,
    { table: { rows, columns: given } },
    { target: 'y', id: 'id', modelOptions, onWarning },
  );
  assert.equal(told(profiler.warnings).slice(0, 8), [
    ['duplicate-ids', 'id', 2],
    ['missing-ids', 'id', 1],
    ['column-empty', 'nothing', null],
    ['column-empty', 'blank', null],
    ['column-constant', 'same', null],
    ['column-constant', 'one', null],
    ['column-unsuited', 'note', null],
    ['leakage', 'told', null],
  ]);
  assert.is(profiler.warnings.length, 8);
  assert.equal(heard, profiler.warnings);
  assert.equal(profiler.summary.warnings, profiler.warnings);
  assert.equal(profiler.features, ['age', 'told']);
  assert.not.match(JSON.stringify(heard), /secret/);
  // The file keeps them with the summary; a loaded profiler warns of what it meets itself.
  using later = await Profiler.load(await profiler.save(), { engine });
  assert.equal([later.warnings, later.summary.warnings], [[], profiler.summary.warnings]);
  assert.is(later.profileOne({ age: 0.5, nothing: 3, one: 'z' }).user_id, null);
  assert.equal(later.warnings, []);
});

test('rows that stand twice, and those of them that are on both sides of the split', async () => {
  const rows = 400;
  const of = (r: number) => noise[r % 200];
  const table: Table = {
    rows,
    columns: [
      number('a', rows, of),
      number('b', rows, (r) => -of(r) / 3),
      text('y', rows, (r) => (of(r) > 0.5 ? 'yes' : 'no')),
    ],
  };
  using profiler = await Profiler.fit(engine, { table }, { target: 'y', modelOptions });
  const found = Object.fromEntries(profiler.warnings.map(({ code, count }) => [code, count as number]));
  assert.is(found['duplicate-rows'], 200);
  assert.ok(found['held-out-duplicates'] > 40 && found['held-out-duplicates'] <= 80, `${found['held-out-duplicates']}`);
  assert.equal(told(warningsOfTable(table, undefined)), [['duplicate-rows', null, 200]]);
  // With an id of its own each row is a user of its own.
  const users = { rows, columns: [text('id', rows, (r) => `u${r}`), ...table.columns] };
  assert.equal(warningsOfTable(users, 'id'), []);
  // Rows of one user on both sides.
  const visits = { rows, columns: [text('id', rows, (r) => `u${r % 100}`), number('a', rows, (r) => noise[r]), target(rows)] };
  using other = await Profiler.fit(engine, { table: visits }, { target: 'y', id: 'id', modelOptions });
  assert.equal(
    other.warnings.map(({ code, column }) => [code, column]),
    [
      ['duplicate-ids', 'id'],
      ['held-out-ids', 'id'],
    ],
  );
});

test('a table and a log: rows of one id are given the same events, and that is said', async () => {
  const rows = 60;
  const log = [...'abcdefgh'].flatMap((user, u) => [...'stuv'].slice(u % 3).map((item) => logRow({ user, item })));
  const table = {
    rows,
    columns: [text('id', rows, (r) => 'abcdefgh'[r % 8]), number('a', rows, (r) => noise[r]), target(rows)],
  };
  const events = { ...eventsOf(log), rating: undefined, asOfGiven: true };
  using profiler = await Profiler.fit(
    engine,
    { table, events },
    { target: 'y', id: 'id', modelOptions, recommenderOptions: { rank: 2, epochs: 1 } },
  );
  const [ids] = profiler.warnings.filter(({ code }) => code === 'duplicate-ids');
  assert.is(ids.count, 52);
  assert.match(ids.message, /52 of 60 rows repeat an id .* rows of one id are given the same events\.$/);
});

test('several targets say what they find of the table once', async () => {
  const rows = 300;
  const table = {
    rows,
    columns: [
      number('same', rows, () => 1),
      number('a', rows, (r) => noise[r]),
      target(rows),
      number('z', rows, (r) => noise[r + 9] * 5),
    ],
  };
  using profiler = await Profiler.fit(engine, { table }, { target: ['y', 'z'], modelOptions });
  assert.equal(told(profiler.warnings), [['column-constant', 'same', null]]);
});

test('few rows: figures that they do not give are named, and none is a number that is none', async () => {
  for (const [rows, target, code] of [
    [5, text('y', 5, (r) => (r === 2 ? 'yes' : 'no')), 'metrics'],
    [5, number('y', 5, (r) => r * 1.5), 'metrics'],
    [12, text('y', 12, (r) => 'abc'[r % 3]), 'few-rows'],
  ] as const) {
    const table = { rows, columns: [number('a', rows, (r) => noise[r]), target] };
    using profiler = await Profiler.fit(engine, { table }, { target: 'y', modelOptions });
    const codes = profiler.warnings.map((warning) => warning.code);
    assert.ok(codes.includes('few-rows') && codes.includes(code), `${codes}`);
    const absent = Object.values(profiler.summary.evaluation).filter(Number.isNaN).length;
    assert.is(profiler.warnings.find((warning) => warning.code === 'metrics')?.count ?? 0, absent);
  }
});

test('only columns without a value or with one: an error that names them', async () => {
  const table = { rows: 40, columns: [number('same', 40, () => 1), text('blank', 40, () => null), target(40)] };
  const message = await Profiler.fit(engine, { table }, { target: 'y', modelOptions }).then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  );
  assert.match(message, /^No feature column is left .*; 'same': the same value .*; 'blank': no value/);
});

test('what varies in the table and not among the training rows of a fold is kept there where nothing else is left', async () => {
  const rows = 60;
  const table = { rows, columns: [number('rare', rows, (r) => Number(r === 31)), target(rows)] };
  using profiler = await Profiler.fit(engine, { table }, { target: 'y', folds: 3, modelOptions });
  assert.is(profiler.summary.crossValidation?.folds, 3);
});

test('any table with an empty, a constant and a twin column is fitted', async () => {
  const shapes = fc.record({
    rows: fc.integer({ min: 12, max: 60 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    task: fc.constantFrom('binary' as const, 'multiclass' as const, 'regression' as const),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ rows, seed, task }) => {
      const table = makeTable({ seed, rows, numbers: 2, codes: 1, texts: 1, missing: 0.1, task });
      const twin = { ...table.columns[0], name: 'twin' };
      table.columns.splice(
        1,
        0,
        number('same', rows, () => 3),
        text('blank', rows, () => null),
        twin as Column,
      );
      using profiler = await Profiler.fit(engine, { table }, { target: 'target', modelOptions });
      const codes = profiler.warnings.map(({ code, column }) => `${code} ${column}`);
      assert.ok(codes.includes('column-constant same') && codes.includes('column-empty blank'), `${codes}`);
      assert.is(new Set(codes).size, codes.length);
    }),
    { numRuns: 15 },
  );
});

test.run();
