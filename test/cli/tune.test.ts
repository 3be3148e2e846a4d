// test timeout: 600
/** `cameo tune`: what it prints and keeps, a journal, Ctrl-C, and what is refused. */
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cameo, folder } from '../support/command.js';
import { CODES, start, until } from '../support/process.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const next = generator(5);
const rows = Array.from({ length: 400 }, (_, i) => {
  const [age, spent] = [Math.floor(next() * 60), next() * 100];
  return `u${i},${age},${spent.toFixed(2)},${next() < age / 80 ? 'yes' : 'no'}`;
});
writeFileSync(join(cwd, 'users.csv'), ['id,age,spent,churned', ...rows].join('\n'));
const events = Array.from({ length: 1500 }, (_, i) => {
  const day = `2025-0${1 + Math.floor(next() * 9)}-1${Math.floor(next() * 9)}`;
  return `u${i % 100},i${Math.floor(30 * next() * next())},${day}`;
});
writeFileSync(join(cwd, 'log.csv'), ['user,item,day', ...events].join('\n'));

const target = ['--target', 'churned', '--id', 'id'];
const quick = ['--effort', 'fast', '--families', 'linear,trees', '--threads', '1'];
const tune = (...args: string[]) => cameo(['tune', ...args], { cwd });
const lines = (name: string) => readFileSync(join(cwd, name), 'utf8').trim().split('\n');

test('trials are told beside the default, on the folds and on rows that none saw; the best is kept as a model', async () => {
  const { code, stdout, stderr } = await tune('users.csv', ...target, ...quick, '--trials', '5', '--save', 'best.cameo');
  assert.is(code, 0, stderr);
  const text = stdout.toString();
  assert.match(
    text,
    /^5 trials beside the default in [\d.]+ s; log loss, less is better\n\nOn 5 folds of the 320 training rows\n/,
  );
  assert.match(text, /\n {2}default +0\.\d{4} +trees\n/);
  assert.match(
    text,
    /\nOn 80 held-out rows that no trial saw, fitted on the same\n {2}default +0\.\d{4}\n {2}best +0\.\d{4}\n/,
  );
  assert.match(text, /\nModel in best\.cameo\n$/);
  const profiled = await cameo(['profile', 'users.csv', '--model', 'best.cameo', '--json'], { cwd });
  assert.is(profiled.code, 0, profiled.stderr);
});

test('a journal goes on, after a last line that was cut, to what one search comes to', async () => {
  const whole = await tune('users.csv', ...target, ...quick, '--trials', '8', '--journal', 'whole.jsonl', '--json');
  assert.is(whole.code, 0, whole.stderr);
  assert.is((await tune('users.csv', ...target, ...quick, '--trials', '4', '--journal', 'on.jsonl', '--quiet')).code, 0);
  const { length } = readFileSync(join(cwd, 'on.jsonl'));
  truncateSync(join(cwd, 'on.jsonl'), length - 20);
  const on = await tune('users.csv', ...target, ...quick, '--trials', '8', '--journal', 'on.jsonl', '--json', '--threads', '2');
  assert.is(on.code, 0, on.stderr);
  const report = ({ stdout }: { stdout: Buffer }) => ({ ...JSON.parse(stdout.toString()), seconds: 0, journal: '' });
  assert.equal(report(on), report(whole));
  assert.equal([...lines('on.jsonl')].sort(), [...lines('whole.jsonl')].sort());
  for (const line of lines('on.jsonl')) JSON.parse(line);
});

test('recommenders are searched by --events, where --time is a column', async () => {
  const log = ['--events', 'log.csv', '--user', 'user', '--item', 'item', '--time', 'day'];
  const options = ['--families', 'neighbours,popularity', '--trials', '4', '--threads', '1'];
  const { code, stdout, stderr } = await tune(...log, ...options, '--save', 'log.cameo');
  assert.is(code, 0, stderr);
  assert.match(stdout.toString(), /^4 trials beside the default in [\d.]+ s; NDCG at 10, more is better\n/);
  assert.match(stdout.toString(), /\nOn the last fifth of the events, \d+ users that no trial saw, fitted on the same\n/);
  const asked = await cameo(['recommend', '--model', 'log.cameo', '--user', 'u1'], { cwd });
  assert.is(asked.code, 0, asked.stderr);
});

test('a time is a budget', async () => {
  const { code, stdout, stderr } = await tune('users.csv', ...target, ...quick, '--time', '1.5s', '--json');
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout.toString());
  assert.is(report.ended, 'time');
  assert.ok(report.seconds >= 1.4 && report.seconds < 30, report.seconds);
  const short = await tune('users.csv', ...target, ...quick, '--time', '1ms');
  assert.is(short.code, 0, short.stderr);
  assert.match(
    short.stdout.toString(),
    /\n\nThe default was not measured in that time, so that nothing is held against it: it stands\.\n/,
  );
});

test('Ctrl-C keeps what was found: the summary, the model, the journal; a second one ends at once, and SIGTERM does', async () => {
  const args = ['tune', 'users.csv', ...target, ...quick, '--trials', '100000'];
  const journal = (name: string) => existsSync(join(cwd, name)) && lines(name).length > 12;
  const first = start([...args, '--journal', 'stop.jsonl', '--save', 'stop.cameo'], { cwd });
  let stdout = '';
  first.child.stdout?.on('data', (data) => {
    stdout += data;
  });
  await until(() => journal('stop.jsonl'), 'some trials');
  first.child.kill('SIGINT');
  const { code } = await first.ended;
  assert.is(code, CODES.SIGINT, first.stderr());
  assert.match(stdout, /trials beside the default in [\d.]+ s, stopped; log loss/);
  assert.match(stdout, /Model in stop\.cameo, journal in stop\.jsonl/);
  assert.match(first.stderr(), /cameo: Stopped\.\n$/);
  const kept = await cameo(['inspect', 'stop.cameo'], { cwd });
  assert.is(kept.code, 0, kept.stderr);
  const before = lines('stop.jsonl').length;
  const on = await tune(...args.slice(1, -1), '12', '--journal', 'stop.jsonl', '--json');
  assert.is(on.code, 0, on.stderr);
  assert.ok(lines('stop.jsonl').length >= before);
  for (const signals of [['SIGINT', 'SIGINT'], ['SIGTERM']] as const) {
    const name = `${signals.join('-')}.jsonl`;
    const started = start([...args, '--journal', name, '--save', 'gone.cameo'], { cwd });
    await until(() => journal(name), 'some trials');
    for (const signal of signals) started.child.kill(signal);
    assert.is((await started.ended).code, CODES[signals[0]], started.stderr());
    assert.not(readdirSync(cwd).some((file) => file.startsWith('.cameo-')));
  }
});

test('what is wrong is said with code 2, and nothing is written', async () => {
  const before = readdirSync(cwd).sort();
  const all = ['--journal', 'new.jsonl', '--save', 'new.cameo'];
  const cases: [args: string[], message: RegExp][] = [
    [['users.csv', ...target], /Give a budget: --trials N, .* or --time 60s/],
    [['users.csv', ...target, '--trials', '0'], /Expected a whole number from 1/],
    [['users.csv', ...target, '--time', '0s'], /'time' must be a duration such as 90s, 10m or 1h; found '0s'/],
    [['users.csv', ...target, '--time', 'soon'], /'time' must be a duration/],
    [['users.csv', ...target, '--trials', '3', '--metric', 'auc'], /'metric' must be one of 'logLoss'/],
    [['users.csv', ...target, '--trials', '3', '--families', 'forest'], /'families' must be among/],
    [['users.csv', '--trials', '3'], /Give --target COLUMN/],
    [['users.csv', '--target', 'churned,age', '--trials', '3'], /A search is for one target/],
    [['users.csv', '--target', 'gone', '--trials', '3'], /Target column 'gone' is not in the table/],
    [['--trials', '3'], /Give a table of users, or --events FILE/],
    [['absent.csv', ...target, '--trials', '3'], /Cannot read 'absent\.csv'/],
    [['--events', 'log.csv', '--user', 'user', '--time', 'day', '--trials', '3'], /These events name no items/],
    [['--events', 'log.csv', '--user', 'user', '--item', 'item', '--time', 'day'], /or --budget 60s/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await tune(...args, ...all, '--threads', '0');
    assert.is(code, 2, `${args}: ${stderr}`);
    assert.match(stderr, /^cameo: /);
    assert.match(stderr, message);
    assert.is(stdout.length, 0);
    assert.equal(readdirSync(cwd).sort(), before, `${args}`);
  }
  // The second is without the end of a line, as a journal may be that was cut in its first.
  for (const text of ['{"user":1}\n', '{"user":1}']) {
    writeFileSync(join(cwd, 'other.jsonl'), text);
    const other = await tune('users.csv', ...target, ...quick, '--trials', '3', '--journal', 'other.jsonl');
    assert.is(other.code, 2);
    assert.match(other.stderr, /Line 1 of the journal/);
    assert.is(readFileSync(join(cwd, 'other.jsonl'), 'utf8'), text);
  }
});

test.run();
