/** What may be wrong with a table ends no run that can go on, and is said once: in one place of the summary, and in the JSON. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cameo, folder } from '../support/command.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const next = generator(9);
const people = Array.from({ length: 300 }, (_, i) => {
  const spent = next();
  return [
    `u${i < 4 ? 0 : i}`,
    spent.toFixed(3),
    '',
    'same',
    `a note of secret${i}`,
    (spent + next()).toFixed(2),
    spent + next() > 1 ? 'yes' : 'no',
  ];
});
const header = 'id,spent,nothing,constant,note,other,target';
const write = (name: string, rows: readonly string[][]) =>
  writeFileSync(join(cwd, name), `${header}\n${rows.map((row) => row.join()).join('\n')}\n`);
write('users.csv', [...people, people[200], people[201]]);
write(
  'few.csv',
  people.slice(10, 15).map((row, i) => [...row.slice(0, 6), i === 2 ? 'yes' : 'no']),
);
write(
  'numbers.csv',
  people.slice(10, 15).map((row, i) => [...row.slice(0, 6), `${i * 1.5}`]),
);
const profile = (file: string, ...more: string[]) =>
  cameo(['profile', file, '--threads', '0', '--max-iter', '3', ...more], { cwd });
const fit = ['--target', 'target', '--id', 'id'];
const codes = (json: Buffer) => JSON.parse(json.toString()).warnings.map(({ code }: { code: string }) => code);

test('a column without a value, a constant one, ids and rows twice: each said once', async () => {
  const { code, stdout, stderr } = await profile('users.csv', ...fit, '--save', 'm.cameo');
  assert.equal([code, stderr], [0, '']);
  const [, ...parts] = stdout.toString().split('\nWarnings\n');
  assert.is(parts.length, 1);
  const lines = parts[0].split('\n\n')[0].split('\n');
  for (const [pattern, count] of [
    [/Column 'nothing' is left out: no value in any row\./, 1],
    [/Column 'constant' is left out: the same value in every row\./, 1],
    [/Column 'note' is left out: .* an identifier or free text\./, 1],
    [/Column 'id' names users more than once: 5 of 302 rows repeat an id/, 1],
    [/2 of 302 rows are alike in every column to a row that stands above\./, 1],
    [/Left out '/, 0],
  ] as const)
    assert.is(stdout.toString().match(new RegExp(pattern, 'g'))?.length ?? 0, count, String(pattern));
  assert.ok(lines.length >= 5 && lines.every((line) => line.startsWith('  ')));
  assert.not.match(stdout.toString(), /secret/);
});

test('the JSON has the same, with codes; a loaded model says what is wrong with its table', async () => {
  const { code, stdout } = await profile('users.csv', ...fit, '--json');
  assert.is(code, 0);
  const found = codes(stdout);
  assert.equal(found.slice(0, 5), ['duplicate-rows', 'duplicate-ids', 'column-empty', 'column-constant', 'column-unsuited']);
  const { warnings } = JSON.parse(stdout.toString());
  assert.equal(warnings[1], { code: 'duplicate-ids', message: warnings[1].message, column: 'id', count: 5 });
  const later = await profile('users.csv', '--model', 'm.cameo', '--json');
  assert.equal([later.code, codes(later.stdout)], [0, ['duplicate-rows', 'duplicate-ids']]);
});

test('few rows: no table of NaN, and what is left out of it has its reason', async () => {
  for (const [file, absent] of [
    ['few.csv', /Left out for 'target': balanced accuracy, ROC AUC, average precision; the one held-out row is of one class\./],
    ['numbers.csv', /Left out for 'target': R²; the one held-out row has no spread\./],
  ] as const) {
    const { code, stdout, stderr } = await profile(file, ...fit);
    assert.equal([code, stderr], [0, '']);
    const text = stdout.toString();
    assert.not.match(text, /NaN|Importance/);
    assert.match(text, /Evaluation on 1 held-out row\n/);
    assert.match(text, /Trained on 4 rows and evaluated on 1 row: figures of so few may be far off\./);
    assert.match(text, absent);
    const json = await profile(file, ...fit, '--json');
    assert.equal(codes(json.stdout).slice(-2), ['few-rows', 'metrics']);
  }
});

test.run();
