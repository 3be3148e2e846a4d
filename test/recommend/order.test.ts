/** Rankings and counts against plain code. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { itemCounts } from '../../src/recommend/histories.js';
import { descending, largest } from '../../src/recommend/order.js';

const scores = fc.array(fc.constantFrom(-1, 0, 0.5, 0.5, 2, Number.NEGATIVE_INFINITY), { maxLength: 40 });

test('the largest first, equal ones by their place', () => {
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 45 }), (list, n) => {
      const expected = list
        .map((score, id) => ({ score, id }))
        .sort((a, b) => (a.score === b.score ? a.id - b.id : b.score > a.score ? 1 : -1))
        .map(({ id }) => id);
      assert.equal([...descending(list)], expected);
      assert.equal(largest(list, n), expected.slice(0, n));
    }),
  );
});

test('how many users had each item', () => {
  const history = { offsets: Int32Array.of(0, 2, 5, 6), items: Int32Array.of(0, 1, 0, 1, 2, 1) };
  assert.equal([...itemCounts(history, 4)], [2, 3, 1, 0]);
});

test.run();
