/** Scores of a shard for several targets at once: probabilities, labels, ranks, reasons; against plain sums over a linear model. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ArrowArray } from '../../src/programs/arrow.js';
import { rawPitch } from '../../src/programs/encode.js';
import type { CategoryPlan } from '../../src/programs/encoders/category.js';
import type { NumberPlan } from '../../src/programs/encoders/number.js';
import { packedIndex, parametersOf } from '../../src/programs/perceptron/network.js';
import type { PerceptronPlan } from '../../src/programs/perceptron/predictor.js';
import { type ScoreArgs, ScorePass, type ScorePlan, score, scoreBytes } from '../../src/programs/score.js';
import { type Bench, benches } from '../support/kernels.js';
import { probabilities } from '../support/network.js';
import { refusal } from '../support/refused.js';
import { generator } from '../support/tables.js';

// A number, a category of two labels, a number: four encoded columns, numbers first.
const [ROWS, FEATURES, INPUTS] = [300, 3, 4];
const next = generator(12);
const numbers = [0, 1].map(() =>
  Array.from({ length: ROWS }, (_, r) => (r % 11 === 5 ? Number.NaN : Math.fround(next() * 4 - 2))),
);
const codes = Array.from({ length: ROWS }, (_, r) => (r % 3) - 1);
const encoded = Array.from({ length: ROWS }, (_, r) => [
  ...numbers.map((column) => (Number.isNaN(column[r]) ? 0.5 : column[r])),
  Number(codes[r] === 0),
  Number(codes[r] === 1),
]);
const group = [0, 1, 2, 2];
const RANKS = [0, 0.2, 0.4, 0.9, 1];
const baseline = [0.25, -0.5, 0.5, 0.25];
const control = { aborted: () => false, progress: () => {} };

interface Linear {
  w: number[][];
  bias: number[];
}
const linear = (outputs: number): Linear => ({
  w: Array.from({ length: INPUTS }, () => Array.from({ length: outputs }, () => Math.fround(next() * 2 - 1))),
  bias: Array.from({ length: outputs }, () => Math.fround(next())),
});
const raw = ({ w, bias }: Linear, row: number[]) => bias.map((b, c) => row.reduce((sum, v, i) => sum + v * w[i][c], b));
const MODELS = { binary: linear(1), multiclass: linear(3), regression: linear(1) };

/** A linear model as a network without hidden layers. */
function place(b: Bench, { w, bias }: Linear): PerceptronPlan {
  const sizes = [INPUTS, bias.length];
  const { length, biases } = parametersOf(sizes);
  const packed = new Float32Array(length);
  w.forEach((row, i) => row.forEach((v, c) => packed.set([v], packedIndex(i, c, INPUTS, bias.length))));
  packed.set(bias, biases[0]);
  return {
    kind: 'perceptron',
    network: { sizes, activation: 'relu', output: 'identity' },
    parameters: b.f32(packed),
    baseline: b.f32([...baseline, 0, 0, 0, 0]),
    group: b.i32(group),
    groups: FEATURES,
  };
}

function make(b: Bench, explain: boolean): ScoreArgs {
  b.reset();
  const pitch = rawPitch(ROWS);
  const columns = b.room((FEATURES * pitch) / 4);
  numbers.forEach((column, j) => new Float32Array(b.memory.buffer, columns + j * pitch, ROWS).set(column));
  new Int32Array(b.memory.buffer, columns + 2 * pitch, ROWS).set(codes);
  const standardize = b.f32([0, 0, 1, 0.5, 0, 0, 1, 0.5]);
  const numberPlan: NumberPlan = { kind: 'number', columns: 2, inputs: 2, quantiles: 0, nQuantiles: 0, standardize };
  const categoryPlan: CategoryPlan = {
    kind: 'category',
    columns: 1,
    inputs: 2,
    labels: [2],
    on: b.f32([1, 1]),
    off: b.f32([0, 0]),
  };
  const plan: ScorePlan = {
    encode: {
      inputs: INPUTS,
      columns: FEATURES,
      encodings: [{ first: 0, kinds: [numberPlan, categoryPlan] }],
    },
    targets: (['binary', 'multiclass', 'regression'] as const).map((task) => ({
      name: task,
      task,
      predictor: place(b, MODELS[task]),
      outputs: MODELS[task].bias.length,
      ranks: task === 'binary' ? b.f32(RANKS) : 0,
      nRanks: task === 'binary' ? RANKS.length : 0,
      scale: task === 'regression' ? 10 : 1,
      threshold: 0.5,
      mean: task === 'regression' ? 100 : 0,
    })),
    names: ['first', 'second', 'third'],
    labels: [-1, -1, 2],
  };
  const { out, scratch } = scoreBytes(b.kernels, plan, ROWS, explain);
  return { plan, columns, pitch, rows: ROWS, explain, out: b.room(out / 4), scratch: b.room(scratch / 4) };
}

const near = (found: number, expected: number, what: string) =>
  assert.ok(Math.abs(found - expected) < 1e-4 * Math.max(1, Math.abs(expected)), `${what}: ${found} ${expected}`);

for (const b of benches()) {
  const i32 = (at: number, n: number) => new Int32Array(b.memory.buffer, at, n);
  const bit = (at: number, i: number) => (new Uint8Array(b.memory.buffer, at + (i >> 3), 1)[0] >> (i & 7)) & 1;

  test(`${b.build}: scores, labels and ranks of three targets`, () => {
    const pass = new ScorePass(b.kernels, b.memory, make(b, false));
    pass.run(ROWS, control);
    const [binary, multiclass, regression] = pass.out;
    encoded.forEach((row, r) => {
      const [p] = probabilities(raw(MODELS.binary, row), 'logistic');
      const found = b.read(binary.score, ROWS)[r];
      near(found, p, 'probability');
      assert.is(i32(binary.label, ROWS)[r], Number(found > 0.5));
      const above = RANKS.findIndex((rank) => rank > p);
      const rank = (above - 1 + (p - RANKS[above - 1]) / (RANKS[above] - RANKS[above - 1])) / (RANKS.length - 1);
      near(b.read(binary.percentile, ROWS)[r], 100 * rank, 'percentile');
      const all = probabilities(raw(MODELS.multiclass, row), 'softmax');
      const top = i32(multiclass.label, ROWS)[r];
      near(all[top], Math.max(...all), 'the likeliest class');
      near(b.read(multiclass.score, ROWS)[r], all[top], 'its probability');
      all.forEach((v, c) => near(b.read(multiclass.all, ROWS * 3)[r * 3 + c], v, 'each probability'));
      near(b.read(regression.score, ROWS)[r], raw(MODELS.regression, row)[0] * 10 + 100, 'number');
    });
  });

  test(`${b.build}: reasons are the features by falling size, sum to the score less the base, and hold what the row has`, () => {
    const pass = new ScorePass(b.kernels, b.memory, make(b, true));
    pass.run(ROWS, control);
    const directions = {
      binary: () => [1],
      multiclass: (r: number) => [0, 1, 2].map((c) => Number(c === i32(pass.out[1].label, ROWS)[r]) - 1 / 3),
      regression: () => [10],
    };
    (['binary', 'multiclass', 'regression'] as const).forEach((task, t) => {
      const out = pass.out[t];
      const n = ROWS * FEATURES;
      const [feature, contribution, value, category] = [
        i32(out.feature, n),
        b.read(out.contribution, n),
        b.read(out.value, n),
        i32(out.category, n),
      ];
      assert.equal(
        [...i32(out.offsets, ROWS + 1)],
        Array.from({ length: ROWS + 1 }, (_, r) => r * FEATURES),
      );
      for (let r = 0; r < ROWS; r++) {
        const { w } = MODELS[task];
        const weight = w.map((row) => directions[task](r).reduce((sum, d, c) => sum + d * row[c], 0));
        const expected = new Array(FEATURES).fill(0);
        encoded[r].forEach((v, i) => {
          expected[group[i]] += weight[i] * (v - baseline[i]);
        });
        for (let k = 0; k < FEATURES; k++) {
          const at = r * FEATURES + k;
          const f = feature[at];
          near(contribution[at], expected[f], `${task} contribution`);
          if (k > 0) assert.ok(Math.abs(contribution[at]) <= Math.abs(contribution[at - 1]));
          const number = f < 2 ? numbers[f][r] : Number.NaN;
          assert.is(bit(out.valueValid, at), Number(!Number.isNaN(number)));
          if (!Number.isNaN(number)) assert.is(value[at], number);
          assert.is(bit(out.categoryValid, at), Number(f === 2 && codes[r] >= 0));
          if (f === 2 && codes[r] >= 0) assert.is(category[at], codes[r]);
        }
        assert.equal([...feature.subarray(r * FEATURES, (r + 1) * FEATURES)].sort(), [0, 1, 2]);
      }
    });
  });

  test(`${b.build}: each target is an Arrow structure of the columns that apply`, () => {
    for (const explain of [false, true]) {
      const at = score(b.kernels, b.memory, make(b, explain), control);
      const view = new DataView(b.memory.buffer);
      const shape = at.map((address): ArrowArray['length'][] => [
        Number(view.getBigInt64(address, true)),
        Number(view.getBigInt64(address + 32, true)),
      ]);
      const more = Number(explain);
      assert.equal(shape, [
        [ROWS, 3 + more],
        [ROWS, 2 + more],
        [ROWS, 1 + more],
      ]);
    }
  });

  test(`${b.build}: an abort ends it`, async () => {
    const args = make(b, false);
    const { code } = await refusal(() => score(b.kernels, b.memory, args, { ...control, aborted: () => true }));
    assert.is(code, 'aborted');
  });
}
test.run();
