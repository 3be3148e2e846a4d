/** The family of trees: through everything, with categories never seen and columns of one value; the same bytes; what it refuses. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type ExplanationEntry, Profiler } from '../../src/index.js';
import { refusal } from '../support/refused.js';
import { roundTrip } from '../support/round-trip.js';
import { makeTable, randomTable, shop } from '../support/tables.js';

const inline = await createEngine({ threads: 0, reproducible: true });
const OPTIONS = { target: 'target', model: 'trees', modelOptions: { maxIter: 8, minSamplesLeaf: 3 } };

test('100 random tables: fit, save, load, profile, explain, the edge', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, fc.boolean(), async (shape, constant) => {
      const table = makeTable(shape);
      if (constant) table.columns.push({ name: 'same', kind: 'number', values: new Float64Array(table.rows).fill(3) });
      using fitted = await Profiler.fit(inline, { table }, { ...OPTIONS, seed: shape.seed % 1000 });
      const { family, facts } = fitted.summary;
      assert.is(family, 'trees');
      assert.ok(Number(facts.rounds) <= 8 && ['maxIter', 'noGain'].includes(String(facts.stopped)), JSON.stringify(facts));
      const within = { binary: (size: number) => 1e-5 * size, regression: (size: number) => 1e-6 * size };
      await roundTrip(inline, fitted, shape, { within, constant });
    }),
  );
});

test('the same bytes for 1, 2 and 3 workers: two classes, several, and numbers', async () => {
  const shape = { seed: 5, rows: 9000, numbers: 40, codes: 10, texts: 10, missing: 0.1 };
  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    const table = makeTable({ ...shape, task });
    const options = { ...OPTIONS, model: 'perceptron', modelOptions: { maxIter: 3, earlyStopping: true }, folds: 2 };
    let expected: Uint8Array | undefined;
    for (const threads of [0, 1, 2, 3]) {
      await using engine = await createEngine({ threads, reproducible: true });
      using fitted = await Profiler.fit(engine, { table }, options);
      const bytes = await fitted.save();
      expected ??= bytes;
      assert.ok(Buffer.compare(bytes, expected) === 0, `${task}, ${threads} workers`);
      assert.is(engine.memoryStats().regions, 1, 'the model alone stays in memory');
    }
  }
});

test('two features that matter together are learnt, named in the reasons, and ranked', async () => {
  using fitted = await Profiler.fit(inline, { table: shop(1000) }, { target: 'bought', model: 'trees' });
  const { evaluation, importances } = fitted.summary;
  assert.ok((evaluation as unknown as { rocAuc: number }).rocAuc > 0.999);
  assert.equal(importances.map(({ feature }) => feature).sort(), ['channel', 'visits']);
  const profile = fitted.profileOne({ visits: 80, channel: 'web' });
  assert.ok((profile.score_bought as number) > 0.99);
  const reasons = profile.explanation_bought as ExplanationEntry[];
  assert.equal(
    reasons.map(({ feature, value, category }) => [feature, value, category]),
    [
      ['visits', 80, null],
      ['channel', null, 'web'],
    ],
  );
});

test('what cannot be fitted is refused, and nothing stays in memory', async () => {
  await using engine = await createEngine({ threads: 1 });
  for (const [options, message] of [
    [{ maxBins: 300 }, /'maxBins'.*2 to 255/],
    [{ maxLeafNodes: 1 }, /'maxLeafNodes'.*2 to 256/],
    [{ learningRate: -1 }, /'learningRate'/],
    [{ depth: 3 }, /'depth' is not known/],
  ] as const) {
    const error = await refusal(() =>
      Profiler.fit(engine, { table: shop(60) }, { target: 'bought', model: 'trees', modelOptions: options }),
    );
    assert.is(error.code, 'argument');
    assert.match(error.message, message);
  }
  const controller = new AbortController();
  controller.abort();
  const run = { target: 'bought', model: 'trees', signal: controller.signal };
  assert.is((await refusal(() => Profiler.fit(engine, { table: shop(60) }, run))).code, 'aborted');
  assert.is(engine.memoryStats().regions, 0);
});

test.run();
