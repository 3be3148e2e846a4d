/** Permutation importance against its definition: the shuffles of src/random.ts, a linear model, metrics in plain sums. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rocAuc } from '../../src/index.js';
import { packedIndex, packedLength, parametersOf } from '../../src/programs/perceptron/network.js';
import { type PermuteArgs, permute, permuteScratch } from '../../src/programs/permute.js';
import { shuffle } from '../../src/random.js';
import { stride } from '../../src/wasm/kernels.js';
import { benches } from '../support/kernels.js';
import { refusal } from '../support/refused.js';
import { generator } from '../support/tables.js';

const [ROWS, INPUTS] = [300, 5];
const next = generator(4);
const x = Array.from({ length: ROWS }, () => Array.from({ length: INPUTS }, () => Math.fround(next() * 2 - 1)));
const weights = [2, -1, 0, 0.5, 3].map(Math.fround);
const raw = (row: number[]) => row.reduce((sum, v, i) => sum + v * weights[i], 0.25);
const control = { aborted: () => false, progress: () => {} };

for (const b of benches()) {
  const { length, biases } = parametersOf([INPUTS, 1]);
  const parameters = new Float32Array(length);
  weights.forEach((w, i) => parameters.set([w], packedIndex(i, 0, INPUTS, 1)));
  parameters[biases[0]] = 0.25;
  assert.is(packedLength(INPUTS, 1), 8);
  const ld = stride(INPUTS);

  /** The program's scores, and those by definition. */
  const both = (task: 'binary' | 'regression', first: number, count: number, repeats: number) => {
    b.reset();
    const y = x.map((row, r) => (task === 'binary' ? Number(raw(row) + (r % 3) - 1 > 0) : raw(row) + (r % 5)));
    const network = { sizes: [INPUTS, 1], activation: 'relu' as const, output: 'identity' as const };
    const predictor = {
      kind: 'perceptron',
      network,
      parameters: b.f32(parameters),
      baseline: b.f32(new Float32Array(ld)),
      group: b.i32([0, 0, 0, 0, 0]),
      groups: 1,
    };
    const common = {
      task,
      predictor,
      inputs: INPUTS,
      outputs: 1,
      x: b.f32(x.flatMap((row) => [...row, ...new Array(ld - INPUTS).fill(0)])),
      y: b.f32(y),
      rows: ROWS,
      first,
      count,
      repeats,
      seed: 9,
      stream: 77,
    };
    const args: PermuteArgs = { ...common, scratch: b.room(permuteScratch(b.kernels, common) / 4) };
    const expected = Array.from({ length: Math.max(1, repeats) }, (_, repeat) => {
      const order = Int32Array.from({ length: ROWS }, (_, r) => r);
      if (repeats > 0) shuffle(order, 9, 77 + repeat);
      const z = x.map((row, r) => raw(row.map((v, i) => (i >= first && i < first + count ? x[order[r]][i] : v))));
      if (task === 'binary') return rocAuc(y, z);
      const mean = y.reduce((s, v) => s + v, 0) / ROWS;
      return 1 - y.reduce((s, v, r) => s + (v - z[r]) ** 2, 0) / y.reduce((s, v) => s + (v - mean) ** 2, 0);
    });
    return { args, found: permute(b.kernels, b.memory, args, control), expected };
  };

  for (const task of ['binary', 'regression'] as const) {
    test(`${b.build} ${task}: scores of the rows as they are, and of each permutation`, () => {
      for (const [first, count, repeats] of [
        [0, 0, 0],
        [0, 1, 3],
        [1, 3, 2],
        [4, 1, 2],
      ]) {
        const { found, expected } = both(task, first, count, repeats);
        assert.is(found.length, Math.max(1, repeats));
        found.forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-4, `${v} ${expected[i]}`));
      }
    });
  }

  test(`${b.build}: a feature without weight changes nothing, and no row is changed`, () => {
    const { args, found } = both('regression', 2, 1, 4);
    const [whole] = both('regression', 0, 0, 0).found;
    assert.equal(found, new Array(4).fill(whole));
    assert.equal([...b.read(args.x, INPUTS)], x[0]);
  });

  test(`${b.build}: an abort ends it`, async () => {
    const { args } = both('regression', 0, 1, 2);
    const { code } = await refusal(() => permute(b.kernels, b.memory, args, { ...control, aborted: () => true }));
    assert.is(code, 'aborted');
  });
}
test.run();
