/** The sections of behaviour and preferences: their fields, what is written and read back, and files that cannot be. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Behaviour, behaviourOf, behaviourRow, LIFECYCLES, SEGMENTS } from '../../src/events/behaviour.js';
import { BehaviourSection } from '../../src/events/behaviour-section.js';
import { readBehaviour1 } from '../../src/events/behaviour-version-1.js';
import { tasteOf, tastesOf } from '../../src/events/preferences.js';
import { PreferencesSection } from '../../src/events/preferences-section.js';
import { type Part, PartReader } from '../../src/part.js';
import { readSafetensors, writeSafetensors } from '../../src/safetensors.js';
import { ProfileArrow } from '../../src/table/arrow.js';
import type { Section } from '../../src/table/section.js';
import { eventsOf, HOUR, IDS, row, START } from '../support/event-log.js';
import { refusal } from '../support/refused.js';
import { generator } from '../support/tables.js';

const next = generator(4);
const rows = Array.from({ length: 900 }, () => {
  const user = Math.floor(next() * 40);
  return row({
    user: user < IDS.length ? IDS[user] : `u${user}`,
    time: START + Math.floor(next() ** 2 * 300 * 24) * HOUR + (next() < 0.2 ? 250_001 : 0),
    value: Math.floor(next() * 1e6),
    bought: next() < 0.4,
    price: Math.floor(next() * 40) * 2500,
    brand: next() < 0.8 ? `b${user % 3}` : null,
  });
});
// One without an order, and one with a single one.
rows.push(row({ user: 'looker', bought: false }), row({ user: 'once', value: 5 }));
const events = eventsOf(rows, START + 400 * 24 * HOUR + 7);
const behaviour = behaviourOf(events);
const tastes = tastesOf(events, behaviour);
const sections = { behaviour: new BehaviourSection(behaviour), preferences: new PreferencesSection(tastes) };
const read = (name: string, part: Part) =>
  name === 'behaviour' ? BehaviourSection.read(new PartReader(part)) : PreferencesSection.read(new PartReader(part));
const ids = [...events.users].reverse().concat('stranger');
const batchOf = async (section: Section, asked: (string | null)[] = [...ids, null]) => {
  using batch = await section.batch({ ids: asked, first: 0 }, {});
  return (batch as unknown as { columns: unknown[][] }).columns;
};

test('fields and their types', () => {
  const types = (section: Section) => section.fields.map(({ name, type, nullable }) => [name, type, nullable]);
  assert.equal(types(sections.behaviour), [
    ['as_of', 'timestamp', false],
    ['n_events', 'uint32', false],
    ['is_cold_start', 'bool', false],
    ['first_seen', 'timestamp', true],
    ['last_seen', 'timestamp', true],
    ['active_days', 'uint32', false],
    ['recency_days', 'float32', true],
    ['frequency', 'uint32', false],
    ['monetary', 'float64', false],
    ['average_basket', 'float64', true],
    ['inter_purchase_days', 'float32', true],
    ['r', 'uint8', true],
    ['f', 'uint8', true],
    ['m', 'uint8', true],
    ['lifecycle', { dictionary: LIFECYCLES }, true],
    ['segment', { dictionary: SEGMENTS }, true],
  ]);
  const texts = (...names: string[]) => names.map((name) => ({ name, type: 'utf8', nullable: false }));
  const share = (name: string) => ({ name, type: 'float32', nullable: false });
  const [tag, kind, evidence] = texts('tag', 'kind', 'evidence');
  assert.equal(types(sections.preferences), [
    ['tags', { list: { struct: [tag, kind, share('confidence'), evidence] } }, false],
    ['preferences', { list: { struct: [...texts('field', 'value'), share('weight')] } }, false],
  ]);
});

test('a batch has each user’s values, and what a stranger has', async () => {
  const columns = await batchOf(sections.behaviour);
  const names = sections.behaviour.fields.map(({ name }) => name);
  const of = (name: string) => columns[names.indexOf(name)];
  assert.ok(of('average_basket').includes(null) && of('inter_purchase_days').includes(null));
  for (const [r, id] of ids.slice(0, -1).entries()) {
    const b = behaviourRow(behaviour, events.users.indexOf(id));
    const time = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);
    assert.equal(
      columns.map((column) => column[r]),
      [
        ...[Math.floor(events.asOf), b.nEvents, false, time(b.firstSeen), time(b.lastSeen), b.activeDays, b.recencyDays],
        ...[b.frequency, b.monetary, b.averageBasket, b.interPurchaseDays, b.r, b.f, b.m, b.lifecycle, b.segment],
      ],
    );
  }
  for (const r of [ids.length - 1, ids.length]) {
    const there = ['as_of', 'n_events', 'is_cold_start', 'active_days', 'frequency', 'monetary'];
    assert.equal(
      there.map((name) => of(name)[r]),
      [Math.floor(events.asOf), 0, true, 0, 0, 0],
    );
    assert.ok(names.every((name) => there.includes(name) || of(name)[r] === null));
  }
  const [tags, preferences] = await batchOf(sections.preferences);
  const expected = ids.slice(0, -1).map((id) => tasteOf(tastes, events.users.indexOf(id)));
  assert.equal(tags, [...expected.map((taste) => taste.tags), [], []]);
  assert.equal(preferences, [...expected.map((taste) => taste.preferences), [], []]);
  assert.ok(tags.flat().length > 20 && preferences.flat().length > 100);
});

for (const [name, section] of Object.entries(sections)) {
  test(`${name}: one user has what a batch of it has`, async () => {
    const columns = await batchOf(section);
    for (const [r, id] of [...ids, null].entries()) {
      const fields = section.fields.map((field, c): [string, unknown] => [field.name, columns[c][r]]);
      assert.equal(section.one({}, id), Object.fromEntries(fields));
    }
  });

  test(`${name}: written, read and written again it is the same`, async () => {
    const bytes = await writeSafetensors(section.write());
    const again = read(name, await readSafetensors(bytes));
    assert.equal(await batchOf(again), await batchOf(section));
    assert.equal(Buffer.from(await writeSafetensors(again.write())), Buffer.from(bytes));
  });

  test(`${name}: a batch of Arrow`, async () => {
    const arrow = new ProfileArrow([section.fields], [], {});
    using filled = await (section as Section).batch({ ids, first: 0 }, {});
    const batch = arrow.batch(ids, [], 0, [filled], true);
    const columns = (filled as unknown as { columns: unknown[][] }).columns;
    for (const [c, { name: field, type }] of section.fields.entries()) {
      for (const [r, id] of ids.entries()) {
        const value = batch.getChild(field)?.get(r);
        if (typeof type === 'object' && 'list' in type) assert.is(value.length, (columns[c][r] as []).length);
        else if (type === 'float32' && columns[c][r] !== null) assert.is(value, Math.fround(columns[c][r] as number));
        else assert.is(type === 'timestamp' && value !== null ? Number(value) : value, columns[c][r], `${field} of ${id}`);
      }
    }
  });

  test(`${name}: a file whose numbers cannot be is refused`, async () => {
    const { metadata, tensors } = section.write();
    const others: Part[] = [];
    for (const key of Object.keys(metadata)) {
      const { [key]: _, ...rest } = metadata;
      others.push({ metadata: rest, tensors }, { metadata: { ...metadata, [key]: '{"a": null}' }, tensors });
    }
    const twice = JSON.stringify(JSON.parse(metadata.users).map(() => 'a'));
    others.push({ metadata: { ...metadata, users: twice }, tensors }, { metadata: { ...metadata, users: '["a"]' }, tensors });
    for (const [key, tensor] of Object.entries(tensors)) {
      const { [key]: _, ...rest } = tensors;
      others.push({ metadata, tensors: rest });
      const values = Float64Array.from(tensor.values);
      const changed = (value: number) => ({ ...tensor, values: Float64Array.from(values, (x, k) => (k === 1 ? value : x)) });
      const signed = ['monetary', 'evidence', 'first_seen', 'last_seen', 'inter_purchase_days', 'base'];
      const bad = [Number.NaN, Number.POSITIVE_INFINITY, 1e300, ...(signed.includes(key) ? [] : [0.5, -1])];
      for (const value of key === 'monetary' || key === 'evidence' ? bad.slice(0, 2) : bad)
        others.push({ metadata, tensors: { ...tensors, [key]: changed(value) } });
      others.push({ metadata, tensors: { ...tensors, [key]: { shape: [1], values: values.slice(0, 1) } } });
      others.push({ metadata, tensors: { ...tensors, [key]: { shape: tensor.shape, values: Float32Array.from(values) } } });
    }
    for (const part of others) {
      const { code, message } = await refusal(() => read(name, part));
      assert.is(code, 'model', message);
      assert.match(message, /^Not a usable model file: .*: expected .*, found .*\. Save the model again\.$/);
    }
  });
}

test('behaviour that disagrees with itself is refused', async () => {
  const { metadata, tensors } = sections.behaviour.write();
  const put = (name: string, of: (x: number) => number): Part => ({
    metadata,
    tensors: { ...tensors, [name]: { ...tensors[name], values: Float64Array.from(tensors[name].values, of) } },
  });
  const whole = /the behaviour of user \d+: expected times and counts that agree/;
  const cases: [Part, RegExp][] = [
    [put('first_seen', () => events.asOf), whole],
    [put('active_days', () => 1000), whole],
    [put('frequency', () => 1000), whole],
    [put('inter_purchase_days', (x) => x + 1000), whole],
    [put('last_seen', () => events.asOf + 1), /numbers from -8640000000000000 to/],
    [put('r', () => 6), /numbers from 1 to 5, found 6/],
    [{ metadata: { ...metadata, version: '3' }, tensors }, /version of the behaviour: expected '2', found '3'/],
  ];
  for (const [part, message] of cases) assert.match((await refusal(() => read('behaviour', part))).message, message);
});

test('preferences that disagree with themselves are refused', async () => {
  const { metadata, tensors } = sections.preferences.write();
  const put = (name: string, of: (x: number, k: number) => number): Part => ({
    metadata,
    tensors: { ...tensors, [name]: { ...tensors[name], values: Float64Array.from(tensors[name].values, of) } },
  });
  const cases: [Part, RegExp][] = [
    [put('base', () => 1), /preference 0: expected a share of some events above that of all/],
    [put('base', () => 0), /preference 0/],
    [put('count', () => 1e6), /preference 0/],
    [put('value', () => tastes.values.length), /tensor 'value': expected numbers from 0 to/],
    [put('offsets', (x, k) => (k === 0 ? 1 : x)), /tensor 'offsets': expected ascending numbers from 0 to/],
    [put('rule_offsets', (x, k) => (k === events.users.length - 1 ? 0 : x)), /tensor 'rule_offsets': expected ascending/],
    [put('rules', () => 3), /tensor 'rules': expected numbers from 0 to 2/],
  ];
  for (const [part, message] of cases) assert.match((await refusal(() => read('preferences', part))).message, message);
});

/** As version 1 wrote it. */
const version1 = (b: Behaviour) => {
  const all = b.users.map((_, u) => behaviourRow(b, u));
  return Object.fromEntries(Object.keys(all[0]).map((key) => [key, all.map((one) => one[key as keyof (typeof all)[0]])]));
};

test('version 1: the columns of JSON give the same behaviour, from the same moment', () => {
  const found = readBehaviour1(JSON.stringify(version1(behaviour)), events.users) as Behaviour;
  const rowsOf = (b: Behaviour) => b.users.map((_, u) => behaviourRow(b, u));
  assert.equal([found.asOf, rowsOf(found)], [behaviour.asOf, rowsOf(behaviour)]);
  assert.is(readBehaviour1(undefined, events.users), undefined);
  assert.is(readBehaviour1('{}', events.users), undefined);
});

test('version 1: columns that cannot be are refused', async () => {
  const good = version1(behaviour);
  const put = (name: string, value: unknown) => ({ ...good, [name]: good[name].map((x, u) => (u === 2 ? value : x)) });
  const { user: _, ...less } = good;
  const cases: unknown[] = [
    ...[null, 7, [], 'text', less, { ...good, r: good.r.slice(1) }, { ...good, r: 'text' }, put('user', 'another')],
    ...[put('r', 0), put('f', 6), put('m', 1.5), put('m', null), put('lifecycle', 'gone'), put('segment', 'toString')],
    ...[put('firstSeen', 'yesterday'), put('lastSeen', '2024-02-30 00:00:00'), put('firstSeen', '9999-01-01 00:00:00')],
    ...[put('nEvents', 0), put('nEvents', -1), put('frequency', 0.5), put('frequency', '3'), put('activeDays', 1e6)],
    ...[put('recencyDays', -1), put('recencyDays', 1e6), put('monetary', null), put('monetary', '5')],
    ...[put('averageBasket', 1e9), put('interPurchaseDays', 1e9), put('interPurchaseDays', '1')],
    ...[
      put(
        'lifecycle',
        LIFECYCLES.find((name) => name !== behaviour.lifecycle[2]),
      ),
    ],
    ...[
      put(
        'segment',
        SEGMENTS.find((name) => name !== behaviour.segment[2]),
      ),
    ],
  ];
  for (const columns of cases) {
    const { code, message } = await refusal(() => readBehaviour1(JSON.stringify(columns), events.users));
    assert.is(code, 'model', message);
    assert.match(message, /^Not a usable model file: .*: expected .*, found /);
  }
  assert.is((await refusal(() => readBehaviour1('{"user', events.users))).code, 'model');
});

test.run();
