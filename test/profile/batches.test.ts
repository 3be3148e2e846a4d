/** Batches through sections: in order, so many at once, given back, and stopped by a slow reader, an error or a signal. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError } from '../../src/index.js';
import { fillBatches } from '../../src/profile/batches.js';
import type { Section, SectionBatch, Users } from '../../src/table/section.js';

/** A section that takes a while, and counts what is under way and what was not given back. */
class Slow implements Section {
  readonly kind = 'slow';
  readonly fields = [{ name: 'first', type: 'int32' as const, nullable: false }];
  readonly metadata = {};
  underWay = 0;
  most = 0;
  held = 0;
  constructor(private readonly failsAt = -1) {}
  async batch({ first }: Users): Promise<SectionBatch> {
    this.most = Math.max(this.most, ++this.underWay);
    // Later batches are ready earlier.
    await new Promise((done) => setTimeout(done, 12 - (first % 10)));
    this.underWay--;
    if (first === this.failsAt) throw new CameoError('data', `batch ${first}`);
    this.held++;
    return { columns: [[first]], [Symbol.dispose]: () => void this.held-- };
  }
  one() {
    return {};
  }
  write() {
    return { metadata: {}, tensors: {} };
  }
  [Symbol.dispose]() {}
}

function* users(count: number, taken: { count: number }): Generator<Users> {
  for (let first = 0; first < count; first++) {
    taken.count++;
    yield { ids: [`u${first}`], first };
  }
}

test('in order, never more than the width at once, each given back before the next is asked for', async () => {
  for (const width of [1, 3]) {
    const sections = [new Slow(), new Slow()];
    const taken = { count: 0 };
    const seen: number[] = [];
    for await (const batch of fillBatches(sections, users(20, taken), width, {})) {
      seen.push(batch.users.first);
      assert.is(batch.filled.length, 2);
      assert.ok(taken.count <= seen.length + width, `${taken.count} taken, ${seen.length} read`);
    }
    assert.equal(
      seen,
      Array.from({ length: 20 }, (_, i) => i),
    );
    for (const section of sections) {
      assert.ok(section.most <= width, `${section.most}`);
      assert.is(section.held, 0);
    }
  }
});

test('an early end, an error and a signal leave nothing held', async () => {
  const early = new Slow();
  for await (const { users: shard } of fillBatches([early], users(20, { count: 0 }), 4, {})) if (shard.first === 3) break;
  assert.equal([early.held, early.underWay], [0, 0]);

  const [good, bad] = [new Slow(), new Slow(5)];
  let last = -1;
  const failed = (async () => {
    for await (const { users: shard } of fillBatches([good, bad], users(20, { count: 0 }), 4, {})) last = shard.first;
  })();
  await failed.then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, 'batch 5'),
  );
  assert.is(last, 4);
  assert.equal([good.held, bad.held], [0, 0]);

  const stopped = new Slow();
  const controller = new AbortController();
  const work = (async () => {
    for await (const _ of fillBatches([stopped], users(20, { count: 0 }), 2, { signal: controller.signal })) controller.abort();
  })();
  await work.then(
    () => assert.unreachable(),
    (error) => assert.is(error.code, 'aborted'),
  );
  assert.is(stopped.held, 0);
});

test.run();
