/**
 * Numbers as periodic embeddings: each number joined by three values that trained cosines of it are mapped to ("PBLD": Holzmüller, Grinsztajn
 * and Steinwart, "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data", 2024; Gorishniy, Rubachev and Babenko, "On
 * Embeddings for Numerical Features in Tabular Deep Learning", 2022):
 *
 *     eⱼ = Σₖ vⱼₖ · cos 2π(wₖ x + bₖ)        k = 0 … 15,  j = 0 … 2
 *
 * so that a dense layer behind can bend where a single weight of x cannot. A number's parameters are
 *
 *     f32[5, 16]  =  frequencies w | phases b, in turns | v₀ | v₁ | v₂
 *
 * and an embedded row is the encoded row, zeros up to a multiple of 8, the numbers' values in their order, zeros up to the stride.
 */
import { cosTurns4, sinTurns4 } from './math';
import { F32, madd, stride, sumLanes } from './simd';

/** Values of a number beside itself. */
const VALUES: usize = 3;
/** Bytes of 16 floats, and of a number's parameters. */
const RUN: usize = 64;
const PARAMETERS: usize = 5 * RUN;

/** out f32[rows, stride(8⌈inputs / 8⌉ + 3 numbers)] from x f32[rows, stride(inputs)]; columns i32[numbers]: which of x are numbers. */
export function embed_forward(
  out: usize,
  x: usize,
  columns: usize,
  parameters: usize,
  rows: i32,
  inputs: i32,
  numbers: i32,
): void {
  const ldx = <usize>stride(inputs) * F32;
  const first = ((<usize>inputs + 7) & ~7) * F32;
  const ld = first + ((VALUES * <usize>numbers + 7) & ~7) * F32;
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    for (let i = ldx & ~15; i < ld; i += 16) v128.store(out + i, zero);
    if (ldx == F32) store<f32>(out, load<f32>(x));
    else for (let i: usize = 0; i < ldx; i += 16) v128.store(out + i, v128.load(x + i));
    let to = out + first;
    let p = parameters;
    for (let n: usize = 0; n < <usize>numbers; n++) {
      const value = v128.load32_splat(x + <usize>load<i32>(columns + n * 4) * F32);
      let e0 = zero;
      let e1 = zero;
      let e2 = zero;
      for (let k: usize = 0; k < RUN; k += 16) {
        const cosine = cosTurns4(madd(v128.load(p + k), value, v128.load(p + k, RUN)));
        e0 = madd(cosine, v128.load(p + k, 2 * RUN), e0);
        e1 = madd(cosine, v128.load(p + k, 3 * RUN), e1);
        e2 = madd(cosine, v128.load(p + k, 4 * RUN), e2);
      }
      store<f32>(to, sumLanes(e0));
      store<f32>(to, sumLanes(e1), 4);
      store<f32>(to, sumLanes(e2), 8);
      to += VALUES * F32;
      p += PARAMETERS;
    }
    out += ld;
    x += ldx;
  }
}

/** dparameters f32[numbers, 5, 16] from the gradient by the numbers' values, dout f32[rows, stride(3 numbers)], and x as above. */
export function embed_backward(
  dparameters: usize,
  dout: usize,
  x: usize,
  columns: usize,
  parameters: usize,
  rows: i32,
  inputs: i32,
  numbers: i32,
): void {
  const ldx = <usize>stride(inputs) * F32;
  const ld = ((VALUES * <usize>numbers + 7) & ~7) * F32;
  const turn = f32x4.splat(-6.283185307179586);
  for (let n: usize = 0; n < <usize>numbers; n++) {
    const column = x + <usize>load<i32>(columns + n * 4) * F32;
    for (let k: usize = 0; k < RUN; k += 16) {
      const frequency = v128.load(parameters + k);
      const phase = v128.load(parameters + k, RUN);
      const v0 = v128.load(parameters + k, 2 * RUN);
      const v1 = v128.load(parameters + k, 3 * RUN);
      const v2 = v128.load(parameters + k, 4 * RUN);
      let df = f32x4.splat(0);
      let dp = f32x4.splat(0);
      let dv0 = f32x4.splat(0);
      let dv1 = f32x4.splat(0);
      let dv2 = f32x4.splat(0);
      let from = column;
      let d = dout + n * (VALUES * F32);
      for (let r = 0; r < rows; r++) {
        const value = v128.load32_splat(from);
        const d0 = v128.load32_splat(d);
        const d1 = v128.load32_splat(d, 4);
        const d2 = v128.load32_splat(d, 8);
        const turns = madd(frequency, value, phase);
        const cosine = cosTurns4(turns);
        dv0 = madd(cosine, d0, dv0);
        dv1 = madd(cosine, d1, dv1);
        dv2 = madd(cosine, d2, dv2);
        const slope = f32x4.mul(sinTurns4(turns), madd(v2, d2, madd(v1, d1, f32x4.mul(v0, d0))));
        dp = f32x4.add(dp, slope);
        df = madd(slope, value, df);
        from += ldx;
        d += ld;
      }
      v128.store(dparameters + k, f32x4.mul(df, turn));
      v128.store(dparameters + k, f32x4.mul(dp, turn), RUN);
      v128.store(dparameters + k, dv0, 2 * RUN);
      v128.store(dparameters + k, dv1, 3 * RUN);
      v128.store(dparameters + k, dv2, 4 * RUN);
    }
    dparameters += PARAMETERS;
    parameters += PARAMETERS;
  }
}
