import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Arena, type Region } from '../../src/wasm/memory.js';

test('regions never overlap, are aligned, and all come back', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.boolean()), { maxLength: 60 }), (steps) => {
      const arena = new Arena(new WebAssembly.Memory({ initial: 1, maximum: 1024 }), 1024 * 65536);
      const live: Region[] = [];
      for (const [bytes, release] of steps) {
        if (release && live.length) live.splice(bytes % live.length, 1)[0].dispose();
        else live.push(arena.allocate(bytes));
        const sorted = [...live].sort((a, b) => a.offset - b.offset);
        sorted.forEach((r, i) => {
          assert.is(r.offset % 64, 0);
          const end = sorted[i + 1]?.offset ?? arena.memory.buffer.byteLength;
          assert.ok(r.offset >= 1024 && r.offset + r.bytes + 64 <= end);
        });
      }
      for (const r of live) r.dispose();
      assert.equal([arena.stats().regions, arena.stats().used], [0, 0]);
      // One block again: everything but the reserved kilobyte can be had at once, without growth.
      const { size } = arena.stats();
      arena.allocate(size - 1024 - 64);
      assert.is(arena.stats().size, size);
    }),
  );
});

test('what does not fit is refused with both sizes', () => {
  const arena = new Arena(new WebAssembly.Memory({ initial: 1, maximum: 16 }), 16 * 65536);
  assert.throws(() => arena.allocate(2 ** 21), /2\.0 MiB .* may hold 1\.0 MiB/);
  arena.allocate(2 ** 19);
  assert.is(arena.stats().regions, 1);
});
test.run();
