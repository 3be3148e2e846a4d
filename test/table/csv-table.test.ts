/** Tables of CSV: columns against a naive reader, whatever the first rows look like; headers and rows that are broken are named by line. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError } from '../../src/errors.js';
import type { Column } from '../../src/index.js';
import { type TextOptions, tableFromCSV } from '../../src/table/text.js';

const plain = ({ columns }: { columns: Column[] }) =>
  Object.fromEntries(
    columns.map((c) => [c.name, c.kind === 'number' ? [...c.values] : [...c.codes].map((code) => c.categories[code] ?? null)]),
  );
const read = async (text: string, options?: TextOptions) => plain(await tableFromCSV(text, options));
const refused = async (text: string, message: RegExp, options?: TextOptions) => {
  try {
    await tableFromCSV(text, { name: 'x.csv', ...options });
  } catch (error) {
    assert.instance(error, CameoError);
    assert.match((error as CameoError).message, message);
    return;
  }
  assert.unreachable(`not refused: ${text.slice(0, 40)}`);
};
/** Rows of one number column `n` beside one of text. */
const long = (rows: number, cell: (i: number) => string) =>
  `n,t\n${Array.from({ length: rows }, (_, i) => `${cell(i)},t`).join('\n')}\n`;

test('random columns of numbers and texts are what a naive reader makes of them', async () => {
  const number = fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constant(''),
  );
  const text = fc.oneof(
    fc.constantFrom('', 'a', 'b c', 'x1', 'é', '中'),
    fc.string({ unit: fc.constantFrom('q', 'w', ' ', '"', '\n') }).filter((s) => s.trim() !== ''),
  );
  const columns = fc.array(fc.tuple(fc.boolean(), fc.infiniteStream(fc.tuple(number, text))), { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(columns, fc.integer({ min: 1, max: 40 }), async (given, rows) => {
      const cells = given.map(([numeric, stream]) =>
        Array.from({ length: rows }, () => (stream.next().value as [string, string])[numeric ? 0 : 1]),
      );
      const quoted = (cell: string) => (/["\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
      const lines = Array.from({ length: rows }, (_, i) => cells.map((column) => quoted(column[i])).join(','));
      const found = await read(`${cells.map((_, j) => `c${j}`).join(',')}\n${lines.join('\n')}\n`);
      for (const [j, column] of cells.entries()) {
        const known = column.filter((cell) => cell !== '');
        const numeric = known.length > 0 && known.every((cell) => !Number.isNaN(Number(cell)));
        // Whole numbers beyond 2^53 are identifiers.
        if (numeric && known.every((c) => /^-?\d+$/.test(c)) && known.some((c) => !Number.isSafeInteger(Number(c)))) continue;
        const expected = column.map((cell) =>
          numeric ? (cell === '' ? Number.NaN : Number(cell)) : cell === '' ? null : cell,
        );
        assert.equal(found[`c${j}`], expected);
      }
    }),
    { numRuns: 200 },
  );
});

test('a column is seen from all of its rows, not from the first', async () => {
  const rows = 60_000; // more than what delimiter and types are guessed from
  const late = (n: number, cell: string) => long(rows, (i) => (i >= rows - n ? cell : String(i)));
  assert.equal((await read(late(1, '"1,5"'))).n.slice(-2), [59_998, 1.5]);
  assert.equal((await read(late(5000, '"1,234.5"'))).n.slice(-2), [1234.5, 1234.5]);
  assert.equal((await read(late(5000, 'B7'))).n.slice(-2), ['B7', 'B7']);
  assert.is((await read(late(5000, 'B7'))).n[7], '7');
  assert.equal((await read(late(5000, 'NA'))).n.slice(-2), [Number.NaN, Number.NaN]);
  await refused(
    late(1, 'secret'),
    /Column 'n' holds numbers, and a word in row 59999 \(line 60001\)\. Mend it, take such cells as missing/,
  );
  await refused(
    late(3, '5 %'),
    /a number in another form in row 59997 \(line 59999\), the first of 3 such cells in 60000 rows/,
  );
  const { notes } = await tableFromCSV(late(3, 'secret'), { onError: 'missing' });
  assert.equal(notes, [{ column: 'n', message: '3 cells of text among numbers taken as missing' }]);
  assert.is((await read(late(1, 'secret'), { onError: 'text' })).n.at(-1), 'secret');
  assert.is((await read(late(1, 'secret'), { lenient: ['n'] })).n.at(-1), 'secret');
});

test('what one column shows decides for another that shows nothing, unless the caller says otherwise', async () => {
  const both = 'a;b\n1.234;2,5\n12.500;3,75\n';
  assert.equal(await read(both), { a: [1234, 12500], b: [2.5, 3.75] });
  assert.equal(await read(both, { decimal: '.' }), { a: [1.234, 12.5], b: [2.5, 3.75] });
  assert.equal(await read('a;b\n1.234;x\n12.500;y\n'), { a: [1.234, 12.5], b: ['x', 'y'] });
  assert.equal(await read('a;b\n1.234;x\n12.500;y\n', { decimal: ',' }), { a: [1234, 12500], b: ['x', 'y'] });
  assert.equal(await read('a;b\n1,234;0.5\n12,500;0.25\n'), { a: [1234, 12500], b: [0.5, 0.25] });
  const { notes } = await tableFromCSV('a;b\n1,234;x\n12,500;y\n');
  assert.match(
    notes?.[0].message ?? '',
    /^numbers written like 1,234\.5; nothing in it says so, --decimal ',' reads it otherwise$/,
  );
});

test('headers that are broken are named by line', async () => {
  await refused('a,A,b\n1,2,3\n', /Column name 'A' appears more than once in line 1/);
  await refused('a,b\n', /'x\.csv' has no rows: nothing stands below the names in line 1/);
  await refused('', /'x\.csv' has no rows/);
  await refused('1,2.5\n3,4\n', /line 1 has numbers where the names of the columns are expected/);
  await refused(`${Array.from({ length: 1_000_000 }, (_, i) => `c${i}`).join(',')}\n`, /line 1 has more than 100000 columns/);
  await refused('x'.repeat(300 << 20), /line 1 has more than 16 MiB/);
  assert.equal(await read('\ufeffa , b\n1,x\n'.slice(1)), { a: [1], b: ['x'] });
  const nameless = await tableFromCSV(',a,\n0,1,\n1,2,\n');
  assert.equal(plain(nameless), { column0: [0, 1], a: [1, 2] });
  assert.equal(nameless.notes, [{ column: 'column0', message: 'has no name in the first line, and is called this' }]);
});

test('rows with more or fewer cells are named by line, and short ones can be taken', async () => {
  await refused(
    'a,b,c\n1,2,3\n4,5,6,7\n8,9,10\n',
    /line 3 has 4 cells where the first line names 3; a cell that holds the delimiter stands in quotes/,
  );
  await refused('a,b,c\n1,"2\n2",3\n\n4,5\n8,9,10\n', /line 5 has 2 cells where the first line names 3; --on-error missing/);
  await refused('a,b\n1,2,3\n4,5,6\n', /line 2 has 3 cells where the first line names 2/);
  const table = await tableFromCSV('a,b,c\n1,2,3\n4,5\n8,9,10,,\n', { onError: 'missing' });
  assert.equal(plain(table), { a: [1, 4, 8], b: [2, 5, 9], c: [3, Number.NaN, 10] });
  assert.equal(
    table.notes?.map(({ message }) => message),
    [
      '1 row has fewer cells than there are columns, taken as missing',
      '1 row has more cells than there are columns, all blank',
    ],
  );
  await refused('a,b\n1,2\n"3,4\n', /line 3 has a quote that is never closed/);
});

test('a first line sep=; tells the delimiter, and a caller does', async () => {
  assert.equal(await read('sep=;\r\na;b\r\n1,5;x,y\r\n2,5;z\r\n'), { a: [1.5, 2.5], b: ['x,y', 'z'] });
  assert.equal(await read('a:b\n1:x\n', { delimiter: ':' }), { a: [1], b: ['x'] });
  assert.equal(await read('a b\n1 x\n', { delimiter: 'space' }), { a: [1], b: ['x'] });
  await refused('a,b\n1,2\n', /Option 'delimiter' must be one sign such as ';'/, { delimiter: 'xy' });
});

test('ten thousand texts are told apart', async () => {
  const { t } = await read(`n,t\n${Array.from({ length: 10_000 }, (_, i) => `1,k${i.toString(36)}`).join('\n')}\n`);
  assert.is(new Set<unknown>(t).size, 10_000);
  assert.is(t[777], `k${(777).toString(36)}`);
});

test.run();
