/**
 * How strongly a column and the target go together, each from 0 for not at all to 1, and with a sign where there is a direction:
 *
 *     number and number          Pearson's correlation r
 *     number and two classes     point-biserial correlation: r with 0 and 1 for the classes
 *     number and classes         correlation ratio: root of the share of the number's variance that is between the classes
 *     category and number        the same, the other way around
 *     category and classes       Cramér's V: root of χ² / n by the most that it could be
 *
 * The last two grow by chance alone with the number of groups, and are corrected for that: the ratio by Kelley, "An unbiased correlation
 * ratio measure", 1935 (ε² = 1 − (1 − η²) (n − 1) / (n − groups)), V by Bergsma, "A bias-correction for Cramér's V and Tschuprow's T", 2013.
 */

export interface Association {
  measure: 'Pearson correlation' | 'point-biserial correlation' | 'correlation ratio' | "Cramér's V";
  value: number;
  /** rows that have both */
  rows: number;
}

/** NaN where one of both is constant, or there is no pair. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  let [meanA, meanB] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanA += a[i] / n;
    meanB += b[i] / n;
  }
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i] - meanA, b[i] - meanB];
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  // Rounding may leave a constant with a spread of its own last bits.
  if (isConstant(a) || isConstant(b)) return Number.NaN;
  return Math.max(-1, Math.min(1, ab / Math.sqrt(aa) / Math.sqrt(bb)));
}

/**
 * @param labels of each row, whole numbers from 0 on
 * @returns NaN where the number is constant, or every row is a group of its own
 */
export function correlationRatio(labels: Int32Array, numbers: ArrayLike<number>): number {
  const n = labels.length;
  const groups = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  const sums = new Float64Array(groups);
  const counts = new Float64Array(groups);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += numbers[i] / n;
  let all = 0;
  for (let i = 0; i < n; i++) {
    const x = numbers[i] - mean;
    sums[labels[i]] += x;
    counts[labels[i]]++;
    all += x * x;
  }
  if (n === 0 || isConstant(numbers)) return Number.NaN;
  const present = counts.reduce((sum, rows) => sum + Number(rows > 0), 0);
  if (present >= n) return Number.NaN;
  const between = sums.reduce((sum, of, g) => sum + (counts[g] > 0 ? (of * of) / counts[g] : 0), 0);
  const rest = Math.max(0, 1 - between / all);
  return Math.sqrt(Math.max(0, 1 - (rest * (n - 1)) / (n - present)));
}

/**
 * @param a and b: labels of each row, whole numbers from 0 on
 * @returns NaN where one of both is constant, or every row has a label of its own
 */
export function cramersV(a: Int32Array, b: Int32Array): number {
  const n = a.length;
  const width = b.reduce((most, label) => Math.max(most, label), -1) + 1;
  // Only cells with rows in them: of many labels there are fewer of these than products.
  const cells = new Map<number, number>();
  const [ofA, ofB] = [new Map<number, number>(), new Map<number, number>()];
  const count = (counts: Map<number, number>, key: number) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (let i = 0; i < n; i++) {
    count(cells, a[i] * width + b[i]);
    count(ofA, a[i]);
    count(ofB, b[i]);
  }
  let sum = 0;
  for (const [cell, many] of cells) {
    const column = cell % width;
    sum += (many * many) / ((ofA.get((cell - column) / width) as number) * (ofB.get(column) as number));
  }
  const [r, k] = [ofA.size, ofB.size];
  const phi = Math.max(0, sum - 1 - ((r - 1) * (k - 1)) / (n - 1));
  const most = Math.min(r - ((r - 1) * (r - 1)) / (n - 1), k - ((k - 1) * (k - 1)) / (n - 1)) - 1;
  return most > 1e-12 ? Math.sqrt(Math.min(1, phi / most)) : Number.NaN;
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
