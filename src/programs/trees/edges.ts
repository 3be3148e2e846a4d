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
  const all = new Float32Array(sampled);
  let present = 0;
  for (let i = 0; i < sampled; i++) {
    const v = value(Math.floor((i * rows) / sampled));
    if (!Number.isNaN(v)) all[present++] = v;
  }
  const sorted = ascending(all.subarray(0, present));
  const { values, counts } = distinct(sorted);
  if (values.length <= maxBins) return Float32Array.from(values.subarray(1), (v, i) => between(values[i], v));
  return quantiles(values, counts, sorted.length, maxBins);
}

/** Bits of a digit, and digits of 32 bits. */
const DIGIT = 11;
const DIGITS = 3;
/** Values from which counting digits is faster than the engine's own sorting. */
const COUNTED = 4096;

/**
 * The values in ascending order, in place: by radix, as whole numbers of 32 bits that stand in the order of the floats. Those are the bits
 * themselves for positive ones, and for negative ones all of them turned.
 */
function ascending(values: Float32Array): Float32Array {
  if (values.length < COUNTED) return values.sort();
  let keys: Uint32Array = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let other: Uint32Array = new Uint32Array(values.length);
  for (let i = 0; i < keys.length; i++) keys[i] ^= (keys[i] & 0x80000000) === 0 ? 0x80000000 : 0xffffffff;
  for (let digit = 0; digit < DIGITS; digit++) {
    const shift = digit * DIGIT;
    const mask = 2 ** DIGIT - 1;
    const places = new Uint32Array(2 ** DIGIT + 1);
    for (let i = 0; i < keys.length; i++) places[((keys[i] >>> shift) & mask) + 1]++;
    for (let d = 1; d < places.length; d++) places[d] += places[d - 1];
    for (let i = 0; i < keys.length; i++) other[places[(keys[i] >>> shift) & mask]++] = keys[i];
    [keys, other] = [other, keys];
  }
  for (let i = 0; i < keys.length; i++) keys[i] ^= (keys[i] & 0x80000000) === 0 ? 0xffffffff : 0x80000000;
  return new Float32Array(keys.buffer, keys.byteOffset, keys.length);
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
  const large = (i: number) => counts[i] * maxBins >= total;
  let rest = total;
  let bins = maxBins;
  for (let i = 0; i < counts.length; i++) {
    if (!large(i)) continue;
    rest -= counts[i];
    bins--;
  }
  const edges: number[] = [];
  let share = rest / bins;
  let filled = 0;
  for (let i = 0; i + 1 < values.length && edges.length + 1 < maxBins; i++) {
    if (!large(i)) rest -= counts[i];
    filled += counts[i];
    const full = large(i) || filled >= share || (large(i + 1) && filled >= share / 2);
    if (!full) continue;
    edges.push(between(values[i], values[i + 1]));
    filled = 0;
    if (large(i)) continue;
    bins--;
    share = rest / bins;
  }
  return Float32Array.from(edges);
}
