/**
 * Alternating least squares: the normal equations of one row of factors and their solution.
 *
 *     (G + Σ w y yᵀ + l2 I) x = Σ w y        over the rows y f32[ld] that the row goes with
 *
 * Matrices are f32[ld, ld + 8] with ld a multiple of 8, of which the part right of the diagonal is read: A and, as one more column, the right
 * side b. The factor of [A b] is then [U z] with A = Uᵀ U and z = U⁻ᵀ b, so that half of the solving comes with it.
 */
import { F32, madd } from './simd';

/** Rows that are gathered at a time: 64 × 72 floats stay in the nearest cache. */
const CHUNK: i32 = 64;

/**
 * c f32[4, 8] += sign · Σ over rows of a(row) f32[4] ⊗ b(row) f32[8]; rows of a and b are `as` bytes apart, those of c `ld`. The sum is taken
 * in the order of the rows, beginning with c.
 */
// @ts-ignore: decorator
@inline
function outer4x8(c: usize, ld: usize, a: usize, b: usize, as: usize, rows: i32, sign: v128): void {
  let c00 = v128.load(c);
  let c01 = v128.load(c, 16);
  let c10 = v128.load(c + ld);
  let c11 = v128.load(c + ld, 16);
  let c20 = v128.load(c + 2 * ld);
  let c21 = v128.load(c + 2 * ld, 16);
  let c30 = v128.load(c + 3 * ld);
  let c31 = v128.load(c + 3 * ld, 16);
  for (; rows > 0; rows--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x = v128.xor(v128.load(a), sign);
    let s = v128.shuffle<i32>(x, x, 0, 0, 0, 0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.shuffle<i32>(x, x, 1, 1, 1, 1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.shuffle<i32>(x, x, 2, 2, 2, 2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.shuffle<i32>(x, x, 3, 3, 3, 3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a += as;
    b += as;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + ld, c10);
  v128.store(c + ld, c11, 16);
  v128.store(c + 2 * ld, c20);
  v128.store(c + 2 * ld, c21, 16);
  v128.store(c + 3 * ld, c30);
  v128.store(c + 3 * ld, c31, 16);
}

/** c f32[ld, ld + 8] += gᵀ g with g f32[rows, bytes / 4], of whose columns those from ld on are b. */
// @ts-ignore: decorator
@inline
function addSquares(c: usize, g: usize, bytes: usize, ld: usize, rows: i32, width: usize): void {
  const row = (ld + 8) * F32;
  for (let i: usize = 0; i < ld; i += 4) {
    for (let j = i & ~7; j < width; j += 8) {
      outer4x8(c + i * row + j * F32, row, g + i * F32, g + j * F32, bytes, rows, i32x4.splat(0));
    }
  }
}

/** out f32[ld, ld + 8] = yᵀ y of y f32[rows, ld], right of the diagonal; b is 0. */
export function als_gram(out: usize, y: usize, rows: i32, ld: i32): void {
  const n = <usize>ld;
  memory.fill(out, 0, n * (n + 8) * F32);
  addSquares(out, y, n * F32, n, rows, n);
}

/**
 * x f32[ld] solves the row's equations, with y f32[…, ld] the other side's factors, of which the rows `index` i32[n] count, with weights f32[n]
 * or address 0 where all count 1. gram f32[ld, ld + 8] is G with b = 0. scratch f32[(ld + 64) · (ld + 8)].
 */
export function als_row(
  x: usize,
  y: usize,
  index: usize,
  weights: usize,
  gram: usize,
  scratch: usize,
  n: i32,
  ld: i32,
  l2: f32,
): void {
  const d = <usize>ld;
  const row = (d + 8) * F32;
  const a = scratch;
  const g = scratch + d * row;
  memory.copy(a, gram, d * row);
  for (let first = 0; first < n; first += CHUNK) {
    const count = min(CHUNK, n - first);
    let to = g;
    for (let t = first; t < first + count; t++) {
      const from = y + <usize>load<i32>(index + ((<usize>t) << 2)) * d * F32;
      const w: f32 = weights ? sqrt<f32>(load<f32>(weights + ((<usize>t) << 2))) : 1;
      const wv = f32x4.splat(w);
      for (let k: usize = 0; k < d * F32; k += 16) v128.store(to + k, f32x4.mul(wv, v128.load(from + k)));
      v128.store(to + d * F32, f32x4.replace_lane(f32x4.splat(0), 0, w));
      v128.store(to + d * F32, f32x4.splat(0), 16);
      to += row;
    }
    addSquares(a, g, row, d, count, d + 8);
  }
  for (let i: usize = 0; i < d; i++) {
    const at = a + i * (row + F32);
    store<f32>(at, load<f32>(at) + l2);
  }
  factorize(a, d);
  // U x = z from the last on; what is not known yet is 0.
  memory.fill(x, 0, d * F32);
  for (let i = d; i > 0; i--) {
    const own = a + (i - 1) * row;
    let s0 = f32x4.splat(0);
    for (let k = ((i - 1) & ~3) * F32; k < d * F32; k += 16) s0 = madd(v128.load(own + k), v128.load(x + k), s0);
    const sum = f32x4.extract_lane(s0, 0) + f32x4.extract_lane(s0, 1) + (f32x4.extract_lane(s0, 2) + f32x4.extract_lane(s0, 3));
    store<f32>(x + (i - 1) * F32, (load<f32>(own + d * F32) - sum) / load<f32>(own + (i - 1) * F32));
  }
}

/** [A b] becomes [U z], four rows at a time. */
// @ts-ignore: decorator
@inline
function factorize(a: usize, d: usize): void {
  const row = (d + 8) * F32;
  const minus = i32x4.splat(0x80000000);
  for (let i: usize = 0; i < d; i += 4) {
    const from = (i & ~7) * F32;
    for (let j = from; j < row; j += 32) outer4x8(a + i * row + j, row, a + i * F32, a + j, row, <i32>i, minus);
    for (let r = i; r < i + 4; r++) {
      const own = a + r * row;
      for (let k = i; k < r; k++) {
        const above = a + k * row;
        const s = f32x4.splat(-load<f32>(above + r * F32));
        for (let j = (i & ~3) * F32; j < row; j += 16) v128.store(own + j, madd(s, v128.load(above + j), v128.load(own + j)));
      }
      // Rounding can take a pivot below 0 where the rows nearly depend on each other.
      const scale = f32x4.splat(<f32>1 / sqrt<f32>(max<f32>(load<f32>(own + r * F32), 1e-20)));
      for (let j = (i & ~3) * F32; j < row; j += 16) v128.store(own + j, f32x4.mul(scale, v128.load(own + j)));
    }
  }
}
