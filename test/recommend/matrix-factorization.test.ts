import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import type { MatrixFactorizationOptions } from '../../src/recommend/factorization-options.js';
import { MatrixFactorization } from '../../src/recommend/matrix-factorization.js';
import { BLOCKS, cutStrata } from '../../src/recommend/strata.js';
import { grouped, planted } from '../support/interactions.js';

const engine = await createEngine({ threads: 2 });

const rmse = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Array.from(a).reduce((s, v, i) => s + (v - b[i]) ** 2, 0) / a.length);

test('a planted low-rank matrix is recovered to the noise', async () => {
  const noise = 0.1;
  const { users, items, values, clean } = planted(600, 400, 4, 60_000, noise);
  const model = new MatrixFactorization({
    engine,
    rank: 4,
    epochs: 60,
    learningRate: 0.05,
    learningRateDecay: 0.05,
    regularization: 0.002,
  });
  await model.fit({ users, items, values });
  const truth = Float32Array.from(users, (u, t) => clean(u, items[t]));
  const error = rmse(model.predict(users, items), truth);
  assert.ok(error < noise, `${error}`);
  assert.ok(Math.sqrt(model.lossCurve.at(-1) as number) < 1.2 * noise);
});

for (const [loss, schedule] of [
  ['squared', 'inverse'],
  ['logistic', 'inverse'],
  ['softmax', 'inverse'],
  ['bpr', 'inverse'],
  ['squared', 'adagrad'],
  ['logistic', 'adagrad'],
  ['softmax', 'adagrad'],
  ['bpr', 'adagrad'],
] as const) {
  test(`${loss}, ${schedule}: the same bytes for 0, 1, 2 and 3 workers`, async () => {
    const data = loss === 'squared' ? planted(300, 200, 3, 9000, 0.1) : grouped(300, 120, 4, 20);
    const outcomes = [];
    for (const threads of [0, 1, 2, 3]) {
      await using e = await createEngine({ threads });
      const model = new MatrixFactorization({
        engine: e,
        rank: 9,
        loss,
        epochs: 4,
        seed: 7,
        schedule,
        validationFraction: 0.1,
      });
      outcomes.push(await (await model.fit(data)).save());
    }
    for (const bytes of outcomes.slice(1)) assert.equal(bytes, outcomes[0]);
  });
}

test('AdaGrad recovers a planted matrix too', async () => {
  const { users, items, values, clean } = planted(600, 400, 4, 60_000, 0.1);
  const options = { engine, rank: 4, epochs: 60, schedule: 'adagrad', learningRate: 0.2, regularization: 0.002 } as const;
  const model = await new MatrixFactorization(options).fit({ users, items, values });
  const truth = Float32Array.from(users, (u, t) => clean(u, items[t]));
  const error = rmse(model.predict(users, items), truth);
  assert.ok(error < 0.1, `${error}`);
});

for (const loss of ['logistic', 'softmax', 'bpr'] as const) {
  test(`${loss} stops early when held-out entries no longer rank better, and keeps the best epoch`, async () => {
    const data = grouped(400, 160, 4, 14);
    const options = {
      engine,
      loss,
      rank: 16,
      epochs: 300,
      learningRate: 0.1,
      learningRateDecay: 0,
      regularization: 0,
      seed: 5,
    };
    const model = await new MatrixFactorization({ ...options, validationFraction: 0.2, nIterNoChange: 5 }).fit(data);
    const { validationErrors: errors } = model;
    assert.is(model.stopped, 'converged');
    const best = errors.indexOf(Math.min(...errors));
    assert.is(errors.length, best + 6);
    // A random order has a half of the pairs wrong.
    assert.ok(errors[best] < 0.2 && errors[best] < errors[0], `${errors}`);
    const again = await new MatrixFactorization({
      ...options,
      epochs: best + 1,
      validationFraction: 0.2,
      nIterNoChange: 5,
    }).fit(data);
    assert.equal(again.userFactors, model.userFactors);
  });
}

test('an epoch equals a scalar replay in the same block order', async () => {
  const { users, items, values } = planted(100, 80, 3, 3000, 0.1);
  const options: MatrixFactorizationOptions = {
    engine,
    rank: 5,
    seed: 3,
    learningRate: 0.04,
    regularization: 0.03,
    learningRateDecay: 0.5,
  };
  const start = await new MatrixFactorization({ ...options, epochs: 1, learningRate: 1e-30 }).fit({ users, items, values });
  const model = await new MatrixFactorization({ ...options, epochs: 2 }).fit({ users, items, values });
  const all = Int32Array.from({ length: users.length }, (_, t) => t);
  const { order, starts } = cutStrata(users, items, all, model.users, model.items, 3);
  const row = (f: Float32Array, i: number) => [...f.subarray(i * 5, (i + 1) * 5)];
  const [p, q] = [start.userFactors, start.itemFactors].map((f) => Array.from({ length: f.length / 5 }, (_, i) => row(f, i)));
  const [bu, bi] = [new Float64Array(model.users), new Float64Array(model.items)];
  for (let epoch = 1; epoch <= 2; epoch++) {
    const rate = 0.04 / (1 + 0.5 * (epoch - 1));
    for (let step = 0; step < BLOCKS; step++) {
      for (let r = 0; r < BLOCKS; r++) {
        const block = r * BLOCKS + ((r + ((step + epoch) % BLOCKS)) % BLOCKS);
        for (const t of order.subarray(starts[block], starts[block + 1])) {
          const [u, i] = [users[t], items[t]];
          const e = values[t] - (model.mean + bu[u] + bi[i] + p[u].reduce((s, v, k) => s + v * q[i][k], 0));
          const before = [...p[u]];
          p[u] = p[u].map((v, k) => v + rate * (e * q[i][k] - 0.03 * v));
          q[i] = q[i].map((v, k) => v + rate * (e * before[k] - 0.03 * v));
          bu[u] += rate * (e - 0.03 * bu[u]);
          bi[i] += rate * (e - 0.03 * bi[i]);
        }
      }
    }
  }
  p.flat().forEach((v, j) => assert.ok(Math.abs(v - model.userFactors[j]) < 1e-5));
  q.flat().forEach((v, j) => assert.ok(Math.abs(v - model.itemFactors[j]) < 1e-5));
  bi.forEach((v, i) => assert.ok(Math.abs(v - model.itemBiases[i]) < 1e-5));
});

test('early stopping keeps the best epoch; partialFit goes on and takes new ids', async () => {
  const { users, items, values } = planted(200, 150, 3, 6000, 0.5);
  const options = { engine, rank: 16, epochs: 200, regularization: 0, validationFraction: 0.1, learningRateDecay: 0 };
  const model = await new MatrixFactorization(options).fit({ users, items, values });
  assert.is(model.stopped, 'converged');
  assert.ok(model.validationErrors.length < 200);
  const more = new MatrixFactorization({ engine, rank: 4, epochs: 3 });
  await more.fit({ users, items, values });
  const before = more.lossCurve.at(-1) as number;
  await more.partialFit({ users: [...users, 200], items: [...items, 150], values: [...values, 3] });
  assert.ok(more.lossCurve[0] < before);
  assert.equal([more.users, more.items], [201, 151]);
});

for (const loss of ['logistic', 'softmax', 'bpr'] as const) {
  test(`${loss} finds groups; recommendations are exact, new, and alike for a folded-in user`, async () => {
    const data = grouped(400, 160, 4, 14);
    const options = { engine, loss, rank: 16, epochs: 60, learningRate: 0.1, learningRateDecay: 0.02, seed: 5 };
    const model = await new MatrixFactorization(options).fit(data);
    const asked = Array.from({ length: 400 }, (_, u) => u);
    const lists = await model.recommend(asked, { n: 10 });
    let inGroup = 0;
    let overlap = 0;
    for (const [u, { ids, scores }] of lists.entries()) {
      const had = new Set(model.history.items.subarray(model.history.offsets[u], model.history.offsets[u + 1]));
      const all = Array.from({ length: 160 }, (_, i) => i);
      const by = model.predict(
        all.map(() => u),
        all,
      );
      const expected = all.filter((i) => !had.has(i)).sort((x, y) => by[y] - by[x]);
      // Products that differ in the last bit may change places.
      ids.forEach((id, k) => assert.ok(Math.abs(by[id] - by[expected[k]]) < 1e-5 && Math.abs(scores[k] - by[id]) < 1e-5));
      inGroup += [...ids].filter((id) => id % 4 === u % 4).length / 10;
      if (u < 100) {
        const { factors } = model.foldIn({ items: [...had] });
        const folded = all
          .filter((i) => !had.has(i))
          .map((i) => {
            const q = model.itemFactors.subarray(i * 16, (i + 1) * 16);
            return { i, score: model.itemBiases[i] + factors.reduce((s, v, k) => s + v * q[k], 0) };
          });
        folded.sort((x, y) => y.score - x.score);
        overlap += folded.slice(0, 10).filter(({ i }) => ids.includes(i)).length / 10;
      }
    }
    console.log(
      `${loss}: ${(inGroup / 400).toFixed(3)} of the recommendations in the user's group, fold-in overlap ${(overlap / 100).toFixed(3)}`,
    );
    assert.ok(inGroup / 400 > 0.85);
    assert.ok(overlap / 100 >= 0.8, `${overlap / 100}`);
    const [like] = await model.similarItems([5], { n: 8 });
    assert.ok([...like.ids].filter((i) => i % 4 === 1).length >= 7 && !like.ids.includes(5));
    const [alike] = await model.similarUsers([6], { n: 8 });
    assert.ok([...alike.ids].filter((u) => u % 4 === 2).length >= 7);
    const reasons = model.explain(3, lists[3].ids[0]);
    const sum = reasons.reduce((s, r) => s + r.contribution, 0);
    assert.ok(Math.abs(sum - model.predict([3], [lists[3].ids[0]])[0]) < 1e-5);
    const loaded = await MatrixFactorization.load(await model.save(), { engine });
    assert.equal(await loaded.recommend([3, 4]), await model.recommend([3, 4]));
  });
}

test('fold-in of a rating history by least squares ranks like the trained vector', async () => {
  const { users, items, values } = planted(300, 200, 4, 30_000, 0.05);
  const model = new MatrixFactorization({ engine, rank: 4, epochs: 80, learningRateDecay: 0.03, regularization: 0.002 });
  await model.fit({ users, items, values });
  let overlap = 0;
  for (let u = 0; u < 50; u++) {
    const own = Array.from(users.keys()).filter((t) => users[t] === u);
    const { factors, bias } = model.foldIn({ items: own.map((t) => items[t]), values: own.map((t) => values[t]) });
    const score = (f: ArrayLike<number>, i: number) =>
      model.itemBiases[i] + Array.from(f).reduce((s, v, k) => s + v * model.itemFactors[i * 4 + k], 0);
    const best = (f: ArrayLike<number>) =>
      Array.from({ length: 200 }, (_, i) => i)
        .sort((x, y) => score(f, y) - score(f, x))
        .slice(0, 10);
    const trained = best(model.userFactors.subarray(u * 4, u * 4 + 4));
    overlap += best(factors).filter((i) => trained.includes(i)).length / 10;
    assert.ok(Math.abs(bias - model.userBiases[u]) < 0.3);
  }
  assert.ok(overlap / 50 >= 0.8, `${overlap / 50}`);
});

test('a worker that dies in training: the same bytes', async () => {
  const data = planted(2000, 1000, 4, 300_000, 0.1);
  const options = { rank: 16, epochs: 150, seed: 1 };
  const expected = await (await new MatrixFactorization({ engine, ...options }).fit(data)).save();
  await using e = await createEngine({ threads: 2 });
  const { workers } = e.scheduler as unknown as { workers: { terminate(): Promise<number> }[] };
  let killed = false;
  const model = await new MatrixFactorization({ engine: e, ...options }).fit(data, {
    onProgress: () => {
      if (!killed) void workers[1].terminate();
      killed = true;
    },
  });
  assert.ok(killed);
  assert.equal(await model.save(), expected);
});

test('on one thread, where a memory that grows takes its views away', async () => {
  await using e = await createEngine({ threads: 0, memory: { initial: 2 ** 20 } });
  const model = await new MatrixFactorization({ engine: e, rank: 32, epochs: 1 }).fit(planted(9000, 3000, 2, 30_000, 0.1));
  assert.is(model.users, 9000);
  assert.is((await model.recommend([1, 2]))[0].ids.length, 10);
});

test('the arena is empty afterwards', async () => {
  assert.is(engine.memoryStats().regions, 0);
  await engine.close();
});
test.run();
