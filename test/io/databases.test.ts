/** Events from a DuckDB database file and from a real PostgreSQL server equal those of a CSV file. */
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { behaviourOf, CameoError, type EventLog, readEvents } from '../../src/index.js';
import { cameo, folder } from '../support/command.js';
import { missing, startPostgres } from '../support/postgres.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const at = (name: string) => join(cwd, name);
const next = generator(9);
const ROWS = 10_000;
const lines = Array.from({ length: ROWS }, (_, k) => {
  const time = new Date(Date.UTC(2024, 0, 1) + Math.floor(next() * 300 * 86400) * 1000)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');
  const user = k % 97 === 0 ? '' : Math.floor(next() * 200);
  return `${user},"it""em, ${Math.floor(next() * 50)}",${time},${Math.floor(next() * 9)},${(next() * 90).toFixed(2)}`;
});
writeFileSync(at('log.csv'), `who,what,happened,pieces,price\n${lines.join('\n')}\n`);
const log: EventLog = {
  path: at('log.csv'),
  user: 'who',
  item: 'what',
  time: 'happened',
  value: 'pieces * price',
  where: 'pieces > 0',
  label: 'what',
};
const facts = async (source: Partial<EventLog>) => {
  const events = await readEvents({ ...log, ...source });
  return { counts: events.counts, asOf: events.asOf, behaviour: behaviourOf(events) };
};
const expected = await facts({});
assert.ok(expected.counts.noUser > 0 && expected.counts.filtered > 0);
const flags = ['--user', 'who', '--item', 'what', '--time', 'happened', '--value', 'pieces * price', '--where', 'pieces > 0'];

test('a DuckDB database file', async () => {
  const instance = await DuckDBInstance.create(at('shop.duckdb'));
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE lines AS FROM read_csv('${at('log.csv')}'); CREATE VIEW events AS FROM lines`);
  connection.closeSync();
  instance.closeSync();
  // The names of the tables may be those of ours.
  for (const query of ['SELECT * FROM lines', 'FROM events', 'SELECT * FROM lines WHERE true ORDER BY random()']) {
    assert.equal(await facts({ path: at('shop.duckdb'), query }), expected);
  }
  const refused: [Partial<EventLog>, RegExp][] = [
    [{ path: at('shop.duckdb') }, /needs a query/],
    [{ path: at('shop.duckdb'), query: 'SELECT * FROM absent' }, /Cannot read '.*shop\.duckdb': Catalog Error/],
    [{ path: at('shop.duckdb'), query: 'DELETE FROM lines' }, /Cannot read/],
    [{ path: at('shop.duckdb'), query: 'SELECT 1 AS one' }, /User column 'who' is not in the table/],
    [{ path: at('absent.duckdb'), query: 'SELECT 1' }, /Cannot read/],
    [{ query: 'SELECT 1' }, /A query is for databases/],
  ];
  writeFileSync(at('wrong.duckdb'), 'nothing of the kind');
  refused.push([{ path: at('wrong.duckdb'), query: 'SELECT 1' }, /Cannot read/]);
  for (const [source, message] of refused) {
    const error = await facts(source).then(
      () => undefined,
      (e: unknown) => e as CameoError,
    );
    assert.instance(error, CameoError);
    assert.match((error as CameoError).message, message);
  }
});

if (missing) console.log(`PostgreSQL is not tested: ${missing}`);
else {
  test('a PostgreSQL server: rows by cursor, the same profiles', async () => {
    const server = await startPostgres();
    try {
      await server.run(`
        CREATE TABLE log (who integer, what text, happened timestamp, pieces smallint, price numeric(10, 2));
        CREATE TABLE empty (LIKE log);
        CREATE VIEW zoned AS SELECT who, what, happened AT TIME ZONE 'UTC' AS happened, pieces, price FROM log;
        ALTER ROLE shop SET timezone = 'Asia/Tokyo'; ALTER ROLE shop SET datestyle = 'German';`);
      const values = lines.map((line) => {
        const [, who, what, rest] = /^(\d*),"(.*)",(.*)$/.exec(line) as RegExpExecArray;
        const [time, pieces, price] = rest.split(',');
        return `(${who || 'NULL'}, '${what.replaceAll('""', '"')}', '${time}', ${pieces}, ${price})`;
      });
      await server.run(`SET datestyle = 'ISO'; INSERT INTO log VALUES ${values.join(',')}`);
      const path = server.address;
      assert.equal(await facts({ path, query: 'SELECT * FROM log' }), expected);
      assert.equal(await facts({ path, query: 'SELECT * FROM zoned' }), expected);
      const command = ['profile', '--events', path, ...flags];
      const good = await cameo([...command, '--query', 'SELECT * FROM log', '-o', 'pg.jsonl', '--threads', '1', '--json'], {
        cwd,
      });
      assert.is(good.code, 0, good.stderr);
      assert.is(JSON.parse(good.stdout.toString()).users, expected.behaviour.users.length);

      const before = readdirSync(cwd).sort();
      const cases: [string[], RegExp][] = [
        [['--query', 'SELECT * FROM absent'], /relation "absent" does not exist/],
        [['--query', 'DELETE FROM log RETURNING *'], /read-only transaction/],
        [['--query', 'SELECT * FROM empty'], /No event is left of 0 rows/],
        [['--query', 'SELECT 1 AS a, 2 AS a'], /'a' appears more than once/],
        [['--query', "SELECT 'private'::integer"], /invalid input syntax for type integer/],
        // Row 5,000 is an error, when 2,048 rows are here already.
        [['--query', 'SELECT *, 1 / (5000 - row_number() OVER ()) AS x FROM log'], /division by zero/],
        [[], /needs a query/],
      ];
      for (const [args, message] of cases) {
        const { code, stderr, stdout } = await cameo([...command, ...args, '-o', 'x.arrow', '--save', 'x.cameo'], { cwd });
        assert.equal([code, stdout.toString()], [2, ''], stderr);
        assert.match(stderr, message);
        assert.not.match(stderr, /secret|private/);
        assert.equal(readdirSync(cwd).sort(), before);
      }

      // The server goes away while rows are on their way: each takes a millisecond.
      const slow = 'SELECT log.*, pg_sleep(0.001) AS nap FROM log';
      const dropped = cameo([...command, '--query', slow, '-o', 'x.arrow', '--save', 'x.cameo'], { cwd });
      await new Promise((done) => setTimeout(done, 4000));
      await server.kill();
      const { code, stderr } = await dropped;
      assert.is(code, 2, stderr);
      assert.match(stderr, /Cannot read 'postgres:\/\/127\.0\.0\.1:\d+\/postgres': /);
      assert.not.match(stderr, /secret/);
      assert.equal(readdirSync(cwd).sort(), before);

      const down = await cameo([...command, '--query', 'SELECT * FROM log', '-o', 'x.arrow'], { cwd });
      assert.is(down.code, 2);
      assert.match(down.stderr, /Cannot read 'postgres:\/\/127\.0\.0\.1:\d+\/postgres': .*ECONNREFUSED/);
    } finally {
      await server.kill();
    }
  });
}

test('a server that talks something else', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as { port: number };
  const error = await facts({ path: `postgres://user:secret@127.0.0.1:${port}/shop`, query: 'SELECT 1' }).catch(
    (e: CameoError) => e,
  );
  assert.instance(error, CameoError);
  assert.match((error as CameoError).message, new RegExp(`Cannot read 'postgres://127\\.0\\.0\\.1:${port}/shop'`));
  server.close();
});

test.run();
