/**
 * Random numbers by counter: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3",
 * SC 2011). The i-th number of a stream is a pure function of (seed, stream, i), so any worker in any
 * runtime may draw any part of a stream and get the same numbers.
 *
 *     counter = (block, stream, 0, 0), key = (seed, 0), all u32;   one block gives four u32
 */
import { F32 } from './simd';

// @ts-ignore: decorator
@inline
function high(a: u32, b: u32): u32 {
  return <u32>((<u64>a * <u64>b) >> 32);
}

/** out u32[4] = Philox4x32-10 of counter (c0, c1, c2, c3) under key (k0, k1). */
export function philox(out: usize, c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): void {
  for (let round = 0; round < 10; round++) {
    const x0 = high(0xcd9e8d57, c2) ^ c1 ^ k0;
    const x1 = 0xcd9e8d57 * c2;
    const x2 = high(0xd2511f53, c0) ^ c3 ^ k1;
    const x3 = 0xd2511f53 * c0;
    c0 = x0;
    c1 = x1;
    c2 = x2;
    c3 = x3;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  store<u32>(out, c0);
  store<u32>(out, c1, 4);
  store<u32>(out, c2, 8);
  store<u32>(out, c3, 12);
}

/** out u32[4⌈n / 4⌉] = the first n numbers of a stream, in whole blocks. */
export function random_bits(out: usize, n: i32, seed: u32, stream: u32): void {
  for (let i = 0; i < n; i += 4) philox(out + <usize>i * 4, i >> 2, stream, 0, 0, seed, 0);
}

/** out f32[4⌈n / 4⌉] uniform in [low, low + width), from the high 24 bits of each number. */
export function random_uniform(out: usize, n: i32, low: f32, width: f32, seed: u32, stream: u32): void {
  random_bits(out, n, seed, stream);
  for (let i: usize = 0; i < <usize>n * F32; i += F32) {
    const unit = <f32>(load<u32>(out + i) >> 8) * <f32>(1.0 / 16777216.0);
    store<f32>(out + i, low + unit * width);
  }
}

/**
 * index i32[n] is shuffled in place (Fisher–Yates, from the end). A place below i is ⌊bits · i / 2³²⌋, whose
 * bias is below n / 2³². scratch u32[4].
 */
export function random_shuffle(index: usize, scratch: usize, n: i32, seed: u32, stream: u32): void {
  let drawn = 0;
  for (let i = n; i > 1; i--) {
    const lane = drawn & 3;
    if (lane == 0) philox(scratch, drawn >> 2, stream, 0, 0, seed, 0);
    drawn++;
    const j = <i32>((<u64>load<u32>(scratch + <usize>lane * 4) * <u64>i) >> 32);
    const from = index + <usize>(i - 1) * 4;
    const to = index + <usize>j * 4;
    const x = load<i32>(from);
    store<i32>(from, load<i32>(to));
    store<i32>(to, x);
  }
}
