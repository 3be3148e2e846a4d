/** Tables from texts: what becomes a number, a boolean or a category is seen from all values of a column. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError } from '../../src/errors.js';
import { tableFromText } from '../../src/table/text.js';

test('numbers, booleans, categories in the order of their appearance, and missing values', () => {
  const rows = [
    ['1', 'TRUE', 'b', ''],
    [' -2.5e3 ', 'false', '', ''],
    ['', '', 'a'],
    ['.5', 'true', 'b', ''],
  ];
  const { rows: count, columns } = tableFromText(['n', 'flag', 'word', 'empty'], rows);
  assert.is(count, 4);
  const plain = columns.map((c) => (c.kind === 'number' ? { ...c, values: [...c.values] } : { ...c, codes: [...c.codes] }));
  assert.equal(plain, [
    { kind: 'number', name: 'n', values: [1, -2500, Number.NaN, 0.5] },
    { kind: 'category', name: 'flag', codes: [0, 1, -1, 0], categories: ['true', 'false'] },
    { kind: 'category', name: 'word', codes: [0, -1, 1, 0], categories: ['b', 'a'] },
    { kind: 'category', name: 'empty', codes: [-1, -1, -1, -1], categories: [] },
  ]);
});

test('one text among numbers makes the column text; hexadecimal and infinity are texts', () => {
  for (const odd of ['x', '0x10', 'Infinity', '1,5', '1 2']) {
    const { columns } = tableFromText(['n'], [['1'], [odd]]);
    assert.is(columns[0].kind, 'category', odd);
  }
});

test('a row that is longer than the header is named', () => {
  assert.throws(
    () => tableFromText(['a'], [['1'], ['1', '2']]),
    (error: CameoError) => error instanceof CameoError && /Row 1: expected at most 1 values, found 2/.test(error.message),
  );
});

test.run();
