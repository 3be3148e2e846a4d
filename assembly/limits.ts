/** The machine's ceiling, for the benchmark to hold kernels against. */
import { madd } from './simd';

/**
 * Runs `steps` rounds of twelve independent multiply-adds on registers alone: 12 · 4 · 2
 * floating-point operations a round. Returns a sum so that nothing is pruned.
 */
export function madd_peak(steps: i32, x: f32, y: f32): f32 {
  const a = f32x4.splat(x);
  const b = f32x4.splat(y);
  let c0 = a,
    c1 = a,
    c2 = a,
    c3 = a,
    c4 = a,
    c5 = a,
    c6 = a,
    c7 = a;
  let d0 = b,
    d1 = b,
    d2 = b,
    d3 = b;
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

/** Reads a block of memory `rounds` times, in eight independent sums: n floats, a multiple of 32. Returns a sum. */
export function memory_read(x: usize, n: i32, rounds: i32): f32 {
  let s0 = f32x4.splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0,
    s4 = s0,
    s5 = s0,
    s6 = s0,
    s7 = s0;
  const end = x + ((<usize>n) << 2);
  for (let round = 0; round < rounds; round++) {
    for (let at = x; at < end; at += 128) {
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
      s4 = f32x4.add(s4, v128.load(at, 64));
      s5 = f32x4.add(s5, v128.load(at, 80));
      s6 = f32x4.add(s6, v128.load(at, 96));
      s7 = f32x4.add(s7, v128.load(at, 112));
    }
  }
  const s = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7)));
  return f32x4.extract_lane(s, 0);
}

/** Copies n floats, a multiple of 32, `rounds` times, by the vectors that kernels have (memory.copy may use wider ones). */
export function memory_copy(out: usize, x: usize, n: i32, rounds: i32): void {
  const bytes = (<usize>n) << 2;
  for (let round = 0; round < rounds; round++) {
    for (let at: usize = 0; at < bytes; at += 64) {
      const x0 = v128.load(x + at);
      const x1 = v128.load(x + at, 16);
      const x2 = v128.load(x + at, 32);
      const x3 = v128.load(x + at, 48);
      v128.store(out + at, x0);
      v128.store(out + at, x1, 16);
      v128.store(out + at, x2, 32);
      v128.store(out + at, x3, 48);
    }
  }
}
