/** Weights that are finite and extreme: refused by name when they are read, or no later than when a result is not finite. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type Profile, Profiler, type Row } from '../../src/index.js';
import { readSafetensors, type Safetensors, writeSafetensors } from '../../src/safetensors.js';
import { refusal } from '../support/refused.js';
import { makeTable, rowOf } from '../support/tables.js';

const engine = await createEngine({ threads: 0 });
const pool = await createEngine({ threads: 2, device: 'wasm' });
test.after(async () => void (await Promise.all([engine.close(), pool.close()])));

const tableOf = (task: 'binary' | 'multiclass' | 'regression') =>
  makeTable({ seed: 4, rows: 80, numbers: 2, codes: 1, texts: 1, missing: 0.1, task });

async function fitted(task: 'binary' | 'multiclass' | 'regression', options: object = {}): Promise<Safetensors> {
  const modelOptions = { maxIter: 2, hiddenLayerSizes: [4] };
  using profiler = await Profiler.fit(
    engine,
    { table: tableOf(task) },
    { target: 'target', model: 'perceptron', modelOptions, ...options },
  );
  return readSafetensors(await profiler.save());
}

/** The file with other numbers in a tensor. */
async function changed(file: Safetensors, name: string, change: (value: number, i: number) => number): Promise<Uint8Array> {
  const { shape, values } = file.tensors[name];
  return writeSafetensors({ ...file, tensors: { ...file.tensors, [name]: { shape, values: values.map(change) } } });
}

/** Every number of a profile, reasons included. */
const numbersOf = (value: unknown): number[] =>
  typeof value === 'number' ? [value] : value && typeof value === 'object' ? Object.values(value).flatMap(numbersOf) : [];

for (const [task, model] of [
  ['binary', 'perceptron'],
  ['multiclass', 'perceptron'],
  ['regression', 'perceptron'],
  ['binary', 'linear'],
  ['multiclass', 'linear'],
  ['binary', 'network'],
  ['multiclass', 'network'],
  ['regression', 'network'],
  ['binary', 'naive-bayes'],
  ['multiclass', 'naive-bayes'],
  ['multiclass', 'trees'],
  ['regression', 'trees'],
] as const) {
  const modelOptions =
    model === 'network' ? { maxIter: 2, hiddenLayerSizes: [4, 3] } : model === 'naive-bayes' ? {} : { maxIter: 2 };
  const file = await fitted(task, model !== 'perceptron' ? { model, modelOptions } : {});
  const table = tableOf(task);
  const rows = Array.from({ length: table.rows }, (_, r): Row => rowOf(table, r));

  test(`${task}, ${model}: whatever finite numbers a tensor holds, no profile holds one that is not`, () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(file.tensors)),
        fc.constantFrom(1e8, -1e9, 1e20, -1e36, 3.4e38),
        fc.constantFrom(1, -1),
        async (name, size, sign) => {
          const bytes = await changed(file, name, (_, i) => size * (i % 2 ? sign : 1));
          let profiles: Profile[] = [];
          try {
            using profiler = await Profiler.load(bytes, { engine });
            profiles = [...profiler.profileBatch(rows), profiler.profileOne(rows[0], { explain: false })];
          } catch (error) {
            assert.is((error as { code?: string }).code, 'model', String(error));
          }
          for (const profile of profiles) assert.ok(numbersOf(profile).every(Number.isFinite), JSON.stringify(profile));
        },
      ),
      { numRuns: 300 },
    ));

  // What a tree holds but its values is bounded by its form: models/forest.test.ts. Means may be any float32: models/naive-bayes-limits.test.ts.
  if (model === 'trees' || model === 'naive-bayes') continue;
  test(`${task}, ${model}: a tensor of weights that can only overflow is named when the file is read`, async () => {
    for (const name of Object.keys(file.tensors).filter((tensor) =>
      /model|features\.(number\.(mean|scale)|category)/.test(tensor),
    )) {
      const { code, message } = await refusal(async () =>
        Profiler.load(await changed(file, name, (value, i) => (i === 0 ? (name.endsWith('scale') ? 1e-30 : 3e38) : value)), {
          engine,
        }),
      );
      assert.is(code, 'model');
      assert.ok(message.includes(`tensor '${name.replace(/^score\.0\.(model|features\.\w+)\./, '')}'`), message);
    }
  });
}

/** Two hidden layers: within bounds each, they overflow together. */
const deep = await fitted('binary', { model: 'perceptron', modelOptions: { maxIter: 2, hiddenLayerSizes: [9, 9, 9, 9] } });
for (const name of Object.keys(deep.tensors)) {
  if (name.includes('weight')) deep.tensors[name].values.fill(9e8);
}
const bytes = await writeSafetensors(deep);

test('what overflows from layer to layer is refused when it is made: one, many, tables, metrics; the target is named', async () => {
  const table = tableOf('binary');
  for (const used of [engine, pool]) {
    using profiler = await Profiler.load(bytes, { engine: used });
    const { regions } = used.memoryStats();
    const drained = async (options: object) => {
      for await (const _ of profiler.profile(table, options));
    };
    const attempts: [RegExp, () => unknown][] = [
      [
        /^What '(number|code|text) \d' adds to the score of 'target' is no finite number: .*\(perceptron\)/,
        () => profiler.profileOne({}),
      ],
      [/^The score of 'target' is no finite number/, () => profiler.profileOne({}, { explain: false })],
      [/^What '.*' adds to the score of 'target'/, () => profiler.profileBatch([{}, rowOf(table, 1)])],
      [/^What '.*' adds to the score of 'target'/, () => drained({})],
      [/^The score of 'target'/, () => drained({ explain: false })],
      [/^The score of 'target'/, () => profiler.evaluate(table)],
    ];
    for (const [expected, attempt] of attempts) {
      const { code, message } = await refusal(attempt);
      assert.is(code, 'model');
      assert.match(message, expected);
    }
    // What single rows are computed in is kept; what batches took is given back.
    assert.ok(used.memoryStats().regions - regions <= 3);
  }
});

test('an extreme value of a row is refused in the article’s preset, and the next row is answered', async () => {
  const file = await writeSafetensors(await fitted('regression', { preset: 'article' }));
  using profiler = await Profiler.load(file, { engine });
  const good = profiler.profileOne({ 'number 0': 1 });
  const { code, message } = await refusal(() => profiler.profileOne({ 'number 0': 3.4e38, 'number 1': -3.4e38 }));
  assert.is(code, 'model');
  assert.match(message, /What 'number \d' adds to the score of 'target' is no finite number/);
  assert.equal(profiler.profileOne({ 'number 0': 1 }), good);
  // As large as they may be, ranks are ranks.
  using ranked = await Profiler.load(await writeSafetensors(await fitted('regression')), { engine });
  assert.ok(numbersOf(ranked.profileOne({ 'number 0': 3.4e38, 'number 1': -3.4e38 })).every(Number.isFinite));
});

test.run();
