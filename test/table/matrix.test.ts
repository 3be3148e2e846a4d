/** Matrices of columns, and columns of a table by name. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError } from '../../src/errors.js';
import { columnOf, idsOf } from '../../src/table/columns.js';
import { Matrix } from '../../src/table/matrix.js';
import type { Table } from '../../src/table/table.js';

test('rows become columns, rounded to float32', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(
      sizes.chain(([rows, columns]) =>
        fc.array(fc.array(fc.double(), { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
      ),
      (rows) => {
        const matrix = Matrix.fromRows(rows);
        assert.equal([matrix.rows, matrix.columns], [rows.length, rows[0].length]);
        for (let j = 0; j < matrix.columns; j++)
          assert.equal(
            [...matrix.column(j)],
            rows.map((row) => Math.fround(row[j])),
          );
      },
    ),
  );
  assert.throws(() => Matrix.fromRows([[1, 2], [3]]), /Row 1: expected 2 values, found 1/);
  assert.throws(() => new Matrix([new Float32Array(2), new Float32Array(3)]), /Column length: expected 2, found 3/);
});

test('a column by its name, or an error with its role and the names that there are', () => {
  const table: Table = {
    rows: 3,
    columns: [
      { kind: 'number', name: 'n', values: Float64Array.of(7, Number.NaN, 2.5) },
      { kind: 'category', name: 'c', codes: Int32Array.of(0, -1, 1), categories: ['x', 'y'] },
    ],
  };
  assert.is(columnOf(table, 'Id', 'c'), table.columns[1]);
  assert.throws(
    () => columnOf(table, 'Id', 'id'),
    (error: CameoError) =>
      error instanceof CameoError && /Id column 'id' is not in the table, which has 'n' and 'c'/.test(error.message),
  );
  assert.equal(idsOf(table.columns[0], 0, 3, 0), ['7', null, '2.5']);
  assert.equal(idsOf(table.columns[1], 1, 2, 0), [null, 'y']);
  assert.equal(idsOf(undefined, 1, 2, 10), ['11', '12']);
});

test.run();
