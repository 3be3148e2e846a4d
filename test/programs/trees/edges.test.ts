/** Edges between bins: midpoints where there are few values, quantiles where there are many; what must hold for any column. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { edgesOf } from '../../../src/programs/trees/edges.js';

const of = (values: number[], maxBins = 255) => edgesOf((r) => values[r], values.length, maxBins);
const binOf = (edges: Float32Array, value: number) => edges.filter((edge) => edge < value).length;

test('few values have a bin each, between which the edges lie', () => {
  assert.equal([...of([3, 1, 1, 2, Number.NaN])], [1.5, 2.5]);
  assert.equal([...of([7, 7, 7])], []);
  assert.equal([...of([])], []);
  assert.equal([...of([Number.NaN])], []);
  // Neighbouring float32 have none between them: the lower one is the edge.
  const next = new Float32Array(Uint32Array.of(0x3f800001).buffer)[0];
  assert.equal([...of([1, next])], [1]);
});

test('many rows of few values are sorted by their digits: the edges lie between neighbours', () => {
  const values = Float32Array.of(-3e38, -1e-40, -0, 1e-45, 1.5, 1.75, 2 ** 20, -7.25, -7.125, 3e38, 1e-38, -1).sort();
  const rows = Array.from({ length: 50_000 }, (_, r) => values[(r * 7919) % values.length]);
  // 2·10³⁸ and its like are halves of what is added, so that no sum is infinite.
  const between = [...values.subarray(1)].map((v, i) => Math.fround(values[i] / 2 + v / 2));
  assert.equal([...of(rows)], between);
});

test('every column: edges rise, below the limit, and equal values share a bin', () => {
  const columns = fc.record({
    values: fc.array(
      fc.oneof(fc.float({ noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, -0, Number.NaN)),
      { maxLength: 400 },
    ),
    maxBins: fc.integer({ min: 2, max: 255 }),
  });
  fc.assert(
    fc.property(columns, ({ values, maxBins }) => {
      const edges = of(values, maxBins);
      assert.ok(edges.length < maxBins);
      assert.ok(edges.every((edge, i) => i === 0 || edge > edges[i - 1]));
      const present = [...new Set(values.filter((v) => !Number.isNaN(v)).map((v) => Math.fround(v) + 0))];
      const bins = new Set(present.map((v) => binOf(edges, v)));
      // No bin is empty, and where there are few values none shares its bin.
      assert.is(bins.size, present.length === 0 ? 0 : edges.length + 1);
      if (present.length <= maxBins) assert.is(bins.size, present.length);
    }),
  );
});

test('many values: bins hold about as many rows, and a value of many rows its own', () => {
  const rows = 20_000;
  const values = Array.from({ length: rows }, (_, r) => (r % 4 === 0 ? 0.5 : Math.fround(((r * 7919) % rows) / rows)));
  const edges = of(values, 64);
  const counts = new Int32Array(edges.length + 1);
  for (const v of values) counts[binOf(edges, v)]++;
  const own = counts[binOf(edges, 0.5)];
  const others = counts.filter((_, b) => b !== binOf(edges, 0.5));
  const share = (rows - own) / others.length;
  // Less than half a bin of the values below may stand with it.
  assert.ok(own >= 5000 && own < 5000 + share / 2 + 1, `${own} rows`);
  assert.ok(
    others.every((n) => n > share / 2 && n < share * 1.5),
    `${others}`,
  );
  assert.is(edges.length, 63);
});

test.run();
