/** The pool under stress: order, backpressure, and a worker that dies in the middle of its task. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, Matrix, MLPClassifier } from '../../src/index.js';
import type { PiscinaScheduler } from '../../src/scheduler/piscina.js';

test('results come in the order of the shards, and a slow reader stops the reading of input', async () => {
  const engine = await createEngine({ threads: 2 });
  using column = engine.allocate(4000);
  engine.f32(column.offset, 1000).fill(1);
  let read = 0;
  function* shards() {
    for (let i = 1; i <= 20; i++) {
      read++;
      yield i;
    }
  }
  const counts: number[] = [];
  const toArgs = (rows: number, slot: number) => ({ columns: [column.offset], rows, out: slot });
  for await (const { slot } of engine.map('moments', shards(), toArgs, { slotBytes: 64 })) {
    counts.push(engine.f64(slot, 1)[0]);
    assert.ok(read <= counts.length + 4, `${read} read, ${counts.length} consumed`);
  }
  assert.equal(
    counts,
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  await engine.close();
});

test('leaving the results early gives everything back', async () => {
  const engine = await createEngine({ threads: 2 });
  const toArgs = (_: number, slot: number) => ({ columns: [], rows: 0, out: slot });
  for await (const _ of engine.map('moments', [1, 2, 3, 4, 5], toArgs, { slotBytes: 64 })) break;
  assert.is(engine.memoryStats().regions, 0);
  await engine.close();
});

test('a killed worker costs time, not the result', async () => {
  const x = Matrix.fromRows(Array.from({ length: 2000 }, (_, i) => [Math.sin(i), Math.cos(i * 3), i % 7]));
  const y = Array.from({ length: 2000 }, (_, i) => Number(Math.sin(i) > 0.2));
  const options = { maxIter: 1500, nIterNoChange: 1e6, seed: 1 };
  const calm = await createEngine({ threads: 1 });
  const expected = await new MLPClassifier({ ...options, engine: calm }).fit(x, y);
  await calm.close();
  const engine = await createEngine({ threads: 1 });
  let killed = 0;
  const model = await new MLPClassifier({ ...options, engine }).fit(x, y, {
    onProgress: (epoch) => {
      if (killed || epoch >= 1500) return;
      killed++;
      (engine.scheduler as PiscinaScheduler).workers[0].terminate();
    },
  });
  assert.is(killed, 1, 'the worker was killed while it trained');
  assert.equal(model.coefs, expected.coefs);
  await engine.close();
});
test.run();
