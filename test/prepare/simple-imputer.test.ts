import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Matrix, SimpleImputer, type SimpleImputerOptions } from '../../src/index.js';

const fixture = JSON.parse(readFileSync('test/fixtures/imputer.json', 'utf8')) as {
  x: (number | null)[][];
  statistics: Record<NonNullable<SimpleImputerOptions['strategy']>, number[]>;
};
const x = new Matrix(fixture.x.map((c) => Float32Array.from(c, (v) => v ?? Number.NaN)));

for (const [strategy, expected] of Object.entries(fixture.statistics)) {
  test(`equals scikit-learn's: ${strategy}`, () => {
    const imputer = new SimpleImputer({ strategy: strategy as SimpleImputerOptions['strategy'], fillValue: 7 }).fit(x);
    expected.forEach((v, j) => assert.ok(Math.abs(imputer.statistics[j] - v) <= 1e-12 * Math.abs(v), `${j}`));
    const filled = imputer.transform(x);
    fixture.x.forEach((values, j) => {
      values.forEach((v, i) => assert.is(filled.column(j)[i], Math.fround(v ?? expected[j])));
    });
    assert.equal(
      [...imputer.missing],
      fixture.x.map((c) => c.filter((v) => v === null).length),
    );
  });
}

test('an entirely missing column and infinity are refused', () => {
  assert.throws(() => new SimpleImputer().fit(new Matrix([Float32Array.of(NaN, NaN)])), /no value in any row/);
  assert.throws(() => new SimpleImputer().fit(new Matrix([Float32Array.of(1, -Infinity)])), /infinite in row 1/);
});
test.run();
