/** Logs that hold next to nothing, or everything: each family learns and answers with finite numbers, or refuses with a clear error. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { CameoError } from '../../src/errors.js';
import { checked } from '../../src/options.js';
import { evaluateRecommender } from '../../src/recommend/evaluate.js';
import { families } from '../../src/recommend/index.js';
import type { Pairs, Recommends } from '../../src/recommend/recommender.js';
import { eventsOf, grouped, pairsOf } from '../support/interactions.js';

const engine = await createEngine({ threads: 2, reproducible: true });
const pairs = (users: number, items: number, list: readonly [user: number, item: number][], weights?: number[]): Pairs => ({
  users,
  items,
  user: Int32Array.from(list, ([user]) => user),
  item: Int32Array.from(list, ([, item]) => item),
  ...(weights ? { weights: Float32Array.from(weights) } : {}),
});
const range = (n: number) => Array.from({ length: n }, (_, k) => k);
const all = (user: number, items: number) => range(items).map((item): [number, number] => [user, item]);
const some = grouped(20, 12, 3, 4);
const log = pairsOf(some);

const LOGS: Record<string, Pairs> = {
  'one user and one item': pairs(1, 1, [[0, 0]]),
  'one user': pairs(1, 6, all(0, 4)),
  'one item': pairs(
    6,
    1,
    range(5).map((user): [number, number] => [user, 0]),
  ),
  'a user with everything': pairs(4, 9, [...all(0, 9), [1, 2], [1, 3], [2, 2], [3, 8]]),
  'everybody with everything': pairs(
    3,
    5,
    range(3).flatMap((user) => all(user, 5)),
  ),
  'an item that nobody had, and a user of nothing': { ...log, users: log.users + 1, items: log.items + 2 },
  'weights of zero': { ...log, weights: new Float32Array(log.user.length) },
  'some weights of zero': { ...log, weights: Float32Array.from(log.user, (_, t) => t % 2) },
};

async function looked(model: Recommends, { users, items, user, item }: Pairs): Promise<void> {
  const lists = await model.recommend(range(users), { n: items + 3 });
  assert.is(lists.length, users);
  lists.forEach(({ ids, scores }, u) => {
    const had = new Set([...item].filter((_, t) => user[t] === u));
    assert.equal(
      [...ids].sort((a, b) => a - b),
      range(items).filter((i) => !had.has(i)),
      'all that the user has not had',
    );
    assert.ok(scores.every(Number.isFinite));
  });
  const stranger = await model.recommendFor({ items: [0] }, { n: items });
  assert.is(stranger.ids.length, items - 1);
  assert.ok(stranger.scores.every(Number.isFinite));
  assert.ok(model.popular(items).scores.every(Number.isFinite));
  assert.equal((await model.recommendFor({ items: range(items) }, { n: 3 })).ids.length, 0);
}

for (const [name, family] of Object.entries(families)) {
  for (const [what, odd] of Object.entries(LOGS)) {
    test(`${name}: ${what}`, async () => {
      let model: Recommends;
      try {
        model = await family.fit(engine, odd, checked(family.options, {}), {});
      } catch (error) {
        assert.instance(error, CameoError);
        assert.is((error as CameoError).code, 'data');
        assert.match((error as CameoError).message, /^Factorization \((users|items)\) needs at least 2/);
        assert.ok(name === 'factorization' && /one/.test(what), 'only a factorization needs two of each');
        return;
      }
      await looked(model, odd);
      assert.is(engine.memoryStats().regions, 0);
    });
  }
}

test('a cut that leaves nothing on one side is an error that says what is needed', async () => {
  const single = eventsOf(
    pairs(3, 3, [
      [0, 0],
      [1, 1],
      [2, 2],
    ]),
  );
  for (const recommender of ['auto', 'ials', 'popularity']) {
    const error = await evaluateRecommender(engine, single, { recommender }).then(
      () => undefined,
      (e: CameoError) => e,
    );
    assert.is(error?.code, 'data', recommender);
    assert.match(error?.message ?? '', /Leaving the last order out \(users with two orders\) needs at least 1 row/);
  }
});

test.after(() => engine.close());
test.run();
