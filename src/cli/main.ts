#!/usr/bin/env node
/**
 * The command's first thread. It starts the thread that works (command.ts) and is never busy itself, so that it hears every signal at
 * once, whatever the work is at: a program on the calling thread, a long loop, a query, a pipe that nobody fills.
 *
 * A signal asks the work to stop. If that has not ended a moment later it is ended from here, and its temporary files are removed from
 * here; a search that keeps what it found is ended by a second Ctrl-C only. The exit codes are 0 done, 1 a bug of ours, 2 something that the caller can mend, and 128 and the number of the signal.
 */
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { SHARE_ENV, Worker, type WorkerOptions } from 'node:worker_threads';
import { discardNow } from '../io/temporary.js';
import { STOP, type Told } from './link.js';
import { ProgressLine } from './progress-line.js';
import { wrap } from './text.js';

const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof CODES;
const SIGNALS = Object.keys(CODES) as Signal[];
/** How long the work may take to stop by itself, and then to be ended: less than a second together. */
const [STOPPING_MS, ENDING_MS] = [400, 450];

const { stderr } = process;
stderr.on('error', () => {}); // whoever has closed it does not read of that either
const line = new ProgressLine(stderr);
const temporaries = new Set<string>();
let written = false;
let keeps = false;
let databases = 0;
let signal: Signal | undefined;

const say = (text: string) => {
  line.clear();
  stderr.write(`${wrap(text, stderr.isTTY ? stderr.columns : Number.POSITIVE_INFINITY)}\n`);
};
const sayStopped = () => say(written ? 'cameo: Stopped.' : 'cameo: Stopped. Nothing was written.');

// What drivers of graphics print is not for people: that of Mesa for the processor is never used, and others miss a folder.
process.env.XDG_RUNTIME_DIR ??= tmpdir();
if (!process.env.VK_ICD_FILENAMES && !process.env.VK_DRIVER_FILES) process.env.VK_LOADER_DRIVERS_DISABLE ??= 'lvp_icd*';

const options: WorkerOptions = {
  argv: process.argv.slice(2),
  env: SHARE_ENV,
  stdout: true, // it writes to standard output by itself (standard-output.ts), and this thread does not ask it for more
  trackUnmanagedFds: false, // streams close what they have opened, and Node would warn of it
};
const worker = new Worker(new URL('./command.js', import.meta.url), options);
worker.on('message', (told: Told) => {
  if (told.kind === 'progress') line.show(told.progress);
  else if (told.kind === 'say') say(told.text);
  else if (told.kind === 'written') written = true;
  else if (told.kind === 'keeps') keeps = true;
  else if (told.kind === 'databases') databases = told.open;
  else if (told.kind === 'temporary') temporaries[told.there ? 'add' : 'delete'](told.path);
  else {
    line.clear();
    Atomics.store(told.done, 0, 1);
    Atomics.notify(told.done, 0);
  }
});
worker.on('error', (error: NodeJS.ErrnoException) => {
  if (signal) return;
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    say('cameo: Out of memory. Use fewer rows or columns, or give more with NODE_OPTIONS=--max-old-space-size=MEGABYTES.');
  else say(`cameo: a bug of cameo's, please report it: ${error.stack ?? error}`);
  process.exitCode = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 2 : 1;
});
worker.on('exit', (code) => {
  line.clear();
  for (const path of temporaries) discardNow(path);
  if (signal && code !== 0) sayStopped();
  process.exitCode ??= signal && code !== 0 ? CODES[signal] : code;
});
for (const name of SIGNALS) process.on(name, stop);

/**
 * The first signal asks, the second does not wait. What holds the thread in JavaScript or in a program can be ended; a query of DuckDB
 * cannot, nor may the thread be while there is one: then the process ends as by the signal alone.
 */
async function stop(name: Signal): Promise<void> {
  if (signal === undefined) {
    signal = name;
    worker.postMessage(STOP);
    if (keeps && name === 'SIGINT') return;
    await sleep(STOPPING_MS, undefined, { ref: false });
  }
  const limit = performance.now() + ENDING_MS;
  while (databases > 0 && performance.now() < limit) await sleep(10, undefined, { ref: false });
  const rest = () => sleep(Math.max(0, limit - performance.now()), 'no', { ref: false });
  const ended = databases > 0 ? 'no' : await Promise.race([worker.terminate(), rest()]);
  if (ended !== 'no') return; // 'exit' has done the rest
  for (const path of temporaries) discardNow(path);
  sayStopped();
  for (const each of SIGNALS) process.removeAllListeners(each);
  process.kill(process.pid, signal);
  process.exit(CODES[signal]); // the first process of a container does not hear its own signal
}
