/** EASE against NumPy's inverse (test/fixtures/make_ease.py), its tiles against plain code, and catalogues that are too large. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import type { CameoError } from '../../src/errors.js';
import { checked } from '../../src/options.js';
import { type EaseOptions, ease } from '../../src/recommend/ease.js';
import type { Pairs } from '../../src/recommend/recommender.js';
import { grouped, pairsOf } from '../support/interactions.js';

const engine = await createEngine({ threads: 2 });
const fixture = JSON.parse(readFileSync('test/fixtures/ease.json', 'utf8')) as {
  users: number;
  items: number;
  user: number[];
  item: number[];
  weights: number[];
  cases: { name: string; regularization: number; w: number[] }[];
};
const { users, items } = fixture;
const plain: Pairs = { users, items, user: Int32Array.from(fixture.user), item: Int32Array.from(fixture.item) };
const fit = (pairs: Pairs, options: Partial<EaseOptions> = {}, on = engine) =>
  ease.fit(on, pairs, checked(ease.options, options) as EaseOptions, {});

/** The weights in a file as a dense matrix. */
async function matrix(pairs: Pairs, options: Partial<EaseOptions>) {
  const { tensors } = (await fit(pairs, options)).write();
  const [starts, columns, values] = ['starts', 'columns', 'values'].map((name) => tensors[`weights.${name}`].values);
  const dense = new Float64Array(pairs.items * pairs.items);
  for (let j = 0; j < pairs.items; j++)
    for (let e = starts[j]; e < starts[j + 1]; e++) dense[j * pairs.items + columns[e]] = values[e];
  return dense;
}

for (const { name, regularization, w } of fixture.cases) {
  test(`${name} pairs, λ = ${regularization}: the weights of NumPy's inverse`, async () => {
    const pairs = name === 'plain' ? plain : { ...plain, weights: Float32Array.from(fixture.weights) };
    const found = await matrix(pairs, { regularization, neighbours: items });
    const largest = Math.max(...w.map(Math.abs));
    w.forEach((expected, t) => assert.ok(Math.abs(found[t] - expected) <= 1e-4 * largest, `${t}: ${found[t]} ${expected}`));
  });
}

test('of each item the strongest weights are kept, whichever their sign', async () => {
  const [{ regularization, w }] = fixture.cases;
  const found = await matrix(plain, { regularization, neighbours: 5 });
  for (let i = 0; i < items; i++) {
    const column = (of: ArrayLike<number>) => Array.from({ length: items }, (_, j) => of[j * items + i]);
    const kept = column(found).filter((weight) => weight !== 0);
    const strongest = column(w)
      .sort((a, b) => Math.abs(b) - Math.abs(a))
      .slice(0, kept.length);
    assert.ok(kept.length === 5 || i === 65, `item ${i}`);
    kept
      .sort((a, b) => Math.abs(b) - Math.abs(a))
      .forEach((weight, k) => assert.ok(Math.abs(Math.abs(weight) - Math.abs(strongest[k])) < 1e-4));
  }
});

test('a user is recommended what their items predict best, negative scores last', async () => {
  const model = await fit(plain, { neighbours: items });
  const [list] = await model.recommend([3], { n: items });
  const had = fixture.item.filter((_, t) => fixture.user[t] === 3);
  const w = await matrix(plain, { neighbours: items });
  const scores = Array.from({ length: items }, (_, i) => had.reduce((sum, j) => sum + w[j * items + i], 0));
  assert.is(list.ids.length, items - had.length);
  list.ids.forEach((i, k) => assert.ok(Math.abs(list.scores[k] - scores[i]) < 1e-6));
  assert.equal(
    [...list.scores],
    [...list.scores].sort((a, b) => b - a),
  );
  assert.ok(list.scores.some((score) => score < 0));
});

test('a catalogue that is too large is refused before anything is done, with the two sizes', async () => {
  await using small = await createEngine({ threads: 0, memory: { maximum: 16 * 2 ** 20 } });
  const error: CameoError = await fit(pairsOf(grouped(40, 3000, 3, 5)), {}, small).then(
    () => assert.unreachable(),
    (e) => e,
  );
  assert.is(error.code, 'memory');
  assert.match(
    error.message,
    /^EASE of \d+ items needs \d+\.\d MiB of WebAssembly memory and the engine has 1\d\.\d MiB\. Use another recommender/,
  );
  assert.is(small.memoryStats().regions, 0);
});

test('two items, and a user with everything', async () => {
  const pairs: Pairs = { users: 2, items: 2, user: Int32Array.of(0, 0, 1), item: Int32Array.of(0, 1, 0) };
  const model = await fit(pairs, { regularization: 1 });
  assert.equal(
    (await model.recommend([0, 1], { n: 5 })).map(({ ids }) => [...ids]),
    [[], [1]],
  );
  // P = inv([[3, 1], [1, 2]]) = [[2, −1], [−1, 3]] / 5, so W[0 → 1] = 1 / 3.
  assert.ok(Math.abs(model.score([1], [1])[0] - 1 / 3) < 1e-6);
});

test.after(() => engine.close());
test.run();
