/**
 * Standardization, as scikit-learn's StandardScaler: (x − mean) / deviation, column by column, with the population
 * deviation. NaN is skipped in fitting and kept in transforming; a constant column keeps the scale 1.
 */
import * as v from 'valibot';
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { square } from '../math.js';
import { checked, type Entries, opaque } from '../options.js';
import { Matrix } from '../table/matrix.js';
import { ResidentMatrix } from '../wasm/resident.js';

/** Rows in a shard, whatever the number of workers: moments are merged in the order of the shards. */
const SHARD = 65536;

export interface StandardScalerOptions {
  /** default: the process-wide engine */
  engine?: Engine;
}

const OPTIONS = v.strictObject({ engine: v.optional(opaque<Engine>()) } satisfies Entries<StandardScalerOptions>);

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
   * @throws CameoError 'argument' for wrong options, 'data' for no rows, 'column' for infinity
   */
  async fit(x: Matrix | ResidentMatrix): Promise<this> {
    this.count = this.mean = this.variance = this.scale = new Float64Array(0);
    return this.partialFit(x);
  }

  /** Learns from more rows, on top of what was learnt. Throws as `fit`; on an error nothing is changed. */
  async partialFit(x: Matrix | ResidentMatrix): Promise<this> {
    checked(OPTIONS, this.options);
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
    const pitch = SHARD * 4 + 64;
    const results = engine.map(
      'moments',
      shards(x.rows, SHARD),
      (shard, slot) => ({ columns: columnAddresses(engine, x, shard, slot + stats, pitch), rows: shard.rows, out: slot }),
      { slotBytes: stats + (x instanceof ResidentMatrix ? 0 : x.columns * pitch) },
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
    const result =
      out ??
      new Matrix(
        Array.from({ length: x.columns }, () => new Float32Array(x.rows)),
        x.rows,
      );
    using parameters = engine.allocate(x.columns * 16);
    // A missing value is filled with NaN: it stays missing.
    const values = engine.f32(parameters.offset, x.columns * 4);
    for (let j = 0; j < x.columns; j++) {
      const high = Math.fround(this.mean[j]);
      values.set([high, this.mean[j] - high, 1 / this.scale[j], Number.NaN], j * 4);
    }
    // Output never overwrites input while a shard runs, so that the shard can run again if its worker dies. A matrix that is scaled in
    // place is copied from each shard's slot once the shard is done.
    const direct = out && out !== x;
    const size = direct && x instanceof ResidentMatrix ? SHARD : slotShard(x.columns);
    const pitch = size * 4 + 64;
    const [read, written] = [x instanceof ResidentMatrix ? 0 : x.columns * pitch, direct ? 0 : x.columns * pitch];
    const results = engine.map(
      'scale',
      shards(x.rows, size),
      ({ first, rows }, slot) => {
        const columns = columnAddresses(engine, x, { first, rows }, slot + written, pitch);
        const to = columns.map((_, j) => (direct ? out.address(j) + first * 4 : slot + j * pitch));
        return { columns, out: to, parameters: parameters.offset, rows, inverse };
      },
      { slotBytes: read + written },
    );
    let first = 0;
    for await (const { slot } of results) {
      const rows = Math.min(size, x.rows - first);
      if (!direct) for (let j = 0; j < x.columns; j++) result.column(j).set(engine.f32(slot + j * pitch, rows), first);
      first += size;
    }
    return result;
  }

  async #engine() {
    return this.options.engine ?? (await defaultEngine());
  }
}

function* shards(rows: number, size: number): Generator<Shard> {
  for (let first = 0; first < rows; first += size) yield { first, rows: Math.min(size, rows - first) };
}

/** Rows of a shard that goes through its slot: about a million numbers, whole cache lines of each column. */
const slotShard = (columns: number) => Math.min(SHARD, Math.ceil(2 ** 20 / columns / 64) * 64);

/** Addresses of a shard's columns: where they stand, or copied to `at`, `pitch` bytes apart. */
function columnAddresses(engine: Engine, x: Matrix | ResidentMatrix, { first, rows }: Shard, at: number, pitch: number) {
  return Array.from({ length: x.columns }, (_, j) => {
    if (x instanceof ResidentMatrix) return x.address(j) + first * 4;
    engine.f32(at + j * pitch, rows).set(x.column(j).subarray(first, first + rows));
    return at + j * pitch;
  });
}

function infinite(x: Matrix | ResidentMatrix, j: number, first: number) {
  const row = x.column(j).findIndex((value, i) => i >= first && Math.abs(value) === Number.POSITIVE_INFINITY);
  return errors.columnInfinite(String(j), row);
}
