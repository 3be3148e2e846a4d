/** Threads that the command starts: bounded by the machine and by the job, and said. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { threadsFor, threadsText } from '../../src/cli/threads.js';
import { availableCores } from '../../src/engine/cores.js';
import { cameo, folder } from '../support/command.js';
import { start } from '../support/process.js';

const cwd = folder();
const cores = availableCores();
const rows = (count: number) =>
  ['id,visits,bought', ...Array.from({ length: count }, (_, i) => `u${i},${(i * 7) % 13},${i % 3 ? 'no' : 'yes'}`)].join('\n');
writeFileSync(join(cwd, 'few.csv'), rows(60));
writeFileSync(join(cwd, 'many.csv'), rows(20_000));
const fit = (input: string, ...more: string[]) => [
  'fit',
  input,
  '--target',
  'bought',
  '--id',
  'id',
  '--threads',
  '1000',
  '--save',
  'x.cameo',
  ...more,
];

test('a thousand threads are as many as run at once', async () => {
  const started = start(fit('many.csv', '--max-iter', '3'), { cwd });
  let [most, memory] = [0, 0];
  const timer = setInterval(() => {
    try {
      most = Math.max(most, readdirSync(`/proc/${started.child.pid}/task`).length);
      const status = readFileSync(`/proc/${started.child.pid}/status`, 'utf8');
      memory = Math.max(memory, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1e6);
    } catch {} // it has ended
  }, 10);
  let text = '';
  started.child.stdout?.on('data', (data) => {
    text += data;
  });
  const { code } = await started.ended;
  clearInterval(timer);
  assert.is(code, 0, started.stderr());
  assert.ok(most < 40 + 4 * cores, `${most} threads`);
  assert.ok(memory < 1, `${memory} GB`);
  const all = `${cores} thread${cores === 1 ? '' : 's'}`;
  assert.match(
    text.replace(/\s+/g, ' '),
    new RegExp(`${all} \\(1000 were asked for, and this machine runs ${cores} at once\\) $`),
  );
});

test('a small file starts no thread that would have nothing to do; the JSON says so', async () => {
  const { code, stdout, stderr } = await cameo(fit('few.csv', '--json', '--max-iter', '3'), { cwd });
  assert.is(code, 0, stderr);
  const { capabilities } = JSON.parse(stdout.toString());
  assert.is(capabilities.threads, 1);
  assert.match(
    capabilities.threadsReason,
    /^1000 were asked for, and (this machine runs 1 at once|\d+ bytes keep no more busy)$/,
  );
});

test('doctor says it too', async () => {
  const { stdout } = await cameo(['doctor', '--threads', '1000'], { cwd });
  assert.match(stdout.toString(), new RegExp(`${cores} worker threads? \\(1000 were asked for`));
});

test('what is asked for, what the machine has, what the job can use', async () => {
  const [few, many] = [join(cwd, 'few.csv'), join(cwd, 'many.csv')];
  assert.equal(await threadsFor(0, [many]), { threads: 0 });
  assert.equal(await threadsFor('auto', [many]), { threads: cores });
  assert.equal(await threadsFor(1, [few]), { threads: 1 });
  assert.is((await threadsFor('auto', [few])).threads, 1);
  // Of a pipe, a database and what is compressed nobody knows how much there is.
  for (const unknown of ['-', '/dev/stdin', 'x.csv.gz', 'x.parquet', 'absent.csv'])
    assert.is((await threadsFor(1000, [few, unknown])).threads, cores);
  assert.is(threadsText({ threads: 1 }), '1 thread');
  assert.is(threadsText({ threads: 2, threadsReason: 'why' }, 'worker thread'), '2 worker threads (why)');
});

test.run();
