/** The linear family: through everything, the same bytes for any number of workers, its choice of C, what it refuses. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Engine, LogisticRegression, Matrix, Profiler, Ridge, StratifiedKFold } from '../../src/index.js';
import { Linear, type LinearOptions, linear, linearReader } from '../../src/models/linear.js';
import type { Examples } from '../../src/models/model.js';
import { toTile } from '../../src/models/rows.js';
import { checked } from '../../src/options.js';
import { PartReader } from '../../src/part.js';
import { linear as predictor } from '../../src/programs/linear/predictor.js';
import { stride } from '../../src/wasm/kernels.js';
import { place } from '../../src/wasm/memory.js';
import { inputsFor } from '../support/inputs.js';
import { rawOutputs } from '../support/linear.js';
import { refusal } from '../support/refused.js';
import { roundTrip } from '../support/round-trip.js';
import { generator, makeTable, numbersOnly, randomTable } from '../support/tables.js';

const inline = await createEngine({ threads: 0, reproducible: true });

const learn = (engine: Engine, examples: Examples, options: Partial<LinearOptions> = {}, signal?: AbortSignal) =>
  linear.fit(engine, examples, checked(linear.options, options) as LinearOptions, { signal }) as Promise<Linear>;

test('100 random tables: fit, save, load, profile, explain, the edge', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, async (shape) => {
      const table = makeTable(shape);
      using fitted = await Profiler.fit(inline, { table }, { target: 'target', model: 'linear', seed: shape.seed % 1000 });
      const { family, facts } = fitted.summary;
      assert.is(family, 'linear');
      assert.ok(facts.stopped === 'converged' || facts.stopped === 'precision', `${facts.stopped} after ${facts.iterations}`);
      assert.ok(Number(facts.C) > 0);
      await roundTrip(inline, fitted, shape, {
        within: { binary: () => 1e-3, regression: (size) => 1e-5 * size },
        mostLogit: 7,
      });
    }),
  );
});

test('raw outputs are those of the weights; contributions are weight · (x − mean) and sum to raw − base', () => {
  const sizes = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    widths: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
    outputs: fc.integer({ min: 1, max: 10 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  });
  fc.assert(
    fc.property(sizes, ({ rows, widths, outputs, seed }) => {
      const next = generator(seed);
      const inputs = widths.reduce((a, b) => a + b, 0);
      const f32 = (n: number) => Float32Array.from({ length: n }, () => next() * 2 - 1);
      const [coef, intercept, mean] = [f32(inputs * outputs), f32(outputs), f32(inputs)];
      const model = new Linear(coef, intercept, mean, widths, {});
      const data = Array.from({ length: rows }, () => f32(inputs));
      const direction = Array.from({ length: rows }, () => f32(outputs));
      const padded = (row: Float32Array) => [...row, ...new Array(stride(row.length) - row.length).fill(0)];
      const { at, region } = place(inline, (layout) => ({
        x: layout.put(Float32Array.from(data.flatMap(padded))),
        direction: layout.put(Float32Array.from(direction.flatMap(padded))),
        out: layout.take(rows * widths.length * 4),
        predictor: predictor(inline.kernels, inline.memory, model.place(layout), layout, rows),
      }));
      using _ = region;
      const z = inline.f32(at.predictor.run(at.x, rows), rows * stride(outputs)).slice();
      at.predictor.explain(at.x, at.direction, rows, at.out);
      const found = inline.f32(at.out, rows * widths.length);
      const rowsOf = Array.from({ length: outputs }, (_, k) => [...coef.subarray(k * inputs, (k + 1) * inputs)]);
      const base = model.base(inline);
      data.forEach((row, r) => {
        const raw = rawOutputs(row, { coef: rowsOf, intercept: [...intercept] });
        raw.forEach((v, k) => assert.ok(Math.abs(z[r * stride(outputs) + k] - v) < 1e-5));
        let from = 0;
        let sum = 0;
        widths.forEach((width, g) => {
          let expected = 0;
          for (let i = from; i < from + width; i++) {
            rowsOf.forEach((w, k) => {
              expected += direction[r][k] * w[i] * (row[i] - mean[i]);
            });
          }
          from += width;
          const contribution = found[r * widths.length + g];
          assert.ok(Math.abs(contribution - expected) < 1e-5, `${contribution} ${expected}`);
          sum += contribution;
        });
        const change = raw.reduce((s, v, k) => s + direction[r][k] * (v - base[k]), 0);
        assert.ok(Math.abs(sum - change) < 2e-5, `${sum} ${change}`);
      });
    }),
  );
});

test('the same bytes for 0, 1, 2 and 3 workers', async () => {
  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    const table = makeTable({ seed: 21, rows: 2600, numbers: 4, codes: 2, texts: 2, missing: 0.1, task });
    const all: unknown[] = [];
    for (const threads of [0, 1, 2, 3]) {
      await using engine = await createEngine({ threads });
      using fitted = await Profiler.fit(engine, { table }, { target: 'target', model: 'linear', folds: 3 });
      all.push(await fitted.save());
    }
    for (const found of all) assert.equal(found, all[0]);
  }
});

/** Rows with classes that a few columns tell, the rest noise. */
function examplesOf(engine: Engine, rows: number, columns: number, classes: number, seed: number) {
  const next = generator(seed);
  const data = Array.from({ length: columns }, () => Float32Array.from({ length: rows }, () => next() * 4 - 2));
  const y = Float64Array.from({ length: rows }, (_, r) => {
    const score = data[0][r] - (data[1]?.[r] ?? 0) + 3 * (next() - 0.5);
    return classes === 0 ? score : Math.min(classes - 1, Math.max(0, Math.floor(score + classes / 2)));
  });
  const task = classes === 0 ? 'regression' : classes === 2 ? 'binary' : 'multiclass';
  const x = toTile(engine, new Matrix(data));
  const examples: Examples = { task, outputs: classes > 2 ? classes : 1, x, y, inputs: inputsFor(numbersOnly(data.length)) };
  return { examples, data, y };
}

test('C is the one of the path with the least log loss on held-out rows, as estimators find it by hand', async () => {
  await using engine = await createEngine({ threads: 1 });
  for (const [rows, columns, classes] of [
    [120, 25, 2],
    [400, 6, 3],
  ]) {
    const { examples, data, y } = examplesOf(engine, rows, columns, classes, 5);
    using _ = examples.x;
    const { facts, coef } = await learn(engine, examples, { seed: 9 });
    const losses = [];
    for (const C of [0.001, 0.01, 0.03, 0.1, 0.3, 1, 10, 100]) {
      let loss = 0;
      for (const { train, test: held } of new StratifiedKFold({ nSplits: 5, seed: 9 }).split(y)) {
        const pick = (of: Int32Array) => new Matrix(data.map((column) => Float32Array.from(of, (r) => column[r])));
        const model = await new LogisticRegression({ engine, C, tol: 1e-4, maxIter: 1000 }).fit(
          pick(train),
          [...train].map((r) => y[r]),
        );
        const p = await model.predictProba(pick(held));
        held.forEach((r, i) => {
          loss -= Math.log(p[i * classes + y[r]]);
        });
      }
      losses.push([loss, C]);
    }
    const [[, best]] = losses.sort(([a], [b]) => a - b);
    assert.is(facts.C, best);
    assert.is(facts.chosen, 'of 0.001 … 100 by log loss on 5 folds');
    // And then fitted on all rows.
    const whole = await new LogisticRegression({ engine, C: best, tol: 1e-6 }).fit(new Matrix(data), y);
    whole.coef.flat().forEach((w, i) => assert.ok(Math.abs(coef[i] - w) < 1e-4, `${coef[i]} ${w}`));
  }
});

test('a number is learnt as Ridge does; a given C is taken; classes may weigh the same; few rows are not split', async () => {
  await using engine = await createEngine({ threads: 1 });
  const number = examplesOf(engine, 300, 5, 0, 3);
  const ridge = await new Ridge({ engine, alpha: 0.5 }).fit(new Matrix(number.data), number.y);
  const given = await learn(engine, number.examples, { C: 2 });
  ridge.coef.forEach((w, i) => assert.ok(Math.abs(given.coef[i] - w) < 1e-6));
  assert.equal(given.facts, { C: 2, iterations: given.facts.iterations, stopped: 'converged' });
  assert.match(String((await learn(engine, number.examples)).facts.chosen), /by squared error on 5 folds/);
  const rare = examplesOf(engine, 300, 5, 2, 4);
  const balanced = await learn(engine, rare.examples, { C: 1, classWeight: 'balanced' });
  const expected = await new LogisticRegression({ engine, classWeight: 'balanced', tol: 1e-8 }).fit(
    new Matrix(rare.data),
    rare.y,
  );
  expected.coef[0].forEach((w, i) => assert.ok(Math.abs(balanced.coef[i] - w) < 1e-4));
  const few = examplesOf(engine, 9, 3, 2, 6);
  assert.equal((await learn(engine, few.examples)).facts.chosen, 'too few rows to choose by');
  // The only row of a class is in every training part.
  const alone = examplesOf(engine, 40, 3, 3, 7);
  alone.y.forEach((label, r) => {
    alone.y[r] = r === 5 ? 2 : Math.min(1, label);
  });
  assert.ok((await learn(engine, alone.examples)).coef.every(Number.isFinite));
  for (const { examples } of [number, rare, few, alone]) examples.x.dispose();
  assert.is(engine.memoryStats().regions, 0);
});

test('what cannot be learnt from, or read, is refused; an abort ends the fits of all folds', async () => {
  await using engine = await createEngine({ threads: 2 });
  const { examples, y } = examplesOf(engine, 60_000, 7, 3, 8);
  const signal = AbortSignal.timeout(15);
  assert.is((await refusal(() => learn(engine, examples, { tol: 1e-300 }, signal))).code, 'aborted');
  const one = await refusal(() => learn(engine, { ...examples, y: y.map(() => 1) }));
  assert.match(one.message, /one class/);
  examples.x.dispose();
  assert.is(engine.memoryStats().regions, 0);
  for (const [options, message] of [
    [{ C: 0 }, /'C' must be a number above 0; found 0/],
    [{ C: Number.POSITIVE_INFINITY }, /'C'/],
    [{ classWeight: 'even' }, /'classWeight' must be 'balanced'/],
    [{ penalty: 'l1' }, /'penalty' is not known. The options are 'C', 'classWeight', 'tol', 'maxIter', 'seed'/],
  ] as const) {
    const table = makeTable({ seed: 8, rows: 60, numbers: 2, codes: 0, texts: 0, missing: 0, task: 'binary' });
    const error = await refusal(() =>
      Profiler.fit(engine, { table }, { target: 'target', model: 'linear', modelOptions: options }),
    );
    assert.is(error.code, 'argument');
    assert.match(error.message, message);
  }
  const model = new Linear(Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6), Float32Array.of(7, 8), [1, 1], { C: 1 });
  const part = model.write();
  const reread = linearReader.read(new PartReader(part), inputsFor(numbersOnly(2)), 2);
  assert.equal(reread.write(), part);
  const broken = (name: string, values: number[], shape = [values.length]) => ({
    ...part,
    tensors: { ...part.tensors, [name]: { shape, values: Float32Array.from(values) } },
  });
  for (const [bad, message] of [
    [broken('coef', [1, 2, 3], [1, 3]), /'coef': expected F32\[2,2\], found F32\[1,3\]/],
    [broken('coef', [1, 2, 3, Number.NaN], [2, 2]), /'coef': expected finite numbers/],
    [broken('intercept', [1]), /'intercept'/],
    [broken('mean', [1, 2, 3]), /'mean'/],
    [{ ...part, metadata: { facts: '{"C":null}' } }, /'facts'/],
  ] as const) {
    const error = await refusal(() => linearReader.read(new PartReader(bad), inputsFor(numbersOnly(2)), 2));
    assert.is(error.code, 'model');
    assert.match(error.message, message);
  }
});

test.run();
