import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Matrix, QuantileTransformer } from '../../src/index.js';

type Columns = (number | null)[][];
const fixture = JSON.parse(readFileSync('test/fixtures/quantile.json', 'utf8')) as Record<'x' | 'fresh' | 'y' | 'z', Columns>;
const matrix = (columns: Columns) => new Matrix(columns.map((c) => Float32Array.from(c, (v) => v ?? Number.NaN)));
const engine = await createEngine({ threads: 0 });

test("equals scikit-learn's on skewed, tied, constant, missing and unseen values", async () => {
  const t = await new QuantileTransformer({ engine, nQuantiles: 64 }).fit(matrix(fixture.x));
  for (const [input, expected] of [
    [fixture.x, fixture.y],
    [fixture.fresh, fixture.z],
  ]) {
    const y = await t.transform(matrix(input));
    expected.forEach((values, j) => {
      values.forEach((v, i) => {
        const found = y.column(j)[i];
        if (v === null) assert.ok(Number.isNaN(found));
        else assert.ok(Math.abs(found - v) < 1e-5, `${i},${j}: ${found} ${v}`);
      });
    });
  }
  assert.is(engine.memoryStats().regions, 0);
});
test.run();
