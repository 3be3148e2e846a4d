/**
 * Numbers as features: missing → the mean; ranked among the training quantiles (not in the article's preset); standardized. Raw they stay
 * as they are, NaN where missing. One encoded column each.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { f32, f64, type Part, type PartReader } from '../part.js';
import type { NumberPlan } from '../programs/encoders/number.js';
import { Matrix } from '../table/matrix.js';
import type { Column } from '../table/table.js';
import type { Layout } from '../wasm/memory.js';
import { isCodes } from './category.js';
import { refuseInfinity } from './columns.js';
import {
  ENCODED,
  type Encoding,
  type Feature,
  type FeatureKind,
  type FeatureReader,
  isMissing,
  type Preset,
  type Source,
  typeName,
  type Value,
} from './feature.js';
import { QuantileTransformer } from './quantile-transformer.js';
import { StandardScaler } from './standard-scaler.js';

const FLOAT32 = { least: -3.4e38, most: 3.4e38 };

export class NumberFeature implements Feature {
  readonly raw = 'f32';
  readonly labels: readonly string[] = [];

  /**
   * @param quantiles ascending; empty for no ranks
   * @param mean and scale: of the ranks, or of the values without them; 0 and 1 where only raw values were asked for
   */
  constructor(
    readonly name: string,
    readonly quantiles: Float32Array,
    readonly mean: number,
    readonly scale: number,
  ) {}

  width(): number {
    return 1;
  }
  codes(): number {
    return -1;
  }

  bind(column: Column): Source {
    if (column.kind === 'number') {
      refuseInfinity(column);
      return { values: column.values, unknown: 0 };
    }
    if (column.codes.some((code) => code >= 0)) throw errors.columnType(this.name, 'a number', 'text');
    return { values: new Float64Array(column.codes.length).fill(Number.NaN), unknown: 0 };
  }

  one(value: Value, row: number): number {
    if (isMissing(value)) return Number.NaN;
    if (typeof value !== 'number') throw errors.columnType(this.name, 'a number', typeName(value));
    const number = Math.fround(value);
    if (Math.abs(number) === Number.POSITIVE_INFINITY) throw errors.columnInfinite(this.name, row);
    return number;
  }
}

/** x = (x − 0) · 1, and missing stays missing. */
const IDENTITY = [0, 0, 1, Number.NaN];

function place(features: readonly NumberFeature[], layout: Layout, encoding: Encoding): NumberPlan {
  const raw = encoding === 'raw';
  const nQuantiles = raw ? 0 : (features[0]?.quantiles.length ?? 0);
  const quantiles = new Float32Array(features.length * nQuantiles);
  const standardize = new Float32Array(features.length * 4);
  features.forEach((feature, j) => {
    if (nQuantiles > 0) quantiles.set(feature.quantiles, j * nQuantiles);
    const high = Math.fround(feature.mean);
    standardize.set(raw ? IDENTITY : [high, feature.mean - high, 1 / feature.scale, feature.mean], j * 4);
  });
  return {
    kind: 'number',
    columns: features.length,
    inputs: features.length,
    quantiles: layout.put(quantiles),
    nQuantiles,
    standardize: layout.put(standardize),
  };
}

function write(features: readonly NumberFeature[]): Part {
  const nQuantiles = features[0]?.quantiles.length ?? 0;
  const quantiles = new Float32Array(features.length * nQuantiles);
  features.forEach((feature, j) => {
    quantiles.set(feature.quantiles, j * nQuantiles);
  });
  return {
    metadata: { names: JSON.stringify(features.map(({ name }) => name)) },
    tensors: {
      mean: f64(features.map(({ mean }) => mean)),
      scale: f64(features.map(({ scale }) => scale)),
      quantiles: f32(quantiles, features.length, nQuantiles),
    },
  };
}

function read(part: PartReader): NumberFeature[] {
  const names = part.json('names', v.array(v.string()));
  const n = names.length;
  const nQuantiles = part.length('quantiles', 1);
  // Ranks are from 0 to 1; without ranks it is enough that the reciprocal of the scale is a float32.
  const mean = part.f64('mean', [n], nQuantiles > 0 ? { least: 0, most: 1 } : FLOAT32);
  const scale = part.f64('scale', [n], { least: nQuantiles > 0 ? 1 / ENCODED.most : 1 / FLOAT32.most });
  const quantiles = part.f32('quantiles', [n, nQuantiles]);
  return names.map((name, j) => {
    const ranks = quantiles.slice(j * nQuantiles, (j + 1) * nQuantiles);
    const rising = ranks.every((q, i) => i === 0 || q >= ranks[i - 1]);
    part.check(rising, `quantiles of '${name}'`, 'numbers that rise', 'others');
    return new NumberFeature(name, ranks, mean[j], scale[j]);
  });
}

async function fit(
  engine: Engine,
  columns: readonly Column[],
  rows: Int32Array,
  preset: Preset,
  encodings: readonly Encoding[],
): Promise<NumberFeature[]> {
  if (!encodings.includes('standard')) return columns.map(({ name }) => new NumberFeature(name, new Float32Array(0), 0, 1));
  let matrix = new Matrix(columns.map((column) => valuesOf(column, rows)));
  let quantiles: Float32Array[] | undefined;
  if (preset === 'default') {
    const transformer = await new QuantileTransformer({ engine }).fit(matrix);
    quantiles = transformer.quantiles;
    matrix = await transformer.transform(matrix);
  }
  const { mean, variance, count } = await new StandardScaler({ engine }).fit(matrix);
  return columns.map(({ name }, j) => {
    // Filled with the mean, missing values add nothing to the sum of squares and count among its rows.
    const deviation = Math.sqrt((variance[j] * count[j]) / rows.length);
    const constant = deviation <= 1e-12 * Math.abs(mean[j]);
    return new NumberFeature(name, quantiles?.[j] ?? new Float32Array(0), mean[j], constant ? 1 : deviation);
  });
}

const valuesOf = (column: Column, rows: Int32Array): Float32Array =>
  column.kind === 'number' ? Float32Array.from(rows, (r) => column.values[r]) : new Float32Array(rows.length).fill(Number.NaN);

export const numberReader: FeatureReader<NumberFeature> = { name: 'number', place, write, read };

/** Written out, so that a bundle without fitting leaves it behind. */
export const number: FeatureKind<NumberFeature> = {
  name: 'number',
  place,
  write,
  read,
  fit,
  takes(column, rows, preset, encodings) {
    if (column.kind !== 'number') return false;
    refuseInfinity(column);
    // Where nobody wants a column a label, a code is a number as good as any: models that split need no more than its order.
    return preset === 'article' || !encodings.includes('standard') || !isCodes(column, rows);
  },
};
