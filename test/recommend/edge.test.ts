/** Every family of recommenders in a profiler: fitted, saved, and asked in the edge entry, with the same answers. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Profiler as Edge } from '../../src/edge.js';
import { createEngine, Profiler } from '../../src/index.js';
import { families } from '../../src/recommend/index.js';
import { eventsOf, grouped, pairsOf } from '../support/interactions.js';

const wasm = readFileSync('dist/kernels/simd.wasm');
const engine = await createEngine({ threads: 2, reproducible: true });
const events = eventsOf(pairsOf(grouped(60, 40, 4, 12)));
const QUICK: Record<string, Record<string, unknown>> = { factorization: { rank: 6, epochs: 4 } };

for (const recommender of Object.keys(families)) {
  test(`${recommender}: a user, a history, a stranger, similar items and the bytes of the file`, async () => {
    const recommenderOptions = QUICK[recommender];
    using fitted = await Profiler.fit(engine, { events }, { recommender, recommenderOptions });
    const bytes = await fitted.save();
    using edge = await Edge.load(bytes, { wasm });
    assert.equal(await edge.save(), bytes);
    const asked = [events.users[3], { items: [events.items[2], events.items[9], 'nothing'] }, 'nobody', { items: [] }];
    for (const whom of asked) {
      const list = await edge.recommend(whom, { n: 7 });
      assert.is(list.length, 7);
      assert.equal(list, await fitted.recommend(whom, { n: 7 }));
    }
    const similar = (from: typeof edge) => from.recommender.similar(events.items[5], 4).catch((e: Error) => e.message);
    assert.equal(await similar(edge), await similar(fitted));
    const has = fitted.sections.some(({ fields }) => fields.some(({ name }) => name === 'factors'));
    assert.is(has, fitted.recommender.rank > 0);
    if (!has) assert.throws(() => edge.foldIn({ items: [events.items[1]] }), /has no factors of users/);
  });
}

test('popularity knows no similar items, and says so', async () => {
  using fitted = await Profiler.fit(engine, { events }, { recommender: 'popularity' });
  const message = await fitted.recommender.similar(events.items[0]).then(
    () => 'nothing',
    (e: Error) => e.message,
  );
  assert.is(message, "A recommender of the family 'popularity' knows no similar items.");
});

test.after(() => engine.close());
test.run();
