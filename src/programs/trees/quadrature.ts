/**
 * Gauss–Legendre quadrature on [0, 1]: Σ wᵢ f(tᵢ) = ∫ f for polynomials of degree below 2n. The points are the zeros of the Legendre
 * polynomial Pₙ, found by Newton's method between the zeros of Pₙ₋₁, which they enclose: by the four operations alone, so that they are the
 * same in every engine.
 */
export interface Quadrature {
  points: number[];
  weights: number[];
}

/** Pₙ(x) and its derivative, by the three-term recurrence. */
function legendre(n: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}

/** The zero of Pₙ in (low, high), where its sign changes once. */
function zeroBetween(n: number, low: number, high: number): number {
  const rises = legendre(n, (low + high) / 2).slope > 0;
  let [a, b] = [low, high];
  let x = (a + b) / 2;
  for (let step = 0; step < 100; step++) {
    const { value, slope } = legendre(n, x);
    if (value > 0 === rises) b = x;
    else a = x;
    const newton = x - value / slope;
    const next = newton > a && newton < b ? newton : (a + b) / 2;
    if (next === x) break;
    x = next;
  }
  return x;
}

/** Quadratures of 1 to `most` points: that of n is number n − 1. */
export function quadratures(most: number): Quadrature[] {
  const all: Quadrature[] = [];
  let zeros: number[] = [];
  for (let n = 1; n <= most; n++) {
    const ends = [-1, ...zeros, 1];
    zeros = n === 1 ? [0] : ends.slice(1).map((high, i) => zeroBetween(n, ends[i], high));
    all.push({
      points: zeros.map((x) => (1 + x) / 2),
      weights: zeros.map((x) => {
        if (n === 1) return 1;
        const { slope } = legendre(n, x);
        return 1 / ((1 - x * x) * slope * slope);
      }),
    });
  }
  return all;
}
