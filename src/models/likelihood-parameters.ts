/** What is known of a column in each class, as kernels add it up (assembly/naive-bayes.ts): a row for each number of a value, classes side by side. */
import { log } from '../math.js';
import { pairs } from '../programs/naive-bayes/columns.js';

const LOG_2_PI = 1.8378770664093453;

/** Rows f64[n, classes] as f64[n, pairs(classes)], zeros behind. */
export function paired(values: Float64Array, classes: number): Float64Array {
  const ld = pairs(classes);
  if (ld === classes) return values;
  const out = new Float64Array((values.length / classes) * ld);
  for (let r = 0; r * classes < values.length; r++) out.set(values.subarray(r * classes, (r + 1) * classes), r * ld);
  return out;
}

/** Copies rows f64[n, pairs(classes)] to rows `first` on of f64[…, classes]. */
export function unpaired(from: Float64Array, to: Float64Array, first: number, n: number, classes: number): void {
  const ld = pairs(classes);
  if (ld === classes) to.set(from, first * classes);
  else for (let r = 0; r < n; r++) to.set(from.subarray(r * ld, r * ld + classes), (first + r) * classes);
}

/** Of a number f64[3, pairs(classes)]: means | −1 / 2σ² | −½ log 2πσ². */
export function gaussianParameters(mean: ArrayLike<number>, variance: ArrayLike<number>): Float64Array {
  const ld = pairs(mean.length);
  const out = new Float64Array(3 * ld);
  for (let c = 0; c < mean.length; c++) {
    out[c] = mean[c];
    out[ld + c] = -0.5 / variance[c];
    out[2 * ld + c] = -0.5 * (LOG_2_PI + log(variance[c]));
  }
  return out;
}

/** Of codes f64[labels, classes]: logarithms of the smoothed shares of each class's counts. */
export function categoryLogs(counts: Float64Array, classes: number, alpha: number): Float64Array {
  const out = new Float64Array(counts.length);
  for (let c = 0; c < classes; c++) {
    let total = 0;
    for (let i = c; i < counts.length; i += classes) total += counts[i] + alpha;
    for (let i = c; i < counts.length; i += classes) out[i] = log((counts[i] + alpha) / total);
  }
  return out;
}
