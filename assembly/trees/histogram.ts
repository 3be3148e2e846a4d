/**
 * Histograms of a leaf: for each bin of each feature the sum of its rows' pairs (gradients.ts). One vector holds both sums, so that a row
 * costs one load, addition and store a feature.
 *
 *     hist i64[offsets[features], 2]; feature f has the entries offsets[f] … offsets[f + 1] − 1, missing values the last of them
 *     bins u8[features, pitch], feature by feature
 */

/** Rows whose pairs are gathered at a time: 16 kB, which stay in the first-level cache beside one feature's histogram. */
const BLOCK = 1024;

// @ts-ignore: decorator
@inline
function add(entry: usize, x: v128): void {
  v128.store(entry, i64x2.add(v128.load(entry), x));
}

/**
 * The histograms of features first, first + step, … below `features`, of the rows in index u32[rows], or of rows 0 … rows − 1 for index 0.
 * scratch i64[1024, 2].
 */
export function tree_histogram(
  hist: usize,
  bins: usize,
  gh: usize,
  index: usize,
  offsets: usize,
  scratch: usize,
  rows: i32,
  pitch: i32,
  features: i32,
  first: i32,
  step: i32,
): void {
  for (let f = first; f < features; f += step) {
    const at = load<i32>(offsets + ((<usize>f) << 2));
    const end = load<i32>(offsets + ((<usize>f) << 2), 4);
    memory.fill(hist + ((<usize>at) << 4), 0, (<usize>(end - at)) << 4);
  }
  for (let block = 0; block < rows; block += BLOCK) {
    const n = <usize>min(BLOCK, rows - block);
    const own = index + ((<usize>block) << 2);
    let pairs = gh + ((<usize>block) << 4);
    if (index) {
      pairs = scratch;
      for (let i: usize = 0; i < n; i++) {
        v128.store(scratch + (i << 4), v128.load(gh + ((<usize>load<u32>(own + (i << 2))) << 4)));
      }
    }
    for (let f = first; f < features; f += step) {
      const entries = hist + ((<usize>load<i32>(offsets + ((<usize>f) << 2))) << 4);
      let column = bins + <usize>f * <usize>pitch;
      let i: usize = 0;
      if (index) {
        for (; i + 4 <= n; i += 4) {
          const rows4 = own + (i << 2);
          const b0 = <usize>load<u8>(column + <usize>load<u32>(rows4));
          const b1 = <usize>load<u8>(column + <usize>load<u32>(rows4, 4));
          const b2 = <usize>load<u8>(column + <usize>load<u32>(rows4, 8));
          const b3 = <usize>load<u8>(column + <usize>load<u32>(rows4, 12));
          const from = pairs + (i << 4);
          add(entries + (b0 << 4), v128.load(from));
          add(entries + (b1 << 4), v128.load(from, 16));
          add(entries + (b2 << 4), v128.load(from, 32));
          add(entries + (b3 << 4), v128.load(from, 48));
        }
        for (; i < n; i++) {
          const bin = <usize>load<u8>(column + <usize>load<u32>(own + (i << 2)));
          add(entries + (bin << 4), v128.load(pairs + (i << 4)));
        }
      } else {
        column += <usize>block;
        for (; i + 4 <= n; i += 4) {
          const b = load<u32>(column + i);
          const from = pairs + (i << 4);
          add(entries + ((<usize>(b & 255)) << 4), v128.load(from));
          add(entries + ((<usize>((b >> 8) & 255)) << 4), v128.load(from, 16));
          add(entries + ((<usize>((b >> 16) & 255)) << 4), v128.load(from, 32));
          add(entries + ((<usize>(b >> 24)) << 4), v128.load(from, 48));
        }
        for (; i < n; i++) add(entries + ((<usize>load<u8>(column + i)) << 4), v128.load(pairs + (i << 4)));
      }
    }
  }
}

/** hist = the sum of `n` histograms of parts of the rows, `length` entries from one to the next, for the features first, first + step, … */
export function tree_merge(
  hist: usize,
  parts: usize,
  offsets: usize,
  n: i32,
  length: i32,
  features: i32,
  first: i32,
  step: i32,
): void {
  const apart = (<usize>length) << 4;
  for (let f = first; f < features; f += step) {
    let at = (<usize>load<i32>(offsets + ((<usize>f) << 2))) << 4;
    const end = (<usize>load<i32>(offsets + ((<usize>f) << 2), 4)) << 4;
    for (; at < end; at += 16) {
      let from = parts + at;
      let sum = v128.load(from);
      for (let i = 1; i < n; i++) {
        from += apart;
        sum = i64x2.add(sum, v128.load(from));
      }
      v128.store(hist + at, sum);
    }
  }
}

/** hist = hist − other for the same features: what is left of a leaf's histogram without one child is the other child's. */
export function tree_subtract(hist: usize, other: usize, offsets: usize, features: i32, first: i32, step: i32): void {
  for (let f = first; f < features; f += step) {
    let at = (<usize>load<i32>(offsets + ((<usize>f) << 2))) << 4;
    const end = (<usize>load<i32>(offsets + ((<usize>f) << 2), 4)) << 4;
    for (; at < end; at += 16) v128.store(hist + at, i64x2.sub(v128.load(hist + at), v128.load(other + at)));
  }
}

/** out i64[2] = the sum of n entries. */
export function tree_total(out: usize, hist: usize, n: i32): void {
  let sum = i64x2.splat(0);
  for (let i: usize = 0; i < <usize>n; i++) sum = i64x2.add(sum, v128.load(hist + (i << 4)));
  v128.store(out, sum);
}
