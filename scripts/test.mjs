// Runs every test file below dist/test with uvu, one process a file, and ends with `N passed, N failed`.
//
//     node scripts/test.mjs [part of a path …] [--folder dist/test] [--timeout 300] [--jobs 2]
//
// Files run side by side, as many as there are cores, but for those that measure or take the GPU. Each file's output, of both streams,
// is printed whole and in order. A file that does not end in its time is killed with all that it started, and counts as failed; the
// others go on. A test that prints `skipped: why` counts as skipped, and a file that only skipped is named at the end, so that nobody takes
// it for tested.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';

/** Files that run alone: they measure, or compute on a GPU, often one that is made of all cores. */
const ALONE = ['bench/', 'examples/browser', 'webgpu/'];
/** Seconds for files that need more than the others; a file may also say `// test timeout: 600` itself. */
const TIMEOUTS = { 'webgpu/webgpu': 1200 };
/** Files that took longer than this are named at the end. */
const SLOW = 15;

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string', default: 'dist/test' },
    timeout: { type: 'string', default: '300' },
    jobs: { type: 'string', default: String(Math.min(4, availableParallelism())) },
  },
});
const { folder } = values;

const alone = (name) => ALONE.some((part) => name.startsWith(part));
const names = readdirSync(folder, { recursive: true })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.test.js') && filters.every((part) => join(folder, name).includes(part)))
  .sort((a, b) => alone(a) - alone(b) || (a < b ? -1 : 1));

function secondsFor(name) {
  const [, own] = /^\/\/ test timeout: (\d+)/m.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
  return Number(own ?? TIMEOUTS[name.replace('.test.js', '')] ?? values.timeout);
}

/** A process and all that it started, or that still runs in its group. */
function treeOf(pid) {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid='], { encoding: 'utf8' });
  const rows = (stdout ?? '')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = new Set([pid]);
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const [child, parent, group] of rows) if (tree.has(parent) || group === pid) tree.add(child);
  }
  return tree;
}

/** Ends these processes at once; below 0 a whole group. */
function kill(pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
  }
}
const killTree = (pid) => kill([...treeOf(pid), -pid]);

const running = new Set();

/** Runs a file; gives what it printed, how long it took and how it ended. */
function run(name) {
  return new Promise((resolve) => {
    const limit = secondsFor(name);
    const started = performance.now();
    // A group of its own, by which what it leaves behind is found.
    const child = spawn(process.execPath, [join(folder, name)], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const output = [];
    let hung = false;
    for (const stream of ['stdout', 'stderr']) child[stream].on('data', (data) => output.push([stream, data]));
    const timer = setTimeout(() => {
      hung = true;
      killTree(child.pid);
    }, limit * 1000);
    child.on('exit', () => {
      clearTimeout(timer);
      kill([-child.pid]);
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      const text = Buffer.concat(output.filter(([stream]) => stream === 'stdout').map(([, data]) => data)).toString();
      resolve({ name, output, seconds: (performance.now() - started) / 1000, ...judge(text, code, signal, hung && limit) });
    });
  });
}

/** Counts of tests, and in `why` what is wrong with the file as a whole. @param limit seconds that passed without an end, or false */
function judge(text, code, signal, limit) {
  const plain = stripVTControlCharacters(text);
  const last = (what) => Number([...plain.matchAll(new RegExp(`^ *${what}: +(\\d+)`, 'gm'))].at(-1)?.[1] ?? 0);
  const [total, passed, skipped] = ['Total', 'Passed', 'Skipped'].map(last);
  const why =
    (limit && `hung: it did not end in ${limit} s`) ||
    (total > passed && `${total - passed} of ${total} failed`) ||
    (code !== 0 && `crashed with ${signal ?? `code ${code}`}`) ||
    (total + skipped === 0 && 'no test ran');
  // A test that finds nothing to test says so and returns, which uvu takes for passed.
  const said = [...plain.matchAll(/^[•✘ ]*skipped: /gm)].length;
  const idle = Math.min(passed, Math.max(0, said - skipped));
  return {
    passed: passed - idle,
    skipped: skipped + idle,
    failed: Math.max(total - passed, why ? 1 : 0),
    why,
    onlySkipped: !why && total === idle,
  };
}

function print({ name, output, why, onlySkipped }) {
  console.log(`\n${join(folder, name)}`);
  for (const [, data] of output) process.stdout.write(data);
  if (why) console.log(`${name}: ${why}`);
  if (onlySkipped) console.log(`${name}: only skipped`);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of running) killTree(child.pid);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}

const outcomes = [];
let next = 0;
let printed = 0;
const worker = async (last) => {
  while (next < last) {
    const at = next++;
    outcomes[at] = await run(names[at]);
    while (outcomes[printed]) print(outcomes[printed++]);
  }
};
const together = names.filter((name) => !alone(name)).length;
await Promise.all(Array.from({ length: Number(values.jobs) }, () => worker(together)));
await worker(names.length);

const list = (title, chosen, line) => {
  if (chosen.length > 0) console.log(`\n${title}\n${chosen.map((outcome) => `  ${line(outcome)}`).join('\n')}`);
};
const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
const slow = outcomes.filter(({ seconds }) => seconds > SLOW).sort((a, b) => b.seconds - a.seconds);
list('Slow:', slow, ({ name, seconds }) => `${seconds.toFixed(0).padStart(4)} s  ${name}`);
list(
  'Only skipped, nothing was tested:',
  outcomes.filter(({ onlySkipped }) => onlySkipped),
  ({ name }) => name,
);
list(
  'Failed:',
  outcomes.filter(({ why }) => why),
  ({ name, why }) => `${name}: ${why}`,
);
if (names.length === 0) console.log(`\nNo test file below ${folder} has '${filters.join("' and '")}' in its path.`);
const [passed, failed, skipped] = [sum('passed'), sum('failed') + Number(names.length === 0), sum('skipped')];
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
