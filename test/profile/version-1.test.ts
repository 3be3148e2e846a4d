/**
 * Models of version 1 load and answer as they did: each file of test/fixtures/models/version-1 beside the answers that the version which
 * wrote it gave (make_version_1.mjs there). One thread and fixed SIMD, as then.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { behaviourRow } from '../../src/events/behaviour.js';
import { createEngine, Profiler } from '../../src/index.js';
import { behaviourOf } from '../../src/profile/sections.js';
import { cameo } from '../support/command.js';

const FOLDER = 'test/fixtures/models/version-1';
const engine = await createEngine({ threads: 0, reproducible: true });

interface Answers {
  profiler?: {
    target: object;
    id: string | null;
    features: string[];
    metadata: Record<string, string>;
    summary: object;
    profiles: { row: Record<string, string | number | null>; profile: object }[];
  };
  recommender?: {
    counts: { users: number; items: number; rank: number };
    behaviour: object[];
    factors: { user: string; factors: number[] }[];
    recommend: { user: string; n: number; list: object[] }[];
    histories: { history: { items: string[]; values?: number[] }; n: number; list: object[] }[];
    similar: { item: string; n: number; list: object[] }[];
    lookalikes: { users: string[]; n: number; list: object[] };
  };
  audience: { where: string; users: string[] }[];
}

/** The same list with scores of float32: version 1 added the mean rating up in float64. */
const rounded = (list: object[]) => list.map((entry) => ({ ...entry, score: Math.fround((entry as { score: number }).score) }));

/** What a value is after a file of JSON. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

/** Where a network has several hidden layers, what a feature adds may differ in its last bit: the way to it is walked otherwise. */
function near(found: unknown, expected: unknown): void {
  if (typeof found === 'number' && typeof expected === 'number') {
    assert.ok(Math.abs(found - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${found}, not ${expected}`);
  } else if (typeof expected === 'object' && expected !== null) {
    assert.equal(Object.keys(found as object), Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) near((found as Record<string, unknown>)[key], value);
  } else assert.is(found, expected);
}

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.cameo'))
  .map((file) => file.slice(0, -6));

test('there are models of tables, of events, and of both', () => {
  assert.ok(names.length >= 7, `${names}`);
});

for (const name of names) {
  const file = `${FOLDER}/${name}.cameo`;
  const bytes = readFileSync(file);
  const answers: Answers = JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'));

  const ofTable = answers.profiler;
  if (ofTable)
    test(`${name}: profiles, reasons and summary`, async () => {
      using profiler = await Profiler.load(bytes, { engine });
      const { target, features } = profiler;
      // What a family tells of itself had names of its own; the target said what the task is, and nothing was warned of.
      const { facts: learnt, family, task, warnings, ...rest } = profiler.summary;
      assert.equal([family, task, warnings], ['perceptron', target.task, []]);
      const summary = { ...rest, ...learnt };
      const metadata = Object.fromEntries((await profiler.schema()).metadata);
      const found = plain({ target, id: profiler.id ?? null, features, metadata, summary });
      const { profiles, ...facts } = ofTable;
      const same = name === 'article' ? near : assert.equal;
      assert.equal(found, facts);
      // A profile of one user has what events tell too now; of the score nothing changed.
      const known = (found: object, profile: object) =>
        Object.fromEntries(Object.entries(plain(found)).filter(([name]) => name in profile));
      for (const { row, profile } of profiles) same(known(profiler.profileOne(row), profile), profile);
      const batch = profiler.profileBatch(profiles.map(({ row }) => row));
      for (const [r, { profile }] of profiles.entries()) same(known(batch[r], profile), profile);
    });

  const ofEvents = answers.recommender;
  if (!ofEvents) continue;
  test(`${name}: recommendations, similar items, lookalikes, behaviour`, async () => {
    using profiler = await Profiler.load(bytes, { engine });
    const { recommender } = profiler;
    const { users, items, rank } = recommender;
    const columns = behaviourOf(profiler.sections);
    const behaviour = columns?.users.map((_, u) => behaviourRow(columns, u)) ?? [];
    assert.equal({ users: users.length, items: items.length, rank }, ofEvents.counts);
    assert.equal(plain(behaviour), ofEvents.behaviour);
    for (const { user, factors } of ofEvents.factors) assert.equal([...recommender.factors(user)], factors);
    for (const { user, n, list } of ofEvents.recommend)
      assert.equal(await recommender.recommendOne(user, { n }), rounded(list));
    for (const { history, n, list } of ofEvents.histories) {
      const found = await recommender.recommendOne(history, { n });
      if (history.values || !recommender.knows(history)) {
        assert.equal(found, rounded(list));
        continue;
      }
      // Folding in events samples other items than it did, so the lists agree for the most part.
      const items = list.map((entry) => (entry as { item: string }).item);
      const shared = found.filter(({ item }) => items.includes(item)).length;
      console.log(`${name}: ${shared} of ${n} recommendations for a history are as before`);
      assert.ok(shared >= n / 2);
    }
    for (const { item, n, list } of ofEvents.similar) assert.equal(await recommender.similar(item, n), list);
    const { users: like, n, list } = ofEvents.lookalikes;
    assert.equal(await recommender.lookalikes(like, n), list);
  });
  if (ofTable)
    test(`${name}: the profiler recommends too`, async () => {
      using profiler = await Profiler.load(bytes, { engine });
      for (const { user, n, list } of ofEvents.recommend) assert.equal(await profiler.recommend(user, { n }), rounded(list));
    });
  if (answers.audience.length > 0)
    test(`${name}: audiences by condition`, async () => {
      for (const { where, users } of answers.audience) {
        const { code, stdout, stderr } = await cameo(['audience', '--model', file, '--where', where, '--json']);
        assert.is(code, 0, stderr);
        assert.equal(JSON.parse(stdout.toString()).users, users);
      }
    });
}

test.run();
