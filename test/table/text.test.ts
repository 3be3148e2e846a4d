/** Tables from texts: what becomes a number, a boolean or a category is seen from all values of a column. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError } from '../../src/errors.js';
import { tableFromCSV, tableFromText } from '../../src/table/text.js';

test('numbers, booleans, categories in ascending order, and missing values', () => {
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
    { kind: 'category', name: 'flag', codes: [1, 0, -1, 1], categories: ['false', 'true'] },
    { kind: 'category', name: 'word', codes: [1, -1, 0, 1], categories: ['a', 'b'] },
    { kind: 'category', name: 'empty', codes: [-1, -1, -1, -1], categories: [] },
  ]);
});

test('one text beside one number makes the column text; hexadecimal is text', () => {
  for (const odd of ['x', '0x10', '1 2']) {
    const { columns } = tableFromText(['n'], [['1'], [odd]]);
    assert.is(columns[0].kind, 'category', odd);
  }
});

test('numbers in disguise are numbers, which is said; a text among many numbers is named by its row', async () => {
  const { columns, notes } = tableFromText(['n'], [['1.234,5'], ['7 '], ['']]);
  assert.equal(columns[0].kind === 'number' && [...columns[0].values], [1234.5, 7, Number.NaN]);
  assert.equal(notes, [{ column: 'n', message: 'numbers written like 1.234,5' }]);
  const rows = Array.from({ length: 40 }, (_, i) => [i === 7 ? 'secret' : String(i)]);
  const named = (error: CameoError) =>
    error.code === 'column' &&
    /Column 'n' holds numbers, and a word in row 7\. /.test(error.message) &&
    !/secret/.test(error.message);
  assert.throws(() => tableFromText(['n'], rows), named);
  assert.equal(tableFromText(['n'], rows, { onError: 'missing' }).notes, [
    { column: 'n', message: '1 cell of text among numbers taken as missing' },
  ]);
  assert.is(tableFromText(['n'], rows, { onError: 'text' }).columns[0].kind, 'category');
  const csv = `n,m\n${rows.map((row) => `${row},x`).join('\n')}`;
  const table = await tableFromCSV(csv, { onError: 'missing' });
  assert.is(JSON.stringify(table.columns[0]), JSON.stringify(tableFromText(['n'], rows, { onError: 'missing' }).columns[0]));
});

test('a row that is longer than the header is named', () => {
  assert.throws(
    () => tableFromText(['a'], [['1'], ['1', '2']]),
    (error: CameoError) => error instanceof CameoError && /Row 1: expected at most 1 values, found 2/.test(error.message),
  );
});

test.run();
