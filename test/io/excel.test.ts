/** Excel workbooks read as the same table as a CSV of their cells: the first sheet, or one by name or number. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ReadOptions, readTable } from '../../src/index.js';
import { folder } from '../support/command.js';
import { workbook } from '../support/workbook.js';

const cwd = folder();
const path = join(cwd, 'book.xlsx');
const plain = async (options?: ReadOptions) => {
  const { columns, notes } = await readTable(path, options);
  const values = columns.map((c) => [
    c.name,
    c.kind === 'number' ? [...c.values] : [...c.codes].map((code) => c.categories[code] ?? null),
  ]);
  return { values: Object.fromEntries(values), notes };
};
const refused = async (message: RegExp, options?: ReadOptions) => {
  try {
    await readTable(path, options);
  } catch (error) {
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`not refused: ${message}`);
};

test('numbers, texts, truth values, dates and blanks; numbers in disguise and codes', async () => {
  const rows = [
    ['id', 'amount', 'flag', 'day', 'price', 'code', 'name & <more>', null],
    [7, 1.5, true, { date: 45325 }, '1.234,50 €', '007', 'x', null],
    [8, null, false, { date: 45326.5 }, '2,5 €', '012', null, null],
    [null, null, null, null, null, null, null, null],
    [9, -2, null, null, null, '7', '中文', null],
  ];
  writeFileSync(path, workbook({ Customers: rows, 'Other one': [['a'], [1]] }));
  const { values, notes } = await plain();
  assert.equal(values, {
    id: [7, 8, 9],
    amount: [1.5, Number.NaN, -2],
    flag: ['true', 'false', null],
    day: ['2024-02-03', '2024-02-04 12:00:00', null],
    price: [1234.5, 2.5, Number.NaN],
    code: ['007', '012', '7'],
    'name & <more>': ['x', null, '中文'],
  });
  assert.equal(notes, [{ column: 'price', message: 'numbers written like 1.234,5 €' }]);
  assert.equal((await plain({ sheet: 'Other one' })).values, { a: [1] });
  assert.equal((await plain({ sheet: 2 })).values, { a: [1] });
  assert.equal((await plain({ sheet: '2' })).values, { a: [1] });
  await refused(/Cannot read '.*book\.xlsx': it has no such sheet, but 'Customers', 'Other one'/, { sheet: 'Nope' });
});

test('a text among numbers is named by its row in the sheet, and can be taken as missing', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => [i === 7 ? 'secret' : i / 2]);
  writeFileSync(path, workbook({ S: [['n'], ...rows] }));
  await refused(/Column 'n' holds numbers, and a word in row 7 \(line 9\)\. Mend it/);
  const { values, notes } = await plain({ onError: 'missing' });
  assert.is(values.n.filter(Number.isNaN).length, 1);
  assert.equal(notes, [{ column: 'n', message: '1 cell of text among numbers taken as missing' }]);
});

test('a workbook that would fill the memory when unpacked is refused before', async () => {
  // As a bomb is packed: a little of zeros, of which the directory says honestly how many they will be.
  const book = workbook({ S: [['a'], [1]] });
  const at = book.lastIndexOf('PK\x01\x02');
  for (const size of [2 ** 30, 0xffffffff]) {
    book.writeUInt32LE(size, at + 24);
    writeFileSync(path, book);
    await refused(/Cannot read '.*book\.xlsx': it is no workbook, or one of more than 1 GiB when unpacked/);
  }
});

test('what is no workbook, has no rows or a name twice is refused', async () => {
  writeFileSync(path, 'PK\x03\x04 is not all that a workbook is');
  await refused(/Cannot read '.*book\.xlsx'/);
  writeFileSync(path, workbook({ S: [] }));
  await refused(/book\.xlsx' has no rows/);
  writeFileSync(path, workbook({ S: [['a', 'b']] }));
  await refused(/book\.xlsx' has no rows: nothing stands below the names in line 1/);
  writeFileSync(
    path,
    workbook({
      S: [
        ['a', 'A'],
        [1, 2],
      ],
    }),
  );
  await refused(/Column name 'A' appears more than once in line 1/);
});

test.run();
