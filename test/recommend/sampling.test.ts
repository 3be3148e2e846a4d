/** The logistic loss with the sampling distribution inside: finite differences, the true log-odds, tables of other distributions, penalties. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import type { MatrixFactorizationOptions } from '../../src/recommend/factorization-options.js';
import { MatrixFactorization } from '../../src/recommend/matrix-factorization.js';
import { logDrawn, samplingOf } from '../../src/recommend/sampling.js';
import { cutStrata } from '../../src/recommend/strata.js';
import { open } from '../support/kernels.js';
import { generator } from '../support/tables.js';

const engine = await createEngine({ threads: 2 });

test('a step goes down the gradient of the corrected loss, by finite differences', () => {
  const b = open('simd');
  const next = generator(9);
  const [rank, items] = [8, 4];
  const draw = (n: number) => Float64Array.from({ length: n }, () => Math.fround(next() - 0.5));
  // p, bu, then q and bi of four items, in one vector; c is what the scores are corrected by.
  const theta = draw(rank + 1 + items * (rank + 1));
  const c = Float64Array.from([0.3, 0.02, 0.5, 0.11], (q) => logDrawn(4, 7) + Math.log(q));
  const [own, drawn] = [0, [1, 2, 3, 1]];
  const score = (t: Float64Array, i: number) => {
    const q = rank + 1 + i * (rank + 1);
    let sum = t[rank] + t[q + rank];
    for (let k = 0; k < rank; k++) sum += t[k] * t[q + k];
    return sum;
  };
  const loss = (t: Float64Array) => {
    const softplus = (x: number) => Math.log1p(Math.exp(x));
    return softplus(c[own] - score(t, own)) + drawn.reduce((sum, j) => sum + softplus(score(t, j) - c[j]), 0);
  };
  const gradient = theta.map((_, k) => {
    const moved = (step: number) => loss(theta.map((value, j) => value + (j === k ? step : 0)));
    return (moved(1e-5) - moved(-1e-5)) / 2e-5;
  });
  const part = (t: Float64Array, i: number) => t.subarray(rank + 1 + i * (rank + 1), (i + 2) * (rank + 1));
  const p = b.f32(theta.subarray(0, rank));
  const q = b.f32([0, 1, 2, 3].flatMap((i) => [...part(theta, i).subarray(0, rank)]));
  // What is trained are biases less c.
  const bu = b.f32([theta[rank]]);
  const bi = b.f32([0, 1, 2, 3].map((i) => part(theta, i)[rank] - c[i]));
  const rate = 2e-3;
  const bits = b.i32(drawn.map((_, k) => Math.floor(((k + 0.5) / 4) * 2 ** 32) | 0));
  const [user, item, others, seen, offsets] = [[0], [own], drawn, [own], [0, 1]].map((list) => b.i32(list));
  b.kernels.factorize_logistic(p, q, bu, bi, 0, 0, 0, 0, user, item, 0, others, bits, seen, offsets, 1, 4, 4, 8, rate, 0, 0);
  const after = [...b.read(p, rank), b.read(bu, 1)[0]];
  for (let i = 0; i < items; i++) after.push(...b.read(q + i * rank * 4, rank), b.read(bi + i * 4, 1)[0] + c[i]);
  const largest = Math.max(...gradient.map(Math.abs));
  after.forEach((value, k) => {
    const step = (theta[k] - value) / rate;
    assert.ok(Math.abs(step - gradient[k]) < 0.01 * largest, `${k}: ${step} ${gradient[k]}`);
  });
});

test('a step goes down the gradient of the corrected softmax, by finite differences', () => {
  const b = open('simd');
  const next = generator(10);
  const [rank, items, samples] = [8, 4, 6];
  // p, then q and bi of four items, in one vector.
  const theta = Float64Array.from({ length: rank + items * (rank + 1) }, () => Math.fround(next() - 0.5));
  const logq = Float64Array.from([0.3, 0.02, 0.5, 0.11], (q) => Math.fround(Math.log(q)));
  const [own, drawn] = [2, [1, 3, 0, 1, 0, 3]];
  const place = (i: number) => rank + i * (rank + 1);
  const corrected = (t: Float64Array, i: number) => {
    let sum = t[place(i) + rank] - logq[i];
    for (let k = 0; k < rank; k++) sum += t[k] * t[place(i) + k];
    return sum;
  };
  const loss = (t: Float64Array) =>
    Math.log([own, ...drawn].reduce((sum, i) => sum + Math.exp(corrected(t, i)), 0)) - corrected(t, own);
  const gradient = theta.map((_, k) => {
    const moved = (step: number) => loss(theta.map((value, j) => value + (j === k ? step : 0)));
    return (moved(1e-5) - moved(-1e-5)) / 2e-5;
  });
  const p = b.f32(theta.subarray(0, rank));
  const q = b.f32([0, 1, 2, 3].flatMap((i) => [...theta.subarray(place(i), place(i) + rank)]));
  const bi = b.f32([0, 1, 2, 3].map((i) => theta[place(i) + rank] - logq[i]));
  const rate = 2e-3;
  // Drawn by place from a list in two pieces.
  const bits = b.i32(drawn.map((item) => Math.floor(((item + 0.5) / 4) * 2 ** 32) | 0));
  const [user, item, some, more, seen, offsets] = [[0], [own], [0, 1, 2], [3], [own], [0, 1]].map((list) => b.i32(list));
  const scratch = b.f32(new Array(2 * (samples + 4) + rank).fill(0));
  const sum = b.kernels.factorize_softmax(
    ...([p, q, bi, 0, 0, 0, 0, user, item, 0, some, more, bits, seen, offsets, scratch] as const),
    ...([1, 3, 1, samples, rank, rate, 0, 0] as const),
  );
  assert.ok(Math.abs(sum - loss(theta)) < 1e-5, `${sum}`);
  const after = [...b.read(p, rank)];
  for (let i = 0; i < items; i++) after.push(...b.read(q + i * rank * 4, rank), b.read(bi + i * 4, 1)[0] + logq[i]);
  const largest = Math.max(...gradient.map(Math.abs));
  after.forEach((value, k) => {
    const step = (theta[k] - value) / rate;
    assert.ok(Math.abs(step - gradient[k]) < 0.01 * largest, `${k}: ${step} ${gradient[k]}`);
  });
});

/** Pairs of a model whose log-odds are known, the items from rare to common. */
function drawn(users: number, items: number, seed: number) {
  const next = generator(seed);
  const [unit, gauss] = [next, () => 2 * (next() + next() + next()) - 3];
  const rows = (n: number) => Array.from({ length: n }, () => [0.7 * gauss(), 0.7 * gauss()]);
  const [p, q] = [rows(users), rows(items)];
  const popular = Array.from({ length: items }, (_, i) => -5 + (5 * i) / (items - 1));
  const odds = (u: number, i: number) => popular[i] + p[u][0] * q[i][0] + p[u][1] * q[i][1];
  const all = Array.from({ length: users * items }, (_, t) => [Math.floor(t / items), t % items]);
  const had = all.filter(([u, i]) => unit() < 1 / (1 + Math.exp(-odds(u, i))));
  return { all, odds, data: { users: had.map(([u]) => u), items: had.map(([, i]) => i) } };
}

function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const mean = (of: ArrayLike<number>) => Array.from(of).reduce((sum, v) => sum + v, 0) / of.length;
  const [a, b] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let t = 0; t < x.length; t++) {
    xy += (x[t] - a) * (y[t] - b);
    xx += (x[t] - a) ** 2;
    yy += (y[t] - b) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

const known = drawn(600, 400, 3);
const truth = known.all.map(([u, i]) => known.odds(u, i));
const settings: MatrixFactorizationOptions = {
  engine,
  loss: 'logistic',
  rank: 2,
  epochs: 40,
  learningRate: 0.03,
  regularization: 0.01,
  samples: 8,
  seed: 1,
};
const scores = async (more: MatrixFactorizationOptions) => {
  const model = await new MatrixFactorization({ ...settings, ...more }).fit(known.data);
  return {
    model,
    found: model.predict(
      known.all.map(([u]) => u),
      known.all.map(([, i]) => i),
    ),
  };
};

for (const samplingExponent of [1, 0.75, 0.5]) {
  test(`very uneven popularity, items sampled as count^${samplingExponent}: the true log-odds come back`, async () => {
    const { found } = await scores({ samplingExponent });
    const r = correlation(found, truth);
    assert.ok(r >= 0.95, `correlation ${r}`);
    // Not only up to a line: the mean of the probabilities is the share of pairs that occurred.
    const mean = found.reduce((sum, s) => sum + 1 / (1 + Math.exp(-s)), 0) / found.length;
    const share = known.data.users.length / known.all.length;
    assert.ok(Math.abs(mean - share) < 0.15 * share, `${mean} of ${share}`);
  });
}

for (const samplingExponent of [1, 0.5]) {
  test(`sampled softmax, items sampled as count^${samplingExponent}: log-odds of items against each other`, async () => {
    const { found } = await scores({ loss: 'softmax', samples: 20, samplingExponent });
    // Up to a number of the user's own.
    const apart = (of: ArrayLike<number>) =>
      Array.from({ length: 600 }, (_, u) => {
        const own = Array.from({ length: 400 }, (_, i) => of[u * 400 + i]);
        const mean = own.reduce((sum, x) => sum + x, 0) / 400;
        return own.map((x) => x - mean);
      }).flat();
    const r = correlation(apart(found), apart(truth));
    assert.ok(r >= 0.95, `correlation ${r}`);
  });
}

test('without the correction scores are the lift, and popularity is not in them', async () => {
  const { found } = await scores({ samplingCorrection: false });
  assert.ok(correlation(found, truth) < 0.7);
  assert.ok(correlation((await scores({ loss: 'softmax', samples: 20, samplingCorrection: false })).found, truth) < 0.7);
});

test('a table holds the items of a group in the share of their power, each with its logarithm', () => {
  const items = Int32Array.from({ length: 600 }, (_, t) => Math.floor((t * t) / 9000));
  const entries = items.map((_, t) => t);
  const strata = cutStrata(items, items, entries, 40, 40, 5, 2);
  const { table, logq } = samplingOf(items, entries, strata, 2, 0.5);
  const { others, tables } = table ?? assert.unreachable() ?? { others: new Int32Array(0), tables: [] };
  const count = (item: number) => items.filter((other) => other === item).length;
  const size = strata.rowsQ / 2;
  for (let c = 0; c < 2; c++) {
    const own = [...Array(40).keys()].filter((item) => Math.floor(strata.itemRow[item] / size) === c && count(item) > 0);
    const list = others.subarray(tables[c], tables[c + 1]);
    const whole = own.reduce((sum, item) => sum + Math.sqrt(count(item)), 0);
    const share = own.reduce((sum, item) => sum + count(item), 0) / 600;
    for (const item of own) {
      const part = list.filter((row) => row === strata.itemRow[item]).length / list.length;
      assert.ok(Math.abs(part - Math.sqrt(count(item)) / whole) < 0.01);
      assert.ok(Math.abs(Math.exp(logq[item]) - part * share) < 1e-9);
    }
    assert.ok(own.length === 0 || list.length > 0);
  }
  assert.ok(Number.isNaN(logq[39]) === (count(39) === 0));
});

test('an exponent below 1 holds rows of many entries back less', async () => {
  const length = async (regularizationExponent: number) => {
    const { model } = await scores({ regularization: 0.05, regularizationExponent, samplingCorrection: false });
    const of = (i: number) => Math.hypot(...model.itemFactors.subarray(i * 2, i * 2 + 2));
    // Of the commonest ten beside the rarest that occurred.
    return Array.from({ length: 10 }, (_, k) => of(399 - k)).reduce((sum, v) => sum + v, 0);
  };
  assert.ok((await length(0)) > 1.2 * (await length(1)));
});

test('the same bytes for 1, 2 and 3 workers with all exponents', async () => {
  const saved: Uint8Array[] = [];
  for (const threads of [1, 2, 3]) {
    await using other = await createEngine({ threads });
    const options = { ...settings, engine: other, epochs: 3, samplingExponent: 0.75, regularizationExponent: 0.5 };
    saved.push(await (await new MatrixFactorization(options).fit(known.data)).save());
  }
  assert.equal(saved[1], saved[0]);
  assert.equal(saved[2], saved[0]);
});

test('a file of before, which does not name the correction, folds in as it did', async () => {
  const { model } = await scores({ samplingCorrection: false, epochs: 3 });
  const bytes = await model.save();
  assert.not.match(new TextDecoder('latin1').decode(bytes.subarray(0, 2000)), /sampling|Exponent/);
  const loaded = await MatrixFactorization.load(bytes, { engine });
  assert.equal(loaded.foldIn({ items: [1, 50, 110] }), model.foldIn({ items: [1, 50, 110] }));
});

test.after(() => engine.close());
test.run();
