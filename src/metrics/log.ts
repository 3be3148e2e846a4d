/**
 * The natural logarithm by the four operations alone, so that it is the same in every engine (Math.log is not):
 *
 *     x = 2ᵉ · m,  √½ ≤ m < √2,   log x = e · log 2 + 2 · (s + s³/3 + s⁵/5 + …),   s = (m − 1) / (m + 1)
 */
const bits = new DataView(new ArrayBuffer(8));

/** log(x) within 4 ulp, for normal positive x. */
export function log(x: number): number {
  bits.setFloat64(0, x);
  let exponent = (bits.getUint16(0) >> 4) - 1023;
  bits.setUint16(0, (bits.getUint16(0) & 15) | 0x3ff0);
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let k = 23; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return exponent * Math.LN2 + 2 * s * sum;
}
