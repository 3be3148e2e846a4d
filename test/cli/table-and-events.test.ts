/** A user table and an event log together: one profile with both halves, from events before the prediction moment only. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC, type Vector } from 'apache-arrow';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cameo, folder } from '../support/command.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const next = generator(5);
const AS_OF = '2024-09-01';
const USERS = 400;
const users: string[] = [];
const early: string[] = [];
const late: string[] = [];
for (let user = 0; user < USERS; user++) {
  // Whoever bought much before September buys again after it; user 7 and the like have no event at all.
  const eager = user % 10 === 7 ? 0 : Math.floor(next() * 12);
  const again = next() < 0.1 + 0.07 * eager;
  users.push(`${1000 + user},${18 + Math.floor(next() * 60)},${['north', 'south'][user % 2]},${again ? 'yes' : 'no'}`);
  const at = (from: number, days: number) =>
    new Date(Date.UTC(2024, from, 1) + Math.floor(next() * days * 24) * 36e5).toISOString().slice(0, 19);
  for (let k = 0; k < eager; k++)
    early.push(`${1000 + user},i${Math.floor(next() * 30)},${at(0, 240)},${(next() * 50).toFixed(2)}`);
  for (let k = 0; k < 20 && again; k++)
    late.push(`${1000 + user},i${Math.floor(next() * 30)},${at(8, 60)},${(next() * 50).toFixed(2)}`);
}
writeFileSync(join(cwd, 'users.csv'), `customer,age,region,again\n${users.join('\n')}\n`);
writeFileSync(join(cwd, 'early.csv'), `who,what,when,worth\n${early.join('\n')}\n`);
writeFileSync(join(cwd, 'log.csv'), `who,what,when,worth\n${[...early, ...late].join('\n')}\n`);
const events = (file: string) => ['--events', file, '--user', 'who', '--item', 'what', '--time', 'when', '--value', 'worth'];
const job = ['profile', 'users.csv', '--id', 'customer', '--target', 'again', '--as-of', AS_OF, '--threads', '2', '--json'];
const rowsOf = (file: string) =>
  readFileSync(join(cwd, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('one profile per user with both halves; behaviour explains the score', async () => {
  const { code, stdout, stderr } = await cameo(
    [
      ...job,
      ...events('log.csv'),
      '--recommender',
      'factorization',
      '--attributes',
      'age,region',
      '-o',
      'p.jsonl',
      '--save',
      'both.cameo',
    ],
    { cwd },
  );
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout.toString());
  assert.equal([report.rows, report.events.matched, report.events.events.afterAsOf], [USERS, report.events.users, late.length]);
  assert.ok(report.features === 2 + 7, `${report.features}`);
  const best = report.importances.slice(0, 3).map((i: { feature: string }) => i.feature);
  assert.ok(
    best.some((name: string) => ['frequency', 'n_events', 'monetary', 'active_days'].includes(name)),
    `${best}`,
  );
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  const expected = (
    await duckdb.runAndReadAll(`
      SELECT customer::VARCHAR, age::DOUBLE, region, count(who)::INTEGER, count(DISTINCT "when")::INTEGER,
        coalesce(sum(worth::DECIMAL(18, 4)), 0)::DOUBLE, (epoch(TIMESTAMP '${AS_OF}' - max("when")) / 86400)::FLOAT::DOUBLE, count(who) = 0
      FROM read_csv('${join(cwd, 'users.csv')}') u LEFT JOIN read_csv('${join(cwd, 'log.csv')}') e
        ON u.customer = e.who AND e."when" < TIMESTAMP '${AS_OF}'
      GROUP BY ALL ORDER BY 1`)
  ).getRowsJson();
  const profiles = rowsOf('p.jsonl');
  assert.equal(
    profiles.map((p) => [
      p.user_id,
      p.age,
      p.region,
      p.n_events,
      p.frequency,
      p.monetary,
      p.recency_days === null ? null : Math.fround(p.recency_days),
      p.is_cold_start,
    ]),
    expected,
  );
  for (const p of profiles) {
    assert.is(p.as_of, `${AS_OF}T00:00:00.000`);
    assert.ok(p.score_again >= 0 && p.score_again <= 1);
    assert.is(p.recommendations.length, 10);
    assert.is(p.factors.length, 64);
    assert.is(
      p.is_cold_start,
      p.factors.every((v: number) => v === 0),
    );
    assert.is(p.explanation_again.length, 9);
    if (p.is_cold_start) assert.equal([p.lifecycle, p.segment, p.last_seen, p.tags], [null, null, null, []]);
  }
});

test('events after the moment change nothing: no profile, no model', async () => {
  for (const [log, name] of [
    ['log.csv', 'a'],
    ['early.csv', 'b'],
  ]) {
    const { code, stderr } = await cameo([...job, ...events(log), '-o', `${name}.arrow`, '--save', `${name}.cameo`], { cwd });
    assert.is(code, 0, stderr);
  }
  for (const kind of ['arrow', 'cameo'])
    assert.ok(readFileSync(join(cwd, `a.${kind}`)).equals(readFileSync(join(cwd, `b.${kind}`))), kind);
});

test('the model profiles another table with its log, and answers recommend, similar and audience', async () => {
  const profile = [
    'profile',
    'users.csv',
    '--model',
    'both.cameo',
    ...events('log.csv'),
    '--as-of',
    AS_OF,
    '--json',
    '-o',
    'q.arrow',
  ];
  const { code, stderr, stdout } = await cameo(profile, { cwd });
  assert.is(code, 0, stderr);
  assert.ok(JSON.parse(stdout.toString()).evaluation.rocAuc > 0.6);
  const table = tableFromIPC(readFileSync(join(cwd, 'q.arrow')));
  const scores = rowsOf('p.jsonl').map((p) => p.score_again);
  assert.equal([...(table.getChild('score_again') as Vector).toArray()], scores);
  assert.is(String(table.schema.fields.find(({ name }) => name === 'as_of')?.type), 'Timestamp<MILLISECOND>');
  const user = rowsOf('p.jsonl').find((p) => !p.is_cold_start).user_id;
  for (const args of [
    ['recommend', '--user', user],
    ['similar', '--item', 'i3'],
    ['audience', '--where', 'frequency > 5'],
  ]) {
    const answer = await cameo([...args, '--model', 'both.cameo', '--json'], { cwd });
    assert.is(answer.code, 0, answer.stderr);
  }
  assert.is((await cameo(['inspect', 'both.cameo'], { cwd })).code, 0);
  // Without the log what the model was fitted on holds, as of then.
  const without = await cameo(['profile', 'users.csv', '--model', 'both.cameo', '-o', 'w.jsonl'], { cwd });
  assert.is(without.code, 0, without.stderr);
  assert.equal(
    rowsOf('w.jsonl').map(({ region: _r, age: _a, ...rest }) => rest),
    rowsOf('p.jsonl').map(({ region: _r, age: _a, ...rest }) => rest),
  );
});

test('what does not fit together is refused', async () => {
  appendFileSync(
    join(cwd, 'clash.csv'),
    `customer,frequency,again\n${users
      .map((line) => line.split(',')[0])
      .map((id, k) => `${id},${k},${k % 3 ? 'yes' : 'no'}`)
      .join('\n')}\n`,
  );
  writeFileSync(join(cwd, 'strangers.csv'), `customer,age,again\na1,3,yes\na2,4,no\n`);
  const [, , ...rest] = job;
  const cases: [string[], RegExp][] = [
    [['profile', 'users.csv', '--target', 'again', ...events('log.csv'), '--as-of', AS_OF], /give --id COLUMN/],
    [['profile', 'users.csv', '--target', 'again', '--id', 'customer', ...events('log.csv')], /needs --as-of TIME/],
    [[...job, '--events', 'log.csv'], /--events needs --user and --time/],
    [['profile', 'clash.csv', ...rest, ...events('log.csv')], /Column 'frequency' is in the table already/],
    [['profile', 'strangers.csv', ...rest, ...events('log.csv')], /None of the 2 rows of the table is one of the \d+ users/],
    [[...job, ...events('log.csv'), '--attributes', 'height'], /Attribute column 'height' is not in the table/],
    [[...job, ...events('log.csv'), '--attributes', 'age,age'], /Column name 'age' appears more than once/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await cameo([...args, '-o', 'never.arrow', '--save', 'never.cameo'], { cwd });
    assert.is(code, 2, stderr);
    assert.match(stderr, message);
    assert.throws(() => readFileSync(join(cwd, 'never.arrow')));
  }
});

test.run();
