/** Event logs as people have them: in another encoding, through a pipe. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cameo, folder } from '../support/command.js';

const cwd = folder();
const MAIN = resolve('dist/src/command/main.js');
const text = [
  'user,item,time,amount',
  ...Array.from({ length: 300 }, (_, i) => `é${i % 9},ü${i % 7},2024-01-${10 + (i % 19)},${i % 5}`),
].join('\n');
writeFileSync(join(cwd, 'log.csv'), text);
writeFileSync(join(cwd, 'log.csv.gz'), gzipSync(text));
writeFileSync(join(cwd, 'latin.csv'), Buffer.from(text, 'latin1'));
const columns = [
  '--user',
  'user',
  '--item',
  'item',
  '--time',
  'time',
  '--value',
  'amount',
  '--effort',
  'fast',
  '--threads',
  '0',
  '--quiet',
];
const profiles = (name: string) => readFileSync(join(cwd, name), 'utf8');

test('a log in another encoding is read with its name, and named without', async () => {
  const plain = await cameo(['profile', '--events', 'log.csv', ...columns, '-o', 'plain.jsonl'], { cwd });
  assert.is(plain.code, 0, plain.stderr);
  const bare = await cameo(['profile', '--events', 'latin.csv', ...columns, '-o', 'x.jsonl'], { cwd });
  assert.is(bare.code, 2);
  assert.match(bare.stderr, /^cameo: Cannot read 'latin\.csv': line 2 is not UTF-8\. .*--encoding/);
  const given = await cameo(['profile', '--events', 'latin.csv', '--encoding', 'latin-1', ...columns, '-o', 'latin.jsonl'], {
    cwd,
  });
  assert.is(given.code, 0, given.stderr);
  assert.is(profiles('latin.jsonl'), profiles('plain.jsonl'));
});

test('a log comes by standard input, redirected or piped, and by process substitution, gzipped too', () => {
  const run = (name: string, line: (command: string) => string) => {
    const command = `${process.execPath} ${MAIN} profile ${columns.join(' ')} -o ${name}.jsonl --events`;
    execFileSync('bash', ['-c', line(command)], { cwd });
    assert.is(profiles(`${name}.jsonl`), profiles('plain.jsonl'), name);
  };
  run('piped', (command) => `cat log.csv | ${command} /dev/stdin`);
  run('redirected', (command) => `${command} /dev/stdin < log.csv`);
  run('substituted', (command) => `${command} <(cat log.csv)`);
  run('packed', (command) => `${command} <(cat log.csv.gz)`);
});

test.run();
