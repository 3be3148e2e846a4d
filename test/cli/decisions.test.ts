/** Decisions on the command line: the threshold in the summary, the JSON and the profiles. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cameo, folder } from '../support/command.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const next = generator(29);
const rows = Array.from({ length: 800 }, (_, i) => {
  const x = next();
  return `u${i},${x.toFixed(5)},${['a', 'b', 'c'][Math.floor(next() * 3)]},${next() < x * 0.6 ? 'yes' : 'no'}`;
});
writeFileSync(join(cwd, 't.csv'), `id,x,kind,bought\n${rows.join('\n')}\n`);
const common = ['--id', 'id', '--model', 'linear', '--threads', '0', '--no-importance'];
const profile = (...args: string[]) => cameo(['profile', 't.csv', '--target', 'bought', ...common, ...args], { cwd });

test('summary, JSON and profiles agree', async () => {
  const { code, stdout, stderr } = await profile('--cost', '10:1', '--json', '-o', 'p.jsonl', '--save', 'm.cameo');
  assert.is(code, 0, stderr);
  const { decisions } = JSON.parse(stdout.toString());
  assert.equal(decisions.threshold.rule, { by: 'cost', value: 10, alarm: 1 });
  const [[, alarms], [missed, found]] = decisions.confusionMatrix;
  assert.is(decisions.threshold.cost, 10 * missed + alarms);
  const profiles = readFileSync(join(cwd, 'p.jsonl'), 'utf8').trim().split('\n');
  const threshold = decisions.threshold.threshold as number;
  assert.ok(threshold < 0.4);
  for (const line of profiles) {
    const { score_bought: score, prediction_bought: label } = JSON.parse(line);
    assert.is(label, score > threshold ? 'yes' : 'no');
  }
  const text = (await profile('--cost', '10:1')).stdout.toString();
  assert.match(text, new RegExp(`'yes' above ${threshold.toPrecision(4)}, where errors cost least at 10:1`));
  assert.match(text, new RegExp(`calibration error ${decisions.calibrationError.toFixed(4)}`));
  assert.match(text, new RegExp(`${alarms + found} users picked as 'yes' .*, ${found} rightly: .*; ${missed} missed`));
  const later = await cameo(['profile', 't.csv', '--model', 'm.cameo', '--threads', '0', '--quiet', '-o', 'q.jsonl'], { cwd });
  assert.is(later.code, 0, later.stderr);
  assert.equal(readFileSync(join(cwd, 'q.jsonl')), readFileSync(join(cwd, 'p.jsonl')));
});

test('shares in percent, as numbers and from a file', async () => {
  const rule = async (...args: string[]) =>
    JSON.parse((await profile('--json', ...args)).stdout.toString()).decisions.threshold.rule;
  writeFileSync(join(cwd, 'c.json'), JSON.stringify({ top: '5%' }));
  assert.equal(await rule('--top', '5%'), { by: 'top', value: 0.05 });
  assert.equal(await rule('--config', 'c.json'), { by: 'top', value: 0.05 });
  assert.equal(await rule('--recall', '0.8'), { by: 'recall', value: 0.8 });
  assert.equal(await rule('--threshold', '0.3'), { by: 'threshold', value: 0.3 });
  assert.is(await rule(), undefined);
});

test('what does not go together ends with 2 and says so', async () => {
  const cases: [string[], RegExp][] = [
    [['--top', '5'], /such as 0\.05 or 5%/],
    [['--top', '%'], /such as 0\.05 or 5%/],
    [['--threshold', '1'], /Expected a number between 0 and 1/],
    [['--cost', '10'], /'cost' must be two numbers above 0, such as '10:1'/],
    [['--cost', '10:1', '--recall', '80%'], /'cost' and 'recall' each say what the threshold is/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await profile(...args);
    assert.equal([code, stdout.toString()], [2, '']);
    assert.match(stderr, message);
  }
  for (const [args, message] of [
    [['t.csv', '--model', 'm.cameo', '--top', '5%'], /--top is found in training, and --model m\.cameo keeps its own/],
    [['t.csv', '--target', 'kind', ...common, '--top', '5%'], /'top' decides between two classes/],
    [['--events', 't.csv', '--user', 'id', '--time', 'x', '--top', '5%'], /--top goes with a table of users/],
  ] as const) {
    const { code, stderr } = await cameo(['profile', ...args], { cwd });
    assert.is(code, 2);
    assert.match(stderr, message);
  }
});

test.run();
