/** What is known of the twins without a device: sizes, workloads, the blocks of a factorization. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { programs } from '../../src/programs/index.js';
import { Arena } from '../../src/wasm/memory.js';
import type { AdapterInfo } from '../../src/webgpu/adapter.js';
import { blocksFor, highestBit } from '../../src/webgpu/factorization/blocks.js';
import { isTwin, TWINS, twinOf } from '../../src/webgpu/twins.js';
import { open } from '../support/kernels.js';

test('a twin has the name of its program', () => {
  assert.equal(
    TWINS.filter((name) => !(name in programs)),
    [],
  );
  assert.equal(['train', 'permute', 'constructor'].map(isTwin), [true, false, false]);
});

for (const name of TWINS) {
  test(`a workload of ${name} has the size that was asked for`, () => {
    const { kernels, memory } = open('simd');
    const arena = new Arena(memory, 2 ** 32);
    const { workload, workOf, sizes } = twinOf(name);
    assert.equal(
      [...sizes].sort((a, b) => a - b),
      sizes,
    );
    const { args, region } = workload(arena, kernels, sizes[0]);
    const size = workOf(args as never);
    assert.ok(size >= sizes[0] && size < sizes[0] * 1.05, `${size} for ${sizes[0]}`);
    region.dispose();
    assert.is(arena.stats().regions, 0);
  });
}

const adapter = (software: boolean, most = 65535) =>
  ({ software, limits: { maxComputeWorkgroupsPerDimension: most } }) as AdapterInfo;

test('blocks to a side are the power of two below what the data is enough for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (x) => {
      const bit = highestBit(x);
      assert.ok(bit <= x && x < 2 * bit);
      assert.is(bit & (bit - 1), 0);
    }),
  );
  const size = fc.integer({ min: 1, max: 50_000_000 });
  fc.assert(
    fc.property(size, size, size, (entries, users, items) => {
      const wanted = Math.min(1024, Math.sqrt(entries / 32), Math.min(users, items) / 16);
      const blocks = blocksFor(adapter(false), entries, users, items);
      assert.ok(blocks === 8 ? wanted < 16 : blocks <= wanted && wanted < 2 * blocks, `${blocks} for ${wanted}`);
      assert.ok(blocksFor(adapter(true), entries, users, items) <= 16);
      assert.ok(blocksFor(adapter(false, 100), entries, users, items) <= 64);
    }),
  );
});

test('a factorization is told how many blocks the device would rather have, and its workload has them', () => {
  const { prefer, workload, workOf } = twinOf('factorize');
  const draft = { starts: [4_000_000], rowsP: 100_000, rowsQ: 50_000, ld: 32 };
  assert.equal(prefer?.(draft, adapter(false)), { blocks: 256 });
  assert.is(workOf(draft as never), 128_000_000);
  const { kernels, memory } = open('simd');
  const { args } = workload(new Arena(memory, 2 ** 32), kernels, 1_280_000, { blocks: 16 });
  assert.equal([args.blocks, args.starts.length, args.starts[256]], [16, 257, 20_000]);
});
test.run();
