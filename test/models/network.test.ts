/** The family of networks: through everything, the same bytes for any number of workers, rows to stop by, what it refuses. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Engine, Matrix, Profiler } from '../../src/index.js';
import type { Examples } from '../../src/models/model.js';
import { type NetworkOptions, network } from '../../src/models/network.js';
import { type NetworkModel, networkReader } from '../../src/models/network-model.js';
import { toTile } from '../../src/models/rows.js';
import { checked } from '../../src/options.js';
import { PartReader } from '../../src/part.js';
import { inputsFor } from '../support/inputs.js';
import { refusal } from '../support/refused.js';
import { roundTrip } from '../support/round-trip.js';
import { generator, makeTable, numbersOnly, randomTable } from '../support/tables.js';

const inline = await createEngine({ threads: 0, reproducible: true });
const modelOptions = { maxIter: 5, hiddenLayerSizes: [12, 9] };

const learn = (engine: Engine, examples: Examples, options: Partial<NetworkOptions> = {}, run = {}) =>
  network.fit(engine, examples, checked(network.options, options) as NetworkOptions, run) as Promise<NetworkModel>;

test('100 random tables: fit, save, load, profile, explain, the edge', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, fc.boolean(), async (shape, constant) => {
      const table = makeTable(shape);
      if (constant) table.columns.push({ name: 'same', kind: 'number', values: new Float64Array(table.rows).fill(3) });
      const options = { target: 'target', model: 'network', modelOptions, seed: shape.seed % 1000 };
      using fitted = await Profiler.fit(inline, { table }, options);
      const { family, facts } = fitted.summary;
      assert.is(family, 'network');
      assert.ok(Number(facts.best) >= 1 && Number(facts.epochs) <= 5, JSON.stringify(facts));
      const within = { binary: (size: number) => 1e-3 * size, regression: (size: number) => 1e-4 * size };
      await roundTrip(inline, fitted, shape, { within, mostLogit: 7, constant });
    }),
  );
});

test('the same bytes for 0, 1, 2 and 3 workers, with folds beside each other', async () => {
  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    const table = makeTable({ seed: 21, rows: 900, numbers: 4, codes: 2, texts: 2, missing: 0.1, task });
    let expected: Uint8Array | undefined;
    for (const threads of [0, 1, 2, 3]) {
      await using engine = await createEngine({ threads, reproducible: true });
      using fitted = await Profiler.fit(engine, { table }, { target: 'target', model: 'network', modelOptions, folds: 3 });
      const bytes = await fitted.save();
      expected ??= bytes;
      assert.ok(Buffer.compare(bytes, expected) === 0, `${task}, ${threads} workers`);
      assert.is(engine.memoryStats().regions, 1, 'the model alone stays in memory');
    }
  }
});

/** Rows whose class or number follows from a bend in one column and from the product of two. */
function examplesOf(engine: Engine, rows: number, classes: number, seed: number): Examples {
  const next = generator(seed);
  const data = Array.from({ length: 4 }, () => Float32Array.from({ length: rows }, () => next() * 4 - 2));
  const y = Float64Array.from({ length: rows }, (_, r) => {
    const score = Math.sin(4 * data[0][r]) + data[1][r] * data[2][r] + 0.2 * (next() - 0.5);
    return classes === 0 ? score : Math.min(classes - 1, Math.max(0, Math.floor(score + classes / 2)));
  });
  const task = classes === 0 ? 'regression' : classes === 2 ? 'binary' : 'multiclass';
  return {
    task,
    outputs: classes > 2 ? classes : 1,
    x: toTile(engine, new Matrix(data)),
    y,
    inputs: inputsFor(numbersOnly(4)),
  };
}

test('it learns what bends and what multiplies: classes and numbers', async () => {
  for (const [classes, most] of [
    [0, 0.1],
    [2, 0.25],
    [4, 0.5],
  ]) {
    const examples = examplesOf(inline, 1500, classes, 7);
    using _ = examples.x;
    const { facts } = await learn(inline, examples, { hiddenLayerSizes: [64, 64] });
    assert.ok(Number(facts.loss) < most, `${classes} classes: ${JSON.stringify(facts)}`);
  }
});

test('rows that the caller holds out are those it stops by; it learns from all the others', async () => {
  const examples = examplesOf(inline, 400, 2, 3);
  using _ = examples.x;
  const held = Int32Array.from({ length: 90 }, (_, i) => 4 * i + 1);
  const options = { maxIter: 6, hiddenLayerSizes: [16] };
  const first = await learn(inline, { ...examples, held }, options);
  // Of the same rows in another order nothing changes but the rounding of their losses' sum.
  assert.ok(Number.isFinite(first.facts.loss));
  const out = new Set(held);
  const wrong = examples.y.map((label, r) => (out.has(r) ? 1 - label : label));
  const second = await learn(inline, { ...examples, held, y: wrong }, options);
  assert.ok(Number(second.facts.loss) > Number(first.facts.loss));
  assert.is(second.facts.best, 1, 'what it learns makes wrong labels less likely');
  const own = await learn(inline, examples, options);
  assert.not.equal([...own.parameters], [...first.parameters]);
});

test('a row of weight 2 is two rows, one of weight 0 none; weights of 1 change no bit', async () => {
  for (const classes of [0, 2, 3]) {
    const examples = examplesOf(inline, 120, Math.max(classes, 2), 3);
    using _ = examples.x;
    const more = examplesOf(inline, 200, Math.max(classes, 2), 3);
    using __ = more.x;
    const task = classes === 0 ? 'regression' : examples.task;
    const outputs = classes === 0 ? 1 : examples.outputs;
    // Of the first 120 rows the last 20 are held out, 20 do not count and 40 count twice: those stand there twice in the other table.
    const [times, held] = [(r: number) => (r >= 100 ? 1 : r < 20 ? 0 : r < 60 ? 2 : 1), (r: number) => r >= 100];
    const rows = Array.from({ length: 120 }, (_, r) => new Array<number>(times(r)).fill(r)).flat();
    const ld = more.x.values().length / 200;
    const values = examples.x.values().slice();
    more.x.values().fill(0);
    rows.forEach((r, i) => {
      more.x.values().set(values.subarray(r * ld, (r + 1) * ld), i * ld);
    });
    const y = Float64Array.from({ length: 200 }, (_, i) => examples.y[rows[i] ?? 0]);
    const weights = Float32Array.from({ length: 120 }, (_, r) => times(r));
    const present = Float32Array.from({ length: 200 }, (_, i) => Number(i < rows.length));
    const options = { maxIter: 5, hiddenLayerSizes: [16], dropout: 0, batchSize: 1000 };
    const heldOf = (all: readonly number[]) => Int32Array.from(all.flatMap((r, i) => (held(r) ? [i] : [])));
    const own = { ...examples, task, outputs, held: heldOf(Array.from({ length: 120 }, (_, r) => r)) };
    const weighted = await learn(inline, { ...own, weights }, options);
    const twice = await learn(inline, { ...more, task, outputs, y, weights: present, held: heldOf(rows) }, options);
    const apart = (a: NetworkModel, b: NetworkModel) =>
      a.parameters.reduce((most, value, i) => Math.max(most, Math.abs(value - b.parameters[i])), 0);
    assert.ok(apart(weighted, twice) < 1e-5);
    assert.ok(Math.abs(Number(weighted.facts.loss) - Number(twice.facts.loss)) < 1e-4);
    const plain = await learn(inline, own, options);
    assert.ok(apart(weighted, plain) > 1e-3);
    const ones = await learn(inline, { ...own, weights: new Float32Array(120).fill(1) }, options);
    assert.equal(ones.parameters, plain.parameters);
    const none = Float32Array.from({ length: 120 }, (_, r) => Number(!held(r)));
    assert.is((await learn(inline, { ...own, weights: none }, options)).facts.loss, undefined, 'nothing to stop by');
  }
});

test('progress tells epoch, loss and held-out loss; an abort ends it', async () => {
  const examples = examplesOf(inline, 300, 2, 3);
  using _ = examples.x;
  const told: number[][] = [];
  await learn(inline, examples, { maxIter: 4 }, { onProgress: (...numbers: number[]) => told.push(numbers) });
  assert.equal(
    told.map(([epoch]) => epoch),
    [1, 2, 3, 4],
  );
  assert.ok(told.every(([, loss, held]) => loss > 0 && held > 0));
  const controller = new AbortController();
  const onProgress = (epoch: number) => epoch === 2 && controller.abort();
  const refused = await refusal(() => learn(inline, examples, {}, { signal: controller.signal, onProgress }));
  assert.is(refused.code, 'aborted');
});

test('what it refuses: a single class, options out of range, a rate at which it diverges', async () => {
  const examples = examplesOf(inline, 60, 2, 3);
  using _ = examples.x;
  const single = { ...examples, y: new Float64Array(60) };
  assert.is((await refusal(() => learn(inline, single))).code, 'data');
  for (const options of [
    { dropout: 1 },
    { dropout: -0.1 },
    { learningRateInit: 0 },
    { hiddenLayerSizes: [0] },
    { batchSize: 0 },
  ])
    assert.is((await refusal(() => learn(inline, examples, options))).code, 'argument');
  const wild = { learningRateInit: 1e30, weightDecay: 0 };
  assert.is((await refusal(() => learn(inline, examples, wild))).code, 'diverged');
});

test('few rows, one row a class, no hidden layer, and dropout of nearly everything', async () => {
  for (const [rows, options] of [
    [2, {}],
    [19, { batchSize: 1 }],
    [21, { hiddenLayerSizes: [] }],
    [40, { dropout: 0.999, validationFraction: 0.5 }],
  ] as const) {
    const examples = examplesOf(inline, rows, 2, 5);
    using _ = examples.x;
    examples.y.set([0, 1]);
    const model = await learn(inline, examples, { maxIter: 3, ...options } as Partial<NetworkOptions>);
    assert.ok(model.parameters.every(Number.isFinite) && model.base(inline).every(Number.isFinite), `${rows} rows`);
  }
});

test('every number of its part is checked', async () => {
  const examples = examplesOf(inline, 60, 2, 3);
  using _ = examples.x;
  const model = await learn(inline, examples, { maxIter: 1, hiddenLayerSizes: [5] });
  const part = model.write();
  const features = inputsFor(numbersOnly(4));
  const again = networkReader.read(new PartReader(part), features, 1);
  assert.equal(again.write(), part);
  for (const name of Object.keys(part.tensors)) {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 1e10]) {
      const { shape, values } = part.tensors[name];
      const spoilt = values.slice();
      spoilt[spoilt.length - 1] = wrong;
      const tensors = { ...part.tensors, [name]: { shape, values: spoilt } };
      const refused = await refusal(() => networkReader.read(new PartReader({ ...part, tensors }), features, 1));
      assert.is(refused.code, 'model', `${name} ${wrong}`);
      assert.match(refused.message, name);
    }
  }
  const described = (change: object) => {
    const text = JSON.stringify({ ...JSON.parse(part.metadata.network), ...change });
    return refusal(() =>
      networkReader.read(new PartReader({ ...part, metadata: { ...part.metadata, network: text } }), features, 1),
    );
  };
  for (const change of [{ hidden: [6] }, { hidden: [5, 5] }, { hidden: [0] }, { output: 'tanh' }])
    assert.is((await described(change)).code, 'model', JSON.stringify(change));
  assert.is((await refusal(() => networkReader.read(new PartReader(part), inputsFor(numbersOnly(5)), 1))).code, 'model');
  assert.is((await refusal(() => networkReader.read(new PartReader(part), features, 2))).code, 'model');
});

test.run();
