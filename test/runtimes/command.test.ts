// test timeout: 600
/** The command in every runtime: the same bytes from a file, a pipe and standard input, nothing on standard error, and an end in a second. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { folder } from '../support/command.js';
import { CODES, MAIN, namedPipe, until } from '../support/process.js';
import { runtime } from '../support/runtimes.js';

const cwd = folder();
const rows = Array.from({ length: 3000 }, (_, i) => `u${i},${(i * 7) % 13},${i % 3 ? 'no' : 'yes'}`);
const csv = ['id,visits,bought', ...rows].join('\n');
writeFileSync(join(cwd, 'users.csv'), csv);
const pipe = namedPipe(join(cwd, 'pipe.csv'));
const fit = ['fit', 'users.csv', '--target', 'bought', '--id', 'id', '--max-iter', '5', '--reproducible'];
const profile = (input: string) => ['profile', input, '--model', 'model.cameo', '-o', '-', '--reproducible', '--quiet'];
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

for (const name of ['node', 'node22', 'node24', 'node26', 'bun', 'deno']) {
  const program = runtime(name);
  if (!program) continue;
  const start = (args: readonly string[]) => {
    const child = spawn(program, [...(name === 'deno' ? ['run', '-A', '--quiet'] : []), MAIN, ...args], { cwd });
    const out: Buffer[] = [];
    child.stdout.on('data', (data) => out.push(data));
    const code = new Promise<number | null>((done) => child.on('close', done));
    return { child, code, out: () => Buffer.concat(out), errors: text(child.stderr) };
  };
  const run = async (args: readonly string[], input = '') => {
    const { child, code, out, errors } = start(args);
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    assert.equal([await code, await errors], [0, ''], args.join(' '));
    return out();
  };

  test(`${name}: a model, its summary, and profiles of whatever the input is`, async () => {
    const summary = await run([...fit, '--save', `${name}.cameo`]);
    assert.match(summary.toString(), /^3,000 users, 1 feature/);
    if (name === 'node') writeFileSync(join(cwd, 'model.cameo'), readFileSync(join(cwd, 'node.cameo')));
    assert.is(hash(readFileSync(join(cwd, `${name}.cameo`))), hash(readFileSync(join(cwd, 'model.cameo'))));
    const profiles = await run(profile('users.csv'));
    assert.ok(profiles.length > 100_000);
    assert.is(hash(await run(profile('/dev/stdin'), csv)), hash(profiles));
    // Whoever writes stays: an end is what the reader of a pipe waits for.
    const [piped] = await Promise.all([run(profile('pipe.csv')), pipe.write(csv).then(pipe.end)]);
    assert.is(hash(piped), hash(profiles));
  });

  test(`${name}: SIGTERM while it waits for standard input`, async () => {
    const before = readdirSync(cwd).sort();
    const { child, code, errors } = start(['profile', '-', '--target', 'bought', '-o', 'out.arrow']);
    await until(() => readdirSync(cwd).length > before.length, 'the temporary file');
    child.kill('SIGTERM');
    // Bun's thread cannot be ended: its process ends by the signal, which a shell tells as the same code.
    assert.ok((await code) === CODES.SIGTERM || child.signalCode === 'SIGTERM', `${await code} ${child.signalCode}`);
    assert.is(await errors, 'cameo: Stopped. Nothing was written.\n');
    assert.equal(readdirSync(cwd).sort(), before);
  });
}

test.run();
