/** Compressed sparse rows: from dense ones and back, and everything that is no such matrix. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CsrMatrix, type CsrParts, Matrix } from '../../src/index.js';
import { refusal } from '../support/refused.js';

const denseOf = (x: CsrMatrix) =>
  Array.from({ length: x.rows }, (_, r) => {
    const row = new Array<number>(x.columns).fill(0);
    for (let i = x.indptr[r]; i < x.indptr[r + 1]; i++) row[x.indices[i]] = x.values[i];
    return row;
  });

test('dense rows become sparse ones and are the same', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }));
  const rows = sizes.chain(([n, columns]) => {
    const value = fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 3 }));
    return fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: n, maxLength: n });
  });
  fc.assert(
    fc.property(rows, (dense) => {
      const x = CsrMatrix.fromMatrix(Matrix.fromRows(dense));
      assert.equal(denseOf(x), dense);
      const pairs = dense.map((row) => [...row.entries()].filter(([, value]) => value !== 0));
      assert.equal(CsrMatrix.fromRows(pairs, dense[0].length), x);
      const negative = x.values.findIndex((value) => value < 0);
      assert.is(x.firstNegative, negative);
    }),
  );
});

test('what is no such matrix is refused', async () => {
  const good: CsrParts = {
    indptr: Int32Array.of(0, 2, 2, 3),
    indices: Int32Array.of(0, 3, 1),
    values: Float32Array.of(1, 2, 3),
    columns: 4,
  };
  assert.is(new CsrMatrix(good).rows, 3);
  const wrong: [Partial<CsrParts> | { indptr: number[] }, RegExp, string?][] = [
    [{ indptr: [0, 2, 2, 3] }, /Int32Array/],
    [{ indptr: new Int32Array(0) }, /indptr of a CsrMatrix/],
    [{ indptr: Int32Array.of(1, 2, 2, 3) }, /expected starts from 0 to 3, found 1 to 3/],
    [{ indptr: Int32Array.of(0, 2, 2, 2) }, /expected starts from 0 to 3, found 0 to 2/],
    [{ indptr: Int32Array.of(0, 2, 1, 3) }, /indptr of row 1: expected at least 2, found 1/],
    [{ indptr: Int32Array.of(0, 2, 9, 3) }, /indptr of row 1/],
    [{ values: Float32Array.of(1) }, /expected 3, found 1/],
    [{ columns: 3 }, /A column of row 0: expected 1 to 2/],
    [{ columns: 1.5 }, /a whole number/],
    [{ indices: Int32Array.of(3, 0, 1) }, /A column of row 0: expected 4 to 3, each column once and ascending, found 0/],
    [{ indices: Int32Array.of(0, 0, 1) }, /A column of row 0/],
    [{ indices: Int32Array.of(0, -1, 1) }, /A column of row 0/],
    [{ values: Float32Array.of(1, 2, Number.NaN) }, /NaN or infinity in row 2, column 1/, 'data'],
    [{ values: Float32Array.of(1, Number.POSITIVE_INFINITY, 2) }, /row 0, column 3/, 'data'],
  ];
  for (const [parts, message, code = 'argument'] of wrong) {
    const error = await refusal(() => new CsrMatrix({ ...good, ...parts } as CsrParts));
    assert.is(error.code, code);
    assert.match(error.message, message);
  }
  assert.match((await refusal(() => CsrMatrix.fromRows([[[0.5, 1]]], 2))).message, /a whole number/);
  const infinite = await refusal(() => CsrMatrix.fromMatrix(Matrix.fromRows([[0, Number.NaN]])));
  assert.match(infinite.message, /row 0, column 1/);
});

test.run();
