/** A locked database: what it still does, and what it no longer does, whatever SQL it is given. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { literal, lock, openDatabase } from '../../src/io/duckdb.js';
import type { EventLog } from '../../src/io/event-log.js';
import { readEvents } from '../../src/io/events.js';
import { folder } from '../support/command.js';
import { refusal } from '../support/refused.js';

const cwd = folder();
const HOME = join(cwd, 'home');
mkdirSync(HOME);
process.env.HOME = HOME;
process.chdir(cwd);
const LINES = ['user,item,time,n', 'a,x,2024-01-01,1', 'b,y,2024-01-02,2'];
for (const name of ['log.csv', 'b[1].csv', "it's.csv", 'part-1.csv', 'part-2.csv', 'other.csv'])
  writeFileSync(name, `${LINES.join('\n')}\n`);
writeFileSync('secret.txt', 'SECRET');
const files = () => [readdirSync(cwd), readdirSync(HOME)];
const LOG = { user: 'user', item: 'item', time: 'time' };

test('it reads the files that it was opened for, keeps tables, and spills', async () => {
  const database = await openDatabase();
  const { connection } = database;
  await connection.run("SET memory_limit = '60MB'");
  await lock(database, ['log.csv']);
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  assert.equal(await rows("SELECT count(*)::INTEGER FROM read_csv('log.csv')"), [[2]]);
  // 160 MB, sorted.
  await connection.run('CREATE TABLE t AS SELECT hash(range) AS h, md5(range::VARCHAR) AS m FROM range(4000000)');
  assert.equal(await rows('SELECT count(*)::INTEGER FROM (SELECT m FROM t ORDER BY m, h OFFSET 1)'), [[3_999_999]]);
  const spilled = await rows('SELECT count(*)::INTEGER FROM duckdb_temporary_files()');
  assert.ok((spilled[0][0] as number) > 0);
  const [[place]] = (await rows("SELECT current_setting('temp_directory')")) as [[string]];
  assert.is(statSync(place).mode & 0o777, 0o700);
  await database[Symbol.asyncDispose]();
  assert.not(existsSync(place));
});

test('nothing else is read, written, fetched, loaded or set', async () => {
  const before = files();
  await using database = await openDatabase();
  await lock(database, ['log.csv']);
  for (const sql of [
    "FROM read_text('secret.txt')",
    "FROM read_csv('other.csv')",
    "FROM 'other.csv'",
    "FROM read_csv('part-*.csv')",
    "FROM glob('*')",
    "FROM read_csv('https://127.0.0.1:9/x.csv')",
    "FROM 's3://bucket/x.parquet'",
    "COPY (SELECT 42) TO 'out.csv'",
    "ATTACH 'out.db' AS o",
    "ATTACH 'https://127.0.0.1:9/x.duckdb' AS o",
    "EXPORT DATABASE 'out'",
    'INSTALL httpfs',
    'LOAD httpfs',
    "LOAD 'x.duckdb_extension'",
    'SET enable_external_access = true',
    "SET allowed_paths = ['secret.txt']",
    "SET temp_directory = 'out'",
    'SET autoload_known_extensions = true',
    'SET lock_configuration = false',
    'RESET enable_external_access',
    "PRAGMA enable_profiling = 'json'; SET profiling_output = 'out.json'",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
  ]) {
    const { message } = await database.connection.run(sql).then(
      () => assert.unreachable(sql) as never,
      (error: Error) => error,
    );
    assert.match(message, /disabled|locked|[Cc]annot|not found|does not exist|Missing Extension/, sql);
    assert.not.match(message, /SECRET/);
  }
  assert.equal(files(), before);
});

test('files by their names, whatever is in them, and by a pattern', async () => {
  const read = async (path: string) => (await readEvents({ ...LOG, path, value: 'n' })).counts.rows;
  for (const path of ['log.csv', './log.csv', join(cwd, 'log.csv'), '../'.concat(cwd.split('/').at(-1) as string, '/log.csv')])
    assert.is(await read(path), 2, path);
  assert.is(await read("it's.csv"), 2);
  assert.is(await read('b[[]1].csv'), 2);
  assert.is(await read('part-*.csv'), 4);
  assert.is(await read('part-[12].csv'), 4);
  const { code, message } = await refusal(() => read('none-*.csv'));
  assert.is(code, 'file');
  assert.match(message, /Cannot read 'none-\*\.csv'/);
});

test('an address is refused before anything is opened, and not told', async () => {
  const before = files();
  for (const scheme of ['https', 'HTTP', 's3', 'gcs', 'r2', 'hf', 'azure', 'ftp', 'file']) {
    for (const rest of ['://user:SECRET@127.0.0.1:9/x.csv', '://127.0.0.1:9/SECRET/*.parquet', '://127.0.0.1/SECRET.duckdb']) {
      const { code, message } = await refusal(() => readEvents({ ...LOG, path: `${scheme}${rest}`, query: 'SELECT 1' }));
      assert.is(code, 'file');
      assert.match(message, new RegExp(`^Nothing is fetched from '${scheme}://…'`));
      assert.not.match(message, /SECRET/);
    }
  }
  assert.equal(files(), before);
});

test('a query is one statement that reads its database and nothing else', async () => {
  const instance = await DuckDBInstance.create('shop.duckdb');
  const connection = await instance.connect();
  for (const sql of [
    `CREATE TABLE orders AS FROM read_csv(${literal('log.csv')})`,
    'CREATE SEQUENCE s',
    // Names of DuckDB's own.
    "CREATE MACRO lower(x) AS 'stolen'",
    'CREATE MACRO "*"(a, b) AS 99',
    "CREATE VIEW outside AS FROM read_csv('other.csv')",
  ])
    await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
  const bytes = readFileSync('shop.duckdb');
  const before = files();
  const read = (query: string, more: Partial<EventLog> = {}) => readEvents({ ...LOG, path: 'shop.duckdb', query, ...more });
  const events = await read('SELECT * FROM orders -- all', { value: 'n * 2', where: 'lower("user") <> \'stolen\'' });
  assert.equal([...events.value], [2, 4]);
  const refused: [query: string, message: RegExp][] = [
    ['SELECT * FROM orders; SELECT 1', /Cannot read|one statement/],
    ["SELECT * FROM orders); COPY (SELECT 1) TO 'out.csv'; SELECT * FROM (SELECT 1", /one statement; found 3/],
    ["SELECT * FROM read_csv('other.csv')", /disabled/],
    ['SELECT * FROM outside', /disabled/],
    ["SELECT *, nextval('s') AS k FROM orders", /read-only/],
    ["COPY orders TO 'out.csv'", /Cannot read/],
    ['DROP TABLE orders', /Cannot read/],
  ];
  for (const [query, message] of refused) {
    const error = await refusal(() => read(query));
    assert.match(error.message, message, query);
    assert.not.match(error.message, /\n/);
  }
  assert.equal(files(), before);
  assert.ok(readFileSync('shop.duckdb').equals(bytes));
});

test.run();
