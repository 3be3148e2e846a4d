/** Models of events that answer for chosen users: `fit --events`, `recommend --users`, strangers, `audience -o`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTable } from '../../src/io/read.js';
import { cameo, folder } from '../support/command.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const next = generator(23);
const events: { user: string; item: string; amount: number }[] = [];
for (let k = 0; k < 1500; k++) {
  const user = Math.floor(next() * 50);
  const item = 3 * Math.floor(next() * 12) + (next() < 0.9 ? user % 3 : Math.floor(next() * 3));
  events.push({ user: `u${user}`, item: `i${item}`, amount: 1 + Math.floor(next() * 9) });
}
const day = (k: number) => new Date(Date.UTC(2024, 0, 1 + (k % 200))).toISOString().slice(0, 10);
writeFileSync(
  join(cwd, 'log.csv'),
  ['user,item,time,amount', ...events.map(({ user, item, amount }, k) => `${user},${item},${day(k)},${amount}`)].join('\n'),
);
const log = ['--events', 'log.csv', '--user', 'user', '--item', 'item', '--time', 'time', '--value', 'amount'];
const ok = async (args: string[], input?: Uint8Array) => {
  const ended = await cameo(args, { cwd, input });
  assert.is(ended.code, 0, ended.stderr);
  return ended.stdout.toString();
};
const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('fit --events keeps the model that profile --events keeps, from a table and events too', async () => {
  await ok(['fit', ...log, '--save', 'm.cameo', '--threads', '0', '--quiet']);
  await ok(['profile', ...log, '--save', 'same.cameo', '-o', 'all.jsonl', '--threads', '2', '--quiet']);
  assert.equal(readFileSync(join(cwd, 'm.cameo')), readFileSync(join(cwd, 'same.cameo')));
  const rows = Array.from({ length: 50 }, (_, u) => `u${u},${u % 7},${u % 3 ? 'no' : 'yes'}`);
  writeFileSync(join(cwd, 'users.csv'), `user,a,gone\n${rows.join('\n')}\n`);
  const both = ['users.csv', '--target', 'gone', '--id', 'user', ...log, '--as-of', '2024-06-01', '--threads', '0', '--quiet'];
  await ok(['fit', ...both, '--save', 'both.cameo']);
  await ok(['profile', ...both, '--save', 'both-too.cameo']);
  assert.equal(readFileSync(join(cwd, 'both.cameo')), readFileSync(join(cwd, 'both-too.cameo')));
});

test('many users at once get what each gets alone; a stranger gets what most users had', async () => {
  writeFileSync(join(cwd, 'ids.txt'), '\uFEFFu7\n\n  u12 \r\nstranger\nu7\n');
  const many = jsonLines(await ok(['recommend', '--model', 'm.cameo', '--users', 'ids.txt', '-n', '4', '--json']));
  assert.equal(
    many.map(({ user, known }) => [user, known]),
    [
      ['u7', true],
      ['u12', true],
      ['stranger', false],
      ['u7', true],
    ],
  );
  for (const each of many) {
    const alone = JSON.parse(await ok(['recommend', '--model', 'm.cameo', '--user', each.user, '-n', '4', '--json']));
    assert.equal(alone, each);
  }
  // By counting: users who had each item, the commonest first.
  const had = new Map<string, Set<string>>();
  for (const { user, item } of events) had.set(item, (had.get(item) ?? new Set()).add(user));
  const users = (item: string) => had.get(item)?.size as number;
  const popular = many[2].recommendations.map((r: { item: string }) => users(r.item));
  assert.equal(
    popular,
    [...had.values()]
      .map((set) => set.size)
      .sort((a, b) => b - a)
      .slice(0, 4),
  );
  assert.ok(many[2].recommendations.every((r: { because: string[] }) => r.because.length === 0));
  const told = await ok(['recommend', '--model', 'm.cameo', '--user', 'stranger', '-n', '4']);
  assert.match(told, /^This user is not among the 50 users of the model: what most users had\.\n +\S/);
  const listed = await ok(['recommend', '--model', 'm.cameo', '--users', '-', '-n', '2'], Buffer.from('u7\nstranger\n'));
  assert.match(listed, /^u7\n( +\S+ +i\d+ +because of i\d+.*\n)+stranger, not among the 50 users/);
});

test('recommend --users -o writes the lists that profile writes', async () => {
  await ok(['recommend', '--model', 'm.cameo', '--users', 'ids.txt', '-n', '4', '-o', 'lists.jsonl']);
  const written = jsonLines(readFileSync(join(cwd, 'lists.jsonl'), 'utf8'));
  const all = new Map(jsonLines(readFileSync(join(cwd, 'all.jsonl'), 'utf8')).map((profile) => [profile.user_id, profile]));
  assert.equal(
    written.map((line) => Object.keys(line)),
    written.map(() => ['user_id', 'recommendations']),
  );
  assert.equal(written[1].recommendations, all.get('u12').recommendations.slice(0, 4));
  assert.equal([written[2].user_id, written[2].recommendations.length], ['stranger', 4]);
  for (const name of ['lists.parquet', 'lists.arrow', 'lists.csv']) {
    await ok(['recommend', '--model', 'm.cameo', '--users', 'ids.txt', '-o', name]);
    assert.ok(existsSync(join(cwd, name)));
  }
});

test('audience -o writes profiles of those found, with the columns wanted, in their order', async () => {
  const all = jsonLines(readFileSync(join(cwd, 'all.jsonl'), 'utf8'));
  const where = ['audience', '--model', 'm.cameo', '--where', 'monetary > 150'];
  const rich = all.filter(({ monetary }) => monetary > 150);
  assert.ok(rich.length > 2 && rich.length < all.length);
  await ok([...where, '--columns', 'segment,monetary', '-o', 'rich.jsonl']);
  assert.equal(
    jsonLines(readFileSync(join(cwd, 'rich.jsonl'), 'utf8')),
    rich.map(({ user_id, segment, monetary }) => ({ user_id, segment, monetary })),
  );
  await ok([...where, '-o', 'rich.parquet']);
  const table = await readTable(join(cwd, 'rich.parquet'), { onError: 'text' });
  assert.is(table.rows, rich.length);
  assert.equal(
    table.columns.slice(0, 3).map(({ name }) => name),
    ['user_id', 'as_of', 'n_events'],
  );
  assert.is(table.columns.at(-1)?.name, 'segment');

  writeFileSync(join(cwd, 'seed.txt'), ['u0', 'u3', 'u6', 'u9', 'u12', 'u15'].join('\n'));
  const like = ['audience', '--model', 'm.cameo', '--like', 'seed.txt', '-n', '5'];
  const { users } = JSON.parse(await ok([...like, '--json']));
  await ok([...like, '--columns', 'recommendations,segment', '-o', 'like.jsonl']);
  const alike = jsonLines(readFileSync(join(cwd, 'like.jsonl'), 'utf8'));
  assert.equal(
    alike.map(({ user_id, likeness }) => ({ user: user_id, score: likeness })),
    users,
  );
  assert.equal(Object.keys(alike[0]), ['user_id', 'likeness', 'recommendations', 'segment']);
});

test('bad input ends with 2, a line that says what to do and no file', async () => {
  writeFileSync(join(cwd, 'empty.txt'), '\n \n');
  const before = readdirSync(cwd).sort();
  const recommend = ['recommend', '--model', 'm.cameo'];
  const audience = ['audience', '--model', 'm.cameo', '--where', 'r = 5'];
  const cases: [string[], RegExp][] = [
    [['fit', ...log], /Give --save FILE/],
    [['fit', '--save', 'x.cameo'], /Give a table to profile, or --events/],
    [['fit', 'users.csv', '--save', 'x.cameo'], /Give --target COLUMN/],
    [[...recommend, '--user', 'u1', '--users', 'ids.txt'], /either --user ID or --users FILE/],
    [[...recommend, '--users', 'empty.txt'], /Cannot read 'empty\.txt': it has no ids; write one a line/],
    [[...recommend, '--users', 'absent.txt'], /Cannot read 'absent\.txt'/],
    [[...recommend, '--user', 'u1', '-o', 'x.csv'], /-o FILE goes with --users/],
    [[...recommend, '--users', 'ids.txt', '-o', 'x.doc'], /\.arrow, \.jsonl/],
    [[...recommend, '--users', 'ids.txt', '-o', 'nowhere/x.csv'], /nowhere/],
    [[...audience, '--columns', 'segment'], /--columns says what -o FILE writes/],
    [[...audience, '-o', 'x.csv', '--columns', 'segmnt'], /'columns' must be some of 'as_of', .*; found 'segmnt'/],
    [[...audience, '-o', 'x.csv', '--json'], /--json prints and -o FILE writes/],
    [['audience', '--model', 'both.cameo', '--where', 'r = 5', '-o', 'x.csv', '--columns', 'score_gone'], /give the table/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await cameo(args, { cwd });
    assert.is(code, 2, `${args}: ${stderr}`);
    assert.match(stderr, message);
    assert.is(stdout.toString(), '');
    assert.equal(readdirSync(cwd).sort(), before);
  }
});

test.run();
