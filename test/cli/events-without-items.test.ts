/** A log without items: behaviour, value, lifecycle and segments as with them, and nothing of recommendations. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Profiler, readEvents } from '../../src/index.js';
import { cameo, folder } from '../support/command.js';
import { refusal } from '../support/refused.js';
import { generator } from '../support/tables.js';

const cwd = folder();
const at = (name: string) => join(cwd, name);
const next = generator(23);
const lines = Array.from({ length: 400 }, () => {
  const time = new Date(Date.UTC(2024, 0, 1) + Math.floor(next() * 300 * 24) * 36e5).toISOString().slice(0, 19);
  return `c${Math.floor(next() * 40)},${time},${(next() * 90).toFixed(2)},${next() < 0.5 ? 'north' : 'south'}`;
});
writeFileSync(at('orders.csv'), `customer,at,amount,shop\n${lines.join('\n')}\n`);
writeFileSync(at('items.csv'), `customer,at,amount,shop,sku\n${lines.map((line, k) => `${line},i${k % 7}`).join('\n')}\n`);
const flags = ['--user', 'customer', '--time', 'at', '--value', 'amount', '--prefer', 'shop', '--threads', '1'];
const job = ['profile', '--events', 'orders.csv', ...flags];
const rowsOf = (name: string) =>
  readFileSync(at(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('the profiles are those of the same log with items, but for recommendations', async () => {
  const { code, stdout, stderr } = await cameo([...job, '-o', 'p.jsonl', '--save', 'm.cameo', '--json'], { cwd });
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout.toString());
  assert.equal([report.users, report.items, report.events.used, report.warnings], [40, null, 400, []]);
  const whole = await cameo(
    ['profile', '--events', 'items.csv', ...flags, '--item', 'sku', '-o', 'q.jsonl', '--save', 'q.cameo', '--json'],
    { cwd },
  );
  assert.is(whole.code, 0, whole.stderr);
  assert.is(JSON.parse(whole.stdout.toString()).items, 7);
  const profiles = rowsOf('p.jsonl');
  assert.is(profiles.length, 40);
  assert.ok(profiles.every((profile) => profile.monetary > 0 && profile.segment && profile.lifecycle));
  assert.ok(profiles.some(({ preferences }) => preferences.some(({ field }: { field: string }) => field === 'shop')));
  assert.equal(
    profiles,
    rowsOf('q.jsonl').map(({ recommendations: _r, factors: _f, ...rest }) => rest),
  );
  const people = await cameo(job, { cwd });
  assert.match(people.stdout.toString(), /^40 users, 400 of 400 events up to 2024-/);
});

test('its model is asked for an audience, beside a table too, and says that it recommends nothing', async () => {
  const where = 'frequency > 10';
  const audience = await cameo(['audience', '--model', 'm.cameo', '--where', where, '--json'], { cwd });
  const chosen = rowsOf('p.jsonl').filter(({ frequency }) => frequency > 10);
  assert.ok(chosen.length > 0);
  assert.equal(
    JSON.parse(audience.stdout.toString()).users,
    chosen.map((profile) => profile.user_id),
  );
  for (const args of [
    ['recommend', '--user', 'c1'],
    ['similar', '--item', 'i1'],
    ['audience', '--like', 'orders.csv'],
  ]) {
    const { code, stderr } = await cameo([...args, '--model', 'm.cameo'], { cwd });
    assert.is(code, 2);
    assert.match(stderr, /fitted without events that name items\. Fit one with --events and --item/);
  }
  assert.is((await cameo(['inspect', 'm.cameo'], { cwd })).code, 0);
  const users = Array.from({ length: 60 }, (_, k) => `c${k},${20 + (k % 30)},${k % 3 ? 'yes' : 'no'}`);
  writeFileSync(at('users.csv'), `customer,age,again\n${users.join('\n')}\n`);
  const both = [
    'profile',
    'users.csv',
    '--id',
    'customer',
    '--target',
    'again',
    '--max-iter',
    '5',
    '--events',
    'orders.csv',
    ...flags,
  ];
  const { code, stderr } = await cameo([...both, '--as-of', '2024-09-01', '-o', 'b.jsonl', '--save', 'b.cameo'], { cwd });
  assert.is(code, 0, stderr);
  const [profile] = rowsOf('b.jsonl');
  assert.ok('score_again' in profile && 'segment' in profile && !('recommendations' in profile));
});

test('what is said of items needs them', async () => {
  for (const more of [
    ['--label', 'shop'],
    ['--weight', 'amount'],
    ['--rating', 'amount'],
    ['--half-life', '30'],
    ['--evaluate'],
  ]) {
    const { code, stderr } = await cameo([...job, ...more, '-o', 'never.jsonl'], { cwd });
    assert.is(code, 2);
    assert.match(stderr, new RegExp(`${more[0]} is about items: give --item COLUMN, or leave ${more[0]} out`));
  }
  assert.not.ok(existsSync(at('never.jsonl')));
  const log = { path: at('orders.csv'), user: 'customer', time: 'at', value: 'amount' };
  const label = await refusal(() => readEvents({ ...log, label: 'shop' }));
  assert.match(label.message, /Option 'label' is about items, and the events name none/);
  const events = await readEvents(log);
  assert.equal([events.item, events.items, events.labels], [undefined, [], []]);
  const engine = await createEngine({ threads: 1 });
  for (const options of [{ halfLife: 30 }, { recommender: 'factorization' }, { recommenderOptions: { rank: 8 } }]) {
    const { code, message } = await refusal(() => Profiler.fit(engine, { events }, options));
    assert.is(code, 'argument');
    assert.match(message, new RegExp(`Option '${Object.keys(options)[0]}' is about items`));
  }
  using profiler = await Profiler.fit(engine, { events }, { seed: 1 });
  const again = await Profiler.load(await profiler.save(), { engine });
  assert.equal(again.profileOne({ user_id: 'c1' }), profiler.profileOne({ user_id: 'c1' }));
  assert.is((await refusal(() => Promise.resolve(again.recommender))).code, 'argument');
  await engine.close();
});

test.run();
