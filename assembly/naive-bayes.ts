/**
 * Naive Bayes: moments and counts of each class, and the sums of log-likelihoods that answer for a row (Zhang, "The Optimality of Naive
 * Bayes", 2004). Columns may stand by themselves or in a row-major tile: `step` is the bytes from a value to the next row's. A value that is
 * missing is NaN; it is neither counted nor added, so that a row is judged by what is known of it.
 *
 * What is added up for a row is float64, one number a class, `ld` of them: the classes, rounded up to an even number.
 */
import { moments_merge } from './moments';
import { F32 } from './simd';

/** Values in a block, as of the other moments. */
const BLOCK: i32 = 2048;

/**
 * The rows in the order of their classes: index i32[rows], those of class c from starts[c] to starts[c + 1] − 1, each class in the order of
 * the rows. y i32[rows] from 0 to classes − 1, starts i32[classes + 1].
 */
export function class_order(index: usize, starts: usize, y: usize, rows: i32, classes: i32): void {
  memory.fill(starts, 0, (<usize>classes + 1) * 4);
  for (let r = 0; r < rows; r++) {
    const at = starts + <usize>load<i32>(y + <usize>r * 4) * 4;
    store<i32>(at, load<i32>(at, 4) + 1, 4);
  }
  for (let c: usize = 1; c <= <usize>classes; c++) {
    store<i32>(starts + c * 4, load<i32>(starts + c * 4) + load<i32>(starts + c * 4 - 4));
  }
  // Each class's start moves to its end, which is the start of the next, and then all move back by one place.
  for (let r = 0; r < rows; r++) {
    const at = starts + <usize>load<i32>(y + <usize>r * 4) * 4;
    const place = load<i32>(at);
    store<i32>(index + <usize>place * 4, r);
    store<i32>(at, place + 1);
  }
  memory.copy(starts + 4, starts, <usize>classes * 4);
  store<i32>(starts, 0);
}

/** out f32[n] = the values of a column in the rows index i32[n]. */
export function gather_values(out: usize, x: usize, index: usize, n: i32, step: i32): void {
  const end = index + <usize>n * 4;
  for (; index < end; index += 4) {
    store<f32>(out, load<f32>(x + <usize>load<i32>(index) * <usize>step));
    out += F32;
  }
}

/**
 * As `moments`, of values that weigh: state f64[3] = (Σ w, Σ w · x / Σ w, Σ w · (x − mean)²) over the rows index i32[n]; weights f64 by row.
 * Blocks of two passes each, merged.
 */
export function weighted_moments(state: usize, x: usize, index: usize, weights: usize, n: i32, step: i32): void {
  memory.fill(state, 0, 24);
  for (let first = 0; first < n; first += BLOCK) {
    const from = index + <usize>first * 4;
    const end = from + <usize>min(BLOCK, n - first) * 4;
    let count: f64 = 0;
    let sum: f64 = 0;
    for (let p = from; p < end; p += 4) {
      const r = <usize>load<i32>(p);
      const value = <f64>load<f32>(x + r * <usize>step);
      if (value != value) continue;
      const w = load<f64>(weights + r * 8);
      count += w;
      sum += w * value;
    }
    if (count == 0) continue;
    const mean = sum / count;
    let m2: f64 = 0;
    for (let p = from; p < end; p += 4) {
      const r = <usize>load<i32>(p);
      const d = <f64>load<f32>(x + r * <usize>step) - mean;
      if (d == d) m2 += load<f64>(weights + r * 8) * d * d;
    }
    moments_merge(state, count, mean, m2);
  }
}

/**
 * counts f64[labels, classes] += the rows of each label and class, or what they weigh: whole numbers without weights, whose sum is exact in
 * any order. y i32[rows], weights f64[rows] or address 0. What is no code from 0 to labels − 1 is not counted.
 */
export function class_counts(
  counts: usize,
  x: usize,
  y: usize,
  weights: usize,
  rows: i32,
  step: i32,
  labels: i32,
  classes: i32,
): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const value = load<f32>(x);
    x += <usize>step;
    if (!(value >= 0 && value < <f32>labels)) continue;
    const at = counts + (<usize>value * <usize>classes + <usize>load<i32>(y + r * 4)) * 8;
    store<f64>(at, load<f64>(at) + (weights ? load<f64>(weights + r * 8) : 1));
  }
}

/**
 * joint f64[rows, ld] += the log-densities of a column's values, of each class: constant + factor · (x − mean)².
 * parameters f64[3, ld]: means | factors −1 / 2σ² | constants −½ log 2πσ².
 */
export function gaussian_add(joint: usize, x: usize, parameters: usize, rows: i32, step: i32, ld: i32): void {
  const run = <usize>ld * 8;
  const end = joint + <usize>rows * run;
  for (; joint < end; joint += run) {
    const value = <f64>load<f32>(x);
    x += <usize>step;
    if (value != value) continue;
    const splat = f64x2.splat(value);
    for (let c: usize = 0; c < run; c += 16) {
      const p = parameters + c;
      const d = f64x2.sub(splat, v128.load(p));
      const log = f64x2.add(v128.load(p + 2 * run), f64x2.mul(v128.load(p + run), f64x2.mul(d, d)));
      v128.store(joint + c, f64x2.add(v128.load(joint + c), log));
    }
  }
}

/**
 * joint f64[rows, ld] += the log-probabilities of a column's codes, of each class: table f64[labels, ld]. What is no code from 0 to
 * labels − 1, missing or never seen, adds nothing.
 */
export function category_add(joint: usize, x: usize, table: usize, rows: i32, step: i32, labels: i32, ld: i32): void {
  const run = <usize>ld * 8;
  const end = joint + <usize>rows * run;
  for (; joint < end; joint += run) {
    const value = load<f32>(x);
    x += <usize>step;
    if (!(value >= 0 && value < <f32>labels)) continue;
    const from = table + <usize>value * run;
    for (let c: usize = 0; c < run; c += 16) {
      v128.store(joint + c, f64x2.add(v128.load(joint + c), v128.load(from + c)));
    }
  }
}

/** joint f64[rows, ld] = one row f64[ld] in each. */
export function class_fill(joint: usize, row: usize, rows: i32, ld: i32): void {
  const run = <usize>ld * 8;
  const end = joint + <usize>rows * run;
  for (; joint < end; joint += run) memory.copy(joint, row, run);
}

/** What no sum of float32 is brought out of its range by, however many features there are. */
// @ts-ignore: decorator
@inline
function bounded(x: f64): f32 {
  return <f32>max(-1e30, min(1e30, x));
}

// @ts-ignore: decorator
@inline
function meanOf(joint: usize, classes: i32): f64 {
  let sum: f64 = 0;
  for (let c: usize = 0; c < <usize>classes; c++) sum += load<f64>(joint + c * 8);
  return sum / <f64>classes;
}

/**
 * Raw outputs z f32[rows, ldz]: of two classes the second's less the first's, outputs = 1; of several each one's less their mean, which
 * changes no probability and keeps the digits that tell classes apart.
 */
export function class_outputs(z: usize, joint: usize, rows: i32, outputs: i32, ldz: i32, ld: i32): void {
  for (let r = 0; r < rows; r++) {
    if (outputs == 1) store<f32>(z, bounded(load<f64>(joint, 8) - load<f64>(joint)));
    else {
      const mean = meanOf(joint, outputs);
      for (let c: usize = 0; c < <usize>ldz; c++) {
        store<f32>(z + c * F32, <i32>c < outputs ? bounded(load<f64>(joint + c * 8) - mean) : 0);
      }
    }
    z += <usize>ldz * F32;
    joint += <usize>ld * 8;
  }
}

/** out f32[rows], `step` bytes apart = the raw outputs of `joint` as above, summed by the weights of direction f32[rows, ldz]. */
export function class_fold(
  out: usize,
  joint: usize,
  direction: usize,
  rows: i32,
  outputs: i32,
  step: i32,
  ldz: i32,
  ld: i32,
): void {
  for (let r = 0; r < rows; r++) {
    let sum: f64 = 0;
    if (outputs == 1) sum = <f64>load<f32>(direction) * (load<f64>(joint, 8) - load<f64>(joint));
    else {
      const mean = meanOf(joint, outputs);
      for (let c: usize = 0; c < <usize>outputs; c++) {
        sum += <f64>load<f32>(direction + c * F32) * (load<f64>(joint + c * 8) - mean);
      }
    }
    store<f32>(out, bounded(sum));
    out += <usize>step;
    direction += <usize>ldz * F32;
    joint += <usize>ld * 8;
  }
}
