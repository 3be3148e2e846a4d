/** How parameters stand in memory: every one has a place of its own, and the padding is where the kernels expect it. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ACTIVATIONS,
  ForwardPass,
  type Network,
  packedIndex,
  packedLength,
  parametersOf,
} from '../../../src/programs/perceptron/network.js';
import { stride } from '../../../src/wasm/kernels.js';
import { Layout } from '../../../src/wasm/memory.js';
import { benches } from '../../support/kernels.js';
import { outputs } from '../../support/network.js';

const sizes = fc.array(fc.integer({ min: 1, max: 21 }), { minLength: 2, maxLength: 5 });

test('pieces are apart, in order, padded to 16 floats, biases behind all weights', () => {
  fc.assert(
    fc.property(sizes, (n) => {
      const { weights, biases, weightsLength, length } = parametersOf(n);
      const pieces = [
        ...weights.map((at, l) => [at, packedLength(n[l], n[l + 1])]),
        ...biases.map((at, l) => [at, stride(n[l + 1])]),
      ];
      let end = 0;
      for (const [at, floats] of pieces) {
        assert.is(at, end);
        end = at + Math.ceil(floats / 16) * 16;
      }
      assert.equal([weightsLength, length], [biases[0], end]);
    }),
  );
});

test('each weight has a place of its own within its layer', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (inputs, units) => {
      const places = new Set<number>();
      for (let i = 0; i < inputs; i++) for (let j = 0; j < units; j++) places.add(packedIndex(i, j, inputs, units));
      assert.is(places.size, inputs * units);
      assert.ok(Math.max(...places) < packedLength(inputs, units));
    }),
  );
});

for (const b of benches()) {
  test(`${b.build}: a pass gives every layer's output, row by row as all at once`, () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 6 }), fc.nat(3), (n, rows, code) => {
        b.reset();
        const number = (i: number) => Math.fround(Math.sin(i * 7.3) / 2);
        const coefs = n
          .slice(1)
          .map((units, l) =>
            Array.from({ length: n[l] }, (_, i) => Array.from({ length: units }, (_, j) => number(l + i * 13 + j))),
          );
        const intercepts = n.slice(1).map((units) => Array.from({ length: units }, (_, j) => number(j + 99)));
        const { weights, biases, length } = parametersOf(n);
        const packed = new Float32Array(length);
        coefs.forEach((layer, l) => {
          layer.forEach((row, i) => row.forEach((v, j) => packed.set([v], weights[l] + packedIndex(i, j, n[l], n[l + 1]))));
          packed.set(intercepts[l], biases[l]);
        });
        const x = Array.from({ length: rows }, (_, r) => Array.from({ length: n[0] }, (_, i) => number(r * 31 + i)));
        const ld = stride(n[0]);
        const at = b.f32(x.flatMap((row) => [...row, ...new Array(ld - n[0]).fill(0)]));
        const network: Network = { sizes: n, activation: ACTIVATIONS[code], output: 'identity' };
        const parameters = b.f32(packed);
        const pass = new ForwardPass(b.kernels, network, parameters, new Layout(b.room(40_000)), rows);
        const z = pass.run(at, rows);
        assert.is(z, pass.outputs[n.length - 2]);
        const expected = outputs(x, { coefs, intercepts }, code);
        pass.outputs.forEach((address, l) => {
          const lo = stride(n[l + 1]);
          const found = b.read(address, rows * lo);
          expected[l + 1].forEach((row, r) =>
            row.forEach((v, j) => assert.ok(Math.abs(found[r * lo + j] - v) < 1e-5, `${found[r * lo + j]} ${v}`)),
          );
        });
        const all = b.read(z, rows * stride(n[n.length - 1]));
        const last = pass.run(at + (rows - 1) * ld * 4, 1);
        const one = stride(n[n.length - 1]);
        assert.equal(b.read(last, one), all.slice((rows - 1) * one, rows * one));
      }),
      { numRuns: 40 },
    );
  });
}
test.run();
