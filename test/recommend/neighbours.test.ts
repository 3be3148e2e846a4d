/** Item neighbours and popularity against tables in plain code. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { CameoError } from '../../src/errors.js';
import { checked } from '../../src/options.js';
import { PartReader } from '../../src/part.js';
import { type NeighbourOptions, neighbours } from '../../src/recommend/neighbours.js';
import { popularity } from '../../src/recommend/popularity.js';
import type { Pairs } from '../../src/recommend/recommender.js';
import { grouped, pairsOf } from '../support/interactions.js';
import { generator } from '../support/tables.js';

const engine = await createEngine({ threads: 1 });
const fit = (pairs: Pairs, options: Partial<NeighbourOptions> = {}) =>
  neighbours.fit(engine, pairs, checked(neighbours.options, options) as NeighbourOptions, {});

const plain = pairsOf(grouped(45, 24, 3, 9));
const next = generator(5);
const weighted: Pairs = { ...plain, weights: Float32Array.from(plain.user, () => 0.2 + 2 * next()) };

/** Dense tables in float64: w f64[users][items], and the similarities of all items. */
function tables({ user, item, users, items, weights }: Pairs, { weighting, shrinkage, k1, b }: NeighbourOptions) {
  const w = Array.from({ length: users }, () => new Array<number>(items).fill(0));
  user.forEach((u, t) => {
    w[u][item[t]] = weights ? weights[t] : 1;
  });
  const length = Array.from({ length: items }, (_, i) => w.reduce((sum, row) => sum + row[i], 0));
  const mean = length.reduce((sum, l) => sum + l, 0) / items;
  const idf = w.map((row) => Math.log(1 + items / Math.max(1, row.filter((v) => v > 0).length)));
  const x = w.map((row, u) =>
    row.map((v, i) => {
      if (v === 0) return 0;
      if (weighting === 'cosine') return v;
      if (weighting === 'tfidf') return Math.sqrt(v) * idf[u];
      return ((v * (k1 + 1)) / (k1 * (1 - b + (b * length[i]) / mean) + v)) * idf[u];
    }),
  );
  const product = (i: number, j: number) => x.reduce((sum, row) => sum + row[i] * row[j], 0);
  const similarity = Array.from({ length: items }, (_, i) =>
    Array.from({ length: items }, (_, j) => {
      const both = w.filter((row) => row[i] > 0 && row[j] > 0).length;
      const scale = weighting === 'bm25' ? 1 : Math.sqrt(product(i, i) * product(j, j));
      return i === j || both === 0 ? 0 : ((product(i, j) / scale) * both) / (both + shrinkage);
    }),
  );
  return { w, similarity };
}

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b)), `${a} ${b}`);

for (const [name, pairs] of Object.entries({ plain, weighted })) {
  for (const weighting of ['cosine', 'tfidf', 'bm25'] as const) {
    for (const shrinkage of [0, 7]) {
      test(`${weighting}, shrinkage ${shrinkage}, ${name} pairs: scores, lists, similar items and reasons of a table`, async () => {
        const options = checked(neighbours.options, { weighting, shrinkage, neighbours: 24 }) as NeighbourOptions;
        const model = await fit(pairs, options);
        const { w, similarity } = tables(pairs, options);
        const scoreOf = (u: number, i: number) => w[u].reduce((sum, v, j) => sum + v * similarity[j][i], 0);
        const users = [0, 7, 44];
        for (const [k, list] of (await model.recommend(users, { n: 24 })).entries()) {
          const u = users[k];
          const fresh = [...w[u].keys()].filter((i) => w[u][i] === 0);
          assert.equal([...list.ids].sort(), fresh.sort(), 'everything that the user has not had');
          list.ids.forEach((i, at) => near(list.scores[at], scoreOf(u, i)));
          assert.equal(
            [...list.scores],
            [...list.scores].sort((a, b) => b - a),
          );
          const [reasons] = model.because(
            [{ of: list.ids.slice(0, 3), among: Int32Array.from([...w[u].keys()].filter((i) => w[u][i] > 0)) }],
            2,
          );
          reasons.forEach((ids, at) => {
            const i = list.ids[at];
            const best = Math.max(...similarity.map((row, j) => (w[u][j] > 0 ? row[i] : 0)));
            if (best > 0) near(similarity[ids[0]][i], best);
          });
        }
        const [alike] = (await model.similar?.([3], { n: 5 })) ?? [];
        const expected = [...similarity[3]]
          .sort((a, b) => b - a)
          .slice(0, 5)
          .filter((value) => value > 0);
        assert.is(alike.ids.length, expected.length);
        expected.forEach((value, at) => near(alike.scores[at], value));
      });
    }
  }
}

test('of each item only the strongest are kept', async () => {
  const all = (await fit(plain, { neighbours: 24 })).similar?.([0, 5, 11], { n: 24 });
  const few = (await fit(plain, { neighbours: 4 })).similar?.([0, 5, 11], { n: 24 });
  for (const [k, list] of ((await few) ?? []).entries()) {
    assert.is(list.ids.length, 4);
    assert.equal([...list.scores], [...((await all)?.[k].scores ?? [])].slice(0, 4));
  }
});

test('many users at once are ranked as each alone; without a score by how many had them', async () => {
  const { user, item } = plain;
  // Two more items: had by three and by five users who had nothing else.
  const alone = (u: number, i: number) => ({ u: 45 + u, i });
  const more = [0, 1, 2].map((u) => alone(u, 25)).concat([3, 4, 5, 6, 7].map((u) => alone(u, 24)));
  const pairs: Pairs = {
    users: 53,
    items: 26,
    user: Int32Array.from([...user, ...more.map(({ u }) => u)]),
    item: Int32Array.from([...item, ...more.map(({ i }) => i)]),
  };
  const model = await fit(pairs);
  const users = Int32Array.from({ length: 53 }, (_, u) => u);
  const lists = await model.recommend(users, { n: 26 });
  for (const u of users) assert.equal(lists[u], (await model.recommend([u], { n: 26 }))[0]);
  const counts = Array.from({ length: 26 }, (_, i) => pairs.item.filter((other) => other === i).length);
  for (const u of users) {
    const zero = [...lists[u].ids].filter((_, at) => lists[u].scores[at] === 0);
    assert.equal(
      zero,
      [...zero].sort((a, b) => counts[b] - counts[a] || a - b),
    );
  }
});

test('an item that nobody had, a user with everything, a user alone, weights of zero', async () => {
  const pairs: Pairs = { users: 3, items: 4, user: Int32Array.of(0, 0, 0, 1, 1), item: Int32Array.of(0, 1, 2, 0, 1) };
  const model = await fit({ ...pairs, items: 3 });
  assert.equal([...(await model.recommend([0], { n: 5 }))[0].ids], []);
  const without = await fit(pairs);
  assert.equal([...(await without.recommend([0, 2], { n: 5 })).map(({ ids }) => [...ids])], [[3], [0, 1, 2, 3]]);
  const zero = await fit({ ...pairs, weights: new Float32Array(5) });
  assert.equal([...(await zero.recommend([2], { n: 5 }))[0].scores], [0, 0, 0, 0]);
  for (const family of [neighbours, popularity]) {
    const empty = { users: 2, items: 2, user: new Int32Array(0), item: new Int32Array(0) };
    const error = await family.fit(engine, empty, checked(family.options, {}) as never, {}).then(
      () => undefined,
      (e) => e,
    );
    assert.ok(error instanceof CameoError && error.code === 'data', String(error));
  }
});

test('a file with other rows than it says is refused by name', async () => {
  const { metadata, tensors } = (await fit(plain)).write();
  const wrong = (name: string, values: Float64Array | Float32Array) => ({
    metadata,
    tensors: { ...tensors, [name]: { shape: [values.length], values } },
  });
  const columns = tensors['weights.columns'].values as Float64Array;
  const swapped = columns.slice();
  [swapped[0], swapped[1]] = [swapped[1], swapped[0]];
  const cases: [ReturnType<typeof wrong>, RegExp][] = [
    [wrong('weights.columns', swapped), /weights.columns.*ascending/],
    [
      wrong(
        'weights.columns',
        columns.map(() => 24),
      ),
      /weights.columns/,
    ],
    [wrong('weights.starts', new Float64Array(25)), /weights.starts/],
    [wrong('weights.values', new Float32Array(columns.length).fill(Number.NaN)), /weights.values/],
  ];
  for (const [part, message] of cases)
    assert.throws(
      () => neighbours.read(engine, new PartReader(part)),
      (e: Error) => message.test(e.message),
    );
});

test('popularity: weights and a half-life', async () => {
  const pairs: Pairs = {
    users: 3,
    items: 3,
    user: Int32Array.of(0, 0, 1, 1, 2),
    item: Int32Array.of(0, 1, 0, 1, 2),
    ages: Float32Array.of(20, 30, 10, 20, 0),
  };
  const lists = async (more: object, options = {}) => {
    const model = await popularity.fit(engine, { ...pairs, ...more }, checked(popularity.options, options), {});
    const { ids, scores } = model.popular(3);
    assert.equal(
      [...(await model.recommend([2], { n: 3 }))[0].ids],
      [...ids].filter((id) => id !== 2),
    );
    return [[...ids], [...scores]];
  };
  assert.equal(await lists({}), [
    [0, 1, 2],
    [2, 2, 1],
  ]);
  assert.equal(await lists({ weights: Float32Array.of(1, 1, 1, 3, 1) }), [
    [1, 0, 2],
    [4, 2, 1],
  ]);
  const [ids, scores] = await lists({}, { halfLife: 10 });
  assert.equal(ids, [2, 0, 1]);
  [1, 2 ** -2 + 2 ** -1, 2 ** -3 + 2 ** -2].forEach((score, k) => near(scores[k], score));
});

test.after(() => engine.close());
test.run();
