/** Online Retail, real and dirty: what is counted, computed, and recommended to who is folded in. */
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { behaviourOf, createEngine, Profiler, readEvents } from '../../src/index.js';

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
  // A folded-in customer's ten best items are those of the trained one, where the history says enough.
  await using engine = await createEngine();
  using profiler = await Profiler.fit(engine, { events }, { seed: 42 });
  const { model } = profiler.recommender;
  const { offsets, items } = model.histories;
  const users = behaviour.users.map((_, u) => u).filter((u) => offsets[u + 1] - offsets[u] >= 20 && u % 15 === 0);
  const lists = await model.recommend(users, { n: 10 });
  const folded: Promise<number>[] = [];
  users.forEach((u, r) => {
    const own = items.subarray(offsets[u], offsets[u + 1]);
    folded.push(
      model.recommendFor({ items: own }, { n: 10 }).then(({ ids }) => ids.filter((i) => lists[r].ids.includes(i)).length / 10),
    );
  });
  const overlaps = await Promise.all(folded);
  const overlap = overlaps.reduce((sum, v) => sum + v, 0) / overlaps.length;
  console.log(`fold-in overlap ${overlap.toFixed(3)} over ${users.length} customers of 20 items or more`);
  assert.ok(overlap >= 0.8);
  const total = behaviour.monetary.reduce((sum, v) => sum + v, 0);
  assert.ok(Math.abs(total - 8_911_407.904) < 0.01, `${total}`);
});

test.run();
