/** Standardization of a shard: what is read is not changed, what is written is the difference times the inverse. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scale as run } from '../../src/programs/scale.js';
import { onEngines } from '../support/engines.js';
import { benches } from '../support/kernels.js';
import { scale } from '../webgpu/columns.js';

onEngines('there and back', async (engine) => {
  for (const rows of [0, 1, 5, 64, 257, 4099]) for (const columns of [1, 3]) await scale(engine, rows, columns);
});

const value = fc.option(fc.float({ min: -1000, max: 1000, noNaN: true }));
for (const b of benches()) {
  test(`${b.build}: any values by any parameters, the input as it was`, () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 40 }),
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: -6, max: 6 }),
        (given, mean, power) => {
          b.reset();
          const values = Float32Array.from(given, (v) => v ?? Number.NaN);
          const [rows, inverse] = [values.length, 2 ** power];
          const [column, out, back] = [b.f32(values), b.room(rows), b.room(rows)];
          const parameters = b.f32([mean, 0.125, inverse, Number.NaN]);
          run(b.kernels, b.memory, { columns: [column], out: [out], parameters, rows, inverse: false });
          const expected = values.map((v) => Math.fround(Math.fround(v - mean) - 0.125) * inverse);
          assert.equal([...b.read(out, rows)], [...expected]);
          assert.equal([...b.read(column, rows)], [...values]);
          run(b.kernels, b.memory, { columns: [out], out: [back], parameters, rows, inverse: true });
          assert.equal(
            [...b.read(back, rows)],
            [...expected].map((v) => Math.fround(v / inverse + (mean + 0.125))),
          );
        },
      ),
    );
  });
}
test.run();
