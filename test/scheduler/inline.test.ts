/** The scheduler of one thread: a program runs on the caller's, with the caller's signal and progress. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ProgramName } from '../../src/programs/index.js';
import type { Control, ProgramTable } from '../../src/programs/program.js';
import { InlineScheduler } from '../../src/scheduler/inline.js';
import { open } from '../support/kernels.js';
import { refusal } from '../support/refused.js';

const { kernels, memory } = open('simd');
const asked: string[] = [];
const failure = new Error('of its own');
const table = {
  add: (k: unknown, m: unknown, { a, b }: { a: number; b: number }) => {
    assert.is(k, kernels);
    assert.is(m, memory);
    return a + b;
  },
  tell: (_k: unknown, _m: unknown, _args: object, control: Control) => {
    control.progress(1);
    control.progress(2, 3, 4);
    asked.push(`${control.aborted()}`);
    return 'done';
  },
  fail: () => {
    throw failure;
  },
} as unknown as ProgramTable;
const scheduler = new InlineScheduler(table, kernels, memory);
const run = (program: string, args: object = {}, options = {}) =>
  scheduler.run(program as ProgramName, args as never, options) as Promise<unknown>;

test('a program is given kernels, memory and arguments, and its value is the result', async () => {
  assert.is(await run('add', { a: 2, b: 3 }), 5);
  assert.equal([scheduler.threads, scheduler.width], [0, 1]);
});

test('progress is told at once, with zeros for what a program leaves out', async () => {
  const told: number[][] = [];
  await run('tell', {}, { onProgress: (...numbers: number[]) => told.push(numbers) });
  assert.equal(told, [
    [1, 0, 0],
    [2, 3, 4],
  ]);
});

test('a signal is shown to the program; one that was given before keeps it from running', async () => {
  const abort = new AbortController();
  asked.length = 0;
  await run('tell', {}, { signal: abort.signal, onProgress: () => abort.abort() });
  assert.equal(asked, ['true']);
  const { code, cause } = await refusal(() => run('tell', {}, { signal: AbortSignal.abort('enough') }));
  assert.equal([code, cause], ['aborted', 'enough']);
  assert.is(asked.length, 1);
});

test('what a program throws is thrown as it is', async () => {
  assert.is(await run('fail').catch((error: unknown) => error), failure);
});

test('a program that is not in the table is no silent success', async () => {
  const error = await run('nothing').catch((e: unknown) => e);
  assert.instance(error, TypeError);
});
test.run();
