/** The meeting point of a gang: claims go to one each, a share of one's own first, and nobody passes before all have come. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BARRIER_BYTES, Barrier } from '../../src/programs/barrier.js';
import { onEngines } from '../support/engines.js';
import { refusal } from '../support/refused.js';

const control = { aborted: () => false, progress: () => {} };
const cell = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

test('whatever the workers and their turns, each number is claimed once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 6 }),
      fc.infiniteStream(fc.nat(5)),
      (n, workers, turns) => {
        const memory = cell();
        const all = Array.from({ length: workers }, (_, worker) => new Barrier(memory, 64, workers, control, worker));
        const claimed: number[] = [];
        const ended = new Set<number>();
        for (const turn of turns) {
          const worker = turn % workers;
          const number = all[worker].claim(n);
          if (number < n) claimed.push(number);
          else ended.add(worker);
          if (ended.size === workers) break;
        }
        assert.equal(
          claimed.sort((a, b) => a - b),
          Array.from({ length: n }, (_, i) => i),
        );
      },
    ),
  );
});

test('a worker is given its own share first', () => {
  for (const n of [8, 16, 384]) {
    const memory = cell();
    const all = [0, 1, 2, 3].map((worker) => new Barrier(memory, 0, 4, control, worker));
    assert.equal(
      all.map((barrier) => barrier.claim(n)),
      [0, 1, 2, 3].map((worker) => (worker * n) / 4),
    );
  }
});

test('after a wait all can be claimed again, and what one decided for all stays', () => {
  const memory = cell();
  const barrier = new Barrier(memory, 64, 1, control);
  for (const n of [3, 40, 1000]) {
    for (let round = 0; round < 2; round++) {
      const numbers = Array.from({ length: n }, () => barrier.claim(n)).sort((a, b) => a - b);
      assert.equal(
        numbers,
        Array.from({ length: n }, (_, i) => i),
      );
      assert.is(barrier.claim(n), n);
      barrier.verdict = n;
      barrier.wait();
      assert.is(barrier.verdict, n);
    }
  }
  assert.is(BARRIER_BYTES, 64);
  assert.equal([...new Uint8Array(memory.buffer, 0, 64), ...new Uint8Array(memory.buffer, 128, 64)], new Array(128).fill(0));
});

test('who waits for ever looks at the abort', async () => {
  let asked = 0;
  const impatient = { aborted: () => ++asked > 3, progress: () => {} };
  const barrier = new Barrier(cell(), 0, 2, impatient);
  assert.is((await refusal(() => barrier.wait())).code, 'aborted');
  assert.is(asked, 4);
});

onEngines('a gang of real workers meets ten thousand times', async (engine) => {
  using sync = engine.allocate(BARRIER_BYTES);
  const view = engine.i32(sync.offset, BARRIER_BYTES / 4).fill(0);
  await engine.gang('limits', (_, workers) => ({ kind: 'barrier', sync: sync.offset, workers, rounds: 10_000 }));
  assert.equal([view[0], view[1]], [0, 10_000]);
});
test.run();
