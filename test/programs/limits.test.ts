/** What the benchmark measures the machine with does what it says. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { limits } from '../../src/programs/limits.js';
import { packedIndex, packedLength } from '../../src/programs/perceptron/network.js';
import { stride } from '../../src/wasm/kernels.js';
import { forward } from '../support/dense.js';
import { benches } from '../support/kernels.js';

const control = { aborted: () => false, progress: () => {} };
for (const b of benches()) {
  test(`${b.build}: floats are copied, and those that are read stay as they are`, () => {
    b.reset();
    const values = Float32Array.from({ length: 1000 }, (_, i) => i * 1.5);
    const [at, to] = [b.f32(values), b.room(1000)];
    limits(b.kernels, b.memory, { kind: 'read', at, n: 1000, rounds: 3 }, control);
    limits(b.kernels, b.memory, { kind: 'copy', to, at, n: 1000, rounds: 2 }, control);
    assert.equal(b.read(to, 1000), values);
    assert.equal(b.read(at, 1000), values);
    limits(b.kernels, b.memory, { kind: 'madd', steps: 10 }, control);
  });

  test(`${b.build}: the product is that of a dense layer`, () => {
    b.reset();
    const [rows, inputs, units] = [5, 7, 3];
    const x = Array.from({ length: rows }, (_, r) => Array.from({ length: inputs }, (_, i) => r - i));
    const w = Array.from({ length: inputs }, (_, i) => Array.from({ length: units }, (_, j) => i * j - 2));
    const bias = [1, 2, 3];
    const packed = new Float32Array(packedLength(inputs, units));
    w.forEach((row, i) =>
      row.forEach((v, j) => packed.fill(v, packedIndex(i, j, inputs, units), packedIndex(i, j, inputs, units) + 1)),
    );
    const ld = stride(inputs);
    const args = {
      out: b.room(rows * stride(units)),
      x: b.f32(x.flatMap((row) => [...row, ...new Array(ld - inputs).fill(0)])),
      weights: b.f32(packed),
      bias: b.f32([...bias, 0, 0, 0, 0, 0]),
      scratch: b.room(b.kernels.gemm_scratch(inputs)),
    };
    limits(b.kernels, b.memory, { kind: 'dense', ...args, rows, inputs, units }, control);
    const found = b.read(args.out, rows * stride(units));
    const expected = forward({ x, w, bias });
    expected.forEach((row, r) => row.forEach((v, j) => assert.is(found[r * stride(units) + j], v)));
  });
}
test.run();
