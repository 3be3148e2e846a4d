/**
 * Files of Arrow and Parquet that were altered are read or refused, in seconds, and never end the process.
 *
 *     node dist/test/io/altered.test.js 20000   so many alterations of each; without a number 2,000
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readEvents, readTable } from '../../src/index.js';
import { altered, tally } from '../support/altered.js';
import { cameo, folder } from '../support/command.js';
import { refusal } from '../support/refused.js';

const ALTERATIONS = Number(process.argv[2] ?? 2000);
const COMMANDS = 12;
const cwd = folder();
const path = (name: string) => join(cwd, name);

/** Streams and files of many types by other programs: see arrow.test.ts. */
const fixtures = JSON.parse(readFileSync('test/fixtures/arrow.json', 'utf8')) as { name: string; bytes: string }[];
const ARROWS = ['numbers', 'texts', 'nested', 'dictionaries'].flatMap((name) => [`${name}, file`, `${name}, stream`]);
for (const [k, name] of ARROWS.entries()) {
  const { bytes } = fixtures.find((fixture) => fixture.name === name) as (typeof fixtures)[number];
  writeFileSync(path(`${k}.arrow`), Buffer.from(bytes, 'base64'));
}

const COLUMNS =
  `SELECT 'user ' || i AS id, i / 7 AS n, CASE WHEN i % 3 = 0 THEN NULL ELSE i % 5 END AS k, DATE '2024-01-01' + i::INTEGER AS day, ` +
  `i % 2 = 0 AS flag, [i, i + 1] AS list, {a: i, b: 'text'} AS struct FROM range(200) t(i)`;
const PARQUETS = ['UNCOMPRESSED', 'SNAPPY', 'ZSTD', 'GZIP'];
const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
for (const [k, codec] of PARQUETS.entries()) {
  const version = k % 2 ? 'V2' : 'V1';
  await duckdb.run(
    `COPY (${COLUMNS}) TO '${path(`${codec}.parquet`)}' (FORMAT parquet, CODEC ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 100)`,
  );
}

for (const [files, count, what] of [
  [ARROWS.map((_, k) => `${k}.arrow`), ALTERATIONS, 'Arrow'],
  [PARQUETS.map((codec) => `${codec}.parquet`), ALTERATIONS, 'Parquet'],
] as const) {
  test(`${count} altered files of ${what} are read or refused`, async () => {
    const all = { read: 0, refused: 0, faults: [] as string[] };
    for (const file of files) {
      const found = await tally(path(file), Math.ceil(count / files.length));
      all.read += found.read;
      all.refused += found.refused;
      all.faults.push(...found.faults.map((fault) => `${file} ${fault}`));
    }
    assert.equal(all.faults, []);
    // Both happen, or nothing was tested.
    assert.ok(all.read > count / 50 && all.refused > count / 4, `${all.read} read, ${all.refused} refused`);
  });
}

/** A file of 20 texts, whose header of the first page claims 2³¹ − 1 of them: four bytes each for lengths, as DuckDB asks for at once. */
const CLAIM =
  'UEFSMRUAFXgVeCwVKBUOFQYVBhwAAAACAAAAKAGAAQT/////BwAAAQQAAIABBBQEAQIAAABUVUlVFQAAAHUwMTIzNDU2Nzg5MTAxMjM0NTY3ODkVBBksNQAYBnNjaGVtYRUCABUM' +
  'JQIYAmlkJQBMHAAAABYoGRwZHCYAHBUMGSUGDhkYAmlkFQAWKBaeARaeASYISRwVABUOFQIAPBZkGQYZJgAoAAAAFp4BFigmCBaeAQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNp' +
  'b24gMjYuMC4xGRwcAAAAiAAAAFBBUjE=';

test('a file of Parquet that claims 8 GiB is not given them, as a table or as events', async () => {
  const file = path('claim.parquet');
  writeFileSync(file, Buffer.from(CLAIM, 'base64'));
  const log = { path: file, user: 'id', item: 'id', time: 'id' };
  for (const read of [() => readTable(file), () => readEvents(log)]) {
    const { code, message } = await refusal(read);
    assert.is(code, 'file');
    assert.match(message, /Out of Memory/);
  }
});

test('the command reads or refuses them too, with a line and the exit code 2', async () => {
  for (const [k, name] of ['0.arrow', '3.arrow', 'SNAPPY.parquet'].entries()) {
    const bytes = readFileSync(path(name));
    for (let seed = 0; seed < COMMANDS; seed++) {
      const file = path(`altered.${name}`);
      writeFileSync(file, altered(bytes, 1000 * (k + 1) + seed));
      const { code, stderr } = await cameo(['inspect', file], { seconds: 30 });
      assert.ok(code === 0 || code === 2, `${name} ${seed} ended with ${code}: ${stderr}`);
      if (code === 2) assert.match(stderr, /^cameo: .+\n$/);
    }
  }
});

test.run();
