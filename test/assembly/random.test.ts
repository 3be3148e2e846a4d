import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { open } from '../support/kernels.js';

const b = open('simd');
const u32 = (at: number, n: number) => [...new Uint32Array(b.memory.buffer, at, n)];

test('philox gives the known answers of Random123', () => {
  const out = b.room(4);
  const ones = 0xffffffff;
  b.kernels.philox(out, 0, 0, 0, 0, 0, 0);
  assert.equal(u32(out, 4), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  b.kernels.philox(out, ones, ones, ones, ones, ones, ones);
  assert.equal(u32(out, 4), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
  b.kernels.philox(out, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0);
  assert.equal(u32(out, 4), [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
});

test('uniform numbers stay in their range and have its mean', () => {
  const n = 100_000;
  const out = b.room(n);
  b.kernels.random_uniform(out, n, -2, 5, 42, 0);
  const x = b.read(out, n);
  assert.ok(x.every((v) => v >= -2 && v < 3));
  const mean = x.reduce((s, v) => s + v, 0) / n;
  assert.ok(Math.abs(mean - 0.5) < (5 * 5) / Math.sqrt(12 * n), `mean ${mean}`);
});

test('a shuffle is a permutation, differs by stream, and is uniform', () => {
  const places = new Float64Array(16);
  const trials = 4000;
  for (let t = 0; t < trials; t++) {
    b.reset();
    const index = b.i32([0, 1, 2, 3]);
    b.kernels.random_shuffle(index, b.room(4), 4, 7, t);
    const order = [...new Int32Array(b.memory.buffer, index, 4)];
    assert.equal([...order].sort(), [0, 1, 2, 3]);
    order.forEach((v, i) => {
      places[i * 4 + v]++;
    });
  }
  // Each value stands in each place a quarter of the time, within five standard deviations.
  const deviation = Math.sqrt(trials * 0.25 * 0.75);
  for (const count of places) assert.ok(Math.abs(count - trials / 4) < 5 * deviation, `${count}`);
});
test.run();
