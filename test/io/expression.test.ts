/** Expressions from outside: what people write gives what it says; what means harm is refused, at every option, and leaves nothing behind. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { meeting } from '../../src/cli/audience.js';
import { behaviourOf } from '../../src/events/behaviour.js';
import type { EventLog } from '../../src/io/event-log.js';
import { readEvents } from '../../src/io/events.js';
import { cameo, folder } from '../support/command.js';
import { HEADER, HONEST, INJECTIONS, ROWS } from '../support/expressions.js';
import { refusal } from '../support/refused.js';

const cwd = folder();
/** Where DuckDB would put an extension. */
const HOME = join(cwd, 'home');
mkdirSync(HOME);
process.env.HOME = HOME;
process.chdir(cwd);
const SECRET = 'SECRETSECRET';
writeFileSync('secret.txt', SECRET);
writeFileSync('secret.csv', `a\n${SECRET}\n`);
writeFileSync('log.csv', `${[HEADER, ...ROWS].join('\n')}\n`);
const log: EventLog = { path: 'log.csv', user: 'user', item: 'item', time: 'time' };
const files = () => [readdirSync(cwd), readdirSync(HOME)];
const OPTIONS = ['value', 'where', 'cancelled', 'orders', 'weight', 'rating', 'price'] as const;
const behaviour = behaviourOf(await readEvents(log));

/** The same over the columns of profiles. */
const overProfiles = (expression: string) =>
  Object.entries({ n: 'frequency', name: 'user_id', price: 'monetary', kind: 'segment', time: 'last_seen', props: 'lifecycle' })
    // Not what stands in quotes, nor a function's name.
    .reduce((text, [from, to]) => text.replaceAll(new RegExp(`(?<!['$\\w])${from}(?![\\w('])`, 'g'), to), expression);

test('sixty honest expressions give what they say', async () => {
  assert.ok(HONEST.length >= 60);
  for (const [expression, expected] of HONEST) {
    const option = typeof expected === 'number' ? 'value' : 'orders';
    const { value, bought } = await readEvents({ ...log, [option]: expression }).catch((error) => {
      throw new Error(`${expression.slice(0, 200)}: ${error.message}`);
    });
    const found = typeof expected === 'number' ? value[0] : bought[0] === 1;
    if (typeof expected === 'number') assert.ok(Math.abs((found as number) - expected) < 1e-4, `${expression}: ${found}`);
    else assert.is(found, expected, expression);
  }
});

test('what fails in a row is null there, and ends nothing', async () => {
  for (const value of ['1 // (n - 3)', 'CAST(name AS INTEGER)', "props ->> '$.none'", "name ->> '$.a'"]) {
    assert.is((await readEvents({ ...log, value: `coalesce(TRY(${value})::DOUBLE, 1)` })).counts.used, 2, value);
    const { message } = await refusal(() => readEvents({ ...log, value }));
    assert.match(message, /2 whose value or weight is no usable number/);
  }
});

test('fields of a JSON log, and a column that is called as a function is', async () => {
  const row = { user: 'a', item: 'x', time: '2024-01-01', sale: { price: 3, piece: { n: 4 } }, lower: 5, prices: [6, 7] };
  writeFileSync('log.jsonl', JSON.stringify(row));
  const cases: [value: string, expected: number][] = [
    ['sale.price * sale.piece.n', 12],
    ['(sale).piece.n', 4],
    ['Sale.PRICE', 3],
    ['prices[2]', 7],
    ['lower', 5],
  ];
  for (const [value, expected] of cases) {
    assert.is((await readEvents({ ...log, path: 'log.jsonl', value })).value[0], expected, value);
  }
});

/** Milliseconds of all processors since a moment: what others do on the machine does not count. */
const spent = (since?: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

for (const [k, option] of [...OPTIONS, 'audience --where'].entries()) {
  // All at some options, every second one at the others, in turn: a database each.
  const asked = INJECTIONS.filter((_, n) => option.includes('where') || n % 2 === k % 2);
  test(`${asked.length} injections at ${option} are refused, quickly, in a line, and leave nothing`, async () => {
    assert.ok(asked.length >= 50);
    const before = files();
    for (const injection of asked) {
      const shown = injection.slice(0, 100);
      const since = process.cpuUsage();
      const use = () =>
        option === 'audience --where'
          ? meeting(behaviour, overProfiles(injection))
          : readEvents({ ...log, [option]: injection });
      const { code, message } = await refusal(use).catch((error) => {
        throw new Error(`${shown}: ${error.message}`);
      });
      assert.is(code, 'argument', `${shown}: ${message}`);
      assert.ok(message.length < 500 && !/[\n\r\0]/.test(message), message);
      assert.not.match(message, /SECRET|Blue Mug|Acme/);
      assert.ok(spent(since) < 2000, `${shown}: ${spent(since)} ms`);
    }
    assert.equal(files(), before);
  });
}

test('the command ends with 2 and a line on standard error, for a log and for an audience', async () => {
  const rows = Array.from({ length: 40 }, (_, k) => `u${k % 8},i${k % 5},2024-01-0${1 + (k % 7)},x,${k},1,order,,,,`);
  writeFileSync('more.csv', `${[HEADER, ...rows].join('\n')}\n`);
  const job = ['profile', '--events', 'more.csv', '--user', 'user', '--item', 'item', '--time', 'time', '--threads', '1'];
  const fitted = await cameo([...job, '--save', 'm.cameo', '--quiet'], { cwd });
  assert.is(fitted.code, 0, fitted.stderr);
  const before = files();
  const some = [
    "1); COPY (SELECT 42) TO 'out.csv'; SELECT (1",
    "error((SELECT content FROM read_text('secret.txt')))",
    "EXISTS (SELECT 1 FROM read_csv('https://127.0.0.1:9/x.csv'))",
  ];
  for (const injection of some) {
    const runs = OPTIONS.map((option) => [...job, `--${option}`, injection, '-o', 'p.jsonl', '--save', 'n.cameo']);
    for (const args of [...runs, ['audience', '--model', 'm.cameo', '--where', injection]]) {
      const { code, stdout, stderr } = await cameo(args, { cwd });
      assert.equal([code, stdout.toString()], [2, ''], stderr);
      assert.match(stderr, /^cameo: The expression of '\w+' is refused: [^\n]*\n$/);
      assert.not.match(stderr, /SECRET/);
    }
  }
  assert.equal(files(), before);
});

test.run();
