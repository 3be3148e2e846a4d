/** Plain rows as they come: only own keys are read, what is no row is refused, a key that is not known is told once by its name. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Profiler as Edge } from '../../src/edge.js';
import { type Column, createEngine, Profiler, type Row, type Table, type Warning } from '../../src/index.js';
import { eventsOf, row as logRow } from '../support/event-log.js';
import { refusal } from '../support/refused.js';
import { generator, makeTable, rowOf } from '../support/tables.js';

const engine = await createEngine({ threads: 0, reproducible: true });
const modelOptions = { maxIter: 3, hiddenLayerSizes: [4] };
const wasm = await WebAssembly.compile(readFileSync('dist/kernels/simd.wasm'));
test.after(() => engine.close());

/** Names that every object inherits. */
const INHERITED = ['constructor', 'toString', '__proto__', 'valueOf', 'hasOwnProperty'];

const next = generator(7);
const rows = 120;
const columns = INHERITED.map((name, j): Column => {
  if (j % 2) return { name, kind: 'number', values: Float64Array.from({ length: rows }, () => next()) };
  const codes = Int32Array.from({ length: rows }, () => Math.floor(next() * 3.5) - 1);
  return { name, kind: 'category', codes, categories: ['a', 'b', 'c'] };
});
const first = columns[1] as Extract<Column, { kind: 'number' }>;
const table: Table = {
  rows,
  columns: [
    ...columns,
    { name: 'y', kind: 'category', codes: Int32Array.from(first.values, (x) => Number(x > 0.5)), categories: ['no', 'yes'] },
  ],
};

for (const where of ['cameo', 'cameo/edge']) {
  const fitted = await Profiler.fit(engine, { table }, { target: 'y', modelOptions });
  const bytes = await fitted.save();
  const profiler = where === 'cameo' ? await Profiler.load(bytes, { engine }) : await Edge.load(bytes, { wasm });

  test(`${where}: features by the names that every object inherits are features like any other`, async () => {
    const missing = profiler.profileOne(Object.fromEntries(INHERITED.map((name) => [name, null])));
    assert.equal(profiler.profileOne({}), missing);
    assert.equal(profiler.profileOne(Object.create(null)), missing);
    const all = Array.from({ length: rows }, (_, r) => rowOf(table, r) as Row);
    const batch = profiler.profileBatch(all);
    assert.equal(
      all.map((row) => profiler.profileOne(row)),
      batch,
    );
    let at = 0;
    for await (const shard of fitted.profile(table))
      for (const score of shard.getChild('score_y') ?? []) assert.is(batch[at++].score_y, score);
    assert.is(at, rows);
    const [{ feature }] = profiler.profileOne(JSON.parse('{ "__proto__": "a" }')).explanation_y as {
      feature: string;
      category: string | null;
    }[];
    assert.ok(INHERITED.includes(feature));
    assert.equal(profiler.warnings, []);
  });

  test(`${where}: what a row inherits does not count`, () => {
    const empty = profiler.profileOne({});
    assert.equal(profiler.profileOne(Object.create({ toString: 0.9, y: 'yes' })), empty);
    class User {
      get toString() {
        return (() => 5) as never;
      }
    }
    assert.equal(profiler.profileOne(new User() as never), empty);
  });

  test(`${where}: what is no row is refused, with its place and nothing of what it holds`, async () => {
    const cases: [unknown, RegExp, string][] = [
      [null, /^Row 0 must be an object .*; found null\.$/, 'argument'],
      [undefined, /found undefined/, 'argument'],
      ['secret', /found string/, 'argument'],
      [17, /found number/, 'argument'],
      [() => 1, /found function/, 'argument'],
      [[], /found a list/, 'argument'],
      [['secret'], /found a list/, 'argument'],
      [new Map([['toString', 1]]), /^Row 0 has no key, and the model knows none of them/, 'column'],
      [new Date(0), /^Row 0 has no key/, 'column'],
      [
        { tostring: 'secret', Y: 1 },
        /^Row 0 has the keys 'tostring' and 'Y', and the model knows none of them; it knows '(toString|hasOwnProperty|valueOf)'/,
        'column',
      ],
    ];
    for (const [row, message, code] of cases) {
      const given = row as Row;
      for (const [error, r] of [
        [await refusal(() => profiler.profileOne(given)), 0],
        [await refusal(() => profiler.profileBatch([{}, given])), 1],
      ] as const) {
        assert.match(error.message.replace(`Row ${r}`, 'Row 0'), message);
        assert.is(error.code, code);
        assert.not.match(error.message, /secret/);
      }
    }
    for (const all of [null, 'rows', {}, 5]) {
      const { code, message } = await refusal(() => profiler.profileBatch(all as never));
      assert.is(code, 'argument');
      assert.match(message, /^Rows must be a list of objects; found/);
    }
    for (const options of [null, 5, 'explain'])
      assert.is((await refusal(() => profiler.profileOne({}, options as never))).code, 'argument');
  });
}

test('values without a label are counted by column, whatever its name', async () => {
  using fitted = await Profiler.fit(engine, { table }, { target: 'y', modelOptions });
  const strange = columns.map(
    (column): Column => (column.kind === 'number' ? column : { ...column, categories: ['a', 'new', 'newer'] }),
  );
  for (let times = 0; times < 2; times++) for await (const _ of fitted.profile({ rows, columns: strange }));
  const count = (name: string) => {
    const { codes } = columns[INHERITED.indexOf(name)] as Extract<Column, { kind: 'category' }>;
    return codes.filter((code) => code > 0).length;
  };
  const expected = ['constructor', '__proto__', 'hasOwnProperty'].map((name) => [name, 2 * count(name)]);
  assert.equal(Object.entries(fitted.unknownCategories), expected);
});

test('a key that is not known is told once by its name alone, wherever rows are read', async () => {
  using fitted = await Profiler.fit(
    engine,
    { table: makeTable({ seed: 2, rows: 90, numbers: 2, codes: 0, texts: 1, missing: 0, task: 'binary' }) },
    { target: 'target', modelOptions },
  );
  const told: Warning[] = [];
  const onWarning = (warning: Warning) => void told.push(warning);
  const bytes = await fitted.save();
  for (const profiler of [await Profiler.load(bytes, { engine, onWarning }), await Edge.load(bytes, { wasm, onWarning })]) {
    told.length = 0;
    const plain = profiler.profileOne({ 'number 0': 1, target: 'yes' });
    assert.equal(profiler.warnings, []);
    assert.equal(profiler.profileOne({ 'number 0': 1, numbr1: 'secret' } as Row), plain);
    profiler.profileBatch([
      { 'number 0': 1, numbr1: 3 },
      { 'text 0': 'a', Text: 'secret' },
    ]);
    assert.is(profiler.warnings.length, 2);
    assert.match(
      profiler.warnings[0].message,
      /^Key 'numbr1' of a row is not known to the model and is not read; the model knows 'number 0', 'number 1'/,
    );
    assert.equal([profiler.warnings[1].code, profiler.warnings[1].column], ['key-unknown', 'Text']);
    assert.equal(told, profiler.warnings);
    assert.not.match(JSON.stringify(told), /secret/);
    // Whoever changes the copy changes nothing.
    profiler.warnings.pop();
    assert.is(profiler.warnings.length, 2);
  }
  const heard: string[] = [];
  using other = await Profiler.fit(
    engine,
    { table },
    { target: 'y', modelOptions, onWarning: ({ code }) => void heard.push(code) },
  );
  other.profileOne(JSON.parse('{ "toString": 1, "unheard": 1 }'));
  assert.is(heard.filter((code) => code === 'key-unknown').length, 1);
  const { code } = await refusal(() => Profiler.load(bytes, { engine, onWarning: 'log' as never }));
  assert.is(code, 'argument');
});

test('any keys: what is kept of them is bounded, and the profile is that of the known ones', () => {
  const profiler = new Profiler(engine, other.sections);
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...INHERITED)), fc.constantFrom(null)), (strange) => {
      const row = { ...strange, y: 'yes' };
      assert.equal(profiler.profileOne(row), profiler.profileOne({}));
    }),
  );
  for (let i = 0; i < 10_000; i++) profiler.profileOne({ y: 'no', [`key ${i} ${'x'.repeat(500)}`]: 1 });
  assert.is(profiler.warnings.length, 101);
  assert.match(profiler.warnings[100].message, /^More than 100 keys of rows are not known/);
  assert.ok(JSON.stringify(profiler.warnings).length < 101 * 400);
});
const other = await Profiler.fit(engine, { table }, { target: 'y', modelOptions });

test('several targets with features of their own: a key that one of the models knows is known', async () => {
  const gaps = makeTable({ seed: 8, rows: 300, numbers: 2, codes: 0, texts: 1, missing: 0, task: 'binary' });
  // Known on some rows only, among which the text is another in each, and so no feature of this target.
  const codes = Int32Array.from({ length: 300 }, (_, r) => (r < 100 ? r % 2 : -1));
  const text = gaps.columns[2] as Extract<Column, { kind: 'category' }>;
  gaps.columns[2] = {
    ...text,
    categories: Array.from({ length: 300 }, (_, r) => `t${r}`),
    codes: Int32Array.from(codes, (code, r) => (code >= 0 ? r : r % 3)),
  };
  gaps.columns.push({ name: 'half', kind: 'category', codes, categories: ['a', 'b'] });
  using profiler = await Profiler.fit(engine, { table: gaps }, { target: ['target', 'half'], modelOptions });
  const [all, half] = profiler.scores.map(({ score }) => score.features.names);
  assert.not.equal(all, half);
  profiler.profileBatch([{ 'text 0': 't0' }, { 'number 0': 1 }, { half: 'a' }]);
  const ofKeys = () => profiler.warnings.filter(({ code }) => code === 'key-unknown');
  assert.equal(ofKeys(), []);
  profiler.profileOne({ 'number 0': 1, Half: 'a' });
  assert.is(ofKeys().length, 1);
  assert.is((await refusal(() => profiler.profileOne({ Half: 'a' }))).code, 'column');
});

test('a model of events alone knows its users by user_id', async () => {
  const log = [...'abcdefgh'].flatMap((user) => [...'stuvwxyz'].map((item) => logRow({ user, item })));
  using profiler = await Profiler.fit(
    engine,
    { events: { ...eventsOf(log), rating: undefined } },
    { recommenderOptions: { rank: 2, epochs: 1 } },
  );
  assert.is(profiler.profileOne({ user_id: 'a' }).n_events, 8);
  assert.is(profiler.profileOne({}).is_cold_start, true);
  assert.is(profiler.profileOne(Object.create({ user_id: 'a' })).is_cold_start, true);
  profiler.profileOne({ user_id: 'a', userId: 'b' });
  assert.match(profiler.warnings[0].message, /^Key 'userId' .* knows 'user_id'\.$/);
  assert.match((await refusal(() => profiler.profileOne({ userId: 'a' }))).message, /^Row 0 has the keys 'userId'/);
});

test.run();
