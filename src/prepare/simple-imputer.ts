/** Fills missing values (NaN) column by column, after scikit-learn's SimpleImputer. */
import * as v from 'valibot';
import { infiniteAt } from '../arrays.js';
import { errors } from '../errors.js';
import { checked, type Entries, oneOf } from '../options.js';
import { Matrix } from '../table/matrix.js';
import type { ResidentMatrix } from '../wasm/resident.js';

export interface SimpleImputerOptions {
  /** what fills a column: its mean (default), median, most frequent value (the smallest of several), or `fillValue` */
  strategy?: 'mean' | 'median' | 'mostFrequent' | 'constant';
  /** of 'constant'; default 0 */
  fillValue?: number;
}

const OPTIONS = v.strictObject({
  strategy: v.optional(oneOf('mean', 'median', 'mostFrequent', 'constant'), 'mean'),
  fillValue: v.optional(v.pipe(v.number('a number'), v.finite('a finite number')), 0),
} satisfies Entries<SimpleImputerOptions>);

export class SimpleImputer {
  /** What fills each column, as float64. */
  statistics = new Float64Array(0);
  /** How many values were missing in each column when fitted. */
  missing = new Uint32Array(0);

  constructor(private readonly options: SimpleImputerOptions = {}) {}

  /**
   * Learns what fills each column.
   * @throws CameoError 'argument' for wrong options, 'data' for no rows, 'column' for infinity or, unless the strategy is 'constant', a column without
   *   any value
   */
  fit(x: Matrix | ResidentMatrix): this {
    const { strategy, fillValue } = checked(OPTIONS, this.options);
    if (x.rows === 0) throw errors.tableEmpty('The matrix');
    const statistics = new Float64Array(x.columns);
    const missing = new Uint32Array(x.columns);
    for (let j = 0; j < x.columns; j++) {
      const column = x.column(j);
      const infinite = infiniteAt(column);
      if (infinite >= 0) throw errors.columnInfinite(String(j), infinite);
      const values = column.filter((v) => !Number.isNaN(v));
      missing[j] = x.rows - values.length;
      if (strategy !== 'constant' && values.length === 0) throw errors.columnEmpty(String(j));
      statistics[j] = strategy === 'constant' ? fillValue : STATISTICS[strategy](values);
    }
    this.statistics = statistics;
    this.missing = missing;
    return this;
  }

  /** A new matrix without missing values. */
  transform(x: Matrix | ResidentMatrix): Matrix {
    if (this.statistics.length === 0) throw errors.notFitted('SimpleImputer');
    if (x.columns !== this.statistics.length) throw errors.shape('Matrix columns', `${this.statistics.length}`, `${x.columns}`);
    const columns = Array.from(this.statistics, (fill, j) => x.column(j).map((v) => (Number.isNaN(v) ? fill : v)));
    return new Matrix(columns, x.rows);
  }
}

const STATISTICS = {
  mean: (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length,
  median: (values: Float32Array) => {
    const sorted = values.sort();
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  },
  mostFrequent: (values: Float32Array) => {
    const sorted = values.sort();
    let best = sorted[0];
    let most = 0;
    for (let i = 0; i < sorted.length; ) {
      const first = i;
      while (i < sorted.length && sorted[i] === sorted[first]) i++;
      if (i - first > most) [best, most] = [sorted[first], i - first];
    }
    return best;
  },
};
