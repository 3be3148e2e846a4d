import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CategoryColumn, OneHotEncoder } from '../../src/index.js';

/** A column from texts, null for missing. */
function column(texts: (string | null)[]): CategoryColumn {
  const categories = [...new Set(texts.filter((t) => t !== null))];
  return {
    name: 'c',
    kind: 'category',
    codes: Int32Array.from(texts, (t) => (t === null ? -1 : categories.indexOf(t))),
    categories,
  };
}
const rows = (texts: (string | null)[], encoder: OneHotEncoder) => {
  const m = encoder.transform([column(texts)]);
  return texts.map((_, i) => Array.from({ length: m.columns }, (_, j) => m.column(j)[i]).join(''));
};

test('frequent, rare, missing and unknown categories', () => {
  const encoder = new OneHotEncoder({ minFrequency: 2 }).fit([column(['b', 'a', 'b', 'a', 'x', 'y', null])]);
  assert.equal(encoder.encodings[0].labels, ['a', 'b', '(rare)', '(missing)']);
  assert.equal(rows(['a', 'b', 'x', null, 'new'], encoder), ['1000', '0100', '0010', '0001', '0010']);
});

test('without rare categories an unknown one turns every column off, and is counted', () => {
  const encoder = new OneHotEncoder().fit([column(['b', 'a'])]);
  assert.equal(rows(['a', 'new', null, 'new'], encoder), ['10', '00', '00', '00']);
  assert.equal([...encoder.unknown], [2]);
});

test('every row of the fitted table has exactly one 1, whatever the order of the rows', () => {
  const text = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (texts, minFrequency) => {
      fc.pre(texts.some((t) => t !== null));
      const encoder = new OneHotEncoder({ minFrequency }).fit([column(texts)]);
      for (const row of rows(texts, encoder)) assert.is([...row].filter((v) => v === '1').length, 1);
      const reversed = new OneHotEncoder({ minFrequency }).fit([column([...texts].reverse())]);
      assert.equal(reversed.encodings, encoder.encodings);
    }),
  );
});

test('an entirely missing column is refused', () => {
  assert.throws(() => new OneHotEncoder().fit([column([null, null])]), /no value in any row/);
});
test.run();
