/** A fitted network in a worker: measured without a memory it takes what it takes with one; outputs and reasons agree. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ACTIVATIONS, packedIndex, parametersOf } from '../../../src/programs/perceptron/network.js';
import { type PerceptronPlan, perceptron } from '../../../src/programs/perceptron/predictor.js';
import { predictors } from '../../../src/programs/predictors.js';
import { stride } from '../../../src/wasm/kernels.js';
import { Layout } from '../../../src/wasm/memory.js';
import { benches } from '../../support/kernels.js';
import { outputs } from '../../support/network.js';

const shapes = fc.record({
  inputs: fc.integer({ min: 1, max: 9 }),
  hidden: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
  units: fc.integer({ min: 1, max: 4 }),
  rows: fc.integer({ min: 1, max: 12 }),
  code: fc.nat(3),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

test('it stands in the index', () => {
  assert.is(predictors.perceptron, perceptron as unknown);
});

for (const b of benches()) {
  test(`${b.build}: raw outputs are the forward pass, and reasons sum to the outputs less the base's`, () => {
    fc.assert(
      fc.property(shapes, ({ inputs, hidden, units, rows, code, seed }) => {
        b.reset();
        let state = seed;
        const next = () => {
          state = (state * 48271) % 2147483647;
          return Math.fround((state / 2147483647 - 0.5) * 1.5);
        };
        const sizes = [inputs, ...hidden, units];
        const coefs = sizes.slice(1).map((n, l) => Array.from({ length: sizes[l] }, () => Array.from({ length: n }, next)));
        const intercepts = sizes.slice(1).map((n) => Array.from({ length: n }, next));
        const { weights, biases, length } = parametersOf(sizes);
        const packed = new Float32Array(length);
        coefs.forEach((layer, l) => {
          layer.forEach((row, i) =>
            row.forEach((v, j) => packed.set([v], weights[l] + packedIndex(i, j, sizes[l], sizes[l + 1]))),
          );
          packed.set(intercepts[l], biases[l]);
        });
        const [ld, lz] = [stride(inputs), stride(units)];
        const pad = (row: number[], n: number) => [...row, ...new Array(n - row.length).fill(0)];
        const baseline = Array.from({ length: inputs }, next);
        const x = Array.from({ length: rows }, () => Array.from({ length: inputs }, next));
        const direction = Array.from({ length: units }, next);
        const groups = Math.min(3, inputs);
        const plan: PerceptronPlan = {
          kind: 'perceptron',
          network: { sizes, activation: ACTIVATIONS[code], output: 'identity' },
          parameters: b.f32(packed),
          baseline: b.f32(pad(baseline, ld)),
          group: b.i32(Array.from({ length: inputs }, (_, i) => i % groups)),
          groups,
        };
        const measured = new Layout(0);
        perceptron(b.kernels, undefined, plan, measured, rows);
        const layout = new Layout(b.room(measured.bytes / 4));
        const predictor = perceptron(b.kernels, b.memory, plan, layout, rows);
        assert.is(layout.bytes, measured.bytes);
        const at = b.f32(x.flatMap((row) => pad(row, ld)));
        const z = b.read(predictor.run(at, rows), rows * lz);
        const layers = { coefs, intercepts };
        const expected = outputs(x, layers, code).at(-1) as number[][];
        const [base] = outputs([baseline], layers, code).at(-1) as number[][];
        const out = b.room(rows * groups);
        predictor.explain(at, b.f32(x.flatMap(() => pad(direction, lz))), rows, out);
        const reasons = b.read(out, rows * groups);
        expected.forEach((row, r) => {
          row.forEach((v, c) => assert.ok(Math.abs(z[r * lz + c] - v) < 1e-4, `${z[r * lz + c]} ${v}`));
          const sum = reasons.subarray(r * groups, (r + 1) * groups).reduce((s, v) => s + v, 0);
          const difference = row.reduce((s, v, c) => s + direction[c] * (v - base[c]), 0);
          assert.ok(Math.abs(sum - difference) < 2e-3 * Math.max(1, Math.abs(difference)), `${sum} ${difference}`);
        });
      }),
      { numRuns: 60 },
    );
  });
}
test.run();
