/** Blends: the weighted sum of their members in scores and reasons, the same bytes, the edge, few rows, what is refused. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Profiler } from '../../src/index.js';
import { Blended, blendReader } from '../../src/models/blended.js';
import type { Model } from '../../src/models/model.js';
import { type Part, PartReader } from '../../src/part.js';
import { startsOf } from '../../src/programs/encode.js';
import { predictors } from '../../src/programs/predictors.js';
import { stride } from '../../src/wasm/kernels.js';
import { place } from '../../src/wasm/memory.js';
import { refusal } from '../support/refused.js';
import { roundTrip } from '../support/round-trip.js';
import { generator, makeTable, randomTable } from '../support/tables.js';

const inline = await createEngine({ threads: 0, reproducible: true });
const shape = { seed: 7, rows: 300, numbers: 3, codes: 1, texts: 1, missing: 0.1 };

test('random tables: fit, save, load, profile, explain, the edge', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, async (random) => {
      const table = makeTable(random);
      using fitted = await Profiler.fit(inline, { table }, { target: 'target', model: 'blend', seed: random.seed % 1000 });
      const { family, candidates = [] } = fitted.summary;
      assert.is(family, 'blend');
      if (candidates.length > 0) assert.ok(Math.abs(candidates.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-12);
      const within = { binary: (size: number) => 1e-3 * size, regression: (size: number) => 1e-4 * size };
      await roundTrip(inline, fitted, random, { within, mostLogit: 7 });
    }),
    { numRuns: 12 },
  );
});

test('the same bytes for any number of workers: two classes, several, and numbers', async () => {
  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    const table = makeTable({ ...shape, task });
    let expected: Uint8Array | undefined;
    for (const threads of [0, 1, 2, 3]) {
      await using engine = await createEngine({ threads, reproducible: true });
      using fitted = await Profiler.fit(engine, { table }, { target: 'target', model: 'blend', modelOptions: { folds: 3 } });
      const bytes = await fitted.save();
      expected ??= bytes;
      assert.ok(Buffer.compare(bytes, expected) === 0, `${task}, ${threads} workers`);
      assert.is(engine.memoryStats().regions, 1, 'the model alone stays in memory');
    }
  }
});

test('raw outputs, reasons and base are the weighted sums of those of the members', async () => {
  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    const table = makeTable({ ...shape, task });
    using fitted = await Profiler.fit(inline, { table }, { target: 'target', model: 'blend' });
    const { model, features } = fitted.score().score;
    assert.instance(model, Blended);
    const learnt = (model as Blended).members;
    // Whatever was chosen, here all are asked, with weights of our own.
    using all = await Profiler.fit(
      inline,
      { table },
      { target: 'target', model: 'blend', modelOptions: { families: ['linear'] } },
    );
    const members = [...learnt, ...(all.score().score.model as Blended).members].map((member, m) => ({
      model: member.model,
      weight: [0.5, -0.25, 2, 1, 0.125, 3, 0.75, 1.5][m % 8],
    }));
    const shift = Float64Array.from({ length: model.outputs }, (_, c) => c + 0.5);
    const inputs = features.inputs();
    const blend = new Blended(members, shift, inputs, {}, []);
    const rows = 9;
    const next = generator(3);
    // Encodings of these rows, each by itself: any numbers will do.
    const parts = new Map(
      blend.encodings.map((encoding) => {
        const width = inputs[encoding].widths.reduce((a, b) => a + b, 0);
        return [
          encoding,
          Array.from({ length: rows }, () => Float32Array.from({ length: width }, () => Math.floor(next() * 3))),
        ];
      }),
    );
    const direction = Float32Array.from({ length: model.outputs }, (_, c) => 1 - c * 0.5);
    const ask = (asked: Pick<Model, 'place' | 'outputs'>, row: (r: number) => Float32Array) => {
      const groups = features.list.length;
      const ld = stride(asked.outputs);
      const { at, region } = place(inline, (layout) => {
        const plan = asked.place(layout);
        const wide = stride(row(0).length);
        const x = new Float32Array(rows * wide);
        const directions = new Float32Array(rows * ld);
        for (let r = 0; r < rows; r++) {
          x.set(row(r), r * wide);
          directions.set(direction, r * ld);
        }
        const places = { x: layout.put(x), directions: layout.put(directions), out: layout.take(rows * groups * 4) };
        return { ...places, predictor: predictors[plan.kind](inline.kernels, inline.memory, plan, layout, 16) };
      });
      using _ = region;
      const z = inline.f32(at.predictor.run(at.x, rows), rows * ld).slice();
      at.predictor.explain(at.x, at.directions, rows, at.out);
      return { z, ld, reasons: inline.f32(at.out, rows * groups).slice() };
    };
    const counts = blend.encodings.map((e) => inputs[e].widths.reduce((a, b) => a + b, 0));
    const { firsts } = startsOf(counts);
    const joined = (r: number) => {
      const row = new Float32Array(blend.inputs);
      for (const [e, encoding] of blend.encodings.entries()) row.set((parts.get(encoding) as Float32Array[])[r], firsts[e]);
      return row;
    };
    const whole = ask(blend, joined);
    const each = members.map(({ model: m }) => ask(m, (r) => (parts.get(m.encodings[0]) as Float32Array[])[r]));
    const near = (found: number, of: (m: number) => number, more: number) => {
      const terms = members.map(({ weight }, m) => weight * of(m));
      const expected = terms.reduce((a, b) => a + b, more);
      const size = Math.max(1, ...terms.map(Math.abs));
      assert.ok(Math.abs(found - expected) < 1e-5 * size, `${found} ${expected}`);
    };
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < model.outputs; c++) near(whole.z[r * whole.ld + c], (m) => each[m].z[r * each[m].ld + c], shift[c]);
    }
    whole.reasons.forEach((reason, i) => {
      near(reason, (m) => each[m].reasons[i], 0);
    });
    const bases = members.map(({ model: m }) => m.base(inline));
    blend.base(inline).forEach((base, c) => {
      near(base, (m) => bases[m][c], shift[c]);
    });
    const part = blend.write();
    assert.equal(blendReader.read(new PartReader(part), inputs, model.outputs).write(), part);
    const spoilt = (metadata: object) => ({ ...part, metadata: { ...part.metadata, ...metadata } });
    const cases: [Part, RegExp][] = [
      [spoilt({ members: '[]' }), /'members'/],
      [spoilt({ members: '[{"family":"blend","weight":1}]' }), /'members'/],
      [spoilt({ members: '[{"family":"trees","weight":1e9}]' }), /'members'/],
      [spoilt({ candidates: '[{"family":"trees"}]' }), /'candidates'/],
      [{ ...part, tensors: { ...part.tensors, shift: { shape: [1], values: Float64Array.of(Number.NaN) } } }, /shift/],
    ];
    for (const [bad, message] of cases) {
      const error = await refusal(() => blendReader.read(new PartReader(bad), inputs, model.outputs));
      assert.is(error.code, 'model');
      assert.match(error.message, message);
    }
  }
});

test('importances are those of what decides; targets that share their rows are scored as each by itself', async () => {
  const next = generator(17);
  const rows = 600;
  const numbers = Array.from({ length: 6 }, () => Float64Array.from({ length: rows }, () => next() - 0.5));
  const column = (name: string, values: Float64Array) => ({ name, kind: 'number' as const, values });
  // One target that lines tell, and one that needs a bend: other candidates weigh there.
  const straight = numbers[2].map((v, r) => Number(3 * v + numbers[4][r] > 0.2 * (next() - 0.5)));
  const bent = numbers[1].map((v) => Number(Math.abs(v) > 0.25));
  const table = {
    rows,
    columns: [...numbers.map((values, j) => column(`x${j}`, values)), column('straight', straight), column('bent', bent)],
  };
  const row = Object.fromEntries(numbers.map((values, j) => [`x${j}`, values[7]]));
  const first = { straight: 'x2', bent: 'x1' };
  for (const target of [
    ['straight', 'bent'],
    ['bent', 'straight'],
  ] as const) {
    using both = await Profiler.fit(inline, { table }, { target, model: 'blend' });
    for (const name of target) {
      const { importances, evaluation } = both.score(name).score.summary;
      assert.is(importances[0].feature, first[name], JSON.stringify(importances));
      assert.ok((evaluation as { rocAuc: number }).rocAuc > 0.95, `${name}: ${JSON.stringify(evaluation)}`);
    }
    // The split is the first one's.
    using alone = await Profiler.fit(inline, { table }, { target: target[0], ignore: [target[1]], model: 'blend' });
    const told = ({ candidates, evaluation, importances }: Profiler['summary']) => ({ candidates, evaluation, importances });
    assert.equal(told(alone.summary), told(both.summary));
    assert.is(alone.profileOne(row)[`score_${target[0]}`], both.profileOne(row)[`score_${target[0]}`]);
  }
});

test('without a candidate it is refused; with weights of rows all candidates stay', async () => {
  const table = makeTable({ ...shape, task: 'binary' });
  const weights = Float64Array.from({ length: table.rows }, (_, r) => 1 + (r % 3));
  table.columns.push({ name: 'w', kind: 'number', values: weights });
  const options = { target: 'target', model: 'blend', importance: false };
  const error = await refusal(() => Profiler.fit(inline, { table }, { ...options, modelOptions: { families: [] } }));
  assert.is(error.code, 'argument');
  assert.match(error.message, /'families'/);
  using weighted = await Profiler.fit(inline, { table }, { ...options, weight: 'w' });
  using plain = await Profiler.fit(inline, { table }, { ...options, ignore: ['w'] });
  const families = (candidates: Profiler['summary']['candidates']) => candidates?.map(({ family }) => family);
  assert.equal(families(weighted.summary.candidates), ['trees', 'small trees', 'network', 'linear']);
  assert.not.equal(weighted.summary.candidates, plain.summary.candidates);
});

test('few rows, a class of one row, and an abort in the middle of the folds', async () => {
  const few = makeTable({ ...shape, rows: 40, task: 'binary' });
  using small = await Profiler.fit(inline, { table: few }, { target: 'target', model: 'blend' });
  assert.equal([small.summary.facts.folds, small.summary.candidates], ['too few rows', []]);
  const table = makeTable({ ...shape, task: 'multiclass' });
  const target = table.columns.find(({ name }) => name === 'target');
  if (target?.kind !== 'category') throw new Error('a category');
  target.categories.push('once');
  target.codes[3] = target.categories.length - 1;
  using rare = await Profiler.fit(inline, { table }, { target: 'target', model: 'blend' });
  assert.ok(Number.isFinite(rare.summary.candidates?.[0].loss));
  const larger = makeTable({ ...shape, rows: 4000, task: 'binary' });
  await using engine = await createEngine({ threads: 2 });
  const before = engine.memoryStats().regions;
  const stop = new AbortController();
  const seen: number[] = [];
  const onProgress = ({ stage, done }: { stage: string; done: number }) => {
    if (stage !== 'train') return;
    seen.push(done);
    if (done === 4) stop.abort();
  };
  const running = Profiler.fit(
    engine,
    { table: larger },
    { target: 'target', model: 'blend', signal: stop.signal, onProgress },
  );
  assert.is((await refusal(() => running)).code, 'aborted');
  assert.ok(seen.includes(4));
  assert.is(engine.memoryStats().regions, before, 'nothing stays in memory');
});

test.run();
