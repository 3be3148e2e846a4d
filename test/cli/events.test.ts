/** The commands on an event log: what is counted, computed, written and answered, and what is refused. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cameo, folder } from '../support/command.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const next = generator(17);
const lines: string[] = [];
for (let order = 0; order < 500; order++) {
  const user = Math.floor(next() * 60);
  const day = new Date(Date.UTC(2024, 0, 1) + Math.floor(next() * 300) * 864e5 + Math.floor(next() * 24) * 36e5);
  for (let k = 0; k < 1 + next() * 4; k++) {
    const item = 3 * Math.floor(next() * 15) + (next() < 0.9 ? user % 3 : Math.floor(next() * 3));
    lines.push(
      `u${user},i${item},"name, of ""${item}""",${day.toISOString().slice(0, 19)},${1 + Math.floor(next() * 5)},${(next() * 20).toFixed(2)}`,
    );
  }
}
const header = 'user,item,name,time,quantity,price';
const dirty = [
  ',i1,x,2024-01-01,1,1',
  'u1,,x,2024-01-01,1,1',
  'u1,i1,x,someday,1,1',
  'u1,i1,x,2024-01-01,-1,1',
  'u1,i1,x,2024-01-02,0,1',
];
writeFileSync(join(cwd, 'log.csv'), [header, ...lines, ...dirty].join('\n'));
const flags = [
  '--user',
  'user',
  '--item',
  'item',
  '--time',
  'time',
  '--value',
  'quantity * price',
  '--label',
  'name',
  '--where',
  'quantity > 0',
];
const log = ['profile', '--events', 'log.csv', ...flags];
// By name, since audiences of those who are alike need factors.
const job = [...log, '--recommender', 'factorization'];

test('profile --events writes profiles and a model; recommend and similar answer from it', async () => {
  const { code, stdout, stderr } = await cameo([...job, '-o', 'p.jsonl', '--save', 'm.cameo', '--threads', '1', '--json'], {
    cwd,
  });
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout.toString());
  assert.equal([report.users, report.items, report.events.used], [60, 45, lines.length]);
  const profiles = readFileSync(join(cwd, 'p.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.is(profiles.length, 60);
  const had = new Set(lines.filter((line) => line.startsWith('u7,')).map((line) => line.split(',')[1]));
  const mine = profiles.find((p) => p.user_id === 'u7');
  assert.ok(mine.recommendations.length > 0);
  for (const { item, label, because } of mine.recommendations) {
    assert.not(had.has(item));
    assert.is(label, `name, of "${item.slice(1)}"`);
    for (const own of because) assert.ok(had.has(own));
  }
  const again = await cameo([...job, '-o', 'p3.jsonl', '--save', 'm3.cameo', '--threads', '3', '--quiet'], { cwd });
  assert.is(again.code, 0, again.stderr);
  for (const name of ['p', 'm']) {
    const ending = name === 'p' ? 'jsonl' : 'cameo';
    assert.equal(readFileSync(join(cwd, `${name}3.${ending}`)), readFileSync(join(cwd, `${name}.${ending}`)));
  }
  const recommended = await cameo(['recommend', '--model', 'm.cameo', '--user', 'u7', '-n', '10', '--json'], { cwd });
  const { recommendations } = JSON.parse(recommended.stdout.toString());
  assert.equal(
    recommendations.map((r: { item: string }) => r.item),
    mine.recommendations.map((r: { item: string }) => r.item),
  );
  const similar = await cameo(['similar', '--model', 'm.cameo', '--item', 'i4', '-n', '3', '--json'], { cwd });
  assert.is(JSON.parse(similar.stdout.toString()).similar.length, 3);
  const summary = await cameo([...job, '--threads', '1'], { cwd });
  assert.match(
    summary.stdout.toString(),
    /60 users, 45 items[\s\S]*Left out: 1 without a user, 1 without an item, 1 whose time cannot be read, 2 that/,
  );
  const parquet = await cameo([...job, '--threads', '1', '-o', 'p.parquet', '--quiet'], { cwd });
  assert.is(parquet.code, 0, parquet.stderr);
});

test('bad input ends with 2, a clear line and no file', async () => {
  const before = readdirSync(cwd).sort();
  const replaced = (name: string, value: string) => job.map((arg, k) => (job[k - 1] === name ? value : arg));
  const cases: [string[], RegExp][] = [
    [replaced('--events', 'absent.csv'), /Cannot read 'absent\.csv'/],
    [replaced('--user', 'nobody'), /User column 'nobody' is not in the table, which has 'user', 'item'/],
    [replaced('--time', 'when'), /Time column 'when'/],
    [replaced('--value', 'quantity *'), /expression of 'value' is refused: it is not one SQL expression: syntax error/],
    [
      replaced('--where', 'nothing > 0'),
      /expression of 'where' is refused: it names a column 'nothing', and there are 'user', 'item'/,
    ],
    [replaced('--where', 'quantity > 1000'), /No event is left of \d+ rows: 1 without a user, 1 without an item/],
    [replaced('--where', '"user" = \'u1\''), /users\) needs at least 2 rows; found 1/],
    [replaced('--where', "item = 'i1'"), /items\) needs at least 2 rows; found 1/],
    [[...job, '--as-of', 'tomorrow'], /'asOf' must be a date/],
    [['profile', '--events', 'log.csv'], /--events needs --user and --time/],
    [['profile', '--events', 'log.csv', '--target', 'user', ...flags], /--target goes with a table of users/],
    [['similar', '--model', 'log.csv', '--item', 'i1'], /Not a usable model file/],
    [['recommend', '--model', 'm.cameo'], /Give either --user ID or --users FILE/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await cameo(
      [...args, ...(args[0] === 'profile' ? ['-o', 'out.arrow', '--save', 'out.cameo'] : [])],
      { cwd },
    );
    assert.is(code, 2, stderr);
    assert.match(stderr, message);
    assert.not.match(stderr, /stranger/);
    assert.is(stdout.toString(), '');
    assert.equal(readdirSync(cwd).sort(), before);
  }
});

test('audience: a condition over the profiles, and lookalikes of a list', async () => {
  const profiles = readFileSync(join(cwd, 'p.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const chosen = profiles.filter((p) => p.frequency >= 8 && p.lifecycle !== 'dormant').map((p) => p.user_id);
  const where = "frequency >= 8 AND lifecycle <> 'dormant' AND last_seen > TIMESTAMP '2024-01-01'";
  const found = await cameo(['audience', '--model', 'm.cameo', '--where', where, '--json'], { cwd });
  assert.equal(JSON.parse(found.stdout.toString()), { where, count: chosen.length, users: chosen });
  // Users of one taste (their number modulo 3) are most like others of it.
  const seed = profiles
    .filter((p) => Number(p.user_id.slice(1)) % 3 === 1 && p.n_events > 15)
    .map((p) => p.user_id)
    .slice(0, 8);
  writeFileSync(join(cwd, 'seed.txt'), `${seed.join('\n')}\nstranger\n`);
  const alike = await cameo(['audience', '--model', 'm.cameo', '--like', 'seed.txt', '-n', '8', '--json'], { cwd });
  const { users } = JSON.parse(alike.stdout.toString()) as { users: { user: string; score: number }[] };
  assert.is(users.length, 8);
  assert.ok(users.every(({ user }) => !seed.includes(user)));
  assert.ok(users.filter(({ user }) => Number(user.slice(1)) % 3 === 1).length >= 6, JSON.stringify(users));
  writeFileSync(join(cwd, 'few.txt'), seed.slice(0, 4).join('\n'));
  const cases: [string[], RegExp][] = [
    [['--like', 'few.txt'], /Not enough data: 4 of the users given/],
    [['--like', 'absent.txt'], /Cannot read 'absent\.txt'/],
    [
      ['--where', 'nothing = 1'],
      /expression of 'where' is refused: it names a column 'nothing', and there are 'user_id', 'n_events'/,
    ],
    [[], /either --where CONDITION or --like FILE/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await cameo(['audience', '--model', 'm.cameo', ...args], { cwd });
    assert.equal([code, stdout.toString()], [2, '']);
    assert.match(stderr, message);
  }
});

test('without a name a recommender is chosen: the summary says against what, and --evaluate shows them all', async () => {
  const { code, stdout, stderr } = await cameo([...log, '--evaluate', '--threads', '1', '--json'], { cwd });
  assert.is(code, 0, stderr);
  const { choice, evaluation } = JSON.parse(stdout.toString());
  const names = ['ials', 'ease', 'neighbours', 'factorization', 'popularity'];
  assert.equal(
    choice.candidates.map(({ recommender }: { recommender: string }) => recommender),
    names,
  );
  assert.ok(choice.users > 20 && choice.seconds > 0 && names.includes(choice.recommender));
  const best = Math.max(...choice.candidates.map(({ ndcg }: { ndcg: number }) => ndcg));
  assert.is(choice.candidates.find((c: { recommender: string }) => c.recommender === choice.recommender).ndcg, best);
  for (const name of names) assert.ok(evaluation[name].users > 30, name);
  assert.ok(names.includes(evaluation.chosen));
  const summary = await cameo([...log, '--threads', '1'], { cwd });
  const text = summary.stdout.toString();
  assert.match(text, /Recommender: \w+, fitted before, compared on .*, full ranking, \d+ users, in \d+\.\d\d s\n/);
  for (const name of names) assert.match(text, new RegExp(`${name} +[01]\\.\\d{4} +[01]\\.\\d{4} +\\d+\\.\\d\\d s`));
  assert.match(text, / chosen\n/);
});

test('--effort fast compares nothing; what does not go together is refused', async () => {
  const { code, stdout, stderr } = await cameo([...log, '--effort', 'fast', '--threads', '1', '--json'], { cwd });
  assert.is(code, 0, stderr);
  assert.is(JSON.parse(stdout.toString()).choice, null);
  for (const [args, message] of [
    [['--recommender', 'best'], /Allowed choices are auto, factorization, ials, ease, neighbours, item2vec, popularity/],
    [['--effort', 'some'], /Allowed choices are fast, balanced, best/],
  ] as const) {
    const bad = await cameo([...log, ...args, '--threads', '0', '-o', 'never.jsonl'], { cwd });
    assert.equal([bad.code, bad.stdout.toString()], [2, ''], bad.stderr);
    assert.match(bad.stderr, message);
    assert.not.ok(readdirSync(cwd).some((name) => name.includes('never')));
  }
});

test('--evaluate holds the last order out and shows baselines', async () => {
  const { code, stdout, stderr } = await cameo([...job, '--evaluate', '--threads', '1', '--json'], { cwd });
  assert.is(code, 0, stderr);
  const { evaluation } = JSON.parse(stdout.toString());
  assert.match(evaluation.protocol, /temporal leave-last-out .* full ranking/);
  assert.is(evaluation.n, 10);
  for (const name of ['factorization', 'popularity', 'neighbours'])
    assert.ok(evaluation[name].hitRate > 0 && evaluation[name].users > 30);
});

test.run();
