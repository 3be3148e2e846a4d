/** A recommender by names: as an application asks it, as a file holds it, and as files of version 1 held it. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { type Part, PartReader, partOf } from '../../src/part.js';
import { type Recommendation, Recommender, readVersion1 } from '../../src/recommend/catalogue.js';
import { fitPairs } from '../../src/recommend/fit.js';
import { families, readers } from '../../src/recommend/index.js';
import { readSafetensors, writeSafetensors } from '../../src/safetensors.js';
import { constantListFamily } from '../support/constant-list.js';
import { grouped, pairsOf } from '../support/interactions.js';
import { refused } from '../support/refused.js';

const engine = await createEngine({ threads: 1, reproducible: true });
const numbered = pairsOf(grouped(40, 30, 3, 9));
const { user: u, item: i, users, items } = numbered;
const pairs = {
  users: Array.from({ length: users }, (_, n) => `user ${n}`),
  items: Array.from({ length: items }, (_, n) => `item ${n}`),
  labels: Array.from({ length: items }, (_, n) => (n % 7 === 0 ? null : `label ${n}`)),
  pairs: numbered,
};
const recommender = await fitPairs(engine, pairs, { rank: 6, epochs: 20, learningRate: 0.02, regularization: 0.01, seed: 1 });
const had = (name: string) => pairs.items.filter((_, item) => u.some((n, t) => pairs.users[n] === name && i[t] === item));

test('items by name with their label, best first, none that the user had; reasons are the user’s own items', async () => {
  const asked = ['user 3', 'user 17'];
  const lists = await recommender.recommend(asked, { n: 5 });
  const byNumber = await recommender.model.recommend([3, 17], { n: 5 });
  lists.forEach((list, k) => {
    const own = had(asked[k]);
    assert.equal(
      list.map(({ item }) => item),
      [...byNumber[k].ids].map((item) => `item ${item}`),
    );
    for (const { item, label, because } of list) {
      assert.is(label, pairs.labels[pairs.items.indexOf(item)]);
      assert.not.ok(own.includes(item));
      assert.ok(because.length <= 2 && because.every((other) => own.includes(other)));
    }
  });
  assert.ok(lists.flat().some(({ because }) => because.length === 2));
  assert.equal(await recommender.recommendOne('user 17', { n: 5 }), lists[1]);
  assert.is((await recommender.recommend(['user 1']))[0].length, 10);
});

test('who is asked for is an id or a history: what is neither is refused by what is wrong with it', async () => {
  const cases: [unknown, RegExp][] = [
    [null, /found null/],
    [undefined, /found undefined/],
    [17850, /found number/],
    [['item 1'], /found a list/],
    [Promise.resolve('user 1'), /found (items that are undefined|a Promise)/],
    [{}, /found items that are undefined/],
    [{ items: 'item 1' }, /found items that are string/],
    [{ items: null }, /found items that are null/],
    [{ item: ['item 1'], items: [] }, /found 'item' in it/],
    [Object.create({ items: ['item 1'] }), /found items that are undefined/],
    [{ items: ['item 1'], values: 5 }, /found values that are no list of finite numbers/],
    [{ items: ['item 1'], values: [Number.NaN] }, /found values that are no list/],
    [{ items: ['item 1'], values: ['5'] }, /found values that are no list/],
  ];
  for (const [whom, message] of cases) {
    const expected = new RegExp(`^A user is an id, as text, or a history: .*; ${message.source}`);
    for (const ask of [() => recommender.recommendOne(whom as never), () => recommender.knows(whom as never)])
      await refused(ask, 'argument', expected);
    await refused(() => recommender.foldIn(whom as never), 'argument', expected);
  }
  await refused(() => recommender.foldIn('user 1' as never), 'argument', /found string/);
  for (const users of ['user 1', null, { items: [] }])
    await refused(() => recommender.recommend(users as never), 'argument', /^Users must be a list of ids; found/);
  // Items by the names that every object inherits are unknown like any other.
  const stranger = await recommender.recommendOne('nobody');
  for (const items of [['constructor'], ['__proto__', 'toString'], []]) {
    assert.is(recommender.knows({ items }), false);
    assert.equal(await recommender.recommendOne({ items }), stranger);
  }
  assert.is(recommender.knows('constructor'), false);
});

test('a stranger, null and a history without a known item are cold starts: what most users had, without reasons', async () => {
  const counts = pairs.items.map((_, item) => i.filter((other) => other === item).length);
  const best = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, 4);
  const [stranger, known, none, empty] = await recommender.recommend(['nobody', 'user 0', null, ''], { n: 4 });
  assert.equal(
    stranger.map(({ item, because }) => [item, because]),
    best.map((item) => [`item ${item}`, []]),
  );
  assert.equal(none, stranger);
  assert.equal(empty, stranger);
  assert.not.equal(known, stranger);
  assert.equal(await recommender.recommendOne({ items: ['nothing'] }, { n: 4 }), stranger);
  assert.equal(await recommender.recommendOne('nobody', { n: 4 }), stranger);
  assert.equal([recommender.knows('user 0'), recommender.knows('nobody')], [true, false]);
  assert.equal([recommender.knows({ items: ['x', 'item 2'] }), recommender.knows({ items: ['x'] })], [true, false]);
  assert.equal([...recommender.factors('nobody')], new Array(6).fill(0));
  assert.equal(recommender.factors('user 2'), recommender.model.factors?.(2));
  assert.equal(recommender.foldIn({ items: ['x'] }), { factors: new Float32Array(6), bias: 0 });
});

test('a history: its items are left out and are the reasons; twice the same item counts once', async () => {
  const history = { items: ['item 1', 'strange', 'item 4', 'item 7'] };
  const list = await recommender.recommendOne(history, { n: items });
  assert.is(list.length, items - 3);
  assert.ok(list.every(({ because }) => because.every((item) => history.items.includes(item))));
  assert.equal(recommender.foldIn({ items: [...history.items, 'item 1'] }), recommender.foldIn(history));
  await refused(() => recommender.foldIn({ items: ['item 1'], values: [] }), 'argument', /Values: expected 1, found 0/);
});

test('lookalikes are other users; those given are left out, those who say too little among them', async () => {
  const given = pairs.users.filter((_, n) => n % 3 === 1).slice(0, 6);
  const alike = await recommender.lookalikes([...given, given[0], 'nobody'], 8);
  assert.is(alike.length, 8);
  assert.not.ok(alike.some(({ user }) => given.includes(user)));
  assert.ok(alike.filter(({ user }) => Number(user.slice(5)) % 3 === 1).length >= 6, JSON.stringify(alike));
  await refused(() => recommender.lookalikes(given.slice(0, 4)), 'data', /4 of the users given/);

  // A user of one item is not asked what they are like, nor given back.
  const more = { users: users + 1, items, user: Int32Array.from([...u, users]), item: Int32Array.from([...i, i[0]]) };
  const one = { ...pairs, users: [...pairs.users, 'quiet'], pairs: more };
  const quiet = await fitPairs(engine, one, { rank: 6, epochs: 20, learningRate: 0.02, regularization: 0.01, seed: 1 });
  const with_ = await quiet.lookalikes([...given, 'quiet'], users);
  const without = await quiet.lookalikes(given, users + 1);
  assert.equal(
    with_,
    without.filter(({ user }) => user !== 'quiet'),
  );
});

test('what is asked for is checked by name and value', async () => {
  await refused(() => recommender.recommend(['user 0'], { N: 3 } as never), 'argument', /'N' is not known/);
  await refused(() => recommender.recommend(['nobody'], { n: 0 }), 'argument', /'n' must be a whole number from 1/);
  await refused(() => recommender.recommendOne({ items: [] }, { n: -1 }), 'argument', /'n'/);
  await refused(() => recommender.similar('nothing'), 'argument', /not among the 30 items that the model was fitted on/);
  await refused(() => recommender.similar('item 1', 0), 'argument', /'n'/);
  await refused(() => fitPairs(engine, pairs, { rang: 3 }), 'argument', /'rang' is not known.*'rank'/);
  await refused(() => fitPairs(engine, pairs, { loss: 'hinge' }), 'argument', /'loss' must be/);
  await refused(() => fitPairs(engine, pairs, { schedule: 'cosine' }), 'argument', /'schedule' must be/);
  await refused(() => fitPairs(engine, pairs, { recommender: 'oracle' }), 'argument', /'recommender' must be 'factorization'/);
});

test('written and read it answers the same', async () => {
  const bytes = await writeSafetensors(recommender.write());
  const read = Recommender.read(engine, new PartReader(await readSafetensors(bytes)));
  assert.equal(await writeSafetensors(read.write()), bytes);
  assert.equal([read.users, read.items, read.labels], [pairs.users, pairs.items, pairs.labels]);
  assert.equal(await read.recommend(pairs.users), await recommender.recommend(pairs.users));
  assert.equal(read.model.facts, { loss: 'logistic', epochs: 20, stopped: 'epochs' });
});

test('a file is refused where a name or a number does not fit', async () => {
  const whole = recommender.write();
  const metadata = (changes: Record<string, string>): Part => ({ ...whole, metadata: { ...whole.metadata, ...changes } });
  const tensor = (name: string, change: (values: number[]) => void): Part => {
    const { shape, values } = whole.tensors[`model.${name}`];
    const copy = values.slice();
    change(copy as unknown as number[]);
    return { ...whole, tensors: { ...whole.tensors, [`model.${name}`]: { shape, values: copy } } };
  };
  const list = (length: number) => JSON.stringify(Array.from({ length }, (_, n) => `x${n}`));
  const cases: [Part, RegExp][] = [
    [metadata({ version: '3' }), /version of the recommendations: expected '2', found '3'/],
    [metadata({ family: 'oracle' }), /recommender: expected one of .*factorization.*, found 'oracle'/],
    [metadata({ family: 'constructor' }), /found 'constructor'/],
    [metadata({ users: '[1]' }), /metadata 'users' at '0': expected string/],
    [metadata({ users: list(39) }), /metadata 'users': expected a list of 40 texts, found one of 39/],
    [metadata({ items: list(31) }), /metadata 'items': expected a list of 30 texts/],
    [metadata({ items: JSON.stringify(new Array(30).fill('a')) }), /metadata 'items': expected every id once, found 1 of 30/],
    [metadata({ labels: 'nonsense' }), /metadata 'labels': expected JSON/],
    [metadata({ 'model.format': 'cameo' }), /format: expected 'cameo-factorization', found 'cameo'/],
    [metadata({ 'model.version': '9' }), /version: expected '1', found '9'/],
    [metadata({ 'model.options': '{"rank":"six"}' }), /metadata 'options' at 'rank': expected number/],
    [metadata({ 'model.options': '{"rank":6,"colour":1}' }), /metadata 'options' at 'colour'/],
    [metadata({ 'model.options': '{"rank":7}' }), /tensor 'userFactors': expected F32\[40,7\], found F32\[40,6\]/],
    [metadata({ 'model.facts': '{"epochs":[]}' }), /metadata 'facts' at 'epochs'/],
    [tensor('itemFactors', (x) => (x[3] = Number.NaN)), /tensor 'itemFactors': expected finite numbers/],
    [tensor('mean', (x) => (x[0] = Number.POSITIVE_INFINITY)), /tensor 'mean': expected finite numbers/],
    [tensor('history.items', (x) => (x[0] = 30)), /tensor 'history.items': expected numbers from 0 to 29, found 30/],
    [tensor('history.items', (x) => (x[0] = 0.5)), /tensor 'history.items': expected whole numbers/],
    [tensor('history.items', (x) => (x[1] = x[0])), /tensor 'history.items': expected ascending items of each user/],
    [tensor('history.offsets', (x) => (x[0] = 1)), /tensor 'history.offsets': expected rising from 0/],
    [tensor('history.offsets', (x) => (x[5] = x[4] - 1)), /tensor 'history.offsets': expected rising from 0/],
    [{ metadata: whole.metadata, tensors: {} }, /users and items: expected at least one of each, found 0 and 0/],
  ];
  for (const [part, message] of cases) await refused(() => Recommender.read(engine, new PartReader(part)), 'model', message);
});

const fixture = (name: string) => readFileSync(new URL(`../../../test/fixtures/${name}`, import.meta.url));
const answers = JSON.parse(fixture('recommender-1.json').toString());
type Scored = { score: number };
const near = (found: readonly Scored[], expected: readonly Scored[]) => {
  const rest = (list: readonly Scored[]) => list.map(({ score: _, ...others }) => others);
  assert.equal(rest(found), rest(expected));
  found.forEach(({ score }, k) => assert.ok(Math.abs(score - expected[k].score) < 1e-6, `${score} ${expected[k].score}`));
};
for (const kind of ['events', 'ratings']) {
  test(`a file of version 1, of ${kind}, answers as it did`, async () => {
    const part = await readSafetensors(fixture(`recommender-1.${kind}.safetensors`));
    const read = readVersion1(engine, new PartReader(part));
    const expected = answers[kind];
    assert.equal([read.users, read.items, read.labels], [expected.users, expected.items, expected.labels]);
    const lists = await read.recommend([...read.users, 'stranger'], { n: 4 });
    lists.forEach((list, k) => near(list, expected.lists[k] as Recommendation[]));
    near(await read.similar('i3', 5), expected.similar);
    near(await read.lookalikes(read.users.slice(2, 9), 6), expected.alike);
    assert.equal([...read.factors('u3')], expected.factors);
    if (kind === 'ratings') {
      const { factors, bias } = read.foldIn(expected.history);
      assert.equal({ factors: [...factors], bias }, expected.folded);
      near(await read.recommendOne(expected.history, { n: 4 }), expected.one);
    }
    // Saved again it is a file of today.
    const again = Recommender.read(engine, new PartReader(read.write()));
    assert.equal(await again.recommend(read.users), await read.recommend(read.users));
    await refused(() => readVersion1(engine, new PartReader(partOf(part, 'events'))), 'model', /metadata 'format'/);
  });
}

test('a family without factors: what needs them is refused, all else answers', async () => {
  families['constant-list'] = constantListFamily;
  readers['constant-list'] = constantListFamily;
  try {
    const fitted = await fitPairs(engine, pairs, { recommender: 'constant-list', first: 2 });
    const plain = Recommender.read(engine, new PartReader(fitted.write()));
    const own = had('user 5');
    const [list] = await plain.recommend(['user 5'], { n: 30 });
    const turned = [...pairs.items.slice(2), ...pairs.items.slice(0, 2)];
    assert.equal(
      list.map(({ item }) => item),
      turned.filter((item) => !own.includes(item)),
    );
    assert.equal([plain.rank, plain.factors('user 5').length], [0, 0]);
    await refused(() => plain.foldIn({ items: [] }), 'argument', /'constant-list' has no factors of users/);
    await refused(() => plain.lookalikes(pairs.users.slice(0, 5)), 'argument', /'constant-list' has no factors/);
    await refused(() => fitPairs(engine, pairs, { recommender: 'constant-list', rank: 2 }), 'argument', /'rank' is not known/);
  } finally {
    delete families['constant-list'];
    delete readers['constant-list'];
  }
});

test('the arena is empty afterwards', async () => {
  assert.is(engine.memoryStats().regions, 0);
  await engine.close();
});
test.run();
