/**
 * Updates of square tiles, of which large symmetric matrices are made (programs/ease/inverse.ts).
 */
import { F32, madd } from './simd';

/**
 * out f32[4, 8] = a f32[4, n] · b f32[n, 8], or out += that; rows of all three are `ld` bytes apart. The sum over the inner dimension is taken in
 * ascending order, beginning with what it is added to.
 */
// @ts-ignore: decorator
@inline
export function product4x8(out: usize, a: usize, b: usize, ld: usize, n: usize, add: bool): void {
  const zero = f32x4.splat(0);
  let c00 = add ? v128.load(out) : zero;
  let c01 = add ? v128.load(out, 16) : zero;
  let c10 = add ? v128.load(out + ld) : zero;
  let c11 = add ? v128.load(out + ld, 16) : zero;
  let c20 = add ? v128.load(out + 2 * ld) : zero;
  let c21 = add ? v128.load(out + 2 * ld, 16) : zero;
  let c30 = add ? v128.load(out + 3 * ld) : zero;
  let c31 = add ? v128.load(out + 3 * ld, 16) : zero;
  for (let k: usize = 0; k < n; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a + ld);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a + 2 * ld);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a + 3 * ld);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    a += F32;
    b += ld;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out + ld, c10);
  v128.store(out + ld, c11, 16);
  v128.store(out + 2 * ld, c20);
  v128.store(out + 2 * ld, c21, 16);
  v128.store(out + 3 * ld, c30);
  v128.store(out + 3 * ld, c31, 16);
}

/** c f32[n, n] += u f32[n, n] · w f32[n, n], all row-major, n a multiple of 8, in the order of product4x8. */
export function tile_update(c: usize, u: usize, w: usize, n: i32): void {
  const ld = <usize>n * F32;
  for (let j: usize = 0; j < ld; j += 32) {
    for (let r = 0; r < n; r += 4) {
      const row = <usize>r * ld;
      product4x8(c + row + j, u + row, w + j, ld, <usize>n, true);
    }
  }
}
