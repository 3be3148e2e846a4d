// test timeout: 600
/** Signals: whatever the work is at, the process ends in a second with the signal's code, says so, and leaves nothing behind. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cameo, folder } from '../support/command.js';
import { CODES, MAIN, namedPipe, type Signal, type Started, sleep, start, until } from '../support/process.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const temporary = join(cwd, 'tmp');
mkdirSync(temporary);
const next = generator(5);
const rows = Array.from({ length: 20_000 }, (_, i) => {
  const age = Math.floor(next() * 60);
  return `u${i},${age},${(next() * 100).toFixed(2)},${next() < age / 80 ? 'yes' : 'no'}`;
});
const HEADER = 'id,age,spent,churned';
writeFileSync(join(cwd, 'users.csv'), [HEADER, ...rows].join('\n'));
writeFileSync(join(cwd, 'many.csv'), [HEADER, ...Array(30).fill(rows.join('\n'))].join('\n'));
// Of so many items that EASE alone takes seconds.
const events = Array.from({ length: 120_000 }, (_, k) => `u${k % 6000},i${Math.floor(next() * 4800)},2026-01-${10 + (k % 19)}`);
writeFileSync(join(cwd, 'log.csv'), ['u,i,t', ...events].join('\n'));
const database = await DuckDBInstance.create(join(cwd, 'shop.duckdb'));
const connection = await database.connect();
await connection.run('CREATE TABLE numbers AS FROM range(100000)');
connection.closeSync();
database.closeSync();
/** Goes through ten billion pairs. */
const QUERY = `SELECT 'u' || (a.range % 100) AS u, 'i' || (b.range % 50) AS i, TIMESTAMP '2024-01-01' AS t
  FROM numbers a, numbers b WHERE hash(a.range * b.range) % 1000000007 = 1`;

/** How busy the machine is: what a process without work takes, in milliseconds. */
function busy(): number {
  const start = performance.now();
  spawnSync(process.execPath, ['-e', '']);
  return performance.now() - start;
}

const target = ['--target', 'churned', '--id', 'id'];
const fit = ['fit', 'users.csv', ...target, '--save', 'out.cameo'];
const long = [...fit, '--preset', 'article', '--hidden', '600,600'];
const log = ['--user', 'u', '--item', 'i', '--time', 't'];
const saved = await cameo([...fit.slice(0, -1), 'saved.cameo', '--max-iter', '3', '--threads', '0'], { cwd });
assert.is(saved.code, 0, saved.stderr);
const table = namedPipe(join(cwd, 'pipe.csv'));
const model = namedPipe(join(cwd, 'pipe.cameo'));
const before = readdirSync(cwd).sort();

/** Processor time of a process in seconds: that it is at work, where it tells nothing. */
const worked = ({ child }: Started) => {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const begun = () => sizes().length > 0;
/** Bytes of the temporary files beside the output. */
const sizes = () =>
  readdirSync(cwd)
    .filter((name) => name.startsWith('.cameo-'))
    .map((name) => statSync(join(cwd, name), { throwIfNoEntry: false })?.size ?? 0);

interface Stage {
  args: string[];
  /** waits until the work is there */
  there: (started: Started) => Promise<unknown>;
  read?: boolean;
  message?: RegExp;
  /** where it takes long to come there; default: all three */
  signals?: Signal[];
}

const ALL = Object.keys(CODES) as Signal[];
const NOTHING = /^cameo: Stopped\. Nothing was written\.\n$/;
const stages: Record<string, Stage> = {
  'reading a pipe that nobody has opened': {
    args: ['profile', 'pipe.csv', ...target, '-o', 'out.arrow'],
    there: () => until(() => readdirSync(temporary).length > 0, 'the copy of the pipe'),
  },
  'reading a pipe whose writer has stopped': {
    args: ['profile', 'pipe.csv', ...target, '-o', 'out.parquet'],
    there: () => table.write('id,age,churned\n1,2,yes\n'),
  },
  'reading events from a pipe whose writer has stopped': {
    args: ['profile', '--events', 'pipe.csv', ...log, '-o', 'out.jsonl'],
    there: () => table.write('u,i,t\n'),
  },
  'reading a model from a pipe whose writer has stopped': {
    args: ['profile', 'users.csv', '--model', 'pipe.cameo', '-o', 'out.arrow'],
    there: () => model.write('xx'),
  },
  'reading standard input whose writer has stopped': {
    args: ['profile', '-', ...target, '-o', 'out.arrow'],
    there: () => until(begun, 'the temporary file'),
  },
  'reading a large file': {
    args: ['fit', 'many.csv', ...target, '--save', 'out.cameo'],
    there: (started) => until(() => begun() && worked(started) > 1, 'some processor time'),
  },
  'writing a file': {
    args: ['profile', 'many.csv', '--model', 'saved.cameo', '-o', 'out.csv.gz'],
    there: () => until(() => sizes().some((size) => size > 0), 'the first bytes'),
    signals: ['SIGHUP'],
  },
  'a query of DuckDB': {
    args: ['profile', '--events', 'shop.duckdb', '--query', QUERY, ...log, '-o', 'out.arrow'],
    there: (started) => until(() => worked(started) > 1.5, 'some processor time'),
  },
  'comparing recommenders': {
    args: ['fit', '--events', 'log.csv', ...log, '--save', 'out.cameo'],
    there: (started) => until(() => worked(started) > 4, 'some processor time'),
    signals: ['SIGINT'],
  },
  'training in a thread': {
    args: [...long, '--threads', '1'],
    there: (started) => until(() => worked(started) > 3, 'some processor time'),
  },
  'training on the calling thread': {
    args: [...long, '--threads', '0'],
    there: (started) => until(() => worked(started) > 3, 'some processor time'),
  },
  'the folds of a blend are learnt': {
    args: [...fit, '--threads', '2'],
    there: (started) => until(() => worked(started) > 3, 'some processor time'),
    signals: ['SIGINT'],
  },
  'writing to a pipe that nobody reads': {
    args: ['profile', 'users.csv', '--model', 'saved.cameo', '--threads', '0', '-o', '-'],
    there: ({ child }) => until(() => (child.stdout?.readableLength ?? 0) > 0, 'some output'),
    read: false,
    message: /^cameo: Stopped\.\n$/,
  },
};

for (const [name, { args, there, read, message = NOTHING, signals = ALL }] of Object.entries(stages)) {
  for (const signal of signals) {
    test(`${signal} while ${name}`, async () => {
      const started = start(args, { cwd, env: { TMPDIR: temporary }, read });
      try {
        if (read === false) started.child.stdout?.pause().on('readable', () => {});
        await there(started);
        await sleep(100);
        assert.is(started.child.exitCode, null, started.stderr());
        const slack = busy();
        const begin = performance.now();
        started.child.kill(signal);
        const { code, signal: by } = await started.ended;
        const took = performance.now() - begin;
        assert.is(code ?? by, CODES[signal], started.stderr());
        assert.ok(took < 1000 + slack, `it took ${took} ms`);
        await until(() => started.stderr(), 'what it says');
        assert.match(started.stderr(), message);
        assert.equal(readdirSync(cwd).sort(), before);
        assert.equal(readdirSync(temporary), []);
      } finally {
        started.child.kill('SIGKILL');
        table.end();
        model.end();
      }
    });
  }
}

test('a second signal does not wait', async () => {
  const started = start([...long, '--threads', '0'], { cwd });
  await until(() => worked(started) > 2, 'some processor time');
  const begin = performance.now();
  started.child.kill('SIGTERM');
  await sleep(100);
  started.child.kill('SIGINT');
  // Where the process heard neither before both were there, the system gives it the second first.
  const { code } = await started.ended;
  assert.ok(code === CODES.SIGTERM || code === CODES.SIGINT, `${code}`);
  assert.ok(performance.now() - begin < 400 + busy());
  assert.equal(readdirSync(cwd).sort(), before);
});

test('what a killed process leaves is cleared by the next, and is in nobody’s way', async () => {
  const started = start(long, { cwd, env: { TMPDIR: temporary } });
  await until(begun, 'the temporary file');
  started.child.kill('SIGKILL');
  await started.ended;
  assert.is(readdirSync(cwd).length, before.length + 1);
  const { code, stderr } = await cameo([...fit.slice(0, -1), 'again.cameo', '--max-iter', '3'], { cwd });
  assert.is(code, 0, stderr);
  assert.equal(readdirSync(cwd).sort(), [...before, 'again.cameo'].sort());
});

test('a killed container leaves nothing in the way of the next, whose process has the same number', async () => {
  const apart = ['--pid', '--fork', '--mount-proc', '--kill-child'];
  if (spawnSync('unshare', [...apart, 'true']).status !== 0)
    return console.log('skipped: no space of process numbers can be made here');
  const run = (args: readonly string[]) =>
    spawn('unshare', [...apart, process.execPath, MAIN, ...args], { cwd, stdio: 'ignore' });
  const ended = (child: ChildProcess) => new Promise((done) => child.on('exit', done));
  const killed = run(long);
  await until(begun, 'the temporary file');
  const left = readdirSync(cwd).find((name) => name.startsWith('.cameo-')) as string;
  assert.is(left.split('-')[2], '1');
  killed.kill('SIGKILL');
  await ended(killed);
  assert.is(await ended(run([...fit.slice(0, -1), 'next.cameo', '--max-iter', '3'])), 0);
  assert.ok(readdirSync(cwd).includes('next.cameo'));
  // Another container's is known to be dead when nobody has touched it for an hour.
  if (readdirSync(cwd).includes(left)) utimesSync(join(cwd, left), new Date(0), new Date(0));
  assert.is(await ended(run([...fit.slice(0, -1), 'next.cameo', '--max-iter', '3'])), 0);
  assert.not(readdirSync(cwd).includes(left));
});

test.run();
