/** A worker that dies in the middle of a shard: the shard runs again, and nothing is scaled twice. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Matrix, StandardScaler } from '../../src/index.js';
import { withDyingWorker } from '../support/dying.js';

const [ROWS, COLUMNS] = [70_003, 5];
const columns = Array.from({ length: COLUMNS }, (_, j) =>
  Float32Array.from({ length: ROWS }, (_, i) => ((i * 31 + j * 17) % 1009) - 300),
);
const plain = new Matrix(columns);
await using calm = await createEngine({ threads: 0 });
const scaler = await new StandardScaler({ engine: calm }).fit(plain);
const expected = { transform: await scaler.transform(plain), inverseTransform: await scaler.inverseTransform(plain) };

for (const method of ['transform', 'inverseTransform'] as const) {
  // The worker dies in the first shard or in a later one, when it has written some of the columns.
  for (const calls of [3, COLUMNS + 1]) {
    for (const how of ['a matrix', 'a matrix in the engine to another', 'a matrix in the engine in place'] as const) {
      test(`${method} of ${how}, call ${calls}`, () =>
        withDyingWorker('scale', calls, async (engine) => {
          const again = await new StandardScaler({ engine }).fit(plain);
          using x = engine.matrix(ROWS, COLUMNS);
          using other = engine.matrix(ROWS, COLUMNS);
          for (let j = 0; j < COLUMNS; j++) x.column(j).set(columns[j]);
          const to = how === 'a matrix' ? undefined : how.endsWith('another') ? other : x;
          const found = to ? await again[method](x, to) : await again[method](plain);
          for (let j = 0; j < COLUMNS; j++) {
            const wanted = expected[method].column(j);
            const off = found.column(j).findIndex((v, i) => v !== wanted[i]);
            assert.is(off, -1, `column ${j} differs from row ${off} on`);
          }
        }));
    }
  }
}
test.run();
