/** Online Retail, real and dirty: what is counted, computed, and recommended to who is folded in. */
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { behaviourOf, createEngine, Profiler, readEvents } from '../../src/index.js';
import type { Recommends } from '../../src/recommend/recommender.js';

/** How many of a folded-in customer's ten best items are those of the trained one, where the history says enough: the mean over some. */
async function foldInOverlap(model: Recommends): Promise<{ overlap: number; users: number }> {
  const { offsets, items } = model.histories;
  const all = Array.from({ length: model.users }, (_, u) => u);
  const users = all.filter((u) => offsets[u + 1] - offsets[u] >= 20 && u % 15 === 0);
  const lists = await model.recommend(users, { n: 10 });
  let same = 0;
  for (const [r, u] of users.entries()) {
    const { ids } = await model.recommendFor({ items: items.subarray(offsets[u], offsets[u + 1]) }, { n: 10 });
    same += ids.filter((item) => lists[r].ids.includes(item)).length / 10;
  }
  return { overlap: same / users.length, users: users.length };
}

const RETAIL = '../shared/data/online_retail.csv.gz';
test('Online Retail has its known numbers', async () => {
  if (!existsSync(RETAIL)) {
    console.log(`skipped: ${RETAIL} is absent`);
    return;
  }
  const where = 'Quantity > 0 AND UnitPrice > 0';
  const events = await readEvents({
    path: RETAIL,
    user: 'CustomerID',
    item: 'StockCode',
    time: 'InvoiceDate',
    value: 'Quantity * UnitPrice',
    where,
  });
  assert.equal([events.counts.rows, events.counts.noUser, events.counts.used], [541_909, 135_080, 397_884]);
  const flags = { cancelled: "InvoiceNo LIKE 'C%'", distinct: true };
  const counted = await readEvents({
    path: RETAIL,
    user: 'CustomerID',
    item: 'StockCode',
    time: 'InvoiceDate',
    ...flags,
  });
  assert.equal([counted.counts.rows, counted.counts.duplicate, counted.counts.cancelled], [541_909, 5268, 8872]);
  const behaviour = behaviourOf(events);
  assert.is(behaviour.users.length, 4338);
  await using engine = await createEngine();
  for (const recommender of ['factorization', 'ials']) {
    using profiler = await Profiler.fit(engine, { events }, { recommender, seed: 42 });
    const { overlap, users } = await foldInOverlap(profiler.recommender.model);
    console.log(`${recommender}: fold-in overlap ${overlap.toFixed(3)} over ${users} customers of 20 items or more`);
    assert.ok(overlap >= 0.8);
  }
  const total = behaviour.monetary.reduce((sum, v) => sum + v, 0);
  assert.ok(Math.abs(total - 8_911_407.904) < 0.01, `${total}`);
});

test.run();
