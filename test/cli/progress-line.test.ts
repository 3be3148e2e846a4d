/** The line that says how far the work is: bar, count, rate and time left, in the width that there is. */
import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { duration, ProgressLine, progressText } from '../../src/cli/progress-line.js';
import { STAGES } from '../../src/cli/stages.js';
import { widthOf } from '../../src/cli/text.js';

const read = { stage: 'read', done: 19_000_000, total: 51_000_000, unit: 'bytes' } as const;

test('bar, share, count, rate and time left where the total is known', () => {
  assert.is(progressText(read, 2, 0, 100), 'Reading █████████                 37 %, 19 of 51 MB, 9.5 MB/s, 4 s left');
  assert.is(
    progressText({ stage: 'profile', done: 2000, total: 8000 }, 1, 0, 100),
    'Profiling ██████                    25 %, 2,000 of 8,000, 2,000/s, 3 s left',
  );
  // The rate is that of what was done since the count began.
  assert.match(progressText({ stage: 'profile', done: 2000, total: 8000 }, 1, 1000, 100), /, 1,000\/s, 6 s left$/);
  assert.match(
    progressText({ stage: 'cross-validate', done: 2, total: 5 }, 8, 0, 100),
    /40 %, 2 of 5, 4\.0 s each, 12 s left$/,
  );
  assert.match(
    progressText({ stage: 'train', done: 10, total: 1000, note: 'loss 0.5' }, 5, 0, 120),
    /10 of at most 1,000, 2\.0\/s, at most 8 min 15 s left, loss 0\.5$/,
  );
});

test('a moment after its beginning there is no rate, and at the end none either', () => {
  assert.match(progressText(read, 0.4, 0, 100), /37 %, 19 of 51 MB$/);
  assert.match(progressText(read, 0.9, 0, 100), /37 %, 19 of 51 MB, 21 MB\/s$/);
  assert.match(progressText({ ...read, done: 60e6 }, 9, 0, 100), /█ 100 %, 51 of 51 MB$/);
});

test('without a total, the count and the seconds', () => {
  assert.is(progressText({ stage: 'prepare', done: 0, total: 0 }, 0.2, 0, 80), 'Preparing …');
  assert.is(progressText({ stage: 'prepare', done: 0, total: 0 }, 71, 0, 80), 'Preparing 1 min 11 s …');
  assert.is(progressText({ stage: 'profile', done: 4096, total: 0 }, 2, 0, 80), 'Profiling 4,096, 2,048/s, 2 s …');
  assert.is(progressText({ stage: 'bench', done: 0, total: 0, note: 'fit' }, 0, 0, 80), 'Measuring fit …');
});

test('seconds, minutes, hours', () => {
  assert.equal([0.2, 59.5, 61, 3599, 3600, 90_000].map(duration), [
    '1 s',
    '1 min 0 s',
    '1 min 1 s',
    '59 min 59 s',
    '1 h 0 min',
    '25 h 0 min',
  ]);
});

test('it never takes more than the width, whatever it says', () => {
  const progress = fc.record({
    stage: fc.constantFrom(...STAGES, 'bench' as const),
    done: fc.nat(2e9),
    total: fc.oneof(fc.constant(0), fc.nat(2e9)),
    unit: fc.constantFrom(undefined, 'bytes' as const),
    note: fc.constantFrom(undefined, 'loss 0.5', '漢字の損失'),
  });
  fc.assert(
    fc.property(
      progress,
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.integer({ min: 1, max: 200 }),
      (shown, seconds, width) => {
        const text = progressText(shown, seconds, 0, width);
        assert.ok(widthOf(text) <= width, `${widthOf(text)} columns in ${width}: ${text}`);
        assert.not.match(text, /NaN|Infinity|undefined|[\n\r]/);
      },
    ),
  );
});

/** What is written to a stream. */
function written(more: object): { terminal: WriteStream; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  return { terminal: Object.assign(stream, more) as unknown as WriteStream, text: () => text };
}

test('a terminal has its line written over and rubbed out; what is none, or can do neither, has nothing', () => {
  const terminal = written({ isTTY: true, columns: 60 });
  const line = new ProgressLine(terminal.terminal);
  line.show(read);
  line.show({ ...read, stage: 'profile' });
  line.clear();
  line.clear();
  assert.equal(terminal.text().split('\r\x1b[K'), [
    '',
    'Reading █████████                 37 %, 19 of 51 MB',
    'Profiling █████████                 37 %, 19 of 51 MB',
    '',
  ]);
  const pipe = written({});
  const quiet = new ProgressLine(pipe.terminal);
  quiet.show(read);
  quiet.clear();
  assert.is(pipe.text(), '');
  const { TERM } = process.env;
  process.env.TERM = 'dumb';
  const dumb = written({ isTTY: true, columns: 60 });
  new ProgressLine(dumb.terminal).show(read);
  process.env.TERM = TERM;
  if (TERM === undefined) delete process.env.TERM;
  assert.is(dumb.text(), '');
});

test.run();
