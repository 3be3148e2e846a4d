/** The family of Bayesian networks: through everything, its outputs and reasons against all combinations, the same bytes, what it refuses. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CameoError, createEngine, type ExplanationEntry, Profiler } from '../../../src/index.js';
import { FittedNetwork, fittedNetworkReader } from '../../../src/models/bayesian-network/fitted.js';
import { PartReader } from '../../../src/part.js';
import { order } from '../../../src/programs/bayesian-network/graph.js';
import { bayesianNetwork as predictor } from '../../../src/programs/bayesian-network/predictor.js';
import { readSafetensors, writeSafetensors } from '../../../src/safetensors.js';
import { stride } from '../../../src/wasm/kernels.js';
import { place } from '../../../src/wasm/memory.js';
import { inputsFor } from '../../support/inputs.js';
import { agreeing, makeDiscreteNetwork, randomEvidence, randomNetwork } from '../../support/random-networks.js';
import { refusal } from '../../support/refused.js';
import { roundTrip } from '../../support/round-trip.js';
import { generator, makeTable, randomTable, rowOf, shop } from '../../support/tables.js';

const inline = await createEngine({ threads: 0, reproducible: true });
const OPTIONS = { target: 'target', model: 'bayesian-network' };

test('60 random tables: fit, save, load, profile, explain, the edge', async () => {
  const shapes = fc.tuple(
    randomTable.filter(({ task }) => task !== 'regression'),
    fc.constantFrom('auto', 'tree', 'hill-climbing', 'naive'),
    fc.boolean(),
  );
  await fc.assert(
    fc.asyncProperty(shapes, async ([shape, structure, constant]) => {
      const table = makeTable(shape);
      if (constant) table.columns.push({ name: 'same', kind: 'number', values: new Float64Array(table.rows).fill(3) });
      const options = { ...OPTIONS, modelOptions: { structure }, seed: shape.seed % 1000 };
      using fitted = await Profiler.fit(inline, { table }, options);
      assert.is(fitted.summary.family, 'bayesian-network');
      if (structure !== 'auto') assert.is(fitted.summary.facts.structure, structure);
      const within = { binary: (size: number) => 1e-5 * size, regression: () => 0 };
      await roundTrip(inline, fitted, shape, { within, mostLogit: 12, constant });
    }),
    { numRuns: 60 },
  );
});

test('outputs and reasons are those of all combinations: evidence withdrawn in the order of the network, nothing for what is missing', () => {
  fc.assert(
    fc.property(randomNetwork, fc.integer({ min: 2, max: 3 }), (shape, classes) => {
      const network = makeDiscreteNetwork({ ...shape, zeros: false });
      const n = network.names.length;
      const target = n - 1;
      // The target has as many states as there are classes.
      while (network.states[target].length !== classes) return;
      const sizes = network.states.map((own) => own.length);
      const outputs = classes === 2 ? 1 : classes;
      const columns = {
        bins: sizes.slice(0, target).map((labels) => ({ edges: new Float32Array(0), labels })),
        variables: sizes.slice(0, target).map((_, v) => v),
        missing: sizes.slice(0, target).map(() => -1),
        widths: sizes.slice(0, target).map(() => 1),
      };
      const model = new FittedNetwork(columns, { ...network, sizes }, outputs, {});
      const inputs = inputsFor({ widths: columns.widths, labels: sizes.slice(0, target), missing: columns.missing });
      const again = fittedNetworkReader.read(new PartReader(model.write()), inputs, outputs);
      assert.equal(again.write(), model.write());
      const evidence = randomEvidence(network, 40, shape.seed).map((row) => row.map((e, v) => (v === target ? -1 : e)));
      const next = generator(shape.seed);
      const pad = (row: number[]) => [...row, ...new Array(stride(row.length) - row.length).fill(0)];
      const directions = evidence.map(() => Array.from({ length: outputs }, next));
      const { at, region } = place(inline, (layout) => ({
        x: layout.put(
          Float32Array.from(evidence.flatMap((row) => pad(row.slice(0, target).map((e) => (e < 0 ? Number.NaN : e))))),
        ),
        direction: layout.put(Float32Array.from(directions.flatMap(pad))),
        out: layout.take(evidence.length * target * 4),
        model: predictor(inline.kernels, inline.memory, again.place(layout) as ReturnType<FittedNetwork['place']>, layout, 40),
      }));
      using _ = region;
      const z = inline.f32(at.model.run(at.x, 40), 40 * stride(outputs)).slice();
      at.model.explain(at.x, at.direction, 40, at.out);
      const reasons = inline.f32(at.out, 40 * target);
      const raw = (row: readonly number[]): number[] => {
        const world = agreeing(network, row);
        const p = Array.from({ length: classes }, (_, c) =>
          world.filter(({ at }) => at[target] === c).reduce((sum, own) => sum + own.p, 0),
        );
        const total = p.reduce((a, b) => a + b, 0);
        return outputs === 1 ? [Math.log(p[1] / p[0])] : p.map((own) => Math.log(own / total));
      };
      const sequence = order(n, (from, to) => network.parents[to].includes(from)).filter((v) => v !== target);
      const base = raw(network.names.map(() => -1));
      again.base(inline).forEach((value, k) => assert.ok(Math.abs(value - base[k]) < 1e-5));
      evidence.forEach((row, r) => {
        raw(row).forEach((value, k) => assert.ok(Math.abs(z[r * stride(outputs) + k] - value) < 1e-5 * (1 + Math.abs(value))));
        const left = [...row];
        const value = () => raw(left).reduce((sum, own, k) => sum + own * Math.fround(directions[r][k]), 0);
        for (const v of sequence) {
          const before = value();
          left[v] = -1;
          const lost = row[v] < 0 ? 0 : before - value();
          assert.ok(Math.abs(reasons[r * target + v] - lost) < 1e-5, `${reasons[r * target + v]} ${lost}`);
          if (row[v] < 0) assert.is(reasons[r * target + v], 0);
        }
      });
    }),
    { numRuns: 100 },
  );
});

test('the same bytes for 0, 1, 2 and 3 workers', async () => {
  for (const task of ['binary', 'multiclass'] as const) {
    const table = makeTable({ seed: 5, rows: 3000, numbers: 8, codes: 4, texts: 4, missing: 0.1, task });
    let expected: Uint8Array | undefined;
    for (const threads of [0, 1, 2, 3]) {
      await using engine = await createEngine({ threads, reproducible: true });
      using fitted = await Profiler.fit(engine, { table }, { ...OPTIONS, folds: 2 });
      const bytes = await fitted.save();
      expected ??= bytes;
      assert.ok(Buffer.compare(bytes, expected) === 0, `${task}, ${threads} workers`);
      assert.is(engine.memoryStats().regions, 1, 'the model alone stays in memory');
    }
  }
});

test('what is missing is not observed: it adds nothing, and a user of whom nothing is known has the base', async () => {
  const options = { target: 'bought', model: 'bayesian-network', modelOptions: { structure: 'tree', bins: 10 } };
  using fitted = await Profiler.fit(inline, { table: shop(2000, 0.2) }, options);
  const { evaluation, facts } = fitted.summary;
  assert.ok((evaluation as unknown as { rocAuc: number }).rocAuc > 0.8, JSON.stringify(evaluation));
  assert.ok(Number(facts.iterations) > 1, 'by expectation maximization');
  const of = (row: Record<string, string | number | null>) => {
    const { score_bought, explanation_bought } = fitted.profileOne(row);
    const parts = (explanation_bought as ExplanationEntry[]).map(({ feature, contribution }) => [feature, contribution]);
    return { score: score_bought as number, reasons: Object.fromEntries(parts) as Record<string, number> };
  };
  assert.ok(of({ visits: 80, channel: 'web' }).score > 0.95);
  assert.ok(of({ visits: 80, channel: 'shop' }).score < 0.05);
  const half = of({ visits: 80, channel: null });
  assert.ok(half.score > 0.4 && half.score < 0.9);
  assert.is(half.reasons.channel, 0);
  const nothing = of({ visits: null, channel: null });
  assert.equal(nothing.reasons, { visits: 0, channel: 0 });
  const base = JSON.parse((await fitted.schema()).metadata.get('cameo.contribution.base') as string) as number[];
  assert.ok(Math.abs(Math.log(nothing.score / (1 - nothing.score)) - base[0]) < 1e-5);
});

test('what cannot be fitted is refused, and nothing stays in memory', async () => {
  await using engine = await createEngine({ threads: 1 });
  const fit = (modelOptions: Record<string, unknown>, more: object = {}) =>
    refusal(() =>
      Profiler.fit(engine, { table: shop(200) }, { target: 'bought', model: 'bayesian-network', modelOptions, ...more }),
    );
  for (const [options, message] of [
    [{ bins: 1 }, /'bins'.*2 to 64/],
    [{ structure: 'star' }, /'structure'.*'auto', 'tree', 'hill-climbing' or 'naive'/],
    [{ prior: 0 }, /'prior'.*above 0/],
    [{ prior: 1e-300 }, /'prior' must be a number above 0, from 1e-6 to 1e6/],
    [{ prior: 1e308 }, /'prior' must be a number above 0, from 1e-6 to 1e6/],
    [{ maxParents: 9 }, /'maxParents'/],
    [{ depth: 3 }, /'depth' is not known/],
  ] as const) {
    const error = await fit(options);
    assert.is(error.code, 'argument');
    assert.match(error.message, message);
  }
  assert.match((await fit({}, { target: 'visits', task: 'regression' })).message, /'bayesian-network' does not learn/);
  assert.is((await fit({}, { signal: AbortSignal.abort() })).code, 'aborted');
  assert.is(engine.memoryStats().regions, 0);
});

test('a part of a file that is not what was written is refused', async () => {
  const network = makeDiscreteNetwork({ seed: 4, variables: 5, states: 3, parents: 2, zeros: false });
  const sizes = network.states.map((own) => own.length);
  const labels = sizes.slice(0, 4);
  const columns = {
    bins: labels.map((own) => ({ edges: new Float32Array(0), labels: own })),
    variables: [0, 1, 2, 3],
    missing: [-1, -1, -1, -1],
    widths: [1, 1, 1, 1],
  };
  const outputs = sizes[4] === 2 ? 1 : sizes[4];
  const part = () => new FittedNetwork(columns, { ...network, sizes }, outputs, {}).write();
  const inputs = inputsFor({ widths: columns.widths, labels });
  const read = (own: ReturnType<typeof part>) => fittedNetworkReader.read(new PartReader(own), inputs, outputs);
  read(part());
  const changes: [name: string, change: (values: Float64Array) => void, message: RegExp][] = [
    ['tables', (values) => values.fill(0.5, 0, 1), /sum to 1/],
    ['tables', (values) => values.fill(-0.5, 0, 1), /from 0 to 1/],
    ['tables', (values) => values.fill(Number.NaN, 0, 1), /tables/],
    ['variables', (values) => values.fill(3, 0, 1), /variable of a column/],
    ['missing', (values) => values.fill(1, 0, 1), /missing code/],
    ['edgeCounts', (values) => values.fill(2, 0, 1), /edges/],
    ['parents', (values) => values.fill(4), /parents of variable|no cycle/],
    ['parentCounts', (values) => values.fill(4), /parents/],
  ];
  for (const [name, change, message] of changes) {
    const own = part();
    change(own.tensors[name].values as Float64Array);
    const error = await refusal(() => read(own));
    assert.is(error.code, 'model');
    assert.match(error.message, message);
  }
});

test('whatever finite numbers a tensor holds, it is refused or gives finite outputs', async () => {
  const table = makeTable({ seed: 4, rows: 80, numbers: 2, codes: 1, texts: 1, missing: 0.1, task: 'binary' });
  using fitted = await Profiler.fit(inline, { table }, OPTIONS);
  const file = await readSafetensors(await fitted.save());
  const names = Object.keys(file.tensors).filter((name) => name.includes('model.'));
  assert.ok(names.length >= 7, names.join());
  let [refused, answered] = [0, 0];
  const extremes = fc.constantFrom(0, 1, -1, 2, 1e8, -1e9, 1e-300, 3.4e38);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), extremes, fc.nat(), fc.boolean(), async (name, extreme, place, all) => {
      const { shape, values } = file.tensors[name];
      const changed = values.map((value, i) => (all || i === place % values.length ? extreme : value));
      const bytes = await writeSafetensors({ ...file, tensors: { ...file.tensors, [name]: { shape, values: changed } } });
      let loaded: Profiler;
      try {
        loaded = await Profiler.load(bytes, { engine: inline });
      } catch (error) {
        assert.is((error as CameoError).code, 'model', `${error}`);
        refused++;
        return;
      }
      for (let r = 0; r < 10; r++) {
        const { score_target, explanation_target } = loaded.profileOne(rowOf(table, r));
        const parts = (explanation_target as ExplanationEntry[]).map(({ contribution }) => contribution);
        assert.ok([score_target as number, ...parts].every(Number.isFinite));
      }
      loaded[Symbol.dispose]();
      answered++;
    }),
    { numRuns: 300 },
  );
  assert.ok(refused > 50 && answered > 10, `${refused} ${answered}`);
});

test('the same bytes as on other versions', async () => {
  const found: Record<string, string> = {};
  for (const task of ['binary', 'multiclass'] as const) {
    const table = makeTable({ seed: 6, rows: 500, numbers: 4, codes: 2, texts: 2, missing: 0.1, task });
    using fitted = await Profiler.fit(inline, { table }, { ...OPTIONS, seed: 5 });
    const { tensors } = await readSafetensors(await fitted.save());
    const hash = createHash('sha256');
    for (const name of Object.keys(tensors)
      .filter((own) => own.includes('model.'))
      .sort())
      hash.update(new Uint8Array(tensors[name].values.buffer));
    found[task] = hash.digest('hex').slice(0, 16);
  }
  console.log(JSON.stringify(found));
  assert.equal(found, { binary: 'c442e2bf8ca7e248', multiclass: 'a01b67ff874dfd23' });
});

test.run();
