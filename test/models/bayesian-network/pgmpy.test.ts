/** Posteriors and joints of public networks against pgmpy's variable elimination, and EM against a reference: test/fixtures/make_bayesian_inference.py. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type RunOptions } from '../../../src/index.js';
import { expectationMaximization } from '../../../src/models/bayesian-network/expectation-maximization.js';
import { Inference } from '../../../src/models/bayesian-network/inference.js';
import type { DiscreteNetwork } from '../../../src/programs/bayesian-network/network.js';
import { havePublicNetworks, publicNetwork } from '../../support/public-networks.js';
import { codesOf } from '../../support/random-networks.js';
import { refusal } from '../../support/refused.js';

interface Case {
  evidence: Record<string, string>;
  marginals: Record<string, number[]>;
  joint: { variables: string[]; values: number[] };
}
const fixtures: Record<string, { cases: Case[] }> & { em: { names: string[]; rows: string[]; logLikelihood: number[] } } =
  JSON.parse(readFileSync('test/fixtures/bayesian-inference.json', 'utf8'));

const engine = await createEngine({ threads: 0, reproducible: true });

const evidenceOf = (network: DiscreteNetwork, evidence: Record<string, string>) =>
  network.names.map((name, v) => (name in evidence ? network.states[v].indexOf(evidence[name]) : -1));

function within(found: ArrayLike<number>, expected: readonly number[], what: string): void {
  assert.is(found.length, expected.length);
  expected.forEach((p, i) => {
    assert.ok(Math.abs(found[i] - p) < 1e-9, `${what}: ${found[i]} ${p}`);
  });
}

for (const name of havePublicNetworks ? ['asia', 'child', 'alarm', 'insurance'] : []) {
  test(`${name}: marginals, posteriors and joints are pgmpy's within 1e-9`, async () => {
    const network = publicNetwork(name);
    const at = (variable: string) => network.names.indexOf(variable);
    const { cases } = fixtures[name];
    const known = {
      rows: cases.length,
      codes: codesOf(
        network,
        cases.map(({ evidence }) => evidenceOf(network, evidence)),
      ),
    };
    using inference = new Inference(engine, network);
    const marginals = await inference.marginals([...network.names.keys()], known, {});
    let compared = 0;
    for (const [r, { marginals: own, joint }] of cases.entries()) {
      for (const [variable, values] of Object.entries(own)) {
        const size = values.length;
        within(marginals[at(variable)].subarray(r * size, (r + 1) * size), values, variable);
        compared++;
      }
      const row = { rows: 1, codes: known.codes.map((codes) => codes.subarray(r, r + 1)) };
      within(await inference.joint(joint.variables.map(at), row, {}), joint.values, joint.variables.join());
    }
    assert.ok(compared > 20, `${compared}`);
  });
}

if (havePublicNetworks)
  test('EM where a fifth of the cells is missing goes the way of the reference, and ends within 0.1 % of what it reaches', async () => {
    const child = publicNetwork('child');
    const { names, rows, logLikelihood } = fixtures.em;
    const order = names.map((name) => child.names.indexOf(name));
    const states = order.map((v) => child.states[v]);
    const parents = order.map((v) => child.parents[v].map((p) => order.indexOf(p)));
    const missing = rows.join('').split('.').length - 1;
    assert.ok(Math.abs(missing / (rows.length * names.length) - 0.2) < 0.01);
    const cells = rows.map((row) => [...row].map((c) => (c === '.' ? -1 : Number(c))));
    const data = { names, states, rows: rows.length, codes: codesOf({ names, states, parents, tables: [] }, cells) };
    const heard: number[] = [];
    const onProgress = (_: number, loss: number) => heard.push(-loss * rows.length);
    const options = { maxIter: logLikelihood.length, tol: 0 };
    await expectationMaximization(engine, data, parents, options, { onProgress });
    logLikelihood.forEach((value, i) => {
      assert.ok(Math.abs(heard[i] - value) < 1e-6, `${heard[i]} ${value}`);
    });
    const reached = await expectationMaximization(engine, data, parents);
    const best = logLikelihood.at(-1) as number;
    assert.ok(Math.abs(reached.logLikelihood / best - 1) < 1e-3, `${reached.logLikelihood} ${best}`);
    assert.ok(reached.iterations < logLikelihood.length);
    for (const threads of [1, 2, 3]) {
      await using own = await createEngine({ threads, reproducible: true });
      assert.equal(await expectationMaximization(own, data, parents), reached, `${threads} workers`);
      assert.is(own.memoryStats().regions, 0);
    }
    const controller = new AbortController();
    const run = { signal: controller.signal, onProgress: (pass: number) => pass === 2 && controller.abort() };
    assert.is((await refusal(() => expectationMaximization(engine, data, parents, {}, run as RunOptions))).code, 'aborted');
    const smoothed = await expectationMaximization(engine, data, parents, { equivalentSampleSize: 50 });
    assert.ok(smoothed.logLikelihood < reached.logLikelihood);
    assert.ok(smoothed.network.tables.every((table) => table.every((p) => p > 0)));
  });
else console.log('skipped: no networks stand beside this checkout (../shared/data/networks)');

test.run();
