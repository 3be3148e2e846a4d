/** A worker that dies in the middle of a shard: the shard runs again, and nothing is scaled twice. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Matrix, StandardScaler } from '../../src/index.js';
import { killDuring } from '../support/kill.js';

// One shard whose columns take a worker some tens of milliseconds.
const ROWS = 4096;
const COLUMNS = 4000;
const value = (i: number, j: number) => ((i * 31 + j * 17) % 1009) - 300;
const columns = Array.from({ length: COLUMNS }, (_, j) => Float32Array.from({ length: ROWS }, (_, i) => value(i, j)));

for (const how of ['a matrix of its own', 'a matrix in the engine, in place', 'a matrix in the engine, to another'] as const) {
  for (const inverse of [false, true]) {
    test(`${inverse ? 'inverseTransform' : 'transform'} of ${how}`, async () => {
      await using engine = await createEngine({ threads: 1, device: 'wasm' });
      const plain = new Matrix(columns);
      const scaler = await new StandardScaler({ engine }).fit(plain);
      const expected = inverse ? await scaler.inverseTransform(plain) : await scaler.transform(plain);
      using x = engine.matrix(ROWS, COLUMNS);
      using other = engine.matrix(ROWS, COLUMNS);
      for (let j = 0; j < COLUMNS; j++) {
        x.column(j).set(columns[j]);
        other.column(j).fill(0);
      }
      const kill = killDuring(engine, 'scale', ({ columns: from, out }) => {
        // Where the first and the last column go: other numbers than those that come, or in place the input.
        const ends = [out[0], out[COLUMNS - 1]].map((address) => engine.f32(address, 1));
        if (out[0] !== from[0]) for (const end of ends) end[0] = 0.123;
        const before = ends.map(([v]) => v);
        return { begun: () => ends[0][0] !== before[0], ended: () => ends[1][0] !== before[1] };
      });
      const to = how === 'a matrix of its own' ? undefined : how.endsWith('another') ? other : x;
      const apply = inverse ? scaler.inverseTransform.bind(scaler) : scaler.transform.bind(scaler);
      const found = to ? await apply(x, to) : await apply(plain);
      assert.is(await kill.inTheMiddle(), true, 'the worker was killed in the middle of a shard');
      for (let j = 0; j < COLUMNS; j++) assert.equal(found.column(j), expected.column(j), `column ${j}`);
    });
  }
}
test.run();
