/** Rows that are alike, against rows written out as texts. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Column } from '../../src/index.js';
import { firstAlike, repeats, repeatsAmong } from '../../src/table/duplicates.js';

const cell = fc.constantFrom(0, -0, 1, -1, 0.1, 1e300, 5e-324, Number.NaN, 2 ** 31, 1.0000000000000002);
const tables = fc.integer({ min: 0, max: 60 }).chain((rows) =>
  fc.record({
    rows: fc.constant(rows),
    numbers: fc.array(fc.array(cell, { minLength: rows, maxLength: rows }), { maxLength: 3 }),
    codes: fc.array(fc.array(fc.integer({ min: -1, max: 1 }), { minLength: rows, maxLength: rows }), { maxLength: 3 }),
  }),
);

function columnsOf({ numbers, codes }: { numbers: number[][]; codes: number[][] }): Column[] {
  return [
    ...numbers.map((values, j): Column => ({ name: `n${j}`, kind: 'number', values: Float64Array.from(values) })),
    ...codes.map(
      (given, j): Column => ({ name: `c${j}`, kind: 'category', codes: Int32Array.from(given), categories: ['a', 'b'] }),
    ),
  ];
}

test('the first row that is alike is the one whose text is the same; missing is alike to missing, −0 to 0', () => {
  fc.assert(
    fc.property(tables, (table) => {
      const all = [...table.numbers, ...table.codes];
      const texts = Array.from({ length: table.rows }, (_, r) => all.map((column) => String(column[r] + 0)).join());
      const first = firstAlike(columnsOf(table), table.rows);
      assert.equal(
        [...first],
        texts.map((text) => texts.indexOf(text)),
      );
      assert.is(repeats(first), table.rows - new Set(texts).size);
      const [train, held] = [0, 1].map((part) => Int32Array.from(texts.keys()).filter((r) => r % 3 === part));
      const trained = new Set(Array.from(train, (r) => texts[r]));
      assert.is(repeatsAmong(first, train, held), [...held].filter((r) => trained.has(texts[r])).length);
    }),
  );
});

test('what differs in one column or in the last bit of a number is not alike, among many rows', () => {
  const rows = 50_000;
  const values = Float64Array.from({ length: rows }, (_, r) => 1 + r * Number.EPSILON);
  const constant = new Int32Array(rows);
  const columns: Column[] = [
    { name: 'a', kind: 'category', codes: constant, categories: ['x'] },
    { name: 'b', kind: 'number', values },
  ];
  assert.is(repeats(firstAlike(columns, rows)), 0);
  const codes = Int32Array.from({ length: rows }, (_, r) => r >> 1);
  assert.is(repeats(firstAlike([{ name: 'c', kind: 'category', codes, categories: [] }, columns[0]], rows)), rows / 2);
  // A column that is a part of a larger buffer.
  const part = new Float64Array(values.buffer, 8 * 10, 100);
  assert.is(repeats(firstAlike([{ name: 'b', kind: 'number', values: part }], 100)), 0);
});

test.run();
