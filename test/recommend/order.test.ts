/** Rankings, counts and neighbours against plain code. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { itemCounts } from '../../src/recommend/histories.js';
import { itemKnn, itemNeighbours } from '../../src/recommend/item-neighbours.js';
import { descending, largest } from '../../src/recommend/order.js';
import { popularity } from '../../src/recommend/popularity.js';
import { grouped, pairsOf } from '../support/interactions.js';

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

const history = { offsets: Int32Array.of(0, 2, 5, 6), items: Int32Array.of(0, 1, 0, 1, 2, 1) };

test('popularity by hand', async () => {
  assert.equal([...itemCounts(history, 4)], [2, 3, 1, 0]);
  const [first, second] = await popularity(history, 4).recommend([2, 1], { n: 2 });
  assert.equal([[...first.ids], [...first.scores], [...second.ids]], [[0, 2], [2, 1], [3]]);
});

test('item-kNN by hand', () => {
  // Users 0 {0, 1}, 1 {0, 1, 2}, 2 {1}: cos(0, 1) = 2 / √6, cos(0, 2) = 1 / √2, cos(1, 2) = 1 / √3.
  const [first, second, third] = itemKnn(history, 3, [0, 1, 2]);
  assert.equal([[...first.ids], [...second.ids], [...third.ids]], [[2], [], [0, 2]]);
  assert.ok(Math.abs(first.scores[0] - (1 / Math.SQRT2 + 1 / Math.sqrt(3))) < 1e-6);
  assert.ok(Math.abs(third.scores[0] - 2 / Math.sqrt(6)) < 1e-6);
});

test('neighbours against a table of cosines', async () => {
  const { user, item, users, items } = pairsOf(grouped(25, 18, 3, 7));
  const had = Array.from({ length: users }, (_, u) => new Set(item.filter((_, t) => user[t] === u)));
  const offsets = Int32Array.from({ length: users + 1 }, (_, u) => user.filter((v) => v < u).length);
  const count = (...of: number[]) => had.filter((own) => of.every((i) => own.has(i))).length;
  const lists = await itemNeighbours({ offsets, items: item }, items).recommend([0, 7, 24], { n: 6 });
  for (const [k, u] of [0, 7, 24].entries()) {
    const expected = Array.from({ length: items }, (_, i) => ({
      i,
      score: [...had[u]].reduce((sum, j) => sum + (count(i, j) > 0 ? count(i, j) / Math.sqrt(count(i) * count(j)) : 0), 0),
    })).filter(({ i, score }) => !had[u].has(i) && score > 0);
    expected.sort((a, b) => b.score - a.score);
    assert.is(lists[k].ids.length, Math.min(6, expected.length));
    // Equal but for rounding they may change places.
    lists[k].scores.forEach((score, at) => assert.ok(Math.abs(score - expected[at].score) < 1e-5));
  }
});

test.run();
