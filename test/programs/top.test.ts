/** The n best by product: ties, exclusions, more asked for than there is; and an abort. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { top as run, topScratch } from '../../src/programs/top.js';
import { onEngines } from '../support/engines.js';
import { open } from '../support/kernels.js';
import { refusal } from '../support/refused.js';
import { top } from '../webgpu/tops.js';

onEngines('lists are those of sorting, equal scores by lower number', async (engine) => {
  for (const [rows, columns, rank, n] of [
    [0, 5, 3, 2],
    [1, 1, 1, 1],
    [5, 63, 13, 70],
    [70, 257, 33, 10],
    [2, 4099, 9, 10],
  ])
    for (const excluding of [false, true]) await top(engine, rows, columns, rank, n, excluding);
});

test('an abort ends it before the next rows', async () => {
  const b = open('simd');
  const args = {
    x: b.room(128 * 8),
    rows: 128,
    y: b.room(64),
    bias: b.room(8),
    columns: 8,
    ld: 8,
    n: 1,
    exclude: 0,
    offsets: 0,
    values: b.room(128),
    ids: b.room(128),
    scratch: b.room(topScratch(b.kernels, 8) / 4),
  };
  let asked = 0;
  const control = { aborted: () => ++asked > 1, progress: () => {} };
  assert.is((await refusal(() => run(b.kernels, b.memory, args, control))).code, 'aborted');
  assert.is(asked, 2);
});
test.run();
