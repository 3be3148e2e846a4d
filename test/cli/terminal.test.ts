// test timeout: 600
/** The command on a real terminal: one line that is written over, text that breaks at words; and quiet where there is none. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { widthOf } from '../../src/cli/text.js';
import { cameo, folder } from '../support/command.js';
import { generator } from '../support/tables.js';
import { onTerminal, statesOf, TERMINAL } from '../support/terminal.js';

const cwd = folder();
const ESCAPE = '\x1b';
const next = generator(7);
const rows = Array.from({ length: 100_000 }, (_, i) => {
  const age = Math.floor(next() * 60);
  return `u${i},${age},${(next() * 100).toFixed(2)},${next() < age / 80 ? 'yes' : 'no'}`;
});
writeFileSync(join(cwd, 'users.csv'), ['id,age,spent,churned', ...rows].join('\n'));
writeFileSync(join(cwd, 'few.csv'), ['id,age,spent,churned', ...rows.slice(0, 100)].join('\n'));
const events = Array.from({ length: 200_000 }, (_, i) => `u${i % 997},i${(i * i) % 101},2024-${1 + (i % 9)}-01`);
writeFileSync(join(cwd, 'log.csv'), ['user,item,time', ...events].join('\n'));
const target = ['--target', 'churned', '--id', 'id'];
const job = ['profile', 'users.csv', ...target, '--max-iter', '10', '-o', 'out.arrow', '--save', 'out.cameo'];
const log = ['profile', '--events', 'log.csv', '--user', 'user', '--item', 'item', '--time', 'time', '-o', 'log.arrow'];

const onTerminals = (name: string, work: () => Promise<void>) =>
  test(name, async () => {
    if (!TERMINAL) return console.log('skipped: util-linux’s script is absent');
    await work();
  });

onTerminals('progress is one line that is written over, and goes before what is printed', async () => {
  const shown = await onTerminal([...job, '--hidden', '300,300', '--max-iter', '4'], 70, { cwd });
  assert.is(shown.code, 0, shown.raw);
  const states = statesOf(shown);
  for (const state of states) assert.ok(widthOf(state) < 70 && !state.includes('\n'), state);
  for (const stage of ['Reading', 'Preparing', 'Training', 'Evaluating', 'Profiling'])
    assert.ok(
      states.some((state) => state.startsWith(stage)),
      `${stage} is not among ${states.join('\n')}`,
    );
  // A bar, the share, bytes of the file; and the rate, at the latest when the model is trained.
  assert.ok(
    states.some((state) => /^Reading [█▉▊▋▌▍▎▏]+ +\d+ %, \d\.\d of \d\.\d MB/.test(state)),
    states.join('\n'),
  );
  assert.ok(
    states.some((state) => /^\w+ [█▉▊▋▌▍▎▏]+ +\d+ %.*, [\d.,]+( MB)?\/s/.test(state)),
    states.join('\n'),
  );
  const { lines } = shown;
  assert.match(lines[0], /^100,000 users, 2 features/);
  for (const line of lines) assert.ok(widthOf(line) <= 70, line);
  assert.ok(lines.join('\n').includes('Profiles in out.arrow, model in out.cameo'), lines.join('\n'));
});

onTerminals('the reading of events shows how far it is', async () => {
  const shown = await onTerminal(log, 60, { cwd });
  assert.is(shown.code, 0, shown.raw);
  const states = statesOf(shown);
  assert.ok(
    states.some((state) => /^Reading [█▉▊▋▌▍▎▏]+ +\d+ %, [\d.,]+ of [\d.,]+/.test(state)),
    states.join('\n'),
  );
  for (const state of states) assert.ok(widthOf(state) < 60, state);
  for (const line of shown.lines) assert.ok(widthOf(line) <= 60, line);
});

onTerminals('what comes through a pipe on the way is not on the terminal, and the line still is', async () => {
  const shown = await onTerminal([...job, '--json'], 60, { cwd });
  assert.equal([shown.code, statesOf(shown)], [0, []]);
  const piped = await onTerminal(job, 60, { cwd, more: '> summary.txt' });
  assert.ok(statesOf(piped).length > 0);
  assert.equal(piped.lines, ['']);
  assert.match(
    readFileSync(join(cwd, 'summary.txt'), 'utf8'),
    /^100,000 users, 2 features, target 'churned' \(binary, score is/,
  );
});

onTerminals('--quiet and a terminal that cannot rub out have no line', async () => {
  const quiet = await onTerminal([...job, '--quiet'], 60, { cwd });
  assert.equal([quiet.code, quiet.raw], [0, '']);
  const dumb = await onTerminal(job, 60, { cwd, env: { TERM: 'dumb' } });
  assert.not.ok(dumb.raw.includes(ESCAPE));
});

onTerminals('help, errors, what a file is and what the machine has break at words', async () => {
  const columns = 50;
  for (const args of [
    ['--help'],
    ['profile', '--help'],
    ['doctor'],
    ['inspect', 'out.cameo'],
    ['porfile'],
    ['fit', 'few.csv', '--target', 'churned,nothing', '--save', 'x.cameo', '--quiet'],
    ['fit', 'few.csv'],
  ]) {
    const { lines, raw } = await onTerminal(args, columns, { cwd });
    const what = args.join(' ');
    assert.ok(lines.length > 1, what);
    for (const line of lines) assert.ok(widthOf(line) <= columns, `${what}: ${line}`);
    // No word is torn: each stands whole in what is printed without a width.
    const plain = await cameo(args, { cwd });
    const words = new Set(`${plain.stdout}${plain.stderr}`.split(/\s+/));
    const measured = /[\d.]+/; // the speed of the machine is another each time
    for (const word of raw.split(/\s+/)) assert.ok(words.has(word) || measured.test(word), `${what}: ${word}`);
  }
});

test('where there is no terminal, nothing is said of progress, and text is not broken', async () => {
  const { code, stdout, stderr } = await cameo(job, { cwd });
  assert.equal([code, stderr], [0, '']);
  assert.not.match(stdout.toString(), /Reading/);
  assert.not.ok(stdout.includes(ESCAPE));
  assert.ok(existsSync(join(cwd, 'out.arrow')));
  const wrong = await cameo(['fit', 'few.csv', '--target', 'nothing', '--save', 'x.cameo'], { cwd });
  assert.is(wrong.stderr.trimEnd().split('\n').length, 1);
});

test.run();
