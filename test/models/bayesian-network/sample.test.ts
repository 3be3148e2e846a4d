/** Forward sampling: frequencies are the joint probabilities, and the same seed gives the same rows. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sample } from '../../../src/models/bayesian-network/sample.js';
import type { DiscreteNetwork } from '../../../src/programs/bayesian-network/network.js';
import { naiveCounts } from '../../support/coded-columns.js';
import { refusal, refusesUnknownNames, refusesValues } from '../../support/refused.js';

/** a → c ← b, declared with the child first; one state of c never occurs. */
const network: DiscreteNetwork = {
  names: ['c', 'a', 'b'],
  states: [
    ['0', '1', '2'],
    ['0', '1'],
    ['0', '1', '2'],
  ],
  parents: [[2, 1], [], [1]],
  tables: [
    Float64Array.of(0.1, 0.9, 0, 0.5, 0.5, 0, 1, 0, 0, 0.3, 0.7, 0, 0, 1, 0, 0.25, 0.75, 0),
    Float64Array.of(0.3, 0.7),
    Float64Array.of(0.2, 0.3, 0.5, 0.6, 0.3, 0.1),
  ],
};

test('frequencies are the joint probabilities within four standard deviations', () => {
  const rows = 100_000;
  const data = sample(network, { rows, seed: 3 });
  assert.equal([data.names, data.states, data.rows], [network.names, network.states, rows]);
  const counts = naiveCounts(data, [1, 2, 0]);
  const [c, a, b] = network.tables;
  counts.forEach((count, at) => {
    const [i, j, k] = [Math.floor(at / 9), Math.floor(at / 3) % 3, at % 3];
    const p = a[i] * b[i * 3 + j] * c[(j * 2 + i) * 3 + k];
    assert.ok(Math.abs(count - p * rows) <= 4 * Math.sqrt(rows * p * (1 - p)), `${i} ${j} ${k}: ${count} of ${p * rows}`);
    if (p === 0) assert.is(count, 0);
  });
});

test('more rows begin with the same; another seed gives others', () => {
  const [few, many, other] = [
    sample(network, { rows: 7, seed: 3 }),
    sample(network, { rows: 50, seed: 3 }),
    sample(network, { rows: 50, seed: 4 }),
  ];
  few.codes.forEach((codes, v) => {
    assert.equal(many.codes[v].slice(0, 7), codes);
  });
  assert.not.equal(many.codes, other.codes);
  assert.equal(sample(network, { rows: 50 }), sample(network, { rows: 50, seed: 42 }));
});

test('more than 255 states are drawn as numbers of 16 bits, the last one too where a row’s sum is short of 1', () => {
  const many = 300;
  const states = [Array.from({ length: many }, (_, k) => `${k}`)];
  const table = new Float64Array(many);
  table[299] = 1 - 1e-7;
  const { codes } = sample({ names: ['x'], states, parents: [[]], tables: [table] }, { rows: 20 });
  assert.equal([...codes[0]], new Array(20).fill(299));
  assert.instance(codes[0], Uint16Array);
});

test('options are checked, and a cycle is refused', async () => {
  const cyclic = { ...network, parents: [[2, 1], [0], [1]] };
  assert.match((await refusal(() => sample(cyclic, { rows: 1 }))).message, /no cycle/);
  await refusesUnknownNames(['rows', 'seed'], (options) => sample(network, Object.assign(options, { rows: 2 })));
  await refusesValues(
    [
      [{ rows: 0 }, /a whole number from 1/],
      [{ rows: 1, seed: -1 }, /a whole number from 0/],
    ],
    (options) => sample(network, options as { rows: number }),
  );
});

test.run();
