import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benches, ulps } from '../support/kernels.js';

/** Every 2048th float32 of either sign, and the ends of the range: 2 million arguments. */
function everywhere(): Float32Array {
  const bits = new Uint32Array(2 ** 21);
  for (let i = 0; i < bits.length; i++) bits[i] = i * 2048 + (i % 2048);
  return new Float32Array(bits.buffer);
}

for (const b of benches()) {
  const x = everywhere();
  const check = (
    name: 'vector_exp' | 'vector_log' | 'vector_tanh' | 'vector_logistic',
    f: (x: number) => number,
    limit: number,
  ) => {
    test(`${b.build} ${name} is within ${limit} ulp of float64 rounded`, () => {
      let worst = 0;
      let at = 0;
      for (let first = 0; first < x.length; first += 2 ** 18) {
        b.reset();
        const part = x.subarray(first, first + 2 ** 18);
        const out = b.room(part.length);
        b.kernels[name](out, b.f32(part), part.length);
        const y = b.read(out, part.length);
        part.forEach((v, i) => {
          const exact = Math.fround(f(v));
          // Subnormal results may be flushed to zero.
          if (Math.abs(exact) < 2 ** -126 && Math.abs(y[i]) <= 2 ** -126) return;
          const distance = Number.isNaN(exact) ? (Number.isNaN(y[i]) ? 0 : 1e9) : ulps(y[i], exact);
          if (distance > worst) [worst, at] = [distance, v];
        });
      }
      assert.ok(worst <= limit, `${worst} ulp at ${at}`);
    });
  };
  check('vector_exp', Math.exp, 2);
  check('vector_log', Math.log, 2);
  check('vector_tanh', Math.tanh, 2);
  check('vector_logistic', (v) => 1 / (1 + Math.exp(-v)), 4);

  test(`${b.build} vector_scale rounds once, in place too`, () => {
    b.reset();
    const part = x.filter((_, i) => i % 1021 === 0);
    const at = b.f32(part);
    b.kernels.vector_scale(at, at, part.length, 0.9);
    const factor = Math.fround(0.9);
    b.read(at, part.length).forEach((y, i) => assert.ok(Object.is(y, Math.fround(part[i] * factor)), `${part[i]}: ${y}`));
  });
}
test.run();
