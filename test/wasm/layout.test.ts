/** Layouts: measured and laid out they are the same; pieces are aligned, apart, and hold what was put there. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Arena, Layout, place } from '../../src/wasm/memory.js';
import { ResidentMatrix, Tile } from '../../src/wasm/resident.js';

const TYPES = [Float32Array, Int32Array, Uint32Array, Float64Array, Uint8Array] as const;
const piece = fc.record({
  type: fc.nat(TYPES.length - 1),
  values: fc.array(fc.nat(255), { maxLength: 300 }),
  put: fc.boolean(),
});
const arenaOf = (shared = false) => new Arena(new WebAssembly.Memory({ initial: 1, maximum: 1024, shared }), 1024 * 65536);

test('pieces are aligned to 64 bytes, have room for a vector behind them, and are what was put there', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.boolean(), (pieces, shared) => {
      const arena = arenaOf(shared);
      let calls = 0;
      const { at, region } = place(arena, (layout) => {
        calls++;
        return pieces.map(({ type, values, put }) => {
          const array = TYPES[type].from(values);
          return { at: put ? layout.put(array) : layout.take(array.byteLength), bytes: array.byteLength };
        });
      });
      assert.is(calls, 2, 'once to measure and once for real');
      at.forEach((one, i) => {
        assert.is(one.at % 64, 0);
        const end = at[i + 1]?.at ?? region.offset + region.bytes;
        assert.ok(one.at >= region.offset && one.at + one.bytes + 64 <= end);
      });
      pieces.forEach(({ type, values, put }, i) => {
        if (put) assert.equal([...new TYPES[type](arena.memory.buffer, at[i].at, values.length)], values);
      });
      region.dispose();
      assert.equal([arena.stats().regions, arena.stats().used], [0, 0]);
    }),
  );
});

test('without a memory nothing is written, and the size is that of the same calls with one', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5000), { maxLength: 30 }), fc.nat(100), (sizes, base) => {
      const measured = new Layout(0);
      const there = new Layout(base * 64);
      for (const bytes of sizes) assert.is(there.take(bytes) - base * 64, measured.put(new Uint8Array(bytes)));
      assert.is(there.bytes, measured.bytes);
    }),
  );
});

test('views of part of a buffer are put as what they show', () => {
  const arena = arenaOf();
  const whole = Float32Array.of(1, 2, 3, 4, 5);
  const { at } = place(arena, (layout) => layout.put(whole.subarray(1, 4)));
  assert.equal([...new Float32Array(arena.memory.buffer, at, 3)], [2, 3, 4]);
});

test('an error while laying out leaves no region', () => {
  const arena = arenaOf();
  const broken = () => {
    throw new Error('in laying out');
  };
  assert.throws(() => place(arena, broken), /in laying out/);
  assert.is(arena.stats().regions, 0);
  assert.throws(() => place(arena, (layout) => layout.take(2 ** 27)), /128\.\d MiB/);
  assert.is(arena.stats().regions, 0);
});

test('columns of a resident matrix and rows of a tile stand apart and come back', () => {
  const arena = arenaOf();
  {
    using matrix = new ResidentMatrix(arena, 7, 3);
    for (let j = 0; j < 3; j++) {
      assert.is(matrix.address(j) % 64, 0);
      matrix.column(j).fill(j + 1);
    }
    assert.equal(
      [0, 1, 2].map((j) => [...new Set(matrix.column(j))]),
      [[1], [2], [3]],
    );
    using tile = new Tile(arena, 5, 9);
    assert.is(tile.address(2) - tile.address(), 2 * 16 * 4);
    assert.is(tile.values().length, 5 * 16);
    using narrow = new Tile(arena, 5, 1);
    assert.is(narrow.values().length, 5);
    assert.is(arena.stats().regions, 3);
    matrix.dispose();
    assert.is(arena.stats().regions, 2);
  }
  assert.is(arena.stats().regions, 0);
});
test.run();
