/** Folding in: its work grows with the history that is given, not with what was fitted. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine } from '../../src/engine/create.js';
import { MatrixFactorization } from '../../src/recommend/matrix-factorization.js';
import { grouped } from '../support/interactions.js';

const engine = await createEngine({ threads: 0 });
const EPOCHS = 5;
const SAMPLES = 4;

/** A fitted model whose histories are repeated, and how often one of their items was read. */
async function model(loss: 'logistic' | 'softmax' | 'bpr', copies: number) {
  const fitted = new MatrixFactorization({ engine, loss, rank: 8, epochs: EPOCHS, samples: SAMPLES, seed: 3 });
  await fitted.fit(grouped(100, 80, 4, 20));
  const { items } = fitted.history;
  const many = new Int32Array(items.length * copies);
  for (let copy = 0; copy < copies; copy++) many.set(items, copy * items.length);
  const count = { reads: 0 };
  const counted = new Proxy(many, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) count.reads++;
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  fitted.history = { offsets: fitted.history.offsets, items: counted };
  return { fitted, count };
}

for (const loss of ['logistic', 'softmax', 'bpr'] as const) {
  test(`${loss}: items are drawn from histories of a thousand or of two million entries with the same work`, async () => {
    const own = [1, 5, 9, 13, 17, 21];
    const draws = EPOCHS * own.length * (loss === 'bpr' ? 1 : SAMPLES);
    for (const copies of [1, 1500]) {
      const { fitted, count } = await model(loss, copies);
      const before = process.memoryUsage().arrayBuffers;
      fitted.foldIn({ items: own });
      const bytes = process.memoryUsage().arrayBuffers - before;
      // One look for each draw, and some again where the item was the user's own (6 of 80, the likeliest among them).
      assert.ok(count.reads >= draws && count.reads < 2 * draws, `${count.reads} looks for ${draws} draws`);
      assert.ok(bytes < 100_000, `${bytes} bytes for ${fitted.history.items.length} entries`);
    }
  });
}

test('own items are not drawn, and a user who has everything still folds in', async () => {
  const { fitted, count } = await model('logistic', 1);
  const { factors, bias } = fitted.foldIn({ items: Array.from({ length: 80 }, (_, item) => item) });
  assert.ok(factors.every(Number.isFinite) && Number.isFinite(bias) && bias > 0);
  // Each draw gives up after a bounded number of looks.
  assert.is(count.reads, EPOCHS * 80 * SAMPLES * 100);
  const nothing = fitted.foldIn({ items: [] });
  assert.equal([[...nothing.factors], nothing.bias], [new Array(8).fill(0), 0]);
});

test('the same history gives the same factors; what is no item of the model is refused', async () => {
  const { fitted } = await model('logistic', 1);
  assert.equal(fitted.foldIn({ items: [3, 4, 5] }), fitted.foldIn({ items: [3, 4, 5] }));
  assert.throws(() => fitted.foldIn({ items: [80] }), /There is no item 80: fitting had items 0 to 79/);
});

test('items are drawn as often as they occur', async () => {
  // Of two strangers' items one was met nine times as often: its score falls further.
  const users = Array.from({ length: 40 }, (_, u) => u);
  const fitted = new MatrixFactorization({
    engine,
    loss: 'logistic',
    rank: 2,
    epochs: 1,
    samples: 20,
    samplingCorrection: false,
    seed: 1,
  });
  await fitted.fit({ users: [...users, 40, 41], items: [...users.map((u) => (u < 36 ? 0 : 1)), 2, 2] });
  const seen = [0, 0, 0];
  const { items } = fitted.history;
  fitted.history = {
    offsets: fitted.history.offsets,
    items: new Proxy(items, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (typeof key === 'string' && /^\d+$/.test(key)) seen[value as number]++;
        return value;
      },
    }),
  };
  fitted.foldIn({ items: Array(50).fill(2) });
  assert.ok(seen[0] > 6 * seen[1] && seen[0] < 14 * seen[1] && seen[1] > 50, `${seen}`);
});

test.after(() => engine.close());
test.run();
