/** One table in every format reads as the same columns; awkward text survives. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTable, type Table } from '../../src/index.js';
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
