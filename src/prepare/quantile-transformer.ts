/**
 * The quantile transform, as scikit-learn's QuantileTransformer with uniform output: a value becomes its rank in
 * [0, 1] among the quantiles of its column. Skewed numbers come out evenly spread; NaN is skipped and kept.
 */
import * as v from 'valibot';
import { infiniteAt } from '../arrays.js';
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { checked, type Entries, opaque, whole } from '../options.js';
import { Matrix } from '../table/matrix.js';
import type { ResidentMatrix } from '../wasm/resident.js';

export interface QuantileTransformerOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** quantiles kept per column, at most the number of rows; default 1000 */
  nQuantiles?: number;
}

const OPTIONS = v.strictObject({
  engine: v.optional(opaque<Engine>()),
  nQuantiles: v.optional(whole(2), 1000),
} satisfies Entries<QuantileTransformerOptions>);

export class QuantileTransformer {
  /** The quantiles of each column, ascending, from the smallest value to the largest. */
  quantiles: Float32Array[] = [];

  constructor(private readonly options: QuantileTransformerOptions = {}) {}

  /**
   * Learns the quantiles of each column.
   * @throws CameoError 'argument' for wrong options, 'data' for no rows, 'column' for infinity or a column without any value
   */
  async fit(x: Matrix | ResidentMatrix): Promise<this> {
    const { nQuantiles } = checked(OPTIONS, this.options);
    if (x.rows === 0) throw errors.tableEmpty('The matrix');
    const n = Math.max(1, Math.min(nQuantiles, x.rows));
    this.quantiles = Array.from({ length: x.columns }, (_, j) => {
      const infinite = infiniteAt(x.column(j));
      if (infinite >= 0) throw errors.columnInfinite(String(j), infinite);
      const values = x
        .column(j)
        .filter((v) => !Number.isNaN(v))
        .sort();
      if (values.length === 0) throw errors.columnEmpty(String(j));
      // Linear interpolation between order statistics (Hyndman and Fan's type 7, NumPy's default).
      return Float32Array.from({ length: n }, (_, q) => {
        const at = n > 1 ? (q / (n - 1)) * (values.length - 1) : 0;
        const below = Math.floor(at);
        const above = Math.min(below + 1, values.length - 1);
        return values[below] + (at - below) * (values[above] - values[below]);
      });
    });
    return this;
  }

  /** The rank of each value in [0, 1], 0 and 1 beyond what was seen; a new matrix. */
  async transform(x: Matrix | ResidentMatrix): Promise<Matrix> {
    if (this.quantiles.length === 0) throw errors.notFitted('QuantileTransformer');
    if (x.columns !== this.quantiles.length) throw errors.shape('Matrix columns', `${this.quantiles.length}`, `${x.columns}`);
    const engine = this.options.engine ?? (await defaultEngine());
    using column = engine.allocate(x.rows * 4);
    using quantiles = engine.allocate(this.quantiles[0].length * 4);
    const columns = this.quantiles.map((q, j) => {
      engine.f32(quantiles.offset, q.length).set(q);
      engine.f32(column.offset, x.rows).set(x.column(j));
      engine.kernels.quantile_transform(column.offset, column.offset, quantiles.offset, x.rows, q.length);
      return engine.f32(column.offset, x.rows).slice();
    });
    return new Matrix(columns, x.rows);
  }
}
