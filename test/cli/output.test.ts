/** Where the command's output cannot go, or its temporary files: each ends with 2 and one line, or does without. */
import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cameo, folder } from '../support/command.js';
import { MAIN } from '../support/process.js';

const cwd = folder();
const rows = Array.from({ length: 300 }, (_, i) => ({ id: `u${i}`, visits: (i * 7) % 13, bought: i % 3 ? 'no' : 'yes' }));
writeFileSync(join(cwd, 'users.csv'), ['id,visits,bought', ...rows.map((row) => Object.values(row).join(','))].join('\n'));
writeFileSync(join(cwd, 'users.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
const fit = ['fit', 'users.csv', '--target', 'bought', '--id', 'id', '--threads', '0'];
const { code } = await cameo([...fit, '--save', 'saved.cameo'], { cwd });
assert.is(code, 0);

const printing = {
  '--json': [...fit, '--save', 'x.cameo', '--json'],
  'a summary': [...fit, '--save', 'x.cameo'],
  'a stream of profiles': ['profile', 'users.csv', '--model', 'saved.cameo', '--threads', '0', '-o', '-', '--quiet'],
  doctor: ['doctor', '--json'],
  inspect: ['inspect', 'saved.cameo'],
  '--help': ['--help'],
  '--version': ['--version'],
};
for (const [what, args] of Object.entries(printing)) {
  test(`${what} on a full disk`, () => {
    if (!existsSync('/dev/full')) return console.log('skipped: /dev/full is absent');
    const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const;
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd, stdio: [...stdio], encoding: 'utf8' });
    assert.is(status, 2, stderr);
    assert.match(stderr, /^cameo: Cannot write 'standard output': ENOSPC: .*\n$/);
  });
}

test('somebody who stops reading is no error', () => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', `"$0" "$1" --help | true; "$0" "$1" doctor | head -1`, process.execPath, MAIN],
    {
      encoding: 'utf8',
    },
  );
  assert.equal([status, stderr], [0, '']);
});

// In /sys nothing can be made, even by root.
for (const TMPDIR of ['/nowhere/at/all', '/sys']) {
  test(`what needs no temporary file does without ${TMPDIR}`, async () => {
    const env = { ...process.env, TMPDIR };
    for (const args of [
      [...fit, '--save', 'y.cameo', '--quiet'],
      ['fit', 'users.jsonl', '--target', 'bought', '--id', 'id', '--threads', '0', '--save', 'y.cameo', '--quiet'],
      ['profile', 'users.csv', '--model', 'saved.cameo', '--threads', '0', '-o', 'y.parquet', '--quiet'],
      ['inspect', 'y.parquet', '--json'],
    ]) {
      const ended = await cameo(args, { cwd, env });
      assert.equal([ended.code, ended.stderr], [0, ''], args.join(' '));
    }
  });

  test(`what needs one says that ${TMPDIR} has no place for it`, async () => {
    const input = readFileSync(join(cwd, 'users.csv'));
    const before = readdirSync(cwd);
    const { code, stderr } = await cameo(['profile', '/dev/stdin', '--model', 'saved.cameo', '-o', 'z.arrow'], {
      cwd,
      env: { ...process.env, TMPDIR },
      input,
    });
    assert.is(code, 2, stderr);
    assert.match(
      stderr,
      new RegExp(
        `^cameo: Cannot write '${TMPDIR}': [A-Z]+\\. It is where temporary files go: name another folder by TMPDIR\\.\n$`,
      ),
    );
    assert.equal(readdirSync(cwd), before);
  });
}

test('too little memory ends with 2, a word of what to do, and no file', async () => {
  const many = Array.from({ length: 500_000 }, (_, i) => `user ${i},${i % 13},${i % 3 ? 'no' : 'yes'}`); // each id is a text
  writeFileSync(join(cwd, 'many.csv'), ['id,visits,bought', ...many].join('\n'));
  const before = readdirSync(cwd);
  const { code, stderr } = await cameo(['fit', 'many.csv', ...fit.slice(2), '--save', 'z.cameo'], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '--max-old-space-size=16' },
  });
  assert.equal(
    [code, stderr],
    [2, 'cameo: Out of memory. Use fewer rows or columns, or give more with NODE_OPTIONS=--max-old-space-size=MEGABYTES.\n'],
  );
  assert.equal(readdirSync(cwd), before);
});

test('drivers of graphics say nothing on standard error', async () => {
  const { XDG_RUNTIME_DIR: _, ...env } = process.env;
  const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
  // Where there is no device none is loaded; where there is one, others beside it are asked too.
  for (const more of [{}, ...(existsSync(driver) ? [{ VK_ADD_DRIVER_FILES: driver }] : [])]) {
    const { code, stdout, stderr } = await cameo(['doctor', '--json'], { env: { ...env, ...more } });
    assert.equal([code, stderr], [0, '']);
    assert.type(JSON.parse(stdout.toString()).capabilities.webgpu.inUse, 'boolean');
  }
});

test('errors have one style, commander’s too', async () => {
  const cases: [args: string[], message: string][] = [
    [['porfile'], "Unknown command 'porfile'. Did you mean profile?"],
    [['fit', 'users.csv', '--tagret', 'x'], "Unknown option '--tagret'. Did you mean --target?"],
    [['inspect'], "Missing required argument 'file'."],
    [['fit', 'users.csv', '--target'], "Option '--target <columns>' argument missing."],
    [['fit', 'a', 'b', '--target', 'c'], "Too many arguments for 'fit'. Expected 1 argument but got 2."],
    [
      ['fit', 'users.csv', '--seed', 'x'],
      "Option '--seed <N>' argument 'x' is invalid. Expected a whole number from 0 to 4294967295.",
    ],
    [['fit', 'users.csv'], 'Give --target COLUMN: what the model shall predict.'],
    [['inspect', 'absent.cameo'], "Cannot read 'absent.cameo': ENOENT: no such file or directory, stat 'absent.cameo'."],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await cameo(args, { cwd });
    assert.equal([code, stdout.toString(), stderr], [2, '', `cameo: ${message}\n`]);
  }
});

test.run();
