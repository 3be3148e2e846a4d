import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Matrix, StandardScaler } from '../../src/index.js';

type Columns = (number | null)[][];
const fixture = JSON.parse(readFileSync('test/fixtures/scaler.json', 'utf8')) as {
  x: Columns;
  y: Columns;
  mean: number[];
  variance: number[];
  scale: number[];
  count: number[];
};
const column = (values: (number | null)[]) => Float32Array.from(values, (v) => v ?? Number.NaN);
const x = new Matrix(fixture.x.map(column));
const near = (actual: number, expected: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= 1e-6 * Math.max(Math.abs(expected), 1e-3), `${what}: ${actual} ${expected}`);

const engine = await createEngine({ threads: 2 });

test("equals scikit-learn's on NaN, constants and a mean of 1e6 with a deviation of 1", async () => {
  const scaler = await new StandardScaler({ engine }).fit(x);
  assert.equal([...scaler.count], fixture.count);
  fixture.mean.forEach((v, j) => near(scaler.mean[j], v, `mean ${j}`));
  fixture.variance.forEach((v, j) => near(scaler.variance[j], v, `variance ${j}`));
  fixture.scale.forEach((v, j) => near(scaler.scale[j], v, `scale ${j}`));
  const y = await scaler.transform(x);
  fixture.y.forEach((values, j) => {
    values.forEach((v, i) => {
      if (v === null) assert.ok(Number.isNaN(y.column(j)[i]));
      else near(y.column(j)[i], v, `y ${i},${j}`);
    });
  });
  const back = await scaler.inverseTransform(y);
  fixture.x.forEach((values, j) => {
    values.forEach((v, i) => {
      // A value near zero in a column of mean m was m + (v - m): its error is relative to m.
      if (v !== null) near(back.column(j)[i] + fixture.mean[j], v + fixture.mean[j], `x ${i},${j}`);
    });
  });
});

test('partialFit in pieces learns what one fit learns', async () => {
  const whole = await new StandardScaler({ engine }).fit(x);
  const parts = new StandardScaler({ engine });
  for (let first = 0; first < x.rows; first += 100) {
    await parts.partialFit(new Matrix(fixture.x.map((c) => column(c.slice(first, first + 100)))));
  }
  assert.equal([...parts.count], [...whole.count]);
  whole.variance.forEach((v, j) => near(parts.variance[j], v, `variance ${j}`));
});

test('the same bytes for 0, 1, 2 and 3 workers, resident or not', async () => {
  const rows = 200_003;
  const values = Float32Array.from({ length: rows }, (_, i) => ((i * 7919) % 10007) / 3 + 1e5);
  const results = [];
  for (const threads of [0, 1, 2, 3]) {
    const e = await createEngine({ threads });
    const scaler = await new StandardScaler({ engine: e }).fit(new Matrix([values]));
    using resident = e.matrix(rows, 1);
    resident.column(0).set(values);
    const again = await new StandardScaler({ engine: e }).fit(resident);
    assert.equal(again.variance, scaler.variance);
    const y = await scaler.transform(new Matrix([values]));
    await again.transform(resident, resident);
    assert.equal(resident.column(0), y.column(0));
    results.push([scaler.mean[0], scaler.variance[0], Buffer.from(y.column(0).buffer).toString('base64')]);
    await e.close();
  }
  for (const result of results) assert.equal(result, results[0]);
});

test('infinity, no rows and another width are refused', async () => {
  const fails = async (work: Promise<unknown>, pattern: RegExp) => {
    try {
      await work;
    } catch (error) {
      assert.match((error as Error).message, pattern);
      return;
    }
    assert.unreachable('no error');
  };
  const scaler = new StandardScaler({ engine });
  await fails(scaler.transform(x), /not fitted/);
  await fails(scaler.fit(new Matrix([new Float32Array(0)])), /no rows/);
  await fails(scaler.fit(new Matrix([Float32Array.of(1, 2, Infinity)])), /infinite in row 2/);
  await scaler.fit(x);
  await fails(scaler.transform(new Matrix([Float32Array.of(1)])), /expected 5, found 1/);
});

test('the arena is empty afterwards', async () => {
  assert.is(engine.memoryStats().regions, 0);
  await engine.close();
});
test.run();
