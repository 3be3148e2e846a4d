/**
 * The n largest of a row's scores, exact, as the scores arrive in pieces. Each row keeps its best so far in descending
 * order; a score enters when it is larger than the last of them, so of equal scores the one that came first stays.
 */
import { F32 } from './simd';

/**
 * values f32[rows, n] and ids i32[rows, n], descending, take in scores f32[rows, ld], columns 0 … count − 1 (count is
 * rounded up to a multiple of 4; what lies behind must be −∞), whose ids are first, first + 1, …
 * Start with values −∞ and ids −1. −∞ never enters.
 */
export function top_n(values: usize, ids: usize, scores: usize, rows: i32, n: i32, count: i32, ld: i32, first: i32): void {
  const last = <usize>(n - 1) * F32;
  for (let r = 0; r < rows; r++) {
    let least = load<f32>(values + last);
    for (let c = 0; c < count; c += 4) {
      const x = v128.load(scores + <usize>c * F32);
      if (!v128.any_true(f32x4.gt(x, f32x4.splat(least)))) continue;
      for (let lane = 0; lane < 4; lane++) {
        const score = load<f32>(scores + <usize>(c + lane) * F32);
        if (!(score > least)) continue;
        let at = last;
        for (; at > 0; at -= F32) {
          const above = load<f32>(values + at - F32);
          if (!(score > above)) break;
          store<f32>(values + at, above);
          store<i32>(ids + at, load<i32>(ids + at - F32));
        }
        store<f32>(values + at, score);
        store<i32>(ids + at, first + c + lane);
        least = load<f32>(values + last);
      }
    }
    values += <usize>n * F32;
    ids += <usize>n * F32;
    scores += <usize>ld * F32;
  }
}
