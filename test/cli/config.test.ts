/** --config: the file's options are those of the command line, which goes before it; the schema lists exactly them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { profileCommand } from '../../src/cli/profile.js';
import { tuneCommand } from '../../src/cli/tune.js';
import { cameo, folder } from '../support/command.js';

const cwd = folder();
const config = (name: string, value: unknown) =>
  writeFileSync(join(cwd, name), typeof value === 'string' ? value : JSON.stringify(value));
const rows = Array.from({ length: 80 }, (_, i) => `${i},${i % 7},${i % 3 ? 'no' : 'yes'}`);
writeFileSync(join(cwd, 't.csv'), `a,b,target\n${rows.join('\n')}\n`);

test('the schema has every option of profile, with its description, those of tune beside them, and no other', () => {
  const { properties } = JSON.parse(readFileSync('cameo.schema.json', 'utf8')) as {
    properties: Record<string, { description: string }>;
  };
  const { $schema: _, ...described } = properties;
  const { signal } = new AbortController();
  // Of what both have, the schema says what it is of profile.
  const options = [...tuneCommand(signal).options, ...profileCommand(signal).options].filter(
    (o) => o.attributeName() !== 'config',
  );
  assert.equal(
    Object.fromEntries(Object.entries(described).map(([name, { description }]) => [name, description])),
    Object.fromEntries(options.map((o) => [o.attributeName(), o.description])),
  );
});

test('a file gives the same result as the flags, and flags go before it', async () => {
  config('c.json', {
    $schema: 'cameo.schema.json',
    target: 'target',
    ignore: ['b'],
    seed: 5,
    maxIter: 4,
    hidden: [6, 3],
    threads: 1,
    quiet: true,
    save: 'c.cameo',
  });
  const flags = ['--target', 'target', '--ignore', 'b', '--max-iter', '4', '--hidden', '6,3', '--threads', '1', '--quiet'];
  const runs = [
    await cameo(['profile', 't.csv', '--config', 'c.json'], { cwd }),
    await cameo(['profile', 't.csv', ...flags, '--seed', '5', '--save', 'f.cameo'], { cwd }),
    await cameo(['profile', 't.csv', '--config', 'c.json', '--seed', '6', '--save', 'g.cameo'], { cwd }),
  ];
  for (const { code, stderr } of runs) assert.is(code, 0, stderr);
  assert.equal(readFileSync(join(cwd, 'c.cameo')), readFileSync(join(cwd, 'f.cameo')));
  assert.not.equal(readFileSync(join(cwd, 'g.cameo')), readFileSync(join(cwd, 'f.cameo')));
});

test('a bad file is refused with its name and what is wrong', async () => {
  const cases: [unknown, RegExp][] = [
    ['{"target": ', /Cannot read 'bad\.json': it is not JSON/],
    [[1], /must hold an object/],
    [{ tagret: 'x' }, /'bad\.json' has an option 'tagret', which 'profile' does not know/],
    [{ seed: -1 }, /Option 'seed' in 'bad\.json': Expected a whole number/],
    [{ preset: 'best' }, /Option 'preset' in 'bad\.json': Expected one of default, article/],
    [{ importance: 'no' }, /Option 'importance' in 'bad\.json': Expected true or false/],
    [{ quiet: 'yes' }, /Option 'quiet' in 'bad\.json': Expected true or false/],
    [{ target: { name: 'x' } }, /Option 'target' in 'bad\.json': Expected a text/],
  ];
  for (const [value, message] of cases) {
    config('bad.json', value);
    const { code, stderr } = await cameo(['profile', 't.csv', '--config', 'bad.json'], { cwd });
    assert.is(code, 2, stderr);
    assert.match(stderr, message);
  }
  assert.is((await cameo(['profile', 't.csv', '--config', 'absent.json'], { cwd })).code, 2);
});

test.run();
