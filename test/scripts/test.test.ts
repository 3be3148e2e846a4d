/** The runner of the tests on files that hang, crash, fail, skip and leave processes behind. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const RUNNER = resolve('scripts/test.mjs');
const cwd = mkdtempSync(join(tmpdir(), 'cameo-runner-'));
process.on('exit', () => rmSync(cwd, { recursive: true, force: true }));

const head = `import { test } from '${import.meta.resolve('uvu')}';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
/** A process that sleeps, in this group or one of its own, and its number in a file. */
const sleeper = (file, detached) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached, stdio: 'inherit' });
  writeFileSync(file, String(child.pid));
  return child;
};
`;
function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(cwd, folder, name);
    mkdirSync(resolve(file, '..'), { recursive: true });
    writeFileSync(file, head + text);
  }
}
function start(...args: string[]) {
  const child = spawn(process.execPath, [RUNNER, ...args], { cwd });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      text += data;
    });
  const ended = new Promise<{ code: number | null; text: string }>((done) => child.on('close', (code) => done({ code, text })));
  return { child, ended };
}
/** Whether the process whose number is in the file still runs; one that only waits to be collected does not. */
function runs(file: string): boolean {
  const pid = readFileSync(join(cwd, file), 'utf8');
  return /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim());
}
/** Whether the process ends, which takes a moment after it was told to. */
async function goes(file: string): Promise<boolean> {
  for (let i = 0; i < 100 && runs(file); i++) await new Promise((done) => setTimeout(done, 50));
  return !runs(file);
}
const lines = (text: string) => text.trim().split('\n');

test('each file counts as it ended, its output whole and in order', async () => {
  write('mixed', {
    'a-slow.test.js': `test('1', () => new Promise((done) => setTimeout(done, 400)));
      test('2', () => console.log('slow has done'));
      test.run();`,
    'b-fails.test.js': `test('good', () => {}); test('bad', () => { throw new Error('bad luck'); }); test.run();`,
    'c-crashes.test.js': `test('never', () => {}); test.run(); throw new Error('at the top');`,
    'd-skips.test.js': `console.log('skipped: no data here'); test.skip('all', () => {}); test.run();`,
    'e-partly.test.js': `test('one', () => {}); test.skip('other', () => {}); test.run();`,
    'e-says.test.js': `test('one', () => {}); test('other', () => console.log('skipped: nothing to do')); test.run();`,
    'e-idle.test.js': `test('one', () => console.log('skipped: nothing to do')); test.run();`,
    'f-empty.test.js': '',
    'g-exits.test.js': `test('one', () => {}); test.run(); process.on('exit', () => { process.exitCode = 3; });`,
    'h-unresolved.test.js': `test('waits for nothing', () => new Promise(() => {})); test.run();`,
    'deep/i-quotes.test.js': `test('one', () => console.log('  Total:     9\\n  Passed:    1')); test.run();`,
    'not-a-test.js': `throw new Error('not to be run');`,
  });
  const { code, text } = await start('--folder', 'mixed').ended;
  assert.is(code, 1, text);
  assert.is(lines(text).at(-1), '7 passed, 5 failed, 4 skipped');
  const order = [...text.matchAll(/^mixed\/(\S+)$/gm)].map(([, name]) => name.split('/').at(-1)?.[0]);
  assert.is(order.join(''), 'abcdieeefgh');
  const failed = text.slice(text.indexOf('\nFailed:'));
  for (const line of [
    /b-fails\.test\.js: 1 of 2 failed/,
    /c-crashes\.test\.js: crashed with code 1/,
    /f-empty\.test\.js: no test ran/,
    /g-exits\.test\.js: crashed with code 3/,
    /h-unresolved\.test\.js: /,
  ])
    assert.match(failed, line);
  assert.not.match(failed, /a-slow|e-\w+|i-quotes/);
  assert.match(text, /Only skipped, nothing was tested:\n {2}d-skips\.test\.js\n {2}e-idle\.test\.js\n/);
  // Other files end sooner; what they print stands behind all the same.
  assert.ok(text.indexOf('slow has done') < text.indexOf('bad luck'));
});

test('a file that hangs is killed with all that it started; the others go on', async () => {
  write('hanging', {
    'a.test.js': `// test timeout: 1
      test('for ever', async () => { sleeper('same'); sleeper('other', true); await new Promise((done) => setTimeout(done, 1e8)); });
      test.run();`,
    'b.test.js': `test('one', () => {}); test.run();`,
    'c.test.js': `test('for ever, and busy', () => { for (;;); }); test.run();`,
  });
  const { code, text } = await start('--folder', 'hanging', '--timeout', '2').ended;
  assert.is(code, 1, text);
  assert.is(lines(text).at(-1), '1 passed, 2 failed');
  assert.match(text, /a\.test\.js: hung: it did not end in 1 s/);
  assert.match(text, /c\.test\.js: hung: it did not end in 2 s/);
  assert.equal([runs('same'), runs('other')], [false, false]);
});

test('what a file leaves behind does not hold the runner up', async () => {
  write('leaving', {
    'a.test.js': `test('one', () => { sleeper('left').unref(); }); test.run();`,
  });
  const { code, text } = await start('--folder', 'leaving', '--timeout', '20').ended;
  assert.is(code, 0, text);
  assert.is(lines(text).at(-1), '1 passed, 0 failed');
  assert.is(runs('left'), false);
});

test('Ctrl-C ends the files under way and what they started', async () => {
  write('stopped', {
    'a.test.js': `test('for ever', () => { sleeper('stopped/child', true); return new Promise((done) => setTimeout(done, 1e8)); }); test.run();`,
  });
  const { child, ended } = start('--folder', 'stopped');
  while (!existsSync(join(cwd, 'stopped/child'))) await new Promise((done) => setTimeout(done, 20));
  child.kill('SIGINT');
  assert.is((await ended).code, 130);
  assert.is(await goes('stopped/child'), true);
});

test('filters choose files by every part of their path; none is an error', async () => {
  write('chosen', {
    'one/a.test.js': `test('a', () => {}); test.run();`,
    'one/b.test.js': `test('b', () => {}); test.run();`,
    'two/a.test.js': `test('c', () => {}); test('d', () => {}); test.run();`,
  });
  assert.is(lines((await start('--folder', 'chosen', 'one', 'a.test').ended).text).at(-1), '1 passed, 0 failed');
  const { code, text } = await start('--folder', 'chosen', 'three').ended;
  assert.is(code, 1);
  assert.match(text, /No test file below chosen has 'three' in its path/);
  assert.is(lines(text).at(-1), '0 passed, 1 failed');
});

test.run();
