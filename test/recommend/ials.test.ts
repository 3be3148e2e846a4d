/** iALS against NumPy in float64 (test/fixtures/make_ials.py), its minimum against the objective, and folding in against fitting. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { checked } from '../../src/options.js';
import { ials, learnIals, startItems } from '../../src/recommend/ials.js';
import type { IalsOptions } from '../../src/recommend/ials-model.js';
import type { Pairs } from '../../src/recommend/recommender.js';
import { solve } from '../../src/recommend/solve.js';
import { grouped, pairsOf } from '../support/interactions.js';

const engine = await createEngine({ threads: 2 });
type Case = Omit<IalsOptions, 'seed' | 'sweeps'> & {
  weighted: boolean;
  start: number[];
  userFactors: number[];
  itemFactors: number[];
};
const fixture = JSON.parse(readFileSync('test/fixtures/ials.json', 'utf8')) as {
  users: number;
  items: number;
  user: number[];
  item: number[];
  weights: number[];
  cases: Case[];
};
const plain: Pairs = {
  users: fixture.users,
  items: fixture.items,
  user: Int32Array.from(fixture.user),
  item: Int32Array.from(fixture.item),
};
const counted: Pairs = { ...plain, weights: Float32Array.from(fixture.weights) };
const options = (given: Partial<IalsOptions> = {}) => checked(ials.options, given) as IalsOptions;
const fit = (pairs: Pairs, given: Partial<IalsOptions> = {}) => ials.fit(engine, pairs, options(given), {});

for (const { weighted, start, userFactors, itemFactors, ...given } of fixture.cases) {
  test(`rank ${given.rank}, ${JSON.stringify(given)}: three sweeps of NumPy`, async () => {
    const found = await learnIals(
      engine,
      weighted ? counted : plain,
      options({ ...given, sweeps: 3 }),
      Float32Array.from(start),
      {},
    );
    for (const [name, expected] of Object.entries({ userFactors, itemFactors })) {
      const values = found[name as 'userFactors'];
      const largest = Math.max(...expected.map(Math.abs));
      expected.forEach((value, t) =>
        assert.ok(Math.abs(values[t] - value) <= 1e-4 * largest, `${name} ${t}: ${values[t]} ${value}`),
      );
    }
  });
}

/** What is minimized, in plain code. */
function objective({ user, item, users, items, weights }: Pairs, p: Float32Array, q: Float32Array, o: IalsOptions): number {
  const { rank, regularization, regularizationExponent, unobservedWeight } = o;
  const dot = (u: number, i: number) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += p[u * rank + k] * q[i * rank + k];
    return sum;
  };
  const [ofUsers, ofItems] = [
    new Float64Array(users).fill(unobservedWeight * items),
    new Float64Array(items).fill(unobservedWeight * users),
  ];
  let loss = 0;
  for (let u = 0; u < users; u++) for (let i = 0; i < items; i++) loss += unobservedWeight * dot(u, i) ** 2;
  user.forEach((u, t) => {
    const w = weights ? weights[t] : 1;
    loss += w * (1 - dot(u, item[t])) ** 2;
    ofUsers[u] += w;
    ofItems[item[t]] += w;
  });
  const penalty = (sums: Float64Array, rows: Float32Array) =>
    rows.reduce((sum, value, t) => sum + regularization * sums[Math.floor(t / rank)] ** regularizationExponent * value ** 2, 0);
  return loss + penalty(ofUsers, p) + penalty(ofItems, q);
}

test('every sweep lowers the objective, and no small step from the end lowers it further', async () => {
  const given = options({ rank: 6, regularization: 0.02, regularizationExponent: 1, unobservedWeight: 0.2 });
  const start = startItems(engine, counted.items, given);
  const after = async (sweeps: number) => learnIals(engine, counted, { ...given, sweeps }, start, {});
  let last = Number.POSITIVE_INFINITY;
  for (const sweeps of [1, 2, 3, 5, 10]) {
    const { userFactors, itemFactors } = await after(sweeps);
    const loss = objective(counted, userFactors, itemFactors, given);
    assert.ok(loss < last, `${sweeps}: ${loss} ${last}`);
    last = loss;
  }
  // The items are solved last, so that they are at their minimum beside these users.
  const { userFactors, itemFactors } = await after(10);
  for (const at of [0, 17, 60, 101]) {
    for (const step of [-0.05, 0.05]) {
      const moved = itemFactors.slice();
      moved[at] += step;
      assert.ok(objective(counted, userFactors, moved, given) > last);
    }
  }
});

test('folding in is exact: the minimum of the objective in one user beside the items, as fitting has it', async () => {
  const pairs = pairsOf(grouped(70, 40, 4, 12));
  const given = options({ rank: 12, sweeps: 60, regularization: 0.02, regularizationExponent: 1, unobservedWeight: 0.1 });
  const model = await fit(pairs, given);
  const q = model.write().tensors.itemFactors.values;
  const rank = given.rank;
  for (const u of [0, 9, 69]) {
    const items = [...pairs.item].filter((_, t) => pairs.user[t] === u);
    const penalty = given.regularization * (items.length + given.unobservedWeight * pairs.items);
    const product = (of: number[], a: number, b: number) => of.reduce((sum, i) => sum + q[i * rank + a] * q[i * rank + b], 0);
    const all = Array.from({ length: pairs.items }, (_, i) => i);
    const axes = Array.from({ length: rank }, (_, k) => k);
    const a = axes.map((k) =>
      axes.map((l) => given.unobservedWeight * product(all, k, l) + product(items, k, l) + (k === l ? penalty : 0)),
    );
    const expected = solve(
      a,
      axes.map((k) => items.reduce((sum, i) => sum + q[i * rank + k], 0)),
    );
    const folded = model.foldIn?.({ items });
    assert.is(folded?.bias, 0);
    expected.forEach((value, k) => assert.ok(Math.abs((folded?.factors[k] ?? Number.NaN) - value) < 1e-4, `${value}`));
    const [known] = await model.recommend([u], { n: 3 });
    assert.equal([...(await model.recommendFor({ items }, { n: 3 })).ids], [...known.ids]);
  }
});

test('a rank that is no multiple of 8, of one, one user, one item, weights of zero and nothing at all', async () => {
  for (const rank of [1, 7, 9]) assert.is((await fit(plain, { rank, sweeps: 2 })).rank, rank);
  const one = { users: 1, items: 1, user: Int32Array.of(0), item: Int32Array.of(0) };
  assert.equal(
    (await (await fit(one)).recommend([0], { n: 3 })).map(({ ids }) => [...ids]),
    [[]],
  );
  const zero = await fit({ ...plain, weights: new Float32Array(plain.user.length) }, { unobservedWeight: 0 });
  assert.ok(zero.score([0, 1], [0, 1]).every((score) => score === 0));
  const error = await fit({ ...plain, user: new Int32Array(0), item: new Int32Array(0) }).then(
    () => assert.unreachable(),
    (e) => e,
  );
  assert.is(error.code, 'data');
});

test.after(() => engine.close());
test.run();
