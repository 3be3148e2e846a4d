/** What is no table is refused by its first bytes: a line of 300 MB, a million columns; of tables, of logs, in every format of text. */
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readEvents } from '../../src/io/events.js';
import { checkHead } from '../../src/io/head.js';
import { InputFile } from '../../src/io/input.js';
import { readTable } from '../../src/io/read.js';
import type { Progress } from '../../src/progress.js';
import { cameo, folder } from '../support/command.js';
import { refusal } from '../support/refused.js';

const cwd = folder();
const at = (name: string) => join(cwd, name);
const MILLION = Array.from({ length: 1_000_000 }, (_, i) => `c${i}`);
writeFileSync(at('wide.csv'), `${MILLION.join(',')}\n${MILLION.map(() => 1).join(',')}\n`);
writeFileSync(at('wide.csv.gz'), gzipSync(`${MILLION.join(',')}\n`));
writeFileSync(at('wide.jsonl'), `{${MILLION.map((name) => `"${name}":1`).join(',')}}\n`);

/** A file whose last line goes on. */
function long(name: string, head: string, megabytes: number): void {
  const file = openSync(at(name), 'w');
  writeSync(file, head);
  const piece = Buffer.alloc(1e6, 'x');
  for (let i = 0; i < megabytes; i++) writeSync(file, piece);
  closeSync(file);
}
long('first.csv', 'user,item,time', 300);
long('second.csv', 'user,item,time\nu1,i1,2024-01-01\n', 60);
long('cell.jsonl', '{"user": "', 60);
test.after(() => rmSync(cwd, { recursive: true }));

const tables: [name: string, message: RegExp][] = [
  ['first.csv', /^Cannot read '.*first\.csv': line 1 has more than 16 MiB\.$/],
  ['second.csv', /^Cannot read '.*second\.csv': line 3 has a row of more than 16 MiB\.$/],
  ['wide.csv', /^Cannot read '.*wide\.csv': line 1 has more than 100000 columns\.$/],
  ['wide.csv.gz', /^Cannot read '.*wide\.csv\.gz': line 1 has more than 100000 columns\.$/],
  ['wide.jsonl', /^Cannot read '.*wide\.jsonl': line 1 has an object of more than 100000 keys\.$/],
];
for (const [name, message] of tables) {
  test(`a table: ${name}`, async () => {
    let most = 0;
    const onProgress = ({ done }: Progress) => {
      most = Math.max(most, done);
    };
    const error = await refusal(() => readTable(at(name), { onProgress }));
    assert.is(error.code, 'file');
    assert.match(error.message, message);
    assert.ok(most < 40e6, `${most} bytes were read`);
  });
}

const logs: [name: string, message: RegExp][] = [
  ['first.csv', /^Cannot read '.*first\.csv': line 1 has more than 2 MB\.$/],
  ['second.csv', /^Cannot read '.*second\.csv': line 3 has more than 2 MB\.$/],
  ['wide.csv', /^Cannot read '.*wide\.csv': line 1 has more than 2 MB\.$/],
  ['wide.csv.gz', /^Cannot read '.*wide\.csv\.gz': line 1 has more than 2 MB\.$/],
  ['wide.jsonl', /^Cannot read '.*wide\.jsonl': line 1 has an object of more than 100000 keys\.$/],
  ['wid*.csv', /^Cannot read '.*wide\.csv': line 1 has more than 2 MB\.$/],
];
for (const [name, message] of logs) {
  test(`a log: ${name}`, async () => {
    const error = await refusal(() => readEvents({ path: at(name), user: 'user', item: 'item', time: 'time' }));
    assert.is(error.code, 'file');
    assert.match(error.message, message);
  });
}

test('the command ends with 2 and the same words', async () => {
  const where = ['--user', 'user', '--item', 'item', '--time', 'time', '-o', 'out.arrow'];
  for (const args of [
    ['fit', 'first.csv', '--target', 'x', '--save', 'x.cameo'],
    ['profile', '--events', 'first.csv', ...where],
  ]) {
    const { code, stdout, stderr } = await cameo(args, { cwd });
    assert.equal([code, stdout.toString()], [2, ''], stderr);
    assert.match(stderr, /^cameo: Cannot read 'first\.csv': line 1 has more than (16 MiB|2 MB)\.\n$/);
  }
  const cell = await cameo(['fit', 'cell.jsonl', '--target', 'x', '--save', 'x.cameo'], { cwd });
  assert.is(cell.code, 2);
  assert.match(cell.stderr, /^cameo: Cannot read 'cell\.jsonl': .*16777216 bytes exceeded/);
});

test('lines are counted with any line break, also where pieces of the file meet', async () => {
  const PIECE = 1 << 20;
  for (const end of ['\n', '\r\n', '\r']) {
    for (const shift of [0, 1, 2]) {
      // The break of the second line stands at the end of the first piece that is read, or around it.
      const lines = `a${end}${'b'.repeat(PIECE - 1 - 2 * end.length - shift + 1)}${end}c${end}`;
      writeFileSync(at('breaks.csv'), lines + 'd'.repeat(2_000_001));
      await using file = await InputFile.open(at('breaks.csv'));
      assert.match((await refusal(() => checkHead(file))).message, /line 4 has more than 2 MB/);
      writeFileSync(at('breaks.csv'), lines + 'd'.repeat(2_000_000) + end + lines);
      await using good = await InputFile.open(at('breaks.csv'));
      await checkHead(good);
    }
  }
});

test.run();
