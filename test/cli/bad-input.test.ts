/** Bad input: each case ends with exit code 2, one clear line on standard error, nothing on standard output, and no file. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cameo, folder } from '../support/command.js';

const cwd = folder();
const write = (name: string, text: string | Uint8Array) => writeFileSync(join(cwd, name), text);
const table = (header: string, row: (i: number) => (string | number)[], rows = 60) =>
  `${header}\n${Array.from({ length: rows }, (_, i) => row(i).join(',')).join('\n')}\n`;
const label = (i: number) => (i % 3 ? 'no' : 'yes');

write(
  'good.csv',
  table('age,city,target', (i) => [20 + ((i * 7) % 40), ['A', 'B'][i % 2], label(i)]),
);
write('header.csv', 'age,city,target\n');
write('empty.csv', '');
write(
  'one.csv',
  table('age,target', (i) => [i, 'yes']),
);
write(
  'renamed.csv',
  table('Age,city,target', (i) => [i, 'A', label(i)]),
);
write(
  'retyped.csv',
  table('age,city,target', (i) => [`secret${i}`, 'A', label(i)]),
);
write(
  'infinite.csv',
  table('age,target', (i) => [i === 7 ? 'inf' : i + 0.5, label(i)]),
);
write(
  'missing.csv',
  table('age,nothing,target', (i) => [i, '', label(i)]),
);
write(
  'twice.csv',
  table('age,age,target', (i) => [i, i, label(i)]),
);
write(
  'single.csv',
  table('target', (i) => [label(i)]),
);
write('broken.csv', `${table('a,target', (i) => [i, label(i)])}"unclosed`);
write(
  'classes.csv',
  table('age,target', (i) => [i, `class ${i}`], 300),
);
write(
  'many.csv',
  table('name,target', (i) => [`n${i.toString(36)}`, label(i)], 1_000_002),
);
write(
  'constant.csv',
  table('a,b,target', (i) => [3, 'x', label(i)]),
);
write(
  'weights.csv',
  table('age,below,none,target', (i) => [20 + ((i * 7) % 40), i === 7 ? -1 : 1, 0, label(i)]),
);
write('text.csv', 'just some text without any structure at all');
write('notes.docx', 'x');
write('broken.parquet', 'PAR1 this is not one');
write('broken.arrow', 'ARROW1 nor is this');
write('broken.cameo', '{"this": "is no model"}');
mkdirSync(join(cwd, 'folder.csv'));
mkdirSync(join(cwd, 'locked'));

const made = await cameo(
  ['fit', 'good.csv', '--target', 'target', '--save', 'good.cameo', '--max-iter', '5', '--threads', '0'],
  { cwd },
);
assert.is(made.code, 0, made.stderr);
write('cut.cameo', readFileSync(join(cwd, 'good.cameo')).subarray(0, 500));
const before = readdirSync(cwd).sort();

const fit = (file: string, ...more: string[]) => [
  'profile',
  file,
  '--target',
  'target',
  '--threads',
  '0',
  '-o',
  'out.arrow',
  '--save',
  'out.cameo',
  ...more,
];
const use = (file: string, model = 'good.cameo') => ['profile', file, '--model', model, '--threads', '0', '-o', 'out.arrow'];

const cases: [what: string, args: string[], message: RegExp][] = [
  ['a missing file', fit('absent.csv'), /Cannot read 'absent\.csv': ENOENT/],
  ['a folder', fit('folder.csv'), /Cannot read 'folder\.csv': it is a directory/],
  ['a header without rows', fit('header.csv'), /'header\.csv' has no rows/],
  ['an empty file', fit('empty.csv'), /empty\.csv/],
  ['an unknown format', fit('notes.docx'), /Cannot tell the format of 'notes\.docx'.*\.csv/],
  ['text that is no table', fit('text.csv'), /text\.csv|Target column/],
  ['a broken CSV', fit('broken.csv'), /Cannot read 'broken\.csv'|Target/],
  ['a broken Parquet file', fit('broken.parquet'), /Cannot read 'broken\.parquet'/],
  ['a broken Arrow file', fit('broken.arrow'), /Cannot read 'broken\.arrow'|no rows/],
  ['a target with one class', fit('one.csv'), /Target 'target' has one class/],
  ['a target with too many classes', fit('classes.csv', '--task', 'multiclass'), /more than 100 different values/],
  ['a target of text as a number', fit('good.csv', '--task', 'regression'), /task 'regression': it holds text/],
  [
    'a number for a family of classes',
    fit('good.csv', '--target', 'age', '--model', 'naive-bayes'),
    /Target 'age' is one for task 'regression', which 'naive-bayes' does not learn/,
  ],
  [
    'an absent target',
    fit('good.csv', '--target', 'nope'),
    /Target column 'nope' is not in the table, which has 'age', 'city' and 'target'/,
  ],
  ['an absent id', fit('good.csv', '--id', 'nope'), /Id column 'nope'/],
  ['an absent column to ignore', fit('good.csv', '--ignore', 'nope'), /Ignored column 'nope'/],
  ['no feature left', fit('single.csv'), /No feature column is left/],
  [
    'all features constant',
    fit('constant.csv'),
    /No feature column is left.*'a': the same value in every row; 'b': the same value in every row/,
  ],
  ['a negative weight', fit('weights.csv', '--sample-weight', 'below'), /from 0 on; that of row 7 is not/],
  ['weights that are all zero', fit('weights.csv', '--sample-weight', 'none'), /weights are 0 in every row/],
  [
    'more rows held out than there are',
    fit('good.csv', '--test-size', '0.999'),
    /holds out 60 of 60 rows leaves none to learn from/,
  ],
  ['infinity', fit('infinite.csv'), /Column 'age' is infinite in row 7/],
  ['a column name twice', fit('twice.csv'), /Column name 'age' appears more than once/],
  ['more than a million categories', fit('many.csv'), /Column 'name' has 1000002 different values; at most 1000000/],
  ['a renamed feature', use('renamed.csv'), /Column 'age' is missing: .*2 columns.*'Age' unexpectedly/],
  ['a feature of another type', use('retyped.csv'), /Column 'age' was a number .* is text here/],
  ['a cut model', use('good.csv', 'cut.cameo'), /Not a usable model file/],
  ['a file that is no model', use('good.csv', 'broken.cameo'), /Not a usable model file/],
  ['a missing model', use('good.csv', 'absent.cameo'), /Cannot read 'absent\.cameo'/],
  [
    'a target that the model does not have',
    [...use('good.csv'), '--target', 'age'],
    /--target is 'age' and the model predicts 'target'/,
  ],
  ['no target and no model', ['profile', 'good.csv'], /Give --target COLUMN .* or --model FILE/],
  ['a model to save that is not trained', [...use('good.csv'), '--save', 'x.cameo'], /--save/],
  [
    'an output folder that is not there',
    fit('good.csv', '-o', 'nowhere/out.arrow'),
    /Cannot write 'nowhere\/out\.arrow': ENOENT/,
  ],
  ['an output that is a folder', fit('good.csv', '-o', 'folder.csv'), /Cannot write 'folder\.csv'/],
  ['an output of no known format', fit('good.csv', '-o', 'p.txt'), /format of 'p\.txt'.*\.arrow, \.jsonl/],
  ['an output over the input', fit('good.csv', '--save', 'good.csv'), /named twice/],
  ['JSON and profiles both on standard output', fit('good.csv', '-o', '-', '--json'), /--json and -o -/],
  ['a wrong number', fit('good.csv', '--seed', '-1'), /whole number/],
  ['a wrong share', fit('good.csv', '--test-size', '1.5'), /between 0 and 1/],
  ['an unknown option', fit('good.csv', '--tagret', 'x'), /^cameo: Unknown option '--tagret'\. Did you mean --target\?\n$/],
  ['an unknown command', ['porfile', 'good.csv'], /^cameo: Unknown command 'porfile'\. Did you mean profile\?\n$/],
  ['a learning that cannot be held out', fit('good.csv', '--cv', '61'), /nSplits|folds|rows/],
];

for (const [what, args, message] of cases) {
  test(what, async () => {
    const { code, stdout, stderr } = await cameo(args, { cwd });
    assert.is(code, 2, stderr);
    assert.match(stderr, message);
    assert.is(stdout.toString(), '');
    assert.not.match(stderr, /secret|class \d| at .*\.js:/);
    assert.equal(readdirSync(cwd).sort(), before);
  });
}

test('a place that may not be written to', async () => {
  if (process.getuid?.() === 0) {
    console.log('skipped: root may write everywhere');
    return;
  }
  chmodSync(join(cwd, 'locked'), 0o555);
  const { code, stderr } = await cameo(fit('good.csv', '-o', 'locked/out.arrow'), { cwd });
  assert.is(code, 2);
  assert.match(stderr, /Cannot write 'locked\/out\.arrow': EACCES/);
});

test('any arguments end with 0 or 2 and leave no file behind', async () => {
  const words = [
    'profile',
    'fit',
    'inspect',
    'doctor',
    'good.csv',
    'good.cameo',
    'cut.cameo',
    'one.csv',
    '-',
    '--',
    '--json',
    '--quiet',
  ];
  const options = [
    '--target',
    '--id',
    '--ignore',
    '--task',
    '--model',
    '--seed',
    '--threads',
    '--cv',
    '--hidden',
    '--max-iter',
    '--test-size',
  ];
  const values = [
    'target',
    'age',
    'auto',
    '0',
    '1',
    '3',
    '-7',
    '1e9',
    '',
    '0.5',
    'NaN',
    '99999999999999999999',
    '中文',
    "'",
    'a,b',
    '--target',
  ];
  const token = fc.oneof(fc.constantFrom(...words), fc.constantFrom(...options), fc.constantFrom(...values), fc.string());
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('profile', 'fit', 'inspect', ''),
      fc.array(token, { maxLength: 6 }),
      async (first, rest) => {
        const args = [first, ...rest].filter((arg) => !arg.includes('\0'));
        const { code, stderr } = await cameo(args, { cwd, input: new Uint8Array(0) });
        assert.ok(code === 0 || code === 2, `${JSON.stringify(args)} ended with ${code}: ${stderr}`);
        assert.not.match(stderr, /a bug of cameo/);
        assert.equal(readdirSync(cwd).sort(), before);
      },
    ),
    { numRuns: 40 },
  );
});

test.run();
