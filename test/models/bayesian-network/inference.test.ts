/** Inference against going through all combinations, the same bytes for any number of workers, and what is refused. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../../src/index.js';
import { Inference, SHARD } from '../../../src/models/bayesian-network/inference.js';
import type { DiscreteNetwork } from '../../../src/programs/bayesian-network/network.js';
import { agreeing, codesOf, makeDiscreteNetwork, randomEvidence, randomNetwork } from '../../support/random-networks.js';
import { refusal } from '../../support/refused.js';

const engine = await createEngine({ threads: 0, reproducible: true });
const close = (a: number, b: number) => Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));
const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

test('posteriors, joints, the likeliest states and the likelihood are those of all combinations', async () => {
  await fc.assert(
    fc.asyncProperty(randomNetwork, async (shape) => {
      const network = makeDiscreteNetwork(shape);
      const n = network.names.length;
      const sizes = network.states.map((own) => own.length);
      const evidence = randomEvidence(network, 40, shape.seed);
      const worlds = evidence.map((row) => agreeing(network, row));
      const totals = worlds.map((own) => sumOf(own.map(({ p }) => p)));
      using inference = new Inference(engine, network);
      const all = { rows: evidence.length, codes: codesOf(network, evidence) };
      const logs = await inference.logLikelihood(all, {});
      totals.forEach((total, r) => {
        if (total === 0) assert.is(logs[r], Number.NEGATIVE_INFINITY);
        else assert.ok(close(logs[r], Math.log(total)), `${logs[r]} ${Math.log(total)}`);
      });
      const possible = evidence.filter((_, r) => totals[r] > 0);
      const own = worlds.filter((_, r) => totals[r] > 0);
      const known = { rows: possible.length, codes: codesOf(network, possible) };
      if (possible.length < evidence.length) {
        const error = await refusal(() => inference.marginals([0], all, {}));
        assert.is(error.code, 'data');
        assert.match(error.message, new RegExp(`row ${totals.indexOf(0)} .*probability 0`));
        assert.is((await refusal(() => inference.likeliest(all, {}))).message, error.message);
      }
      const variables = Array.from({ length: n }, (_, v) => v);
      const marginals = await inference.marginals(variables, known, {});
      const [a, b] = [shape.seed % n, (shape.seed >> 3) % n];
      const pair = a === b ? [a] : [b, a];
      const joint = await inference.joint(pair, known, {});
      const alone = await inference.marginals([a], known, {});
      const states = await inference.likeliest(known, {});
      own.forEach((world, r) => {
        const total = sumOf(world.map(({ p }) => p));
        for (const v of variables) {
          for (let s = 0; s < sizes[v]; s++) {
            const p = sumOf(world.filter(({ at }) => at[v] === s).map((w) => w.p)) / total;
            assert.ok(close(marginals[v][r * sizes[v] + s], p));
            if (v === a) assert.ok(close(alone[0][r * sizes[v] + s], p));
          }
        }
        const cells = pair.reduce((product, v) => product * sizes[v], 1);
        for (let cell = 0; cell < cells; cell++) {
          const wanted = pair.length === 1 ? [cell] : [Math.floor(cell / sizes[a]), cell % sizes[a]];
          const p = sumOf(world.filter(({ at }) => pair.every((v, i) => at[v] === wanted[i])).map((w) => w.p)) / total;
          assert.ok(close(joint[r * cells + cell], p));
        }
        const best = Math.max(...world.map(({ p }) => p));
        const found = world.find(({ at }) => at.every((s, v) => s === states[v][r]));
        assert.ok(found && close(found.p / best, 1), `${found?.p} ${best}`);
      });
    }),
    { numRuns: 150 },
  );
  assert.is(engine.memoryStats().regions, 0);
});

test('the same bytes for 0, 1, 2 and 3 workers, and wherever a row stands', async () => {
  const network = makeDiscreteNetwork({ seed: 11, variables: 20, states: 4, parents: 3, zeros: false });
  const evidence = randomEvidence(network, 2 * SHARD + 77, 5);
  const known = { rows: evidence.length, codes: codesOf(network, evidence) };
  let expected: unknown;
  for (const threads of [0, 1, 2, 3]) {
    await using own = await createEngine({ threads, reproducible: true });
    using inference = new Inference(own, network);
    const answers = [
      await inference.marginals([3, 5], known, {}),
      await inference.joint([2, 9, 4], known, {}),
      await inference.logLikelihood(known, {}),
      await inference.likeliest(known, {}),
    ];
    expected ??= answers;
    assert.equal(answers, expected);
  }
  using inference = new Inference(engine, network);
  const row = 2 * SHARD + 70;
  const [one] = await inference.marginals([3], { rows: 1, codes: codesOf(network, [evidence[row]]) }, {});
  const [all] = await inference.marginals([3], known, {});
  assert.equal(one, all.slice(row * one.length, (row + 1) * one.length));
});

test('a star of 400 variables, whose product is far below the least float64, and an abort', async () => {
  const names = Array.from({ length: 401 }, (_, v) => `v${v}`);
  const network: DiscreteNetwork = {
    names,
    states: names.map(() => ['a', 'b']),
    parents: names.map((_, v) => (v === 0 ? [] : [0])),
    tables: names.map((_, v) =>
      Float64Array.from(v === 0 ? [0.5, 0.5] : v % 2 ? [0.001, 0.999, 0.002, 0.998] : [0.002, 0.998, 0.001, 0.999]),
    ),
  };
  const known = { rows: 1, codes: codesOf(network, [names.map((_, v) => (v === 0 ? -1 : 0))]) };
  using inference = new Inference(engine, network);
  const [p] = await inference.marginals([0], known, {});
  assert.ok(Math.abs(p[0] - 0.5) < 1e-9, String(p[0]));
  const [log] = await inference.logLikelihood(known, {});
  assert.ok(Math.abs(log - 200 * (Math.log(0.001) + Math.log(0.002))) < 1e-8, String(log));
  const signal = AbortSignal.abort();
  assert.is((await refusal(() => inference.marginals([0], known, { signal }))).code, 'aborted');
});

test('a tree that would not fit is refused with its size before anything is laid out', async () => {
  const names = Array.from({ length: 24 }, (_, v) => `v${v}`);
  const network: DiscreteNetwork = {
    names,
    states: names.map(() => ['a', 'b', 'c']),
    parents: names.map(() => []),
    tables: names.map(() => Float64Array.of(0.2, 0.3, 0.5)),
  };
  using inference = new Inference(engine, network);
  const known = { rows: 1, codes: names.map(() => undefined) };
  const error = await refusal(() => inference.joint([...names.keys()], known, {}));
  assert.is(error.code, 'memory');
  assert.match(error.message, /junction tree .* needs \d+\.\d MiB .* joins 24 variables/);
  assert.equal(
    Array.from(await inference.joint([1, 2], known, {}), (p) => Math.round(p * 100)),
    [4, 6, 10, 6, 9, 15, 10, 15, 25],
  );
});

test.run();
