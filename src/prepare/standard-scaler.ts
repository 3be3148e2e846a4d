/**
 * Standardization, as scikit-learn's StandardScaler: (x − mean) / deviation, column by column, with the population
 * deviation. NaN is skipped in fitting and kept in transforming; a constant column keeps the scale 1.
 */
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { square } from '../math.js';
import { Matrix } from '../table/matrix.js';
import type { Region } from '../wasm/memory.js';
import { ResidentMatrix } from '../wasm/resident.js';

/** Rows in a shard, whatever the number of workers: the merge runs in the order of the shards. */
const SHARD = 65536;

export interface StandardScalerOptions {
  /** default: the process-wide engine */
  engine?: Engine;
}

interface Shard {
  first: number;
  rows: number;
}

export class StandardScaler {
  /** Values seen per column, NaN not counted. */
  count = new Float64Array(0);
  /** Mean per column. */
  mean = new Float64Array(0);
  /** Population variance per column. */
  variance = new Float64Array(0);
  /** What the centered values are divided by: the deviation, 1 for a constant column. */
  scale = new Float64Array(0);

  constructor(private readonly options: StandardScalerOptions = {}) {}

  /**
   * Learns mean and deviation of each column, forgetting an earlier fit.
   * @throws CameoError 'data' for no rows, 'column' for infinity
   */
  async fit(x: Matrix | ResidentMatrix): Promise<this> {
    this.count = this.mean = this.variance = this.scale = new Float64Array(0);
    return this.partialFit(x);
  }

  /** Learns from more rows, on top of what was learnt. Throws as `fit`; on an error nothing is changed. */
  async partialFit(x: Matrix | ResidentMatrix): Promise<this> {
    if (x.rows === 0) throw errors.tableEmpty('The matrix');
    const known = this.mean.length > 0;
    if (known && this.mean.length !== x.columns) {
      throw errors.shape('Matrix columns', `${this.mean.length} as fitted before`, `${x.columns}`);
    }
    const engine = await this.#engine();
    const count = known ? this.count.slice() : new Float64Array(x.columns);
    const mean = known ? this.mean.slice() : new Float64Array(x.columns);
    const m2 = Float64Array.from(count, (n, j) => (known ? this.variance[j] * n : 0));
    const stats = x.columns * 64;
    const results = engine.map(
      'moments',
      shards(x.rows),
      (shard, slot) => ({ columns: columnAddresses(engine, x, shard, slot + stats), rows: shard.rows, out: slot }),
      { slotBytes: stats + copyBytes(x) },
    );
    let first = 0;
    for await (const { slot } of results) {
      for (let j = 0; j < x.columns; j++) {
        const [n, shardMean, shardM2] = engine.f64(slot + j * 64, 3);
        if (n === 0) continue;
        if (!Number.isFinite(shardMean)) throw infinite(x, j, first);
        const total = count[j] + n;
        const delta = shardMean - mean[j];
        mean[j] += (delta * n) / total;
        m2[j] += shardM2 + ((delta * delta * count[j]) / total) * n;
        count[j] = total;
      }
      first += SHARD;
    }
    this.count = count;
    this.mean = mean;
    this.variance = m2.map((v, j) => (count[j] ? v / count[j] : Number.NaN));
    this.scale = this.variance.map((v, j) => {
      // scikit-learn's rule: a variance that rounding alone explains is that of a constant column.
      const rounding = count[j] * Number.EPSILON * v + square(count[j] * mean[j] * Number.EPSILON);
      return v > rounding ? Math.sqrt(v) : 1;
    });
    return this;
  }

  /** (x − mean) / scale: a new matrix; with `out` (resident, may be x) it is written there and returned. */
  transform(x: Matrix | ResidentMatrix): Promise<Matrix>;
  transform(x: ResidentMatrix, out: ResidentMatrix): Promise<ResidentMatrix>;
  transform(x: Matrix | ResidentMatrix, out?: ResidentMatrix): Promise<Matrix | ResidentMatrix> {
    return this.#apply(x, out, false);
  }

  /** x · scale + mean, the inverse of transform; a new matrix, or `out`. */
  inverseTransform(x: Matrix | ResidentMatrix): Promise<Matrix>;
  inverseTransform(x: ResidentMatrix, out: ResidentMatrix): Promise<ResidentMatrix>;
  inverseTransform(x: Matrix | ResidentMatrix, out?: ResidentMatrix): Promise<Matrix | ResidentMatrix> {
    return this.#apply(x, out, true);
  }

  async #apply(x: Matrix | ResidentMatrix, out: ResidentMatrix | undefined, inverse: boolean) {
    if (this.mean.length === 0) throw errors.notFitted('StandardScaler');
    if (x.columns !== this.mean.length) throw errors.shape('Matrix columns', `${this.mean.length}`, `${x.columns}`);
    const engine = await this.#engine();
    const target = out ? undefined : Array.from({ length: x.columns }, () => new Float32Array(x.rows));
    const parameters: Region = engine.allocate(x.columns * 16);
    try {
      // A missing value is filled with NaN: it stays missing.
      const values = engine.f32(parameters.offset, x.columns * 4);
      for (let j = 0; j < x.columns; j++) {
        const high = Math.fround(this.mean[j]);
        values.set([high, this.mean[j] - high, 1 / this.scale[j], Number.NaN], j * 4);
      }
      const results = engine.map(
        'scale',
        shards(x.rows),
        (shard, slot) => {
          const columns = columnAddresses(engine, x, shard, slot);
          const to = out ? columns.map((_, j) => out.address(j) + shard.first * 4) : columns.map((_, j) => slotColumn(slot, j));
          return { columns, out: to, parameters: parameters.offset, rows: shard.rows, inverse };
        },
        { slotBytes: out && x instanceof ResidentMatrix ? 0 : x.columns * SLOT_COLUMN },
      );
      let first = 0;
      for await (const { slot } of results) {
        const rows = Math.min(SHARD, x.rows - first);
        target?.forEach((column, j) => column.set(engine.f32(slotColumn(slot, j), rows), first));
        first += SHARD;
      }
    } finally {
      parameters.dispose();
    }
    return out ?? new Matrix(target as Float32Array[], x.rows);
  }

  async #engine() {
    return this.options.engine ?? (await defaultEngine());
  }
}

/** Bytes that a shard's column takes in a slot. */
const SLOT_COLUMN = SHARD * 4 + 64;
const slotColumn = (slot: number, j: number) => slot + j * SLOT_COLUMN;
const copyBytes = (x: Matrix | ResidentMatrix) => (x instanceof ResidentMatrix ? 0 : x.columns * SLOT_COLUMN);

function* shards(rows: number): Generator<Shard> {
  for (let first = 0; first < rows; first += SHARD) yield { first, rows: Math.min(SHARD, rows - first) };
}

/** Addresses of a shard's columns: where they stand, or copied into the slot. */
function columnAddresses(engine: Engine, x: Matrix | ResidentMatrix, { first, rows }: Shard, slot: number): number[] {
  return Array.from({ length: x.columns }, (_, j) => {
    if (x instanceof ResidentMatrix) return x.address(j) + first * 4;
    const at = slotColumn(slot, j);
    engine.f32(at, rows).set(x.column(j).subarray(first, first + rows));
    return at;
  });
}

function infinite(x: Matrix | ResidentMatrix, j: number, first: number) {
  const row = x.column(j).findIndex((value, i) => i >= first && Math.abs(value) === Number.POSITIVE_INFINITY);
  return errors.columnInfinite(String(j), row);
}
