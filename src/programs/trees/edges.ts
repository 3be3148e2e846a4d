/**
 * Edges between the bins of a number: midpoints between neighbouring values where there are few, else between quantiles, so that bins hold
 * about as many rows each. A value that alone fills a bin has one of its own, and the others share the rest.
 */

/** Rows that edges are learnt from, at most. */
const SAMPLE = 200_000;

/** The midpoint of two float32 as one, at least a and below b. */
function between(a: number, b: number): number {
  const middle = Math.fround(a / 2 + b / 2);
  return middle < b && middle >= a ? middle : a;
}

/**
 * @param value of a row, NaN for missing
 * @param maxBins from 2 to 255
 * @returns ascending, below maxBins of them
 */
export function edgesOf(value: (row: number) => number, rows: number, maxBins: number): Float32Array {
  const sampled = Math.min(rows, SAMPLE);
  const all = Float32Array.from({ length: sampled }, (_, i) => value(Math.floor((i * rows) / sampled)));
  const sorted = all.filter((v) => !Number.isNaN(v)).sort();
  const { values, counts } = distinct(sorted);
  if (values.length <= maxBins) return Float32Array.from(values.subarray(1), (v, i) => between(values[i], v));
  return quantiles(values, counts, sorted.length, maxBins);
}

function distinct(sorted: Float32Array): { values: Float32Array; counts: Int32Array } {
  const values = new Float32Array(sorted.length);
  const counts = new Int32Array(sorted.length);
  let n = 0;
  for (const v of sorted) {
    if (n === 0 || values[n - 1] !== v) values[n++] = v;
    counts[n - 1]++;
  }
  return { values: values.subarray(0, n), counts: counts.subarray(0, n) };
}

/** Bins are filled value by value until each holds its share of the rows that are left. */
function quantiles(values: Float32Array, counts: Int32Array, total: number, maxBins: number): Float32Array {
  const large = counts.map((count) => Number(count * maxBins >= total));
  let rest = total;
  let bins = maxBins;
  counts.forEach((count, i) => {
    if (!large[i]) return;
    rest -= count;
    bins--;
  });
  const edges: number[] = [];
  let share = rest / bins;
  let filled = 0;
  for (let i = 0; i + 1 < values.length && edges.length + 1 < maxBins; i++) {
    if (!large[i]) rest -= counts[i];
    filled += counts[i];
    const full = large[i] || filled >= share || (large[i + 1] && filled >= share / 2);
    if (!full) continue;
    edges.push(between(values[i], values[i + 1]));
    filled = 0;
    if (large[i]) continue;
    bins--;
    share = rest / bins;
  }
  return Float32Array.from(edges);
}
