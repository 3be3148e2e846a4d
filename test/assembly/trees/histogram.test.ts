/** Histograms against adding up, the subtraction of a child's, and the dealing of rows: exact, on ragged sizes. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Bench, benches } from '../../support/kernels.js';
import { generator } from '../../support/tables.js';

const shapes = fc.record({
  rows: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1023, 1024, 1025, 2600)),
  features: fc.integer({ min: 1, max: 5 }),
  workers: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

/** Random bins and pairs in memory, and histograms of some rows. */
function setUp(b: Bench, { rows, features, seed }: { rows: number; features: number; seed: number }) {
  b.reset();
  const next = generator(seed);
  const sizes = Array.from({ length: features }, () => 2 + Math.floor(next() * 254));
  const offsets = [0];
  for (const size of sizes) offsets.push(offsets[offsets.length - 1] + size);
  const pitch = rows + 3;
  const bins = Uint8Array.from({ length: features * pitch }, (_, i) => Math.floor(next() * sizes[Math.floor(i / pitch)]));
  const pairs = BigInt64Array.from({ length: rows * 2 }, (_, i) => BigInt(Math.round((next() - (i % 2 ? 0 : 0.5)) * 2 ** 40)));
  const gh = b.room(rows * 4);
  new BigInt64Array(b.memory.buffer, gh, rows * 2).set(pairs);
  const total = offsets[features];
  const expected = (chosen: readonly number[]) => {
    const hist = new BigInt64Array(total * 2);
    for (let f = 0; f < features; f++) {
      for (const r of chosen) {
        const at = (offsets[f] + bins[f * pitch + r]) * 2;
        hist[at] += pairs[2 * r];
        hist[at + 1] += pairs[2 * r + 1];
      }
    }
    return hist;
  };
  const read = (at: number) => new BigInt64Array(b.memory.buffer, at, total * 2).slice();
  const at = { bins: b.u8(bins), gh, offsets: b.i32(offsets), scratch: b.room(1024 * 4), hist: b.room(total * 4) };
  return { next, bins, pitch, total, expected, read, at };
}

for (const b of benches()) {
  test(`${b.build} tree_histogram: all rows and some, the features of each worker`, () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { rows, features, workers } = shape;
        const { next, pitch, total, expected, read, at } = setUp(b, shape);
        const build = (hist: number, index: number, n: number) => {
          for (let w = 0; w < workers; w++) {
            b.kernels.tree_histogram(hist, at.bins, at.gh, index, at.offsets, at.scratch, n, pitch, features, w, workers);
          }
        };
        const all = Array.from({ length: rows }, (_, r) => r);
        build(at.hist, 0, rows);
        assert.equal(read(at.hist), expected(all));
        const some = all.filter(() => next() < 0.4);
        const child = b.room(read(at.hist).length * 2);
        build(child, b.i32(some), some.length);
        assert.equal(read(child), expected(some));
        // The same from the parts of the rows, of which each worker has one.
        const parts = b.room(workers * total * 4);
        for (let w = 0; w < workers; w++) {
          const from = Math.floor((rows * w) / workers);
          const n = Math.floor((rows * (w + 1)) / workers) - from;
          const own = [at.bins + from, at.gh + from * 16, 0, at.offsets, at.scratch, n, pitch, features, 0, 1] as const;
          b.kernels.tree_histogram(parts + w * total * 16, ...own);
        }
        const merged = b.room(total * 4);
        for (let w = 0; w < workers; w++) b.kernels.tree_merge(merged, parts, at.offsets, workers, total, features, w, workers);
        assert.equal(read(merged), expected(all));
        for (let w = 0; w < workers; w++) b.kernels.tree_subtract(at.hist, child, at.offsets, features, w, workers);
        assert.equal(read(at.hist), expected(all.filter((r) => !some.includes(r))));
      }),
      { numRuns: 40 },
    );
  });

  test(`${b.build} tree_partition and tree_settle: each row to its side, in its order`, () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { rows } = shape;
        const { next, bins } = setUp(b, shape);
        const order = Array.from({ length: rows }, (_, r) => r).filter(() => next() < 0.7);
        const n = order.length;
        if (n === 0) return;
        const left = Uint8Array.from({ length: 256 }, () => Number(next() < 0.5));
        const [scratch, to] = [b.room(n), b.room(n)];
        const lefts = b.kernels.tree_partition(scratch, b.i32(order), b.u8(bins.subarray(0, rows)), b.u8(left), n);
        b.kernels.tree_settle(to, to + lefts * 4, scratch, n, lefts);
        const goes = (r: number) => left[bins[r]] === 1;
        const expected = [...order.filter(goes), ...order.filter((r) => !goes(r))];
        assert.is(lefts, order.filter(goes).length);
        assert.equal([...new Uint32Array(b.memory.buffer, to, n)], expected);
        const z = b.f32(new Float32Array(rows * 3));
        b.kernels.tree_add(z + 4, to, lefts, 3, 0.5);
        const values = b.read(z, rows * 3);
        for (let r = 0; r < rows; r++) {
          const added = order.includes(r) && goes(r) ? 0.5 : 0;
          assert.equal([...values.subarray(3 * r, 3 * r + 3)], [0, added, 0]);
        }
      }),
    );
  });
}

test.run();
