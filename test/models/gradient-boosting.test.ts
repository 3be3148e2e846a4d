/** The estimators of boosted trees: constraints, weights, any number of workers, limits, refusals. forest.test.ts has what they learn. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Engine, GradientBoostingClassifier, GradientBoostingRegressor, Matrix } from '../../src/index.js';
import type { Forest } from '../../src/models/forest.js';
import type { Tree } from '../../src/programs/trees/tree.js';
import { bytesOf, near, random } from '../support/boosting.js';
import { refusal, refusesUnknownNames, refusesValues } from '../support/refused.js';

const engine = await createEngine({ threads: 0, reproducible: true });

test('constraints hold everywhere, and both leaves of a split keep to the side of their parent', async () => {
  const { columns, signal, next } = random(5, 900);
  const x = new Matrix(columns.slice(0, 3));
  for (const constraint of [1, -1] as const) {
    const options = { engine, monotonicCst: [constraint, 0, constraint] as const, minSamplesLeaf: 3, maxIter: 30 };
    const models = [
      await new GradientBoostingRegressor(options).fit(x, signal),
      await new GradientBoostingClassifier(options).fit(
        x,
        signal.map((s) => Number(s > 1)),
      ),
    ];
    for (const model of models) {
      for (let trial = 0; trial < 20; trial++) {
        const grid = Float32Array.from({ length: 60 }, (_, i) => i / 59);
        for (const free of [0, 2]) {
          const held = [next(), next(), Math.floor(next() * 5)];
          const rows = new Matrix(
            held.map((v, j) => (j === free ? grid.map((g) => g * (j === 2 ? 5 : 1)) : grid.map(() => v))),
          );
          const z = await ('decisionFunction' in model ? model.decisionFunction(rows) : model.predict(rows));
          z.forEach((v, i) => assert.ok(i === 0 || (v - z[i - 1]) * constraint >= -1e-6, `${v} after ${z[i - 1]}`));
        }
      }
    }
  }
});

test('the same bytes for 1, 2 and 3 workers, and on the calling thread', async () => {
  const rows = 70_000;
  const { columns, signal } = random(3, rows);
  // Columns that stand there twice tie at every split.
  const x = new Matrix([...columns, ...columns.slice(0, 2), ...columns.slice(0, 2).map((c) => c.map((v, r) => v * (r % 13)))]);
  const truth = {
    regression: signal,
    binary: signal.map((s) => Number(s > 1)),
    multiclass: signal.map((s) => Math.max(0, Math.min(2, Math.floor(s)))),
  };
  const weights = Float64Array.from({ length: rows }, (_, r) => (r % 5) / 2);
  const fit = async (own: Engine) => {
    const options = { engine: own, maxIter: 3, categoricalFeatures: [3], earlyStopping: true };
    return [
      await bytesOf(await new GradientBoostingRegressor(options).fit(x, truth.regression)),
      await bytesOf(await new GradientBoostingClassifier(options).fit(x, truth.binary, { sampleWeight: weights })),
      await bytesOf(await new GradientBoostingClassifier({ ...options, earlyStopping: false }).fit(x, truth.multiclass)),
    ];
  };
  const expected = await fit(engine);
  for (const threads of [1, 2, 3]) {
    await using other = await createEngine({ threads, reproducible: true });
    (await fit(other)).forEach((bytes, i) => assert.ok(bytes === expected[i], `model ${i} with ${threads} workers`));
  }
});

test('a row of weight 2 is two rows, one of weight 0 none; weights of classes are weights of their rows', async () => {
  const { columns, signal, next } = random(9, 200);
  const y = signal.map((s) => Number(s > 1));
  const weights = Array.from(y, () => Math.floor(next() * 3));
  const repeated = weights.flatMap((w, r) => new Array<number>(w).fill(r));
  const pick = (rows: readonly number[]) => new Matrix(columns.map((c) => Float32Array.from(rows, (r) => c[r])));
  // Bins are those of all rows: give both the same by keeping each value once at least.
  const options = { engine, minSamplesLeaf: 1, maxLeafNodes: 6, maxIter: 5 };
  const x = pick(y.map((_, r) => r) as unknown as number[]);
  const weighted = await new GradientBoostingClassifier(options).fit(x, y, {
    sampleWeight: weights.map((w) => Math.max(w, 1)),
  });
  const again = [...repeated, ...weights.flatMap((w, r) => (w === 0 ? [r] : []))];
  const twice = await new GradientBoostingClassifier(options).fit(
    pick(again),
    again.map((r) => y[r]),
  );
  const [a, b] = [await weighted.decisionFunction(x), await twice.decisionFunction(x)];
  a.forEach((v, r) => near(v, b[r], `row ${r}`, 1e-5));
  const none = await new GradientBoostingClassifier(options).fit(x, y, { sampleWeight: weights });
  assert.ok((await none.decisionFunction(x)).every(Number.isFinite));

  const positives = y.reduce((sum, v) => sum + v, 0);
  const balanced = [200 / (2 * (200 - positives)), 200 / (2 * positives)];
  const byRow = await bytesOf(
    await new GradientBoostingClassifier(options).fit(x, y, { sampleWeight: y.map((v) => balanced[v]) }),
  );
  assert.is(await bytesOf(await new GradientBoostingClassifier({ ...options, classWeight: 'balanced' }).fit(x, y)), byRow);
  const map = new Map([
    [0, balanced[0]],
    [1, balanced[1]],
  ]);
  assert.is(await bytesOf(await new GradientBoostingClassifier({ ...options, classWeight: map }).fit(x, y)), byRow);
});

test('early stopping keeps the best rounds', async () => {
  const { x, next } = random(4, 600);
  const noise = Float64Array.from({ length: 600 }, () => Number(next() < 0.5));
  const model = await new GradientBoostingClassifier({ engine, earlyStopping: true, maxIter: 200, nIterNoChange: 5 }).fit(
    x,
    noise,
  );
  assert.is((model.forest as Forest).facts.stopped, 'converged');
  assert.ok(model.nIter < 20, `${model.nIter} rounds on noise`);
});

test('classes keep their numbers; probabilities sum to 1; a matrix in memory gives the same', async () => {
  const { x, columns, signal } = random(12, 400);
  const y = signal.map((s) => [-4, 0.5, 70][Math.max(0, Math.min(2, Math.floor(s)))]);
  const model = await new GradientBoostingClassifier({ engine, maxIter: 15, minSamplesLeaf: 5 }).fit(x, y);
  assert.equal(model.classes, [-4, 0.5, 70]);
  const p = await model.predictProba(x);
  for (let r = 0; r < 400; r++) near(p[3 * r] + p[3 * r + 1] + p[3 * r + 2], 1, 'sum');
  assert.ok((await model.score(x, y)) > 0.9);
  using resident = engine.matrix(400, 4);
  columns.forEach((column, j) => resident.column(j).set(column));
  assert.equal(await model.predictProba(resident), p);
  const same = await new GradientBoostingClassifier({ engine, maxIter: 15, minSamplesLeaf: 5 }).fit(resident, y);
  assert.is(await bytesOf(same), await bytesOf(model));
});

test('what cannot be learnt is refused', async () => {
  const { x, columns, signal } = random(6, 60);
  const make = (options: object) => new GradientBoostingClassifier(options);
  await refusesUnknownNames(['learningRate', 'classWeight', 'monotonicCst'], make);
  await refusesValues(
    [
      [{ learningRate: 0 }, /learningRate/],
      [{ maxLeafNodes: 1 }, /maxLeafNodes.*2 to 256/],
      [{ maxBins: 256 }, /maxBins.*2 to 255/],
      [{ monotonicCst: [2] }, /monotonicCst/],
      [{ earlyStopping: 'no' }, /earlyStopping/],
      [{ classWeight: 'even' }, /classWeight/],
    ],
    make,
  );
  const y = signal.map((s) => Number(s > 1));
  const fit = (options: object, run = {}, given: ArrayLike<number> = y, matrix = x) =>
    refusal(() => new GradientBoostingClassifier({ engine, ...options }).fit(matrix, given, run));
  assert.match((await fit({ monotonicCst: [1, 0] })).message, /monotonicCst.*4 numbers/);
  assert.match((await fit({ categoricalFeatures: [4] })).message, /categoricalFeatures.*0 to 3/);
  assert.match((await fit({ categoricalFeatures: [3], monotonicCst: [0, 0, 0, 1] })).message, /column 3/);
  assert.match(
    (
      await fit(
        { monotonicCst: [1, 0, 0, 0] },
        {},
        y.map((_, r) => r % 3),
      )
    ).message,
    /several classes/,
  );
  assert.is(
    (
      await fit(
        {},
        {},
        y.map(() => 3),
      )
    ).code,
    'data',
  );
  assert.is((await fit({}, { sampleWeight: y.map(() => 0) })).code, 'data');
  assert.match((await fit({}, { sampleWeight: y.map((_, r) => (r === 7 ? -1 : 1)) })).message, /row 7/);
  assert.is((await fit({}, { sampleWeight: [1] })).code, 'argument');
  assert.is((await fit({}, {}, [1, 0])).code, 'argument');
  const infinite = new Matrix([...columns.slice(1), columns[0].map((v, r) => (r === 9 ? Number.POSITIVE_INFINITY : v))]);
  assert.match((await fit({}, {}, y, infinite)).message, /row 9/);
  const many = new Matrix([Float32Array.from(y, (_, r) => r * 6)]);
  assert.match((await fit({ categoricalFeatures: [0] }, {}, y, many)).message, /below 255/);
  assert.is((await refusal(() => new GradientBoostingClassifier({ engine }).predict(x))).code, 'not-fitted');
  const controller = new AbortController();
  controller.abort();
  assert.is((await fit({}, { signal: controller.signal })).code, 'aborted');
});

test('one value, one row a leaf, all missing: fits, and answers are finite', async () => {
  const nothing = new Float32Array(30).fill(Number.NaN);
  const one = new Float32Array(30).fill(2);
  const y = Float64Array.from(one, (_, r) => r % 3);
  for (const columns of [[nothing], [one], [nothing, one, Float32Array.from(y)]]) {
    const x = new Matrix(columns);
    const model = await new GradientBoostingRegressor({ engine, minSamplesLeaf: 1, maxIter: 200, learningRate: 1 }).fit(x, y);
    const predicted = await model.predict(x);
    predicted.forEach((v, r) => near(v, columns.length > 1 ? y[r] : 1, `row ${r}`));
    assert.is((model.forest as Forest).facts.stopped, 'noGain');
  }
});

const depthOf = ({ left, right }: Tree, child: number): number =>
  child < 0 ? 0 : 1 + Math.max(depthOf({ left, right } as Tree, left[child]), depthOf({ left, right } as Tree, right[child]));

test('limits of leaves, depth and rows hold in every tree', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer({ min: 1, max: 1e6 }),
        rows: fc.integer({ min: 2, max: 300 }),
        maxLeafNodes: fc.integer({ min: 2, max: 256 }),
        maxDepth: fc.integer({ min: 1, max: 9 }),
        minSamplesLeaf: fc.integer({ min: 1, max: 30 }),
        maxBins: fc.integer({ min: 2, max: 255 }),
      }),
      async ({ seed, rows, ...options }) => {
        const { x, signal } = random(seed, rows);
        const model = await new GradientBoostingRegressor({ engine, ...options, maxIter: 3, categoricalFeatures: [3] }).fit(
          x,
          signal,
        );
        const { trees, features } = model.forest as Forest;
        for (const { edges } of features) assert.ok(edges.length < options.maxBins);
        for (const tree of trees) {
          assert.ok(tree.value.length <= options.maxLeafNodes);
          assert.ok(depthOf(tree, tree.feature.length > 0 ? 0 : -1) <= options.maxDepth);
          assert.ok(tree.value.length === 1 || tree.count.every((n) => n >= options.minSamplesLeaf));
          assert.is(
            tree.count.reduce((a, b) => a + b, 0),
            rows,
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

test.run();
