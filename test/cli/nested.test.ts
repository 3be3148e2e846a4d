/** Lists, structs and maps end no run: they are left out by name, whatever the format; and `inspect` reads every file that is written. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Field, Int32, List, Map_, Struct, Table, tableFromArrays, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readEvents, readTable } from '../../src/index.js';
import { cameo, folder } from '../support/command.js';
import { refusal } from '../support/refused.js';

const cwd = folder();
const path = (name: string) => join(cwd, name);
const run = (...args: string[]) => cameo(args, { cwd, seconds: 60 });
async function json(...args: string[]) {
  const { code, stdout, stderr } = await run(...args, '--json');
  assert.is(code, 0, stderr);
  return JSON.parse(stdout.toString());
}

const people = Array.from({ length: 120 }, (_, i) => ({
  id: `u${i}`,
  age: 20 + ((i * 37) % 50),
  city: ['Kiel', 'Bremen'][(i * 7) % 3 === 0 ? 0 : 1],
  bought: (i * 37) % 50 > 25 ? 'yes' : 'no',
  tags: i % 4 === 0 ? null : [`tag ${i % 3}`],
  home: { floor: i % 5, street: `street ${i}` },
  props: { [`key ${i % 2}`]: i },
}));
const of = <K extends keyof (typeof people)[number]>(name: K) => people.map((one) => one[name]);
const nested = {
  tags: vectorFromArray(of('tags'), new List(new Field('item', new Utf8(), true))),
  home: vectorFromArray(
    of('home'),
    new Struct<{ floor: Int32; street: Utf8 }>([new Field('floor', new Int32(), true), new Field('street', new Utf8(), true)]),
  ),
  props: vectorFromArray(
    of('props').map((props) => new Map(Object.entries(props))),
    new Map_(
      new Field(
        'entries',
        new Struct<{ key: Utf8; value: Int32 }>([new Field('key', new Utf8(), false), new Field('value', new Int32(), true)]),
        false,
      ),
    ),
  ),
};
const plain = tableFromArrays({ id: of('id'), age: Float64Array.from(of('age')), city: of('city'), bought: of('bought') });
const arrow = plain.assign(new Table(nested));
writeFileSync(path('t.arrow'), tableToIPC(arrow, 'file'));
writeFileSync(path('stream.arrow'), tableToIPC(arrow, 'stream'));
writeFileSync(path('t.jsonl'), people.map((one) => JSON.stringify(one)).join('\n'));
writeFileSync(path('t.json'), JSON.stringify(people));
const cell = (value: unknown) =>
  typeof value === 'object' ? `"${JSON.stringify(value).replaceAll('"', '""')}"` : String(value);
const lines = people.map((one) => Object.values(one).map(cell).join(','));
writeFileSync(path('t.csv'), `${[Object.keys(people[0]).join(','), ...lines].join('\n')}\n`);
const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
await duckdb.run(
  `COPY (SELECT * REPLACE (MAP {'key': props::VARCHAR} AS props) FROM read_json_auto('${path('t.jsonl')}')) TO '${path('t.parquet')}' (FORMAT parquet)`,
);
await duckdb.run(
  `COPY (SELECT 'u' || i % 60 AS u, 'item ' || i * 7 % 20 AS i, DATE '2024-01-01' + (i % 28)::INTEGER AS t, i % 9 AS v,
     ['a'] AS list, {a: i} AS struct, MAP {'k': i} AS map, CASE WHEN i % 2 = 0 THEN '1'::JSON ELSE '"one"'::JSON END AS mixed
   FROM range(900) r(i)) TO '${path('log.parquet')}' (FORMAT parquet)`,
);
await duckdb.run(`COPY (SELECT * EXCLUDE map FROM '${path('log.parquet')}') TO '${path('log.jsonl')}' (FORMAT json)`);

const NESTED = ['t.parquet', 't.arrow', 'stream.arrow', 't.jsonl', 't.json'];
const propsOf = (name: string) => (name.includes('json') ? 'structs' : 'maps');

for (const name of NESTED) {
  test(`${name}: nested columns are left out by name`, async () => {
    const left = { tags: 'it holds lists', home: 'it holds structs', props: `it holds ${propsOf(name)}` };
    const table = await readTable(path(name));
    assert.equal(Object.fromEntries((table.leftOut ?? []).map(({ name: column, reason }) => [column, reason])), left);
    assert.equal(
      table.columns.map((column) => column.name),
      ['id', 'age', 'city', 'bought'],
    );
    const fitted = await json(
      'fit',
      name,
      '--target',
      'bought',
      '--id',
      'id',
      '--ignore',
      'tags',
      '--threads',
      '1',
      '--save',
      `${name}.cameo`,
    );
    const { tags: _, ...rest } = left;
    const { ignored } = fitted.targets?.[0] ?? fitted;
    assert.equal(Object.fromEntries(ignored.map((one: { name: string; reason: string }) => [one.name, one.reason])), rest);
    const { code, stderr } = await run('profile', name, '--model', `${name}.cameo`, '-o', `${name}.out.jsonl`);
    assert.is(code, 0, stderr);
    const inspected = await json('inspect', name);
    assert.equal(
      Object.fromEntries(inspected.others.map((one: { name: string; reason: string }) => [one.name, one.reason])),
      left,
    );
  });
}

test('naming a nested column is an error that says why', async () => {
  for (const [role, ...args] of [
    ['Target', 'fit', 't.parquet', '--target', 'tags', '--save', 'x.cameo'],
    ['Id', 'fit', 't.parquet', '--target', 'bought', '--id', 'home', '--save', 'x.cameo'],
    ['Attribute', 'profile', 't.parquet', '--model', 't.parquet.cameo', '--attributes', 'props', '-o', 'x.jsonl'],
  ]) {
    const { code, stderr } = await run(...args);
    assert.is(code, 2, stderr);
    assert.match(stderr, new RegExp(`^cameo: ${role} column '\\w+' cannot be used: it holds \\w+\\. .*\\n$`));
  }
  // A model that was fitted on texts, such as those of CSV, and meets lists.
  assert.is((await run('fit', 't.csv', '--target', 'bought', '--ignore', 'id,home,props,age', '--save', 'csv.cameo')).code, 0);
  const { code, stderr } = await run('profile', 't.arrow', '--model', 'csv.cameo', '-o', 'x.jsonl');
  assert.is(code, 2);
  assert.match(stderr, /^cameo: Feature column 'tags' cannot be used: it holds lists\./);
});

test('CSV with lists and structs in its cells is text', async () => {
  const { columns, leftOut } = await readTable(path('t.csv'));
  assert.is(columns.length, 7);
  assert.is(leftOut, undefined);
});

for (const path of ['log.parquet', 'log.jsonl']) {
  const log = { path: join(cwd, path), user: 'u', item: 'i', time: 't', value: 'v' };
  test(`${path}: an event log with nested columns is read, and naming one is an error that says why`, async () => {
    assert.is((await readEvents({ ...log, distinct: true })).rows, 900);
    assert.is((await readEvents({ ...log, where: 'len(list) = 1', value: 'struct.a' })).rows, 900);
    for (const [role, option] of [
      ['User', 'user'],
      ['Item', 'item'],
      ['Time', 'time'],
      ['Label', 'label'],
    ]) {
      const { code, message } = await refusal(() => readEvents({ ...log, [option]: 'list' }));
      assert.is(code, 'column');
      assert.match(message, new RegExp(`^${role} column 'list' cannot be used: it holds lists\\.`));
    }
    assert.match(
      (await refusal(() => readEvents({ ...log, fields: ['struct'] }))).message,
      /^Preference column 'struct' cannot/,
    );
    // Numbers and texts together: no quotes.
    assert.equal((await readEvents({ ...log, fields: ['mixed'] })).fields[0].values, ['1', 'one']);
  });
}

const EVENTS = ['--events', 'log.parquet', '--user', 'u', '--item', 'i', '--time', 't', '--value', 'v', '--threads', '1'];

test('inspect reads every file that is written: profiles of each format, recommenders, models of tables and events', async () => {
  await json('profile', ...EVENTS, '--save', 'log.cameo');
  await json(
    'profile',
    't.arrow',
    '--target',
    'bought',
    '--id',
    'id',
    ...EVENTS,
    '--as-of',
    '2024-01-20',
    '--save',
    'both.cameo',
  );
  for (const model of ['log.cameo', 'both.cameo']) {
    const { kind, events } = await json('inspect', model);
    assert.is(kind, 'model');
    assert.ok(events.some((part: { kind: string }) => part.kind === 'recommendations'));
  }
  for (const format of ['arrow', 'parquet', 'jsonl', 'csv', 'csv.gz']) {
    const output = `out.${format}`;
    const { code, stderr } = await run(
      'profile',
      't.arrow',
      '--model',
      'both.cameo',
      ...EVENTS,
      '--as-of',
      '2024-01-20',
      '-o',
      output,
    );
    assert.is(code, 0, stderr);
    const { kind, rows, columns, others = [] } = await json('inspect', output);
    assert.is(kind, 'profiles');
    assert.is(rows, people.length);
    const lists = ['explanation_bought', 'tags', 'preferences', 'recommendations'];
    const told = (format.startsWith('csv') ? columns : others).map(({ name }: { name: string }) => name);
    for (const list of lists) assert.ok(told.includes(list), `${output} tells ${told} and not ${list}`);
  }
  assert.match((await run('inspect', 'out.arrow')).stdout.toString(), /^others\n {2}explanation_bought +it holds lists$/m);
  // An audience may be nobody.
  for (const [output, where, expected] of [
    ['some.parquet', 'n_events > 0', 60],
    ['none.arrow', 'n_events < 0', 0],
  ] as const) {
    const { code, stderr } = await run('audience', '--model', 'log.cameo', '--where', where, '-o', output);
    assert.is(code, 0, stderr);
    assert.is((await json('inspect', output)).rows, expected);
  }
  await json('fit', 't.arrow', '--target', 'bought', '--id', 'id', ...EVENTS, '--as-of', '2024-01-20', '--save', 'fit.cameo');
  assert.is((await json('inspect', 'fit.cameo')).kind, 'model');
});

test('a stream on standard input that is cut or altered ends with one line and the exit code 2, and writes nothing', async () => {
  const bytes = readFileSync(path('stream.arrow'));
  const model = ['--model', 'stream.arrow.cameo', '--threads', '1'];
  const profile = (input: Uint8Array) => cameo(['profile', '-', ...model, '-o', 'piped.jsonl'], { cwd, input, seconds: 60 });
  const wrong = Buffer.from(bytes);
  wrong.fill(0xff, 300, 330);
  for (const input of [bytes.subarray(0, -8), bytes.subarray(0, 2000), wrong, Buffer.from('id,age\n1,2\n'), Buffer.alloc(0)]) {
    const { code, stderr } = await profile(input);
    assert.is(code, 2, stderr);
    assert.match(stderr, /^cameo: .+\n$/);
    assert.throws(() => readFileSync(path('piped.jsonl')), /ENOENT/);
  }
  const { code, stderr } = await profile(bytes);
  assert.is(code, 0, stderr);
  assert.equal(readFileSync(path('piped.jsonl')), readFileSync(path('stream.arrow.out.jsonl')));
});

test.run();
