/** Moments of a shard's columns: any rows, missing values, values far from zero, nothing at all. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { moments as run } from '../../src/programs/moments.js';
import { onEngines } from '../support/engines.js';
import { open } from '../support/kernels.js';
import { moments } from '../webgpu/columns.js';

onEngines('count, mean and squares are those of sums in order', async (engine) => {
  for (const rows of [0, 1, 5, 64, 257, 4099]) for (const columns of [1, 3]) await moments(engine, rows, columns);
});

const b = open('simd');

test('whole numbers have exact moments, and the columns are not changed', () => {
  const column = fc.array(fc.option(fc.integer({ min: -999, max: 999 })), { maxLength: 70 });
  fc.assert(
    fc.property(column, column, (...given) => {
      b.reset();
      const rows = Math.min(...given.map((values) => values.length));
      const columns = given.map((values) => Float32Array.from(values.slice(0, rows), (v) => v ?? Number.NaN));
      const at = columns.map((values) => b.f32(values));
      const out = b.room(32);
      run(b.kernels, b.memory, { columns: at, rows, out });
      columns.forEach((values, j) => {
        const known = [...values].filter((v) => !Number.isNaN(v));
        const [count, mean, m2] = new Float64Array(b.memory.buffer, out + j * 64, 3);
        assert.is(count, known.length);
        const sum = known.reduce((s, v) => s + v, 0);
        if (count > 0) assert.ok(Math.abs(mean * count - sum) < 1e-9 * Math.max(1, Math.abs(sum)), `${mean}`);
        const squares = known.reduce((s, v) => s + v * v, 0) - (count ? (sum * sum) / count : 0);
        assert.ok(Math.abs(m2 - squares) < 1e-9 * Math.max(1, squares), `${m2} ${squares}`);
        assert.equal([...b.read(at[j], rows)], [...values]);
      });
    }),
  );
});
test.run();
