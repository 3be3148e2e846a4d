/** Updates of tiles against plain code, in both builds. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benches } from '../support/kernels.js';
import { generator } from '../support/tables.js';

for (const b of benches()) {
  test(`tile_update (${b.build})`, () => {
    fc.assert(
      fc.property(fc.constantFrom(8, 16, 24, 64), fc.integer({ min: 1, max: 1e6 }), (n, seed) => {
        b.reset();
        const next = generator(seed);
        const [c, u, w] = [0, 1, 2].map(() => Float32Array.from({ length: n * n }, () => next() * 2 - 1));
        const at = [c, u, w].map((values) => b.f32(values));
        b.kernels.tile_update(at[0], at[1], at[2], n);
        b.read(at[0], n * n).forEach((value, t) => {
          const [r, j] = [Math.floor(t / n), t % n];
          let sum = c[t];
          for (let k = 0; k < n; k++) sum += u[r * n + k] * w[k * n + j];
          assert.ok(Math.abs(value - sum) <= 1e-5 * Math.sqrt(n), `${value} ${sum}`);
        });
        assert.equal([b.read(at[1], n * n), b.read(at[2], n * n)], [u, w]);
      }),
      { numRuns: 20 },
    );
  });
}

test.run();
