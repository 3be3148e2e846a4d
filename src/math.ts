/**
 * Logarithm, exponential and what follows from them by the four operations alone, so that they are the same in every engine (Math.log,
 * Math.exp, Math.pow and ** are not):
 *
 *     log   x = 2ᵉ · m,  √½ ≤ m < √2:    e · log 2 + 2 · (s + s³/3 + s⁵/5 + …),   s = (m − 1) / (m + 1)
 *     exp   x = k · log 2 + r,  |r| ≤ ½ log 2:    2ᵏ · (1 + r + r²/2! + …)
 *     sin   x = (k + r) quarters of a turn,  |r| ≤ ½:    ± sin or cos of r quarters, by their series
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

/** B₂ₖ / (2k (2k − 1)) for k = 1 … 8, of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
/** ½ log 2π */
const HALF_LOG_2PI = 0.9189385332046728;

/** log Γ(x) for normal positive x, within 1e-14 of the larger of 1 and what it is. */
export function lgamma(x: number): number {
  // Γ(x) = Γ(x + k) / (x (x + 1) … (x + k − 1)), where the series has converged.
  let product = 1;
  for (; x < 10; x++) product *= x;
  const square = 1 / (x * x);
  let sum = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum * square + STIRLING[k];
  return (x - 0.5) * log(x) - x + HALF_LOG_2PI + sum / x - (product === 1 ? 0 : log(product));
}

/** The high part of log 2, whose products with small whole numbers are exact, and the rest. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** exp(x) within 4 ulp; 0 below −708 and infinity above 709. */
export function exp(x: number): number {
  if (x > 709) return Number.POSITIVE_INFINITY;
  if (x < -708) return 0;
  const k = Math.floor(x / Math.LN2 + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let n = 14; n >= 1; n--) sum = 1 + (sum * r) / n;
  bits.setFloat64(0, 1);
  bits.setUint16(0, (k + 1023) << 4);
  return sum * bits.getFloat64(0);
}

/** xʸ = exp(y · log x) within 4 + 5 |y · log x| ulp, for normal positive x; exactly 1 for y = 0 and for x = 1. */
export const pow = (x: number, y: number): number => exp(y * log(x));

/** sin 2πx, for a number of turns whose fourfold is below 2⁵³: within 2 ulp of 1, and exact at whole quarters. */
export function sine(turns: number): number {
  const quarters = 4 * turns;
  const k = Math.floor(quarters + 0.5);
  const r = (quarters - k) * (Math.PI / 2);
  const size = ((k % 4) + 4) % 4;
  const value = size % 2 === 0 ? r * series(r * r, 17) : series(r * r, 16);
  return size < 2 ? value : 0 - value;
}

/** cos 2πx, as `sine`. */
export const cosine = (turns: number): number => sine(turns + 0.25);

/** 1 − x²/((n−1)n) · (…): the series of cos r up to an even n, of sin r / r up to an odd one. */
function series(square: number, n: number): number {
  let sum = 1;
  for (let k = n; k >= 2; k -= 2) sum = 1 - (sum * square) / (k * (k - 1));
  return sum;
}

/** x², rounded once: `x ** 2` is not in every engine. */
export const square = (x: number): number => x * x;

/** σ(x) = 1 / (1 + e⁻ˣ) */
export const logistic = (x: number): number => 1 / (1 + exp(-x));

/** The place of the largest of `count` values from `first` on, counted from `first`; of equal ones the first. */
export function argmax(values: ArrayLike<number>, first: number, count: number): number {
  let top = 0;
  for (let c = 1; c < count; c++) if (values[first + c] > values[first + top]) top = c;
  return top;
}
