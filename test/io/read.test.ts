/** One table in every format reads as the same columns; awkward text survives. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ReadOptions, readTable, type Table } from '../../src/index.js';
import { folder } from '../support/command.js';

const cwd = folder();
const path = (name: string) => join(cwd, name);

const CSV = `id,amount,count,note,flag,answer
a,1.5,1,"two
lines, and ""quotes""",TRUE,yes
b,,2,,FALSE,no
c,-3e2,,中文,,yes
`;
const expected: Table = {
  rows: 3,
  columns: [
    { name: 'id', kind: 'category', codes: Int32Array.of(0, 1, 2), categories: ['a', 'b', 'c'] },
    { name: 'amount', kind: 'number', values: Float64Array.of(1.5, Number.NaN, -300) },
    { name: 'count', kind: 'number', values: Float64Array.of(1, 2, Number.NaN) },
    { name: 'note', kind: 'category', codes: Int32Array.of(0, -1, 1), categories: ['two\nlines, and "quotes"', '中文'] },
    { name: 'flag', kind: 'category', codes: Int32Array.of(1, 0, -1), categories: ['false', 'true'] },
    { name: 'answer', kind: 'category', codes: Int32Array.of(1, 0, 1), categories: ['no', 'yes'] },
  ],
};
writeFileSync(path('t.csv'), CSV);
writeFileSync(path('t.csv.gz'), gzipSync(CSV));
writeFileSync(path("it's.tsv"), CSV.replace(/,(?! and)/g, '\t'));
const rows = [
  { id: 'a', amount: 1.5, count: 1, note: 'two\nlines, and "quotes"', flag: true, answer: 'yes' },
  { id: 'b', amount: null, count: 2, note: null, flag: false, answer: 'no' },
  { id: 'c', amount: -300, count: null, note: '中文', flag: null, answer: 'yes' },
];
writeFileSync(path('t.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
writeFileSync(path('t.json'), JSON.stringify(rows));
const columns = Object.fromEntries(Object.keys(rows[0]).map((key) => [key, rows.map((row) => row[key as 'id'])]));
writeFileSync(path('t.arrow'), tableToIPC(tableFromArrays(columns), 'file'));
writeFileSync(path('stream.arrow'), tableToIPC(tableFromArrays(columns), 'stream'));
const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
await duckdb.run(`COPY (FROM read_json_auto('${path('t.jsonl')}')) TO '${path('t.parquet')}' (FORMAT parquet)`);

for (const name of ['t.csv', 't.csv.gz', "it's.tsv", 't.jsonl', 't.json', 't.parquet', 't.arrow', 'stream.arrow']) {
  test(`${name} reads as the same table`, async () => {
    // By JSON, where a missing number is null: NaN does not equal itself.
    assert.is(JSON.stringify(await readTable(path(name))), JSON.stringify(expected));
  });
}

test('decimals, big integers, unsigned and small types become numbers; dates stay text', async () => {
  await duckdb.run(
    `COPY (SELECT 1.25::DECIMAL(9,2) d, 9007199254740991::BIGINT b, 200::UTINYINT u, 1.5::FLOAT f, DATE '2024-02-03' AS day, ` +
      `12345678901234567890::HUGEINT h) TO '${path('types.parquet')}' (FORMAT parquet)`,
  );
  const { columns } = await readTable(path('types.parquet'));
  assert.equal(
    columns.map((c) => (c.kind === 'number' ? c.values[0] : c.categories[0])),
    [1.25, 9007199254740991, 200, 1.5, '2024-02-03', 1.2345678901234567e19],
  );
});

const values = async (name: string, options?: ReadOptions) => {
  const { columns, notes } = await readTable(path(name), options);
  const plain = columns.map((c) => [
    c.name,
    c.kind === 'number' ? [...c.values] : [...c.codes].map((code) => c.categories[code] ?? null),
  ]);
  return { ...Object.fromEntries(plain), notes };
};
const refused = async (name: string, message: RegExp) => {
  const error = await readTable(path(name)).then(
    () => new Error('it was read'),
    (cause: Error) => cause,
  );
  assert.match(error.message, message);
};

test('texts of JSON and Parquet may be numbers in disguise; plain whole numbers that are texts there stay so', async () => {
  const lines = [
    { price: '1.234,50 €', code: '007', share: '45 %', amount: '12.50' },
    { price: '2,5 €', code: '12', share: '5 %', amount: '7' },
  ];
  const expected = { price: [1234.5, 2.5], code: ['007', '12'], share: [45, 5], amount: [12.5, 7] };
  writeFileSync(path('disguised.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
  await duckdb.run(
    `COPY (FROM read_json_auto('${path('disguised.jsonl')}')) TO '${path('disguised.parquet')}' (FORMAT parquet)`,
  );
  for (const name of ['disguised.jsonl', 'disguised.parquet']) {
    const { notes, ...found } = await values(name);
    assert.equal(found, expected, name);
    assert.equal(
      notes.map(({ message }: { message: string }) => message),
      ['numbers written like 1.234,5 €', 'numbers written like 1,234.5 %', 'numbers written like 1,234.5'].slice(0, 2),
    );
  }
});

test('a text among the numbers of a JSON file is named by its row, early or late', async () => {
  for (const at of [7, 29_000]) {
    const lines = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ n: i === at ? 'secret' : i / 2, t: 'x' }));
    writeFileSync(path('mixed.jsonl'), lines.join('\n'));
    await refused('mixed.jsonl', new RegExp(`Column 'n' holds numbers, and a word in row ${at}\\. `));
    const { n, notes } = await values('mixed.jsonl', { onError: 'missing' });
    assert.is(n.filter(Number.isNaN).length, 1);
    assert.is(n[29_999], 14_999.5);
    assert.equal(notes, [{ column: 'n', message: '1 cell of text among numbers taken as missing' }]);
    assert.is((await values('mixed.jsonl', { onError: 'text' })).n[at], 'secret');
  }
});

test('a million keys and an object of 100 MB are refused at once', async () => {
  const keys = Array.from({ length: 1_000_000 }, (_, i) => `"c${i}":1`).join(',');
  writeFileSync(path('wide.json'), `[{"a":{"b":[1,2,3]},${keys}}]`);
  const begun = process.cpuUsage();
  await refused('wide.json', /line 1 has an object of more than 100000 keys/);
  writeFileSync(path('long.json'), JSON.stringify({ a: 'x'.repeat(100e6) }));
  await refused('long.json', /maximum_object_size/);
  assert.ok(process.cpuUsage(begun).user < 5e6);
});

const REVIEWS = '../shared/data/womens_clothing_reviews.csv';
test('a real file of reviews with quoted line breaks has its known number of rows', async () => {
  if (!existsSync(REVIEWS)) {
    console.log(`skipped: ${REVIEWS} is absent`);
    return;
  }
  const { rows, columns } = await readTable(REVIEWS);
  assert.is(rows, 23486);
  assert.ok(columns.some((c) => c.kind === 'category' && c.name === 'Review Text' && c.categories.length > 22000));
});

test.run();
