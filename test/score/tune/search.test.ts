/** A search over a closed-form function: the same for any number of workers and any order of arrival, and from any point of its journal on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError, errors } from '../../../src/errors.js';
import { type Found, type SearchOptions, search } from '../../../src/score/tune/search.js';
import type { Config } from '../../../src/score/tune/space.js';
import type { Subject } from '../../../src/score/tune/trial.js';
import { generator } from '../../support/tables.js';

const number = (name: string) => ({ name, from: 0, to: 1, log: false, whole: false });
const loss = ({ family, options: { x = 0.5, y = 0.5 } }: Config, piece: number) => {
  if (family === 'standard') return 0.3 + 0.01 * piece;
  return (family === 'bowl' ? 0 : 0.5) + Math.abs((x as number) - 0.7) + Math.abs((y as number) - 0.2) + 0.01 * piece;
};

interface Log {
  measured: string[];
  most: number;
}

/** A subject whose pieces take some milliseconds, each another number of them. */
function subjectOf(
  log: Log = { measured: [], most: 0 },
  delays = 1,
  fails: (config: Config) => unknown = () => undefined,
): Subject {
  const next = generator(delays);
  let at = 0;
  return {
    space: { families: { bowl: [number('x'), number('y')], plain: [number('x')] }, shared: [] },
    standard: { family: 'standard', options: {}, shared: {} },
    rungs: [[0], [0, 1], [0, 1, 2, 3]],
    lessIsBetter: true,
    async measure(config, piece, signal) {
      log.most = Math.max(log.most, ++at);
      log.measured.push(`${JSON.stringify(config)} ${piece}`);
      await sleep(4 * next(), undefined, { signal }).finally(() => at--);
      const failure = fails(config);
      if (failure) throw failure;
      return loss(config, piece);
    },
  };
}

const OPTIONS = { seed: 1, head: { table: 'a', seed: 1 }, width: 2 };
const told = ({ trials, best, rung }: Found) => ({
  trials: trials.map(({ config, scores, note }) => ({ config, scores, note })),
  best: best.number,
  rung,
});
const run = async (options: Partial<SearchOptions>, subject = subjectOf()) => await search(subject, { ...OPTIONS, ...options });

function memory(text = '') {
  const kept = { text };
  const append = (lines: string) => {
    kept.text += lines;
  };
  const journal = { text, append };
  return { journal, kept };
}

test('the same trials, promotions and winner for 1, 2, 3 and 8 at once, whatever arrives first', async () => {
  const found = await run({ trials: 30, width: 1 });
  assert.is(found.trials.length, 31);
  assert.is(found.ended, 'trials');
  assert.is(found.rung, 2);
  assert.ok(found.best.number > 0 && (found.best.scores[2] as number) < 0.2);
  for (const [width, delays] of [
    [2, 5],
    [3, 77],
    [8, 1234],
  ]) {
    const log = { measured: [], most: 0 };
    assert.equal(told(await run({ trials: 30, width }, subjectOf(log, delays))), told(found));
    assert.is(log.most, width);
  }
  assert.not.equal(told(await run({ trials: 30, seed: 2 })), told(found));
});

test('what a lower rung has measured is not measured again', async () => {
  const log: Log = { measured: [], most: 0 };
  await run({ trials: 30 }, subjectOf(log));
  assert.is(new Set(log.measured).size, log.measured.length);
});

test('a journal goes on: with more trials it comes to what one search comes to, and measures only what is new', async () => {
  const once = memory();
  const found = await run({ trials: 24, journal: once.journal });
  const first = memory();
  const short = await run({ trials: 9, journal: first.journal });
  assert.is(short.trials.length, 10);
  const log: Log = { measured: [], most: 0 };
  const second = memory(first.kept.text);
  assert.equal(told(await run({ trials: 24, journal: second.journal, width: 3 }, subjectOf(log, 9))), told(found));
  const before = first.kept.text.split('\n').length;
  assert.ok(before > 9 && second.kept.text.startsWith(first.kept.text));
  const lines = (text: string) => text.trim().split('\n');
  for (const line of lines(once.kept.text)) assert.ok(lines(second.kept.text).includes(line), line);
  // Once more, and nothing is left to do.
  const again: Log = { measured: [], most: 0 };
  const third = memory(second.kept.text);
  assert.equal(told(await run({ trials: 24, journal: third.journal }, subjectOf(again))), told(found));
  assert.equal(again.measured, []);
  assert.is(third.kept.text, second.kept.text);
});

test('wherever a journal ends, in the middle of a line too, a search goes on from it', async () => {
  const whole = memory();
  const found = await run({ trials: 8, journal: whole.journal });
  const { text } = whole.kept;
  for (let end = 0; end <= text.length; end += 97) {
    const cut = memory(text.slice(0, end));
    assert.equal(told(await run({ trials: 8, journal: cut.journal })), told(found), `${end}`);
  }
});

test('a journal of another search is refused, and a line that is none', async () => {
  const kept = memory();
  await run({ trials: 6, journal: kept.journal });
  const { text } = kept.kept;
  const refused = async (options: Partial<SearchOptions>, journal: string, message: RegExp) => {
    try {
      await run({ trials: 6, ...options, journal: memory(journal).journal });
      assert.unreachable();
    } catch (error) {
      assert.instance(error, CameoError);
      assert.is((error as CameoError).code, 'data');
      assert.match((error as CameoError).message, message);
    }
  };
  await refused({ head: { table: 'b', seed: 1 } }, text, /it has another table than/);
  await refused({ head: { table: 'a', seed: 2 }, seed: 2 }, text, /it has another seed than/);
  await refused({}, text.replace('"family":"bowl"', '"family":"round"'), /it has another trial 1 than/);
  await refused({}, text.replace('"rung":0', '"rung":"x"'), /^Line 2 of the journal/);
  await refused({}, text.replace('{"trial":1', '{"trial":1,,'), /^Line \d of the journal/);
  await refused({}, 'user,age\n1,2\n', /^Line 1 of the journal/);
  await refused({}, '{"format":"cameo tune","version":2}\n', /^Line 1 of the journal/);
});

test('one that fails is left out and told; the default that fails ends the search', async () => {
  const bad = ({ family }: Config) => (family === 'plain' ? errors.diverged(3, 0.1, 'a weight') : undefined);
  const found = await run({ trials: 20 }, subjectOf(undefined, 1, bad));
  const failed = found.trials.filter(({ note }) => note !== undefined);
  assert.ok(failed.length > 0 && failed.every(({ config, scores }) => config.family === 'plain' && scores[0] === null));
  assert.match(failed[0].note as string, /Training diverged in epoch 3/);
  assert.is(found.best.config.family, 'bowl');
  const all = ({ family }: Config) => (family === 'standard' ? errors.noWeight() : undefined);
  let message = '';
  await run({ trials: 20 }, subjectOf(undefined, 1, all)).catch((error) => {
    message = error.message;
  });
  assert.match(message, /Sample weights are 0/);
});

test('a bug of a trial, or of the journal, ends the search and is told as it is', async () => {
  const bug = ({ options }: Config) => ('x' in options ? new TypeError('x is not a function') : undefined);
  const reason = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error) => error,
    );
  assert.instance(await reason(run({ trials: 20 }, subjectOf(undefined, 1, bug))), TypeError);
  const journal = {
    text: '',
    append(line: string) {
      if (line.includes('"trial":2')) throw errors.fileWrite('j.jsonl', new Error('the disk is full'));
    },
  };
  assert.match((await reason(run({ trials: 20, journal }))).message, /the disk is full/);
});

test('when the time is up, and when it is stopped, what was found by then is kept', async () => {
  const timed = await run({ milliseconds: 150 });
  assert.is(timed.ended, 'time');
  assert.ok(timed.trials.length > 10 && timed.best.number > 0);
  const controller = new AbortController();
  const { journal, kept } = memory();
  let steps = 0;
  const onStep = () => ++steps === 12 && controller.abort();
  const stopped = await run({ trials: 1000, signal: controller.signal, journal, onStep: () => void onStep() });
  assert.is(stopped.ended, 'stopped');
  assert.ok(kept.text.trim().split('\n').length >= 13);
  // What was tried is a beginning of what would have been.
  const on = await run({ trials: 40, journal: memory(kept.text).journal });
  assert.equal(told(on), told(await run({ trials: 40 })));
});

test('of few trials the best goes up to the last rung too', async () => {
  const found = await run({ trials: 2 });
  assert.is(found.rung, 2);
  assert.is(found.trials.filter(({ scores }) => scores.length === 3).length, 2);
});

test('where there is no more to try the search ends', async () => {
  const subject = { ...subjectOf(), space: { families: { bowl: [{ name: 'x', choices: [0.1, 0.7] }] }, shared: [] } };
  const found = await run({ trials: 100 }, subject);
  assert.is(found.ended, 'nothing left to try');
  assert.is(found.trials.length, 4);
});

test('one that beats the default on the mean by less than the folds differ does not take its place', async () => {
  const noisy = (gain: number): Subject => ({
    ...subjectOf(),
    measure: async ({ family }, piece) => (family === 'standard' ? 1 : 1 - gain + [0.1, -0.1, 0.08, -0.08][piece]),
  });
  assert.is((await run({ trials: 12 }, noisy(0.02))).best.number, 0);
  assert.ok((await run({ trials: 12 }, noisy(0.2))).best.number > 0);
});

test.run();
