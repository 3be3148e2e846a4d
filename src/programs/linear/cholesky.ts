/** The Cholesky factor of a symmetric matrix, and solutions by it, in float64. */

/** Pivots below this share of their diagonal are rounding: the column depends on those before it. */
const DEPENDENT = 1e-13;

/**
 * A = L Lᵀ in place: of a f64[n, n] the lower half is read and becomes L. A column that depends on those before it is given so large a
 * pivot that its place in a solution is next to 0, and the others are solved as if it were not there.
 */
export function cholesky(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = a.subarray(i * n, i * n + i + 1);
    const diagonal = row[i];
    for (let j = 0; j <= i; j++) {
      const other = a.subarray(j * n, j * n + j + 1);
      let sum = row[j];
      for (let k = 0; k < j; k++) sum -= row[k] * other[k];
      if (j < i) row[j] = sum / other[j];
      else row[i] = sum > DEPENDENT * diagonal ? Math.sqrt(sum) : 1e12 * Math.sqrt(diagonal > 0 ? diagonal : 1);
    }
  }
}

/** x = (L Lᵀ)⁻¹ x in place, with l f64[n, n] as cholesky leaves it. */
export function choleskySolve(l: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= l[i * n + k] * x[k];
    x[i] = sum / l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    x[i] /= l[i * n + i];
    for (let k = 0; k < i; k++) x[k] -= l[i * n + k] * x[i];
  }
}
