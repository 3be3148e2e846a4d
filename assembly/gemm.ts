/**
 * The matrix product at the heart of every dense layer, after Goto and van de Geijn, "Anatomy of
 * High-Performance Matrix Multiplication" (ACM TOMS 34(3), 2008): a register-blocked micro-kernel over
 * packed operands.
 *
 *     C f32[4, 8] = epilogue(bias f32[8] + Σₖ a(k) f32[4] ⊗ b(k) f32[8])
 *
 * Eight accumulators of four lanes, two loads of b and one broadcast of a fit the sixteen vector
 * registers of x86-64 in every engine tried; a 6 × 8 tile spills in older V8.
 *
 * The sum over k is taken in ascending order whatever the blocking, so an element of the result depends
 * on its row of A and its column of B alone, never on the other rows of the batch.
 *
 * Packed panels: a matrix W[k, n] that stands on the right is stored as ⌈n / 8⌉ panels,
 *
 *     panel j = f32[k, 8], holding columns 8j … 8j+7, zeros beyond n
 *
 * one after the other, so the micro-kernel reads one stream. Rows that stand on the left are interleaved
 * by fours in scratch the same way, as f32[k, 4].
 */
import { activateCheap4, derivative4 } from './activation';
import { columnMask, F32, madd, stride } from './simd';

/** Floats of interleaved rows that stay in the second-level cache while the panels pass by. */
const BLOCK: i32 = 16384;

/** What happens to a finished tile. Values below DERIVATIVE are activations. */
export const DERIVATIVE: i32 = 8;

/** Four of the values that sums begin with; `bias` at or below 16 stands for none. */
// @ts-ignore: decorator
@inline
function start(bias: usize): v128 {
  return bias > 16 ? v128.load(bias) : f32x4.splat(0);
}

// @ts-ignore: decorator
@inline
function finish(c: v128, h: usize, mask: v128, epilogue: i32): v128 {
  if (epilogue >= DERIVATIVE) return f32x4.mul(c, derivative4(v128.load(h), epilogue - DERIVATIVE));
  return v128.and(activateCheap4(c, epilogue), mask);
}

/**
 * One 4 × 8 tile. `a` advances by `as` bytes and `b` by `bs` bytes from one k to the next; out and h are
 * row-major with rows `ld` bytes apart.
 */
// @ts-ignore: decorator
@inline
function tile4x8(
  out: usize,
  ld: usize,
  a: usize,
  as: usize,
  b: usize,
  bs: usize,
  k: i32,
  bias: usize,
  left: i32,
  h: usize,
  epilogue: i32,
): void {
  let c00 = start(bias),
    c01 = start(bias + 16);
  let c10 = c00,
    c11 = c01;
  let c20 = c00,
    c21 = c01;
  let c30 = c00,
    c31 = c01;
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += as;
    b += bs;
  }
  const mask0 = columnMask(0, left);
  const mask1 = columnMask(4, left);
  v128.store(out, finish(c00, h, mask0, epilogue));
  v128.store(out, finish(c01, h + 16, mask1, epilogue), 16);
  out += ld;
  h += ld;
  v128.store(out, finish(c10, h, mask0, epilogue));
  v128.store(out, finish(c11, h + 16, mask1, epilogue), 16);
  out += ld;
  h += ld;
  v128.store(out, finish(c20, h, mask0, epilogue));
  v128.store(out, finish(c21, h + 16, mask1, epilogue), 16);
  out += ld;
  h += ld;
  v128.store(out, finish(c30, h, mask0, epilogue));
  v128.store(out, finish(c31, h + 16, mask1, epilogue), 16);
}

/** One 1 × 8 tile, for the rows that are left over: the same operations in the same order. */
// @ts-ignore: decorator
@inline
function tile1x8(
  out: usize,
  a: usize,
  as: usize,
  b: usize,
  bs: usize,
  k: i32,
  bias: usize,
  left: i32,
  h: usize,
  epilogue: i32,
): void {
  let c0 = start(bias),
    c1 = start(bias + 16);
  for (; k > 0; k--) {
    const x = v128.load32_splat(a);
    c0 = madd(x, v128.load(b), c0);
    c1 = madd(x, v128.load(b, 16), c1);
    a += as;
    b += bs;
  }
  const mask0 = columnMask(0, left);
  const mask1 = columnMask(4, left);
  v128.store(out, finish(c0, h, mask0, epilogue));
  v128.store(out, finish(c1, h + 16, mask1, epilogue), 16);
}

/** Interleaves `rows` (a multiple of 4) rows of a, `ld` bytes apart, by fours: out f32[rows / 4, k, 4]. */
// @ts-ignore: decorator
@inline
function interleave(out: usize, a: usize, ld: usize, rows: i32, k: i32): void {
  for (let r = 0; r < rows; r += 4) {
    const a1 = a + ld;
    const a2 = a1 + ld;
    const a3 = a2 + ld;
    const whole = <usize>(k & ~3) * F32;
    let i: usize = 0;
    for (; i < whole; i += 16) {
      const x0 = v128.load(a + i);
      const x1 = v128.load(a1 + i);
      const x2 = v128.load(a2 + i);
      const x3 = v128.load(a3 + i);
      const y0 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
      const y1 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
      const y2 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
      const y3 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<i64>(y0, y1, 0, 2));
      v128.store(out, v128.shuffle<i64>(y0, y1, 1, 3), 16);
      v128.store(out, v128.shuffle<i64>(y2, y3, 0, 2), 32);
      v128.store(out, v128.shuffle<i64>(y2, y3, 1, 3), 48);
      out += 64;
    }
    for (; i < <usize>k * F32; i += F32) {
      store<f32>(out, load<f32>(a + i));
      store<f32>(out, load<f32>(a1 + i), 4);
      store<f32>(out, load<f32>(a2 + i), 8);
      store<f32>(out, load<f32>(a3 + i), 12);
      out += 16;
    }
    a = a3 + ld;
  }
}

/** Floats of scratch that `gemm` needs for an inner dimension k. */
export function gemm_scratch(k: i32): i32 {
  return max(BLOCK, k << 2);
}

/**
 * out f32[m, stride(n)] = epilogue(a f32[m, stride(k)] · b panels[k, n] + bias f32[stride(n)])
 *
 * `bias` 0 means none. With an epilogue of DERIVATIVE + activation the product is multiplied by f′ taken
 * from h f32[m, stride(n)]; otherwise the epilogue is an activation, and padding columns become zero;
 * of the activations only identity and ReLU are applied here. scratch f32[gemm_scratch(k)].
 */
// @ts-ignore: decorator
@inline
export function gemm(
  out: usize,
  a: usize,
  b: usize,
  bias: usize,
  h: usize,
  scratch: usize,
  m: i32,
  k: i32,
  n: i32,
  epilogue: i32,
): void {
  const lda = <usize>stride(k) * F32;
  const ldo = <usize>stride(n) * F32;
  const rowsInBlock = max(4, (BLOCK / max(k, 1)) & ~3);
  const whole = m & ~3;
  for (let first = 0; first < m; first += rowsInBlock) {
    const last = min(first + rowsInBlock, whole);
    if (last > first) interleave(scratch, a + <usize>first * lda, lda, last - first, k);
    for (let j = 0; j < n; j += 8) {
      const panel = b + <usize>(j * k) * F32;
      const at = <usize>j * F32;
      const from = bias ? bias + at : 0;
      let r = first;
      for (; r < last; r += 4) {
        const row = <usize>r * ldo + at;
        tile4x8(out + row, ldo, scratch + <usize>((r - first) * k) * F32, 16, panel, 32, k, from, n - j, h + row, epilogue);
      }
      const end = min(first + rowsInBlock, m);
      for (; r < end; r++) {
        const row = <usize>r * ldo + at;
        tile1x8(out + row, a + <usize>r * lda, F32, panel, 32, k, from, n - j, h + row, epilogue);
      }
    }
  }
}

/**
 * out panels[k, n] = aᵀ · b with a f32[m, stride(k)], b f32[m, stride(n)]: both operands are read where they
 * stand, since a row of a already holds the four values that a tile broadcasts.
 */
// @ts-ignore: decorator
@inline
export function gemm_transposed(out: usize, a: usize, b: usize, m: i32, k: i32, n: i32): void {
  const lda = <usize>stride(k) * F32;
  const ldb = <usize>stride(n) * F32;
  for (let j = 0; j < n; j += 8) {
    const panel = out + <usize>(j * k) * F32;
    const column = b + <usize>j * F32;
    let i = 0;
    for (; i + 4 <= k; i += 4) {
      tile4x8(panel + <usize>i * 32, 32, a + <usize>i * F32, lda, column, ldb, m, 0, 8, 0, 0);
    }
    for (; i < k; i++) {
      tile1x8(panel + <usize>i * 32, a + <usize>i * F32, lda, column, ldb, m, 0, 8, 0, 0);
    }
  }
}
