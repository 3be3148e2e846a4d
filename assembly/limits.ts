/** The machine's ceiling, for the benchmark to hold kernels against. */
import { madd } from "./simd";

/**
 * Runs `steps` rounds of twelve independent multiply-adds on registers alone: 12 · 4 · 2
 * floating-point operations a round. Returns a sum so that nothing is pruned.
 */
export function madd_peak(steps: i32, x: f32, y: f32): f32 {
  const a = f32x4.splat(x);
  const b = f32x4.splat(y);
  let c0 = a, c1 = a, c2 = a, c3 = a, c4 = a, c5 = a, c6 = a, c7 = a;
  let d0 = b, d1 = b, d2 = b, d3 = b;
  for (let i = 0; i < steps; i++) {
    c0 = madd(c0, a, b);
    c1 = madd(c1, a, b);
    c2 = madd(c2, a, b);
    c3 = madd(c3, a, b);
    c4 = madd(c4, a, b);
    c5 = madd(c5, a, b);
    c6 = madd(c6, a, b);
    c7 = madd(c7, a, b);
    d0 = madd(d0, a, b);
    d1 = madd(d1, a, b);
    d2 = madd(d2, a, b);
    d3 = madd(d3, a, b);
  }
  c0 = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  c4 = f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7));
  d0 = f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3));
  return f32x4.extract_lane(f32x4.add(f32x4.add(c0, c4), d0), 0);
}
