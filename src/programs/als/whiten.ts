/** What all rows of a side have in common, taken out of their equations: V of assembly/als-conjugate.ts. */

/**
 * The lower triangular K with K (G + l2 I) Kᵀ = I, in float64: the inverse of the Cholesky factor. V is Kᵀ.
 * @param gram f32[ld, ld + 8], read right of the diagonal
 * @returns f32[ld, ld] V and K
 */
export function whiten(gram: Float32Array, ld: number, l2: number): { v: Float32Array; k: Float32Array } {
  const l = new Float64Array(ld * ld);
  const inverse = new Float64Array(ld * ld);
  for (let i = 0; i < ld; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gram[j * (ld + 8) + i] + (i === j ? l2 : 0);
      for (let t = 0; t < j; t++) sum -= l[i * ld + t] * l[j * ld + t];
      // Rounding can take a pivot below 0 where the rows nearly depend on each other.
      l[i * ld + j] = i === j ? Math.sqrt(Math.max(sum, 1e-20)) : sum / l[j * ld + j];
    }
    const row = inverse.subarray(i * ld, (i + 1) * ld);
    for (let t = 0; t < i; t++) {
      const factor = l[i * ld + t];
      for (let j = 0; j <= t; j++) row[j] -= factor * inverse[t * ld + j];
    }
    const pivot = l[i * ld + i];
    for (let j = 0; j < i; j++) row[j] /= pivot;
    row[i] = 1 / pivot;
  }
  const k = Float32Array.from(inverse);
  const v = new Float32Array(ld * ld);
  for (let i = 0; i < ld; i++) for (let j = 0; j <= i; j++) v[j * ld + i] = k[i * ld + j];
  return { v, k };
}
