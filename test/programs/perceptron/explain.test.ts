/** Contributions against their two definitions: they sum to the output's difference, and they are the path integral. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, explainScratch } from '../../../src/programs/perceptron/explain.js';
import { ACTIVATIONS, type Network, packedIndex, parametersOf } from '../../../src/programs/perceptron/network.js';
import { stride } from '../../../src/wasm/kernels.js';
import { activation, derivative } from '../../support/dense.js';
import { benches } from '../../support/kernels.js';

/** A random network as plain arrays, w[layer][input][unit]. */
function random(sizes: number[], seed: number) {
  let state = seed;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return Math.fround(((state / 2147483647) * 2 - 1) / 1.5);
  };
  const w = sizes.slice(1).map((units, l) => Array.from({ length: sizes[l] }, () => Array.from({ length: units }, next)));
  const bias = sizes.slice(1).map((units) => Array.from({ length: units }, next));
  return { w, bias, next };
}
type Plain = ReturnType<typeof random>;

/** z(x) and its gradient, in float64. */
function gradient({ w, bias }: Plain, x: number[], code: number) {
  const hs = [x];
  w.forEach((layer, l) => {
    const a = bias[l].map((b, j) => hs[l].reduce((s, v, i) => s + v * layer[i][j], b));
    hs.push(l + 1 < w.length ? a.map((v) => activation(v, code)) : a);
  });
  let d = [1];
  for (let l = w.length - 1; l >= 0; l--) {
    d = w[l].map((row, i) => row.reduce((s, v, j) => s + v * d[j], 0) * (l > 0 ? derivative(hs[l][i], code) : 1));
  }
  return { z: hs[w.length][0], d };
}

const shapes = fc.record({
  inputs: fc.integer({ min: 1, max: 19 }),
  hidden: fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 0, maxLength: 3 }),
  rows: fc.integer({ min: 1, max: 9 }),
  code: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

for (const b of benches()) {
  test(`${b.build} contributions sum to the difference, and equal the path integral`, () => {
    fc.assert(
      fc.property(shapes, ({ inputs, hidden, rows, code, seed }) => {
        b.reset();
        const sizes = [inputs, ...hidden, 1];
        const network: Network = { sizes, activation: ACTIVATIONS[code], output: 'logistic' };
        const plain = random(sizes, seed);
        const layout = parametersOf(sizes);
        const packed = new Float32Array(layout.length);
        plain.w.forEach((layer, l) => {
          layer.forEach((row, i) => {
            row.forEach((v, j) => {
              packed[layout.weights[l] + packedIndex(i, j, sizes[l], sizes[l + 1])] = v;
            });
          });
          packed.set(plain.bias[l], layout.biases[l]);
        });
        const groups = Math.ceil(inputs / 2);
        const points = Array.from({ length: rows + 1 }, () => Array.from({ length: inputs }, () => 2 * plain.next()));
        const x0 = points[rows];
        const tile = new Float32Array((rows + 1) * stride(inputs));
        points.forEach((p, r) => {
          tile.set(p, r * stride(inputs));
        });
        const x = b.f32(tile.subarray(0, rows * stride(inputs)));
        const baseline = b.f32(tile.subarray(rows * stride(inputs)));
        const group = b.i32(Array.from({ length: inputs }, (_, i) => i >> 1));
        const direction = b.f32(new Array(rows).fill(1));
        const args = {
          network,
          parameters: b.f32(packed),
          x,
          baseline,
          direction,
          group,
          groups,
          rows,
          out: b.room(rows * groups),
        };
        explain(b.kernels, { ...args, scratch: b.room(explainScratch(b.kernels, args) / 4) });
        const out = b.read(args.out, rows * groups);
        const base = gradient(plain, x0, code).z;
        for (let r = 0; r < rows; r++) {
          const mine = out.subarray(r * groups, (r + 1) * groups);
          const sum = mine.reduce((s, v) => s + v, 0);
          const difference = gradient(plain, points[r], code).z - base;
          assert.ok(Math.abs(sum - difference) < 1e-3, `sum ${sum}, difference ${difference}`);
          const steps = 400;
          const integral = new Float64Array(groups);
          for (let s = 0; s < steps; s++) {
            const at = x0.map((v, i) => v + ((s + 0.5) / steps) * (points[r][i] - v));
            gradient(plain, at, code).d.forEach((d, i) => {
              integral[i >> 1] += (d * (points[r][i] - x0[i])) / steps;
            });
          }
          // One hidden layer is exact up to the reference's own steps; deeper ones converge with the segments.
          integral.forEach((v, g) => {
            assert.ok(Math.abs(mine[g] - v) < (hidden.length > 1 ? 0.05 : 0.01), `${mine[g]} ${v}`);
          });
        }
      }),
      { numRuns: 80 },
    );
  });
}
test.run();
