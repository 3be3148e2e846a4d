/** Numbers as people write them: each against what its writer meant, columns against a naive reader that knows the format. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kindOfText, type NumberOptions, recognize } from '../../src/table/numbers.js';

const column = (texts: string[], options?: NumberOptions) => {
  const different = [...new Set(texts)];
  const counts = different.map((text) => texts.filter((other) => other === text).length);
  const found = recognize(different, counts, options);
  return found && { ...found, values: texts.map((text) => found.values[different.indexOf(text)]) };
};
const values = (texts: string[], options?: NumberOptions) => column(texts, options)?.values;

test('each form, beside one that tells its decimal mark', () => {
  const cases: [text: string, beside: string, value: number][] = [
    ['1.234,56', '2,5', 1234.56],
    ['1.234', '2,5', 1234],
    ['1,234.5', '2.25', 1234.5],
    ['12,500', '2.25', 12500],
    ['12,500', '2,5', 12.5],
    ['1 234,50 €', '2,5 €', 1234.5],
    ['1\u202f234,50\u00a0€', '2,5\u00a0€', 1234.5],
    ['$12.50', '$3.25', 12.5],
    ['-$12.50', '$3.25', -12.5],
    ['$-12.50', '$3.25', -12.5],
    ['($1,012.50)', '$3.25', -1012.5],
    ['(12.50)', '3.25', -12.5],
    ['12.50-', '3.25', -12.5],
    ['−12.5', '3.25', -12.5],
    ['45 %', '3.5 %', 45],
    ['45,5%', '3,5%', 45.5],
    ["1'234.50", '3.25', 1234.5],
    ['12,34,567.5', '3.25', 1234567.5],
    ['EUR 5', 'EUR 3,5', 5],
    ['5 kr', '3,5 kr', 5],
    ['￥１２．５', '￥3.25', 12.5],
    ['R$ 1.000,00', 'R$ 3,5', 1000],
    ['.5', '3.25', 0.5],
    ['+7', '3.25', 7],
    ['1,5E3', '2,5', 1500],
  ];
  for (const [text, beside, value] of cases) assert.equal(values([text, beside])?.[0], value, text);
});

test('what is no number stays text', () => {
  for (const text of [
    '12.34.56',
    '1,23,4',
    '2024-02-03',
    '01.02.2024',
    '10:30',
    '192.168.1.10',
    '1,2,3',
    '(12',
    '--5',
    '+-5',
    '5 apples',
    'B7',
    '1.2.3',
    '$',
    '%',
    '0,123.5',
    'A$',
  ])
    assert.is(column([text, text, text]), undefined, text);
  assert.is(column(['$5', '€5', '$7', '€9']), undefined, 'two currencies');
  assert.is(column(['5 %', '7 %', '0.5', '0.7']), undefined, 'a share is not a percentage');
});

test('without evidence in the column the caller decides', () => {
  assert.equal(values(['1.234', '12.500']), [1.234, 12.5]);
  assert.equal(values(['1.234', '12.500'], { decimal: ',' }), [1234, 12500]);
  assert.equal(values(['1,234', '12,500']), [1234, 12500]);
  assert.equal(values(['1,234', '12,500'], { decimal: ',' }), [1.234, 12.5]);
  assert.is(column(['1,234', '12,500'])?.ambiguous, true);
  // Evidence goes before the caller's word.
  assert.equal(values(['1.234', '0.5'], { decimal: ',' }), [1.234, 0.5]);
  assert.equal(values(['0.123', '0.456'], { decimal: ',' }), [0.123, 0.456]);
  assert.is(column(['1.234', '0.5'])?.ambiguous, false);
});

test('a few texts among many numbers are strays; codes, categories and many texts are not', () => {
  const numbers = Array.from({ length: 300 }, (_, i) => String(i * 37));
  assert.is(column([...numbers, 'oops'])?.strays.length, 1);
  assert.is(column([...numbers, 'oops', 'what', 'no'])?.strays.length, 3);
  assert.is(column([...numbers, ...Array.from({ length: 10 }, (_, i) => `text ${'abcdefghij'[i]}`)]), undefined);
  assert.is(column([...numbers, 'C12', 'C37']), undefined, 'cancelled invoices');
  assert.is(column([...Array.from({ length: 300 }, (_, i) => String(1 + (i % 3))), 'crew', 'crew']), undefined, 'classes');
  assert.is(column(['1', '2', 'x']), undefined);
  assert.is(column([...numbers, '5 %'])?.strays.length, 1, 'a percentage among numbers');
});

test('missing marks are missing, in a column of numbers alone', () => {
  const marks = ['NA', 'n/a', '?', '-', 'null', '#DIV/0!', '\\N', 'None', 'nan', '.'];
  const found = column(['1.5', '22', ...marks, ...marks]);
  assert.is(found?.marks, 20);
  assert.is(found?.strays.length, 0);
  assert.is(found?.values.filter(Number.isNaN).length, 20);
  assert.is(column(marks), undefined);
});

test('whole numbers that float64 does not hold are identifiers; typed ones stay as they are', () => {
  assert.is(column(['9007199254740993', '9007199254740992']), undefined);
  assert.ok(column(['9007199254740993.5', '1']));
  assert.is(column(['007', '12'], { typed: true }), undefined);
  assert.equal(values(['12.50', '7'], { typed: true }), [12.5, 7]);
});

test('a column in any one format is what was written', () => {
  const format = fc.record({
    decimal: fc.constantFrom('.' as const, ',' as const),
    group: fc.constantFrom('', ' ', '\u00a0', "'", 'other'),
    unit: fc.constantFrom('', '%', '$', '€', 'USD', '¥'),
    before: fc.boolean(),
    space: fc.boolean(),
    negative: fc.constantFrom('-', '−', '()', 'trailing'),
  });
  const numbers = fc.array(fc.tuple(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.integer({ min: 0, max: 4 })), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(format, numbers, ({ decimal, group, unit, before, space, negative }, given) => {
      const mark = group === 'other' ? (decimal === '.' ? ',' : '.') : group;
      const write = ([whole, digits]: [number, number]) => {
        const [integer, fraction] = (Math.abs(whole) / 10 ** digits).toFixed(digits).split('.');
        const grouped = integer.replace(/\B(?=(\d{3})+$)/g, mark);
        const body = fraction ? `${grouped}${decimal}${fraction}` : grouped;
        const pad = space && unit ? ' ' : '';
        const amount = before ? `${unit}${pad}${body}` : `${body}${pad}${unit}`;
        if (whole >= 0) return amount;
        return negative === '()' ? `(${amount})` : negative === 'trailing' ? `${amount}-` : `${negative}${amount}`;
      };
      // One text that tells the mark.
      const all: [number, number][] = [[15, 1], ...given];
      const expected = all.map(([whole, digits]) => Number((whole / 10 ** digits).toFixed(digits)));
      const texts = all.map(write);
      const found = values(texts);
      assert.ok(found, texts.join(' | '));
      // Minus zero is zero.
      assert.equal(
        found.map((v) => v + 0),
        expected.map((v) => v + 0),
        texts.join(' | '),
      );
    }),
    { numRuns: 500 },
  );
});

test('kinds of texts hold nothing of them', () => {
  const cases = {
    oops: 'a word',
    'not known': 'words',
    B7: 'letters and digits',
    '2024-01-02': 'a date',
    '10:30': 'a time',
    '*': 'a sign',
    '1,5 €': 'a number in another form',
  };
  for (const [text, kind] of Object.entries(cases)) assert.is(kindOfText(text), kind);
});

test.run();
