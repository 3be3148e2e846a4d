/** Temporary files: what dead processes have left goes, and nothing else does. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clearStale, discard, release, temporaryIn } from '../../src/io/temporary.js';
import { folder } from '../support/command.js';

const cwd = folder();
/** The parts of a name of this process. */
const [, host, pid, start] = /^\.cameo-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{12}\.tmp$/.exec(basename(temporaryIn(cwd))) ?? [];
const ELSEWHERE = host === '00000000' ? '11111111' : '00000000';
const name = (of: string, process: string | number, since: string | number) =>
  `.cameo-${of}-${process}-${since}-0123456789ab.tmp`;

async function left(file: string, minutes = 0): Promise<boolean> {
  const path = join(cwd, file);
  writeFileSync(path, 'x');
  const then = new Date(Date.now() - minutes * 60_000);
  utimesSync(path, then, then);
  await clearStale(cwd);
  const there = existsSync(path);
  if (there) await discard(path);
  return there;
}

test('a name says whose it is', () => {
  assert.is(pid, String(process.pid));
  const [one, other] = [temporaryIn(cwd), temporaryIn(cwd)];
  assert.is.not(one, other);
});

test('of this host: gone when the process is, whatever the age', async () => {
  const child = spawn('true');
  await new Promise((done) => child.on('exit', done));
  assert.not(await left(name(host, child.pid as number, 1)));
  assert.not(await left(name(host, child.pid as number, 0)));
});

test('of this host: kept while the process lives, whatever the age; its number given out again is another process', async () => {
  assert.ok(await left(name(host, pid, start), 100_000));
  assert.ok(await left(name(host, 1, 0), 100_000));
  if (start !== '0') assert.not(await left(name(host, pid, Number(start) + 1)));
});

test('of another host or container: kept for an hour since it was touched', async () => {
  assert.ok(await left(name(ELSEWHERE, 1, 5)));
  assert.ok(await left(name(ELSEWHERE, 1, 5), 59));
  assert.not(await left(name(ELSEWHERE, 1, 5), 61));
});

test('folders go with what is in them, what is ours stays, and so does what only looks alike', async () => {
  const stale = join(cwd, name(ELSEWHERE, 7, 7).slice(1).replace('.tmp', ''));
  mkdirSync(join(stale, 'inner'), { recursive: true });
  writeFileSync(join(stale, 'inner', 'file'), 'x');
  utimesSync(stale, new Date(0), new Date(0));
  const mine = temporaryIn(cwd);
  writeFileSync(mine, 'x');
  const others = [
    'cameo.csv',
    '.cameo-x.tmp',
    'o.arrow.1.tmp',
    'cameo-00000000-1-1-0123456789a.tmp',
    'x.cameo-00000000-1-1-0123456789ab.tmp',
  ];
  for (const other of others) {
    writeFileSync(join(cwd, other), 'x');
    utimesSync(join(cwd, other), new Date(0), new Date(0));
  }
  await clearStale(cwd);
  assert.not(existsSync(stale));
  assert.ok(existsSync(mine));
  for (const other of others) assert.ok(readdirSync(cwd).includes(other), other);
  await discard(mine);
  release(mine);
});

test('a folder that is not there is no error', () => clearStale(join(cwd, 'nowhere')));

test.run();
