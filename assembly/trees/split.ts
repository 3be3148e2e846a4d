/**
 * The best split of a leaf by one feature. A split gains (Chen and Guestrin, "XGBoost", 2016; without the ½)
 *
 *     GL² / (HL + l2) + GR² / (HR + l2) − G² / (H + l2)
 *
 * where G and H are sums of first and second derivatives. With a monotonic constraint or bounds on the leaf's value, a child's value is held
 * within the bounds, and the gain is what the loss falls by at those values.
 *
 *     split, 128 bytes:   0 f64 gain      8 i32 feature      12 i32 bin        16 i32 missing goes left     20 i32 left, right rows
 *                         32 i64[2] left  48 i64[2] right    64 f64 GL, HL, GR, HR                          96 u8[32] set
 *
 * `left` and `right` are sums of pairs (gradients.ts). A number goes left when its bin is at most `bin`; a category (bin −1) when its bit
 * is in the set. A split that gains no more than the one that is there is not written: of equal ones the first stays. Nor is one whose gain
 * may be rounding alone.
 */

/** What the leaf's own worth times this is no gain. */
const NOISE: f64 = 1e-12;

/** Categories up to which each is tried against the rest, and otherwise how many may be in a set at most. */
const ONE_AGAINST_REST = 4;
const MOST_IN_SET = 32;
/** Rows that a category needs to be in a set, rows of a side, and what steadies the order of categories. */
const GROUP = 10;
const SMOOTH: f64 = 10;

// @ts-ignore: decorator
@inline
function rowsOf(pair: v128, shift: i32): i32 {
  return <i32>(i64x2.extract_lane(pair, 1) & (((<i64>1) << (<i64>shift)) - 1));
}
// @ts-ignore: decorator
@inline
function gOf(pair: v128, unit: f64): f64 {
  return <f64>i64x2.extract_lane(pair, 0) * unit;
}
// @ts-ignore: decorator
@inline
function hOf(pair: v128, shift: i32, unit: f64): f64 {
  return <f64>(i64x2.extract_lane(pair, 1) >> <i64>shift) * unit;
}

/** What a leaf gains by being there: g² / (h + l2), or by its value within bounds. */
// @ts-ignore: decorator
@inline
function worth(g: f64, h: f64, bounded: bool, lower: f64, upper: f64): f64 {
  if (!bounded) return (g * g) / h;
  const value = max(min(-g / h, upper), lower);
  return -g * value;
}

/** What two children are worth; −∞ where one has too little or the constraint forbids them. */
// @ts-ignore: decorator
@inline
function worthOf(
  left: v128,
  right: v128,
  shift: i32,
  unitG: f64,
  unitH: f64,
  least: f64,
  l2: f64,
  bounded: bool,
  constraint: i32,
  lower: f64,
  upper: f64,
): f64 {
  const hl = hOf(left, shift, unitH);
  const hr = hOf(right, shift, unitH);
  if (hl < least || hr < least) return -Infinity;
  const gl = gOf(left, unitG);
  const gr = gOf(right, unitG);
  if (constraint != 0) {
    const vl = max(min(-gl / (hl + l2), upper), lower);
    const vr = max(min(-gr / (hr + l2), upper), lower);
    if (constraint > 0 ? vl > vr : vl < vr) return -Infinity;
  }
  return worth(gl, hl + l2, bounded, lower, upper) + worth(gr, hr + l2, bounded, lower, upper);
}

// @ts-ignore: decorator
@inline
function write(
  split: usize,
  gain: f64,
  feature: i32,
  bin: i32,
  missing: i32,
  left: v128,
  total: v128,
  shift: i32,
  unitG: f64,
  unitH: f64,
): void {
  const right = i64x2.sub(total, left);
  store<f64>(split, gain);
  store<i32>(split, feature, 8);
  store<i32>(split, bin, 12);
  store<i32>(split, missing, 16);
  store<i32>(split, rowsOf(left, shift), 20);
  store<i32>(split, rowsOf(right, shift), 24);
  v128.store(split, left, 32);
  v128.store(split, right, 48);
  store<f64>(split, gOf(left, unitG), 64);
  store<f64>(split, hOf(left, shift, unitH), 72);
  store<f64>(split, gOf(right, unitG), 80);
  store<f64>(split, hOf(right, shift, unitH), 88);
}

/**
 * A number: hist i64[bins + 1, 2], missing values the last; total i64[2] the leaf's sum. `rows` and `least` are how many rows and how large
 * a sum of second derivatives a child has at least; the sums are in units of unitG and unitH. constraint 1 for rising, −1 for falling;
 * lower and upper bound the leaf's value.
 */
export function tree_split_number(
  split: usize,
  hist: usize,
  total: usize,
  bins: i32,
  feature: i32,
  rows: i32,
  least: f64,
  l2: f64,
  unitG: f64,
  unitH: f64,
  shift: i32,
  constraint: i32,
  lower: f64,
  upper: f64,
): void {
  const all = v128.load(total);
  const bounded = constraint != 0 || lower > -Infinity || upper < Infinity;
  const own = worth(gOf(all, unitG), hOf(all, shift, unitH) + l2, bounded, lower, upper);
  const missing = v128.load(hist + ((<usize>bins) << 4));
  const some = rowsOf(missing, shift) > 0;
  const count = rowsOf(all, shift);
  let best = max(load<f64>(split), NOISE * abs(own));
  let bin = -1;
  let goes = 0;
  let found = all;
  // Missing values go right, and then left. Where there are none they go where most rows go.
  const passes = some ? 2 : 1;
  for (let pass = 0; pass < passes; pass++) {
    let left = pass ? missing : i64x2.splat(0);
    const end = some && pass == 0 ? bins : bins - 1;
    for (let b = 0; b < end; b++) {
      const entry = v128.load(hist + ((<usize>b) << 4));
      // An empty bin splits the same rows as the bin before it, of which the first stays.
      if (!v128.any_true(entry)) continue;
      left = i64x2.add(left, entry);
      const n = rowsOf(left, shift);
      if (n < rows) continue;
      if (count - n < rows) break;
      const right = i64x2.sub(all, left);
      const gain = worthOf(left, right, shift, unitG, unitH, least, l2, bounded, constraint, lower, upper) - own;
      if (gain > best) {
        best = gain;
        bin = b;
        found = left;
        goes = some ? pass : n + n > count ? 1 : 0;
      }
    }
  }
  if (bin >= 0) write(split, best, feature, bin, goes, found, all, shift, unitG, unitH);
}

// @ts-ignore: decorator
@inline
function setBit(set: usize, code: i32): void {
  const at = set + (<usize>code >> 3);
  store<u8>(at, <u8>(<i32>load<u8>(at) | (1 << (code & 7))));
}

/**
 * A category: hist i64[labels + 1, 2], missing values the last, which are one more category. Up to four labels each is tried against the
 * rest; more are put in the order of G / (H + 10), the best partition of which is contiguous (Fisher, "On Grouping for Maximum
 * Homogeneity", 1958), and tried from both ends. scratch f64[256] and u8[256].
 */
export function tree_split_category(
  split: usize,
  hist: usize,
  total: usize,
  scratch: usize,
  labels: i32,
  feature: i32,
  rows: i32,
  least: f64,
  l2: f64,
  unitG: f64,
  unitH: f64,
  shift: i32,
  lower: f64,
  upper: f64,
): void {
  const all = v128.load(total);
  const bounded = lower > -Infinity || upper < Infinity;
  const own = worth(gOf(all, unitG), hOf(all, shift, unitH) + l2, bounded, lower, upper);
  const count = rowsOf(all, shift);
  const order = scratch + 2048;
  let best = max(load<f64>(split), NOISE * abs(own));
  let found = all;
  let single = -1;
  let from = 0;
  let size = 0;
  let used = 0;
  if (labels <= ONE_AGAINST_REST) {
    for (let c = 0; c <= labels; c++) {
      const left = v128.load(hist + ((<usize>c) << 4));
      const n = rowsOf(left, shift);
      if (n < rows || count - n < rows) continue;
      const gain = worthOf(left, i64x2.sub(all, left), shift, unitG, unitH, least, l2, bounded, 0, lower, upper) - own;
      if (gain > best) {
        best = gain;
        single = c;
        found = left;
      }
    }
  } else {
    for (let c = 0; c <= labels; c++) {
      const entry = v128.load(hist + ((<usize>c) << 4));
      if (rowsOf(entry, shift) < GROUP) continue;
      const key = gOf(entry, unitG) / (hOf(entry, shift, unitH) + SMOOTH);
      let k = used++;
      for (; k > 0 && load<f64>(scratch + ((<usize>(k - 1)) << 3)) > key; k--) {
        store<f64>(scratch + ((<usize>k) << 3), load<f64>(scratch + ((<usize>(k - 1)) << 3)));
        store<u8>(order + <usize>k, load<u8>(order + <usize>(k - 1)));
      }
      store<f64>(scratch + ((<usize>k) << 3), key);
      store<u8>(order + <usize>k, c);
    }
    const most = min(MOST_IN_SET, (used + 1) >> 1);
    for (let end = 0; end < 2; end++) {
      let left = i64x2.splat(0);
      let group = 0;
      for (let i = 0; i < most; i++) {
        const code = <usize>load<u8>(order + <usize>(end ? used - 1 - i : i));
        const entry = v128.load(hist + (code << 4));
        left = i64x2.add(left, entry);
        group += rowsOf(entry, shift);
        const n = rowsOf(left, shift);
        if (n < rows || group < GROUP) continue;
        if (count - n < max(rows, GROUP)) break;
        group = 0;
        const gain = worthOf(left, i64x2.sub(all, left), shift, unitG, unitH, least, l2, bounded, 0, lower, upper) - own;
        if (gain > best) {
          best = gain;
          found = left;
          from = end ? used - 1 - i : 0;
          size = i + 1;
        }
      }
    }
  }
  if (single < 0 && size == 0) return;
  const set = split + 96;
  v128.store(set, i64x2.splat(0));
  v128.store(set, i64x2.splat(0), 16);
  if (single >= 0) setBit(set, single);
  for (let i = 0; i < size; i++) setBit(set, <i32>load<u8>(order + <usize>(from + i)));
  // What no row of this leaf has goes where most rows go.
  const n = rowsOf(found, shift);
  const none = rowsOf(v128.load(hist + ((<usize>labels) << 4)), shift) == 0;
  if (none && n + n > count) setBit(set, labels);
  const goes = (load<u8>(set + (<usize>labels >> 3)) >> <u8>(labels & 7)) & 1;
  write(split, best, feature, -1, <i32>goes, found, all, shift, unitG, unitH);
}
