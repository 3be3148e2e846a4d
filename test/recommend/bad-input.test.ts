/** What a factorization refuses, by name and value, and that a refusal changes nothing. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import type { MatrixFactorizationOptions } from '../../src/recommend/factorization-options.js';
import { MatrixFactorization } from '../../src/recommend/matrix-factorization.js';
import { planted } from '../support/interactions.js';

const engine = await createEngine({ threads: 1 });

test('bad input: what, where, and nothing is changed', async () => {
  const good = { users: [0, 1, 1], items: [0, 1, 0], values: [1, 2, 3] };
  const cases: [object, MatrixFactorizationOptions, RegExp][] = [
    [{ users: [], items: [] }, {}, /no rows/],
    [{ ...good, users: [0, 0, 0] }, {}, /users\) needs at least 2/],
    [{ ...good, items: [0, 0, 0] }, {}, /items\) needs at least 2/],
    [{ ...good, users: [0, 1, 2 ** 31] }, {}, /User of entry 2 must be a whole number from 0 to 2147483647/],
    [{ ...good, items: [0, -1, 0] }, {}, /Item of entry 1/],
    [{ ...good, values: [1, Number.NaN, 0] }, {}, /Value of entry 1 must be a finite number/],
    [{ ...good, weights: [1, -1, 0] }, {}, /Weight of entry 1 .* not negative/],
    [{ users: [0, 1], items: [0, 1] }, {}, /Values: expected 2, found 0/],
    [good, { rank: 0 }, /rank/],
    [good, { schedule: 'cosine' as never }, /'schedule' must be 'inverse' or 'adagrad'/],
    [good, { loss: 'hinge' as never }, /'loss' must be 'squared', 'logistic', 'softmax' or 'bpr'/],
    [good, { learningRate: Number.NaN }, /'learningRate' must be a number above 0/],
    [good, { biases: 1 as never }, /'biases' must be true or false/],
    [good, { learnRate: 0.1 } as never, /'learnRate' is not known\. The options are .*'learningRate'/],
    [good, { learningRate: 1e20 }, /Training diverged in epoch 1: .* at learning rate 100000000000000000000/],
  ];
  for (const [data, options, message] of cases) {
    const model = new MatrixFactorization({ engine, ...options });
    await model.fit(data as typeof good).then(
      () => assert.unreachable(String(message)),
      (error) => assert.match(error.message, message),
    );
    assert.is(model.users, 0);
  }
});

test('a fit that fails leaves what was learnt', async () => {
  const data = planted(50, 40, 2, 800, 0.1);
  const model = await new MatrixFactorization({ engine, rank: 4, epochs: 2 }).fit(data);
  const before = await model.save();
  await model.fit({ users: [], items: [] }).then(
    () => assert.unreachable(),
    ({ message }) => assert.match(message, /no rows/),
  );
  assert.equal(await model.save(), before);
});

test('what is asked for is checked by name and value', async () => {
  const data = planted(50, 40, 2, 800, 0.1);
  const model = await new MatrixFactorization({ engine, rank: 4, epochs: 1 }).fit(data);
  const cases: [() => Promise<unknown>, RegExp][] = [
    [() => model.fit(data, { sigal: 1 } as never), /'sigal' is not known/],
    [() => model.partialFit(data, { signal: 1 } as never), /'signal' must be an AbortSignal/],
    [() => model.recommend([0], { N: 3 } as never), /'N' is not known/],
    [() => model.recommend([0], { n: 0 }), /'n' must be a whole number from 1/],
    [() => model.recommend([50]), /There is no user 50: fitting had users 0 to 49/],
    [() => model.recommend([0, 1], { exclude: [[0]] }), /Lists to exclude: expected 2, found 1/],
    [() => model.similarItems([40]), /There is no item 40/],
    [() => model.similarItems([0], { n: 1.5 }), /'n'/],
    [() => model.similarUsers([-1]), /There is no user -1/],
    [() => MatrixFactorization.load(new Uint8Array(20), { engin: engine } as never), /'engin' is not known/],
  ];
  for (const [work, message] of cases) {
    await work().then(
      () => assert.unreachable(String(message)),
      (error) => assert.match(error.message, message),
    );
  }
});

test.after(() => engine.close());
test.run();
