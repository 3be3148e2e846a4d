/** Ranking metrics by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evaluateRanking } from '../../src/metrics/ranking.js';

test('ranking metrics by hand', () => {
  const { hitRate, ndcg, recall, map, users } = evaluateRanking([[5, 1, 2], [1], [9]], [[1, 2, 7, 8], [3], []], 3);
  const ideal = 1 + 1 / Math.log2(3) + 0.5;
  assert.equal([hitRate, recall, users], [0.5, 0.25, 2]);
  assert.ok(Math.abs(ndcg - (1 / Math.log2(3) + 0.5) / ideal / 2) < 1e-12);
  assert.ok(Math.abs(map - (1 / 2 + 2 / 3) / 3 / 2) < 1e-12);
});

test.run();
