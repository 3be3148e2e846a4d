/** The parser of comma-separated values against what was written, and against Papa Parse; what is broken is named by its line. */
import fc from 'fast-check';
import Papa from 'papaparse';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CsvParser, QUOTE } from '../../src/table/csv.js';
import { dialectOf } from '../../src/table/dialect.js';

/** All rows as texts, of bytes that come in pieces of these lengths. */
function parse(text: string, { delimiter = ',', pieces = [1 << 20], escapedBy = QUOTE } = {}): string[][] {
  const rows: string[][] = [];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parser = new CsvParser('x.csv', { delimiter: delimiter.charCodeAt(0), escapedBy }, (bytes, bounds, cells) => {
    rows.push(Array.from({ length: cells }, (_, j) => decoder.decode(bytes.subarray(bounds[2 * j], bounds[2 * j + 1]))));
  });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = pieces[i % pieces.length];
    parser.push(bytes.slice(at, at + length));
    at += length;
  }
  parser.end();
  return rows;
}

const cell = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    '7',
    '-1.5',
    '"',
    '""',
    'a"b',
    ' x ',
    'a,b',
    'a;b',
    'two\nlines',
    'a\r\nb',
    '\r',
    '\t',
    '中文',
    '🙂',
    '\\',
    '|',
  ),
  fc.string(),
);
const table = fc
  .record({
    rows: fc
      .integer({ min: 1, max: 5 })
      .chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 8 })),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    newline: fc.constantFrom('\n', '\r\n', '\r'),
    quoteAll: fc.boolean(),
    last: fc.boolean(),
    pieces: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  })
  // A lone surrogate is no text.
  .filter(({ rows }) => rows.every((row) => row.every((text) => !/[\ud800-\udfff]/u.test(text))));

/** Written by the rules, a cell in quotes wherever it may need them. */
function written({
  rows,
  delimiter,
  newline,
  quoteAll,
  last,
}: {
  rows: string[][];
  delimiter: string;
  newline: string;
  quoteAll: boolean;
  last: boolean;
}) {
  const quoted = (text: string) => quoteAll || text === '' || /["\r\n\t ,;|]/.test(text);
  const line = (row: string[]) => row.map((text) => (quoted(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(delimiter);
  return rows.map(line).join(newline) + (last ? newline : '');
}

test('what was written is read, in pieces of any size', () => {
  fc.assert(
    fc.property(table, (given) => {
      assert.equal(parse(written(given), given), given.rows);
    }),
    { numRuns: 500 },
  );
});

test('rows without quotes are what splitting gives', () => {
  const plain = fc.array(
    fc.array(fc.string({ unit: fc.constantFrom('a', '1', '.', ' ', '中', "'") }), { minLength: 2, maxLength: 4 }),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(plain, fc.integer({ min: 1, max: 7 }), (rows, size) => {
      const text = rows.map((row) => row.join(',')).join('\n');
      const naive = text.split('\n').map((line) => line.split(','));
      assert.equal(parse(text, { pieces: [size] }), naive);
    }),
  );
});

test('Papa Parse reads the same', () => {
  fc.assert(
    fc.property(table, (given) => {
      const text = written(given);
      const { data } = Papa.parse<string[]>(text, { delimiter: given.delimiter, newline: given.newline as '\n' });
      const expected = given.last ? data.slice(0, -1) : data;
      assert.equal(parse(text, given), expected);
    }),
  );
});

test('beyond the rules: spaces before a quote, quotes inside a cell, blank lines, a backslash as escape', () => {
  assert.equal(parse('a, "b,c" ,d\n\n  \nx "y",z,\n'), [
    ['a', 'b,c', 'd'],
    ['x "y"', 'z', ''],
  ]);
  assert.equal(parse('"a \\"b\\" c",d\n', { escapedBy: 0x5c }), [['a "b" c', 'd']]);
});

test('what is broken is named by its line', () => {
  assert.throws(() => parse('a,b\n1,"two\nlines"\n3,"x"y\n'), /'x\.csv': line 4 has text after a closing quote/);
  assert.throws(() => parse('a,b\n1,"two\nlines"\n3,"x\n4,5\n'), /'x\.csv': line 4 has a quote that is never closed/);
  assert.throws(() => parse(`a\n${'x'.repeat(17 << 20)}`), /line 2 has a row of more than 16 MiB/);
  assert.throws(() => parse(`a\n"${'x'.repeat(17 << 20)}`), /the quote that opens in line 2 may never be closed/);
  assert.throws(() => parse(`a\n${'1,'.repeat(100_001)}`), /line 2 has more than 100000 columns/);
});

test('the delimiter is the one under which rows have as many cells as the first', () => {
  const of = (text: string, name = 'x.csv') =>
    String.fromCharCode(dialectOf(new TextEncoder().encode(text), true, name).delimiter);
  assert.is(of('id;price;n\n1;1,50;2\n2;3,75;4\n'), ';');
  assert.is(of('id,text\n1,"a;b;c"\n2,d\n'), ',');
  assert.is(of('a\tb,c\n1\t2\n3\t4,5\n'), '\t');
  assert.is(of('a|b\n1|2\n'), '|');
  assert.is(of('a,b,c\n1,2,3\n4,5,6,7\n8,9\n'), ',');
  assert.is(of('a,b\n1,"x\n2,y\n'), ',', 'an unclosed quote does not make it one column');
  assert.is(of('a,b\tc\n1,2\t3\n', 'x.tsv'), '\t');
});

test.run();
