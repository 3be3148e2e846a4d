/** Files as people have them, through the command: numbers in disguise, encodings, pipes, and what is said of them. */
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawer } from '../../src/random.js';
import { cameo, folder } from '../support/command.js';
import { encode } from '../support/encode.js';
import { workbook } from '../support/workbook.js';

const cwd = folder();
const write = (name: string, text: string | Uint8Array) => writeFileSync(join(cwd, name), text);
const FIT = ['--target', 'target', '--threads', '0', '--max-iter', '60', '--save', 'm.cameo'];
const fit = (file: string, ...more: string[]) => cameo(['fit', file, ...FIT, ...more], { cwd });

/** A target that follows from four amounts. */
const ROWS = 900;
const draw = drawer(7, 0);
const amounts = Array.from({ length: ROWS }, () => Array.from({ length: 4 }, () => (draw(400_000) - 120_000) / 100));
const target = amounts.map(([a, b, c, d]) => (a + 0.6 * b - c + 0.3 * d > 700 ? 'yes' : 'no'));
const table = (separator: string, cells: (row: number[], i: number) => string[]) =>
  `${['a', 'b', 'c', 'd', 'target'].join(separator)}\n${amounts.map((row, i) => [...cells(row, i), target[i]].join(separator)).join('\n')}\n`;
const grouped = (value: number, decimal: string, group: string) => {
  const [whole, fraction] = Math.abs(value).toFixed(2).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, group)}${decimal}${fraction}`;
};
const signed = (value: number, text: string) => (value < 0 ? `-${text}` : text);
write(
  'plain.csv',
  table(',', (row) => row.map(String)),
);
write(
  'disguised.csv',
  table(';', ([a, b, c, d]) => [
    signed(a, grouped(a, ',', '.')),
    signed(b, `$${grouped(b, '.', ',')}`),
    signed(c, `${grouped(c, ',', ' ')} €`),
    d < 0 ? `(${grouped(d, '.', ',')})` : grouped(d, '.', ','),
  ]),
);

test('numbers in disguise are worth what plain ones are, and are said in the summary and the JSON', async () => {
  const [plain, disguised] = await Promise.all(
    ['plain.csv', 'disguised.csv'].map((file) => fit(file, '--json', '--save', `${file}.cameo`)),
  );
  assert.is(plain.code, 0, plain.stderr);
  assert.is(disguised.code, 0, disguised.stderr);
  const [a, b] = [plain, disguised].map(({ stdout }) => JSON.parse(stdout.toString()));
  assert.ok(a.evaluation.rocAuc > 0.9);
  assert.is(b.evaluation.rocAuc, a.evaluation.rocAuc);
  assert.is(b.features, 4);
  assert.equal(a.reading, []);
  assert.equal(
    b.reading.map(({ column, message }: { column: string; message: string }) => `${column}: ${message}`),
    [
      'a: numbers written like 1.234,5',
      'b: numbers written like $1,234.5',
      'c: numbers written like 1.234,5 €',
      'd: numbers written like 1,234.5',
    ],
  );
  const { stdout } = await fit('disguised.csv');
  assert.match(stdout.toString(), /Reading\n {2}a {2}numbers written like 1\.234,5\n/);
});

test('a text among numbers ends the run, naming column, row and kind, unless it is taken as missing, or is in a column left out', async () => {
  write(
    'typo.csv',
    table(',', (row, i) => row.map((value, j) => (i === 500 && j === 1 ? 'secret' : String(value)))),
  );
  const refused = await fit('typo.csv');
  assert.is(refused.code, 2);
  assert.is(
    refused.stderr,
    "cameo: Column 'b' holds numbers, and a word in row 500 (line 502). Mend it, take such cells as missing with --on-error missing, " +
      'or leave the column out with --ignore b.\n',
  );
  const taken = await fit('typo.csv', '--on-error', 'missing', '--json');
  assert.is(taken.code, 0, taken.stderr);
  assert.equal(JSON.parse(taken.stdout.toString()).reading, [
    { column: 'b', message: '1 cell of text among numbers taken as missing' },
  ]);
  assert.is((await fit('typo.csv', '--ignore', 'b', '--quiet')).code, 0);
});

test('a file in another encoding is named with the option that reads it', async () => {
  const words = ['很快，好吃，味道足', '没有送水', '态度不错', '菜品一般'];
  write(
    'gbk.csv',
    encode(
      `城市,n,target\n${Array.from({ length: 200 }, (_, i) => `${words[i % 4]},${i},${i % 4 ? 'yes' : 'no'}`).join('\n')}\n`,
      'gbk',
    ),
  );
  const refused = await fit('gbk.csv');
  assert.is(refused.code, 2);
  assert.is(
    refused.stderr,
    "cameo: Cannot read 'gbk.csv': line 1 is not UTF-8. It looks like gb18030: --encoding gb18030 would read it so.\n",
  );
  const read = await fit('gbk.csv', '--encoding', 'gb18030', '--json');
  assert.is(read.code, 0, read.stderr);
  assert.ok(JSON.parse(read.stdout.toString()).importances.some(({ feature }: { feature: string }) => feature === '城市'));
});

test('ragged rows, a wrong delimiter and option values are named', async () => {
  write('ragged.csv', 'a,target\n1,yes\n2,no,3\n');
  assert.match((await fit('ragged.csv')).stderr, /Cannot read 'ragged\.csv': line 3 has 3 cells where the first line names 2/);
  assert.match(
    (await fit('plain.csv', '--delimiter', ';')).stderr,
    /Target column 'target' is not in the table, which has 'a,b,c,d,target'/,
  );
  assert.match((await fit('plain.csv', '--encoding', 'klingon')).stderr, /Option 'encoding' must be utf-8/);
  assert.match((await fit('plain.csv', '--decimal', 'x')).stderr, /--decimal.*invalid.*Allowed choices are \., ,/);
});

test('a workbook gives the same model as the CSV of its cells', async () => {
  write('book.xlsx', workbook({ Data: [['a', 'b', 'c', 'd', 'target'], ...amounts.map((row, i) => [...row, target[i]])] }));
  const [csv, book] = [await fit('plain.csv', '--json'), await fit('book.xlsx', '--json', '--sheet', 'Data')];
  assert.is(book.code, 0, book.stderr);
  assert.equal(JSON.parse(book.stdout.toString()).evaluation, JSON.parse(csv.stdout.toString()).evaluation);
});

const bash = (script: string) =>
  execFileSync('bash', ['-c', script], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const MAIN = resolve('dist/src/command/main.js');
const COMMAND = `'${process.execPath}' '${MAIN}'`;

test('standard input, process substitution and a named pipe read as the file does', async () => {
  const options = `${FIT.join(' ')} --json`;
  const evaluation = (text: string) => JSON.parse(text).evaluation;
  const expected = evaluation((await fit('plain.csv', '--json')).stdout.toString());
  assert.equal(evaluation(bash(`cat plain.csv | ${COMMAND} fit /dev/stdin ${options}`)), expected);
  assert.equal(evaluation(bash(`${COMMAND} fit /dev/stdin ${options} < plain.csv`)), expected);
  assert.equal(evaluation(bash(`${COMMAND} fit <(gzip -c plain.csv) ${options}`)), expected);
  assert.equal(evaluation(bash(`mkfifo p.csv; cat plain.csv > p.csv & ${COMMAND} fit p.csv ${options}`)), expected);
  // A socket, as one process of Node's gives another.
  const { readFileSync } = await import('node:fs');
  const piped = await cameo(['fit', '/dev/stdin', ...FIT, '--json'], { cwd, input: readFileSync(join(cwd, 'plain.csv')) });
  assert.equal(evaluation(piped.stdout.toString()), expected);
  // What is no CSV is seen from its first bytes.
  const lines = amounts.map(([a, b, c, d], i) => JSON.stringify({ a, b, c, d, target: target[i] }));
  write('t.jsonl', lines.join('\n'));
  assert.equal(evaluation(bash(`cat t.jsonl | ${COMMAND} fit /dev/stdin ${options}`)), expected);
  assert.equal(evaluation(bash(`${COMMAND} fit <(cat book.xlsx) ${options}`)), expected);
});

test('a pipe whose writer never comes, or stops, ends by a signal and leaves nothing behind', async () => {
  bash('mkfifo never.csv stops.csv');
  const writer = createWriteStream(join(cwd, 'stops.csv'), { flags: 'r+' });
  writer.write('a,target\n1,yes\n');
  const before = readdirSync(cwd).sort();
  const temporary = join(folder(), 'tmp');
  bash(`mkdir '${temporary}'`);
  for (const pipe of ['never.csv', 'stops.csv']) {
    const child = spawn(process.execPath, [MAIN, 'fit', pipe, ...FIT.slice(0, -1), 'x.cameo'], {
      cwd,
      env: { ...process.env, TMPDIR: temporary },
    });
    const ended = new Promise<number | null>((done) => child.on('close', done));
    await new Promise((done) => setTimeout(done, 2500));
    child.kill('SIGTERM');
    const code = await Promise.race([ended, new Promise((done) => setTimeout(() => done('too late'), 20_000))]);
    if (code === 'too late') child.kill('SIGKILL');
    assert.ok(code === 130 || code === 143, `${pipe}: ${code}`);
  }
  writer.destroy();
  assert.equal(readdirSync(cwd).sort(), before);
  assert.equal(readdirSync(temporary), []);
});

test.run();
