/** The commands on an event log: what is counted, computed, written and answered, and what is refused. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { behaviourRow } from '../../src/events/behaviour.js';
import { tasteOf } from '../../src/events/preferences.js';
import { behaviourOf, readEvents, tastesOf } from '../../src/index.js';
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
const log = {
  path: join(cwd, 'log.csv'),
  user: 'user',
  item: 'item',
  time: 'time',
  value: 'quantity * price',
  label: 'name',
  where: 'quantity > 0',
};
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
const job = ['profile', '--events', 'log.csv', ...flags];

test('every row of the log is counted once, by its first cause', async () => {
  const events = await readEvents(log);
  assert.equal(events.counts, {
    rows: lines.length + 5,
    used: lines.length,
    noUser: 1,
    noItem: 1,
    badTime: 1,
    cancelled: 0,
    filtered: 2,
    badNumber: 0,
    afterAsOf: 0,
    duplicate: 0,
  });
  const early = await readEvents({ ...log, asOf: '2024-06-01' });
  const after = lines.filter((line) => (line.split(',').at(-3) as string) >= '2024-06-01T00:00:00').length;
  assert.equal([early.counts.afterAsOf, early.counts.used], [after, lines.length - after]);
  assert.is(early.asOf, Date.UTC(2024, 5, 1));
  writeFileSync(join(cwd, 'twice.csv'), [header, ...lines, ...lines.slice(0, 100), ...dirty].join('\n'));
  const twice = await readEvents({ ...log, path: join(cwd, 'twice.csv'), distinct: true, cancelled: 'quantity = -1' });
  const different = new Set(lines).size;
  assert.equal(twice.counts, {
    ...events.counts,
    rows: lines.length + 105,
    used: different,
    cancelled: 1,
    filtered: 1,
    duplicate: lines.length + 100 - different,
  });
});

test('recency, frequency, monetary value and quintiles equal a plain SQL query', async () => {
  const events = await readEvents(log);
  const behaviour = behaviourOf(events);
  const found = behaviour.users.map((_, u) => behaviourRow(behaviour, u));
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  const rows = (
    await duckdb.runAndReadAll(`
      WITH lines AS (SELECT "user" AS u, TRY_CAST("time" AS TIMESTAMP) AS t, (quantity * price)::DECIMAL(18, 4) AS v
          FROM read_csv('${log.path}', types = {'time': 'VARCHAR'}) WHERE "user" IS NOT NULL AND item IS NOT NULL AND quantity > 0),
        good AS (FROM lines WHERE t IS NOT NULL),
        rfm AS (SELECT u, max(t) AS last, count(DISTINCT t) AS f, sum(v) AS m FROM good GROUP BY u)
      SELECT u, (epoch((SELECT max(t) FROM good) - last) / 86400)::DOUBLE AS recency, f::INTEGER AS frequency, m::DOUBLE AS monetary,
        (1 + (5 * (SELECT count(*) FROM rfm o WHERE o.last < a.last)) // (SELECT count(*) FROM rfm))::INTEGER AS r,
        (1 + (5 * (SELECT count(*) FROM rfm o WHERE o.f < a.f)) // (SELECT count(*) FROM rfm))::INTEGER AS f,
        (1 + (5 * (SELECT count(*) FROM rfm o WHERE o.m < a.m)) // (SELECT count(*) FROM rfm))::INTEGER AS m
      FROM rfm a ORDER BY u`)
  ).getRows();
  assert.equal(
    found.map((b) => [b.user, b.recencyDays, b.frequency, b.monetary, b.r, b.f, b.m]),
    rows,
  );
  for (const b of found) {
    assert.ok(b.r >= 1 && b.r <= 5 && b.f >= 1 && b.f <= 5 && b.m >= 1 && b.m <= 5);
    assert.is(b.interPurchaseDays === null, b.frequency === 1);
    if (b.segment === 'champions') assert.ok(b.r >= 4 && b.f >= 4 && b.m >= 4);
  }
});

test('preferences are smoothed shares, and tags name their evidence', async () => {
  const events = await readEvents({ ...log, fields: ['item', 'name'] });
  const behaviour = behaviourOf(events);
  const tastes = tastesOf(events, behaviour);
  const good = lines.map((line) => ({
    user: line.split(',')[0],
    item: line.split(',')[1],
    hour: Number(line.slice(0, -1).split('T').at(-1)?.slice(0, 2)),
  }));
  const share = (of: (l: (typeof good)[0]) => boolean, among = good) => among.filter(of).length / among.length;
  let seen = 0;
  for (const [u, user] of tastes.users.entries()) {
    const { preferences, tags } = tasteOf(tastes, u);
    const mine = good.filter((l) => l.user === user);
    for (const { field, value, weight } of preferences) {
      if (field !== 'item' && field !== 'hour') continue;
      const is = (l: (typeof good)[0]) => String(l[field]) === value;
      const base = share(is);
      const expected = (mine.filter(is).length + 10 * base) / (mine.length + 10);
      assert.ok(Math.abs(weight - expected) < 1e-12 && weight > base, `${user} ${field} ${value}: ${weight} ${expected}`);
      seen++;
    }
    assert.is(
      tags.some(({ tag }) => tag === 'high-value'),
      behaviour.m[u] === 5,
    );
    for (const { confidence, evidence } of tags) assert.ok(confidence > 0 && confidence <= 1 && evidence.length > 0);
  }
  assert.ok(seen > 150);
});

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
    [replaced('--value', 'quantity *'), /DuckDB refuses the expression of 'value': Parser Error/],
    [replaced('--where', 'nothing > 0'), /DuckDB refuses the expression of 'where': Binder Error/],
    [replaced('--where', 'quantity > 1000'), /No event is left of \d+ rows: 1 without a user, 1 without an item/],
    [replaced('--where', '"user" = \'u1\''), /users\) needs at least 2 rows; found 1/],
    [replaced('--where', "item = 'i1'"), /items\) needs at least 2 rows; found 1/],
    [[...job, '--as-of', 'tomorrow'], /'asOf' must be a date/],
    [['profile', '--events', 'log.csv'], /--user, --item and --time/],
    [['profile', '--events', 'log.csv', '--target', 'user', ...flags], /--target goes with a table of users/],
    [['recommend', '--model', 'm.cameo', '--user', 'stranger'], /This user is not among the 60 users/],
    [['similar', '--model', 'log.csv', '--item', 'i1'], /Not a usable model file/],
    [['recommend', '--model', 'm.cameo'], /required option '--user <id>'/],
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
    [['--where', 'nothing = 1'], /DuckDB refuses the expression of 'where'/],
    [[], /either --where CONDITION or --like FILE/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await cameo(['audience', '--model', 'm.cameo', ...args], { cwd });
    assert.equal([code, stdout.toString()], [2, '']);
    assert.match(stderr, message);
  }
});

test('--evaluate holds the last order out and shows baselines', async () => {
  const { code, stdout, stderr } = await cameo([...job, '--evaluate', '--threads', '1', '--json'], { cwd });
  assert.is(code, 0, stderr);
  const { evaluation } = JSON.parse(stdout.toString());
  assert.match(evaluation.protocol, /temporal leave-last-out .* full ranking/);
  assert.is(evaluation.n, 10);
  for (const name of ['factorization', 'popularity', 'itemKnn'])
    assert.ok(evaluation[name].hitRate > 0 && evaluation[name].users > 30);
});

test.run();
