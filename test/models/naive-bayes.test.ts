/** The naive Bayes family: through everything, against plain arithmetic, the same bytes for any number of workers. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CategoricalNB, createEngine, GaussianNB, Matrix, Profiler } from '../../src/index.js';
import type { NaiveBayesModel } from '../../src/models/naive-bayes-model.js';
import { naiveBayes as predictor } from '../../src/programs/naive-bayes/predictor.js';
import { stride } from '../../src/wasm/kernels.js';
import { place } from '../../src/wasm/memory.js';
import { encoded, examplesOf, learn, scalarJoint, varianceOf } from '../support/naive-bayes.js';
import { roundTrip } from '../support/round-trip.js';
import { generator, makeTable, randomTable } from '../support/tables.js';

const inline = await createEngine({ threads: 0, reproducible: true });

test('100 random tables: fit, save, load, profile, explain, the edge', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, async (random) => {
      const shape = { ...random, task: random.task === 'regression' ? ('binary' as const) : random.task };
      const table = makeTable(shape);
      using fitted = await Profiler.fit(inline, { table }, { target: 'target', model: 'naive-bayes', seed: shape.seed % 1000 });
      const { family, facts } = fitted.summary;
      assert.is(family, 'naive-bayes');
      assert.is(Number(facts.gaussian) + Number(facts.categorical), fitted.features.length);
      await roundTrip(inline, fitted, shape, {
        within: { binary: (size) => 1e-3 + 1e-6 * size, regression: () => 0 },
        mostLogit: 7,
      });
    }),
  );
});

const shapes = fc.record({
  rows: fc.integer({ min: 3, max: 60 }),
  widths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }),
  classes: fc.integer({ min: 2, max: 10 }),
  absent: fc.constantFrom(0, 0.2, 0.7),
  weighted: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
});
test('raw outputs and contributions are those of plain arithmetic: a feature adds its log-likelihood ratio, missing ones nothing', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const classes = Math.min(shape.classes, shape.rows);
      const data = encoded({ ...shape, classes });
      const examples = examplesOf(inline, data, classes);
      using _ = examples.x;
      const weights = shape.weighted ? Float32Array.from(data.y, () => data.next() + 0.1) : undefined;
      const model = await learn(inline, { ...examples, weights }, { alpha: 0.7, varSmoothing: 1e-3 });
      // What is missing is NaN to the reference, and no label of its own.
      const known = (row: number[]) => row.map((value, j) => (value === data.missing[j] ? Number.NaN : value));
      const trained = data.rows.map(known);
      const asked = Array.from({ length: 8 }, () => data.labels.map((_, j) => data.value(j)));
      const spread = (j: number) => {
        const y0 = trained.map(([...row]) => [row[j]]);
        return weights ? weightedVariance(y0, weights) : varianceOf(y0, 0);
      };
      const joint = (rows: number[][]) =>
        scalarJoint(trained, data.y, rows, {
          classes,
          weights,
          labels: data.labels.map((own, j) => (data.missing[j] >= 0 ? own - 1 : own)),
          alpha: 0.7,
          epsilon: (j) => 1e-3 * spread(j),
        });
      const constant = data.labels.some((own, j) => own < 0 && spread(j) === 0);
      if (constant) return; // tells nothing here, where the reference's variance is 0
      const raw = (row: number[]) =>
        classes === 2 ? [row[1] - row[0]] : row.map((v) => v - row.reduce((a, b) => a + b, 0) / classes);
      const { z, parts, direction } = answers(model, asked, shape.widths.length, data.next);
      const nothing = raw(joint([asked[0].map(() => Number.NaN)])[0]);
      model.base().forEach((value, k) => assert.ok(Math.abs(value - nothing[k]) < 1e-9));
      asked.forEach((row, r) => {
        const expected = raw(joint([known(row)])[0]);
        expected.forEach((value, k) => assert.ok(Math.abs(z[r][k] - value) <= 1e-6 * Math.max(1, Math.abs(value))));
        let first = 0;
        shape.widths.forEach((width, g) => {
          const alone = known(row).map((value, j) => (j >= first && j < first + width ? value : Number.NaN));
          const ratio = raw(joint([alone])[0]).map((value, k) => value - nothing[k]);
          const sum = ratio.reduce((s, value, k) => s + value * direction[r][k], 0);
          const size = ratio.reduce((s, value) => Math.max(s, Math.abs(value)), 1);
          assert.ok(Math.abs(parts[r][g] - sum) <= 1e-5 * size, `${parts[r][g]} ${sum}`);
          first += width;
        });
      });
    }),
  );
});

function weightedVariance(rows: number[][], weights: Float32Array): number {
  let [n, mean, squares] = [0, 0, 0];
  const known = rows.map(([value], r) => [value, weights[r]]).filter(([value]) => !Number.isNaN(value));
  for (const [value, w] of known) [n, mean] = [n + w, mean + w * value];
  mean /= n;
  for (const [value, w] of known) squares += w * (value - mean) ** 2;
  return n > 0 && known.some(([value]) => value !== known[0][0]) ? squares / n : 0;
}

/** Raw outputs of rows, and contributions by random directions. */
function answers(model: NaiveBayesModel, asked: number[][], groups: number, next: () => number) {
  const { outputs } = model;
  const direction = asked.map(() => Array.from({ length: outputs }, () => Math.fround(next() * 2 - 1)));
  const padded = (row: number[]) => [...row, ...new Array(stride(row.length) - row.length).fill(0)];
  const { at, region } = place(inline, (layout) => ({
    x: layout.put(Float32Array.from(asked.flatMap(padded))),
    direction: layout.put(Float32Array.from(direction.flatMap(padded))),
    out: layout.take(asked.length * groups * 4),
    predictor: predictor(inline.kernels, inline.memory, model.place(layout), layout, asked.length),
  }));
  using _ = region;
  const z = inline.f32(at.predictor.run(at.x, asked.length), asked.length * stride(outputs)).slice();
  at.predictor.explain(at.x, at.direction, asked.length, at.out);
  const parts = inline.f32(at.out, asked.length * groups).slice();
  const rowsOf = (values: Float32Array, ld: number) => asked.map((_, r) => [...values.subarray(r * ld, (r + 1) * ld)]);
  return { z: rowsOf(z, stride(outputs)), parts: rowsOf(parts, groups), direction };
}

test('it is GaussianNB and CategoricalNB, multiplied: the prior once', async () => {
  const next = generator(3);
  const rows = 500;
  const y = Float64Array.from({ length: rows }, () => Math.floor(next() * 3));
  const numbers = Array.from({ length: 3 }, () => Float32Array.from(y, (c) => c + 3 * next()));
  const codes = Array.from({ length: 2 }, () => Float32Array.from(y, (c) => Math.min(3, Math.floor((c + 2) * next()))));
  const labels = [-1, -1, -1, 4, 4];
  const data = {
    rows: Array.from(y, (_, r) => [...numbers, ...codes].map((column) => column[r])),
    y,
    labels,
    missing: [],
    widths: [1, 1, 1, 1, 1],
  };
  const examples = examplesOf(inline, data, 3);
  using _ = examples.x;
  const model = await learn(inline, examples, { varSmoothing: 1e-12 });
  const gaussian = await new GaussianNB({ engine: inline, varSmoothing: 1e-12 }).fit(new Matrix(numbers), y);
  const categorical = await new CategoricalNB({ engine: inline, minCategories: 4 }).fit(new Matrix(codes), y);
  const [a, b] = [
    await gaussian.predictJointLogProba(new Matrix(numbers)),
    await categorical.predictJointLogProba(new Matrix(codes)),
  ];
  const { z } = answers(model, data.rows, 5, next);
  z.forEach(([...found], r) => {
    const joint = [0, 1, 2].map((c) => a[3 * r + c] + b[3 * r + c] - gaussian.classLogPrior[c]);
    const mean = joint.reduce((s, v) => s + v, 0) / 3;
    joint.forEach((value, c) => assert.ok(Math.abs(found[c] - (value - mean)) < 1e-5, `${found[c]} ${value - mean}`));
  });
});

test('rows that are held are not learnt from', async () => {
  const data = encoded({ rows: 40, widths: [1, 2, 1], classes: 3, absent: 0.2, seed: 11 });
  const examples = examplesOf(inline, data, 3);
  using _ = examples.x;
  const held = Int32Array.of(5, 9, 20, 39);
  const without = [...data.rows.keys()].filter((r) => !held.includes(r));
  const fewer = examplesOf(
    inline,
    { ...data, rows: without.map((r) => data.rows[r]), y: Float64Array.from(without, (r) => data.y[r]) },
    3,
  );
  using __ = fewer.x;
  const [found, expected] = [await learn(inline, { ...examples, held }), await learn(inline, fewer)];
  const numbers = (model: NaiveBayesModel) =>
    model.columns.flatMap((column) => ('logs' in column ? [...column.logs] : [...column.mean, ...column.variance]));
  numbers(expected).forEach((value, i) => assert.ok(Math.abs(numbers(found)[i] - value) < 1e-9 * Math.max(1, Math.abs(value))));
  assert.equal(found.prior, expected.prior);
});

test('the same bytes for 0, 1, 2 and 3 workers', async () => {
  for (const task of ['binary', 'multiclass'] as const) {
    const table = makeTable({ seed: 21, rows: 70_000, numbers: 4, codes: 2, texts: 2, missing: 0.1, task });
    const all: unknown[] = [];
    for (const threads of [0, 1, 2, 3]) {
      await using engine = await createEngine({ threads });
      using fitted = await Profiler.fit(engine, { table }, { target: 'target', model: 'naive-bayes' });
      all.push(await fitted.save());
    }
    for (const found of all) assert.equal(found, all[0]);
  }
});

test.run();
