/** Going on from what was learnt, with entries that do not repeat the old ones: what these do not touch stays. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { MatrixFactorization } from '../../src/recommend/matrix-factorization.js';
import { grouped, planted } from '../support/interactions.js';

const engine = await createEngine({ threads: 2 });
const had = (model: MatrixFactorization, user: number) => {
  const { offsets, items } = model.history;
  return [...items.subarray(offsets[user], offsets[user + 1])];
};

test('ratings: scores of untouched pairs, the mean and the histories stay', async () => {
  const data = planted(200, 150, 3, 6000, 0.3);
  const model = await new MatrixFactorization({ engine, rank: 8, epochs: 20, seed: 4 }).fit(data);
  const before = { mean: model.mean, score: model.predict([0, 7], [3, 12]), own: had(model, 0), other: had(model, 20) };
  // A newcomer who rates low, and user 20, on the last items only.
  const users = [200, 200, 200, 20, 20];
  const items = [147, 148, 150, 149, 150];
  await model.partialFit({ users, items, values: [-4, -4, -4, -4, -4] });
  assert.equal([model.users, model.items], [201, 151]);
  assert.is(model.mean, before.mean);
  assert.equal(model.predict([0, 7], [3, 12]), before.score);
  assert.equal(had(model, 0), before.own);
  assert.equal(had(model, 200), [147, 148, 150]);
  assert.equal(
    had(model, 20),
    [...new Set([...before.other, 149, 150])].sort((a, b) => a - b),
  );
  const lists = await model.recommend([0, 20], { n: 151 });
  lists.forEach(({ ids }, k) => {
    const own = had(model, [0, 20][k]);
    assert.is(ids.length, 151 - own.length);
    assert.not.ok(ids.some((item) => own.includes(item)));
  });
  // The newcomer's low ratings are learnt beside the old mean.
  assert.ok(model.predict([200], [147])[0] < before.mean - 1);
});

for (const loss of ['logistic', 'softmax', 'bpr'] as const) {
  test(`${loss}: what a user had is neither recommended nor taken for unwanted`, async () => {
    const data = grouped(120, 60, 3, 12);
    const options = { engine, loss, rank: 8, epochs: 30, learningRate: 0.1, seed: 2 };
    const model = await new MatrixFactorization(options).fit(data);
    const own = had(model, 5);
    const scores = model.predict([9], [1]);
    // User 5's new items are among the old ones of the only other user, whose items would else be drawn as unwanted.
    const fresh = [...Array(60).keys()].filter((item) => !own.includes(item)).slice(0, 3);
    await model.partialFit({ users: [...fresh.map(() => 5), ...own.map(() => 6)], items: [...fresh, ...own] });
    assert.equal(
      had(model, 5),
      [...own, ...fresh].sort((a, b) => a - b),
    );
    const [{ ids }] = await model.recommend([5], { n: 60 });
    assert.not.ok(ids.some((item) => own.includes(item) || fresh.includes(item)));
    if (!own.includes(1) && !fresh.includes(1)) assert.equal(model.predict([9], [1]), scores);
  });
}

test('on a model that was never fitted it is a fit, and its settings are those of a file', async () => {
  const data = planted(60, 50, 2, 900, 0.2);
  const options = { engine, rank: 4, epochs: 3 };
  const fitted = await new MatrixFactorization(options).fit(data);
  const part = await new MatrixFactorization(options).partialFit(data);
  assert.equal(await part.save(), await fitted.save());
  const loaded = await MatrixFactorization.load(await fitted.save(), { engine });
  const more = { users: [60], items: [0], values: [1] };
  assert.equal(await (await loaded.partialFit(more)).save(), await (await fitted.partialFit(more)).save());
});

test.after(() => engine.close());
test.run();
