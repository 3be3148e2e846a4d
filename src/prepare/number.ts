/**
 * Numbers as features: missing → the mean; ranked among the training quantiles (not in the article's preset); standardized. As normal
 * scores they may have a second column (normal-scores.ts). Raw they stay as they are, NaN where missing.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { f32, f64, type Part, type PartReader } from '../part.js';
import type { NormalPlan } from '../programs/encoders/normal.js';
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
import { fitNormalScores, type NormalScores, rankBounds, readNormalScores, writeNormalScores } from './normal-scores.js';
import { QuantileTransformer } from './quantile-transformer.js';
import { StandardScaler } from './standard-scaler.js';

const FLOAT32 = { least: -3.4e38, most: 3.4e38 };

export class NumberFeature implements Feature {
  readonly raw = 'f32';
  readonly labels: readonly string[] = [];

  /**
   * @param quantiles ascending; empty for no ranks
   * @param mean and scale: of the ranks, or of the values without them; 0 and 1 where only other encodings were asked for
   * @param normal absent where they were not asked for
   */
  constructor(
    readonly name: string,
    readonly quantiles: Float32Array,
    readonly mean: number,
    readonly scale: number,
    readonly normal?: NormalScores,
  ) {}

  width(encoding: Encoding): number {
    return encoding === 'normal' && this.normal?.missing ? 2 : 1;
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

function place(features: readonly NumberFeature[], layout: Layout, encoding: Encoding): NumberPlan | NormalPlan {
  const raw = encoding === 'raw';
  const nQuantiles = raw ? 0 : (features[0]?.quantiles.length ?? 0);
  const quantiles = new Float32Array(features.length * nQuantiles);
  features.forEach((feature, j) => {
    if (nQuantiles > 0) quantiles.set(feature.quantiles, j * nQuantiles);
  });
  const columns = features.length;
  const ranks = { columns, quantiles: layout.put(quantiles), nQuantiles };
  if (encoding === 'normal') return { ...ranks, ...placeNormal(features, layout) };
  const standardize = features.flatMap(({ mean, scale }) => (raw ? IDENTITY : standardizing(mean, scale, mean)));
  return { ...ranks, kind: 'number', inputs: columns, standardize: layout.put(Float32Array.from(standardize)) };
}

/** A column's parameters in assembly/standardize.ts. */
function standardizing(mean: number, scale: number, fill: number): number[] {
  const high = Math.fround(mean);
  return [high, mean - high, 1 / scale, fill];
}

/** Where a model was fitted without normal scores. */
const PLAIN: NormalScores = { mean: 0, scale: 1, fill: 0, missing: false };

function placeNormal(features: readonly NumberFeature[], layout: Layout) {
  const bounds = features.map(({ quantiles }) => (quantiles.length > 0 ? rankBounds(quantiles) : { least: 0, most: 1 }));
  const scores = features.map(({ normal }) => normal ?? PLAIN);
  const standardize = scores.flatMap(({ mean, scale, fill, missing }) => [
    ...standardizing(mean, scale, fill),
    ...(missing ? IDENTITY : []),
  ]);
  return {
    kind: 'normal' as const,
    inputs: standardize.length / 4,
    least: bounds.map(({ least }) => least),
    most: bounds.map(({ most }) => most),
    missing: scores.map(({ missing }) => missing),
    standardize: layout.put(Float32Array.from(standardize)),
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
      ...(features[0]?.normal && writeNormalScores(features.map(({ normal }) => normal ?? PLAIN))),
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
  const normal = readNormalScores(part, n, nQuantiles > 0);
  return names.map((name, j) => {
    const ranks = quantiles.slice(j * nQuantiles, (j + 1) * nQuantiles);
    const rising = ranks.every((q, i) => i === 0 || q >= ranks[i - 1]);
    part.check(rising, `quantiles of '${name}'`, 'numbers that rise', 'others');
    return new NumberFeature(name, ranks, mean[j], scale[j], normal?.[j]);
  });
}

async function fit(
  engine: Engine,
  columns: readonly Column[],
  rows: Int32Array,
  preset: Preset,
  encodings: readonly Encoding[],
): Promise<NumberFeature[]> {
  if (encodings.every((encoding) => encoding === 'raw'))
    return columns.map(({ name }) => new NumberFeature(name, new Float32Array(0), 0, 1));
  const values = columns.map((column) => valuesOf(column, rows));
  const matrix = new Matrix(values);
  const transformer = preset === 'default' ? await new QuantileTransformer({ engine }).fit(matrix) : undefined;
  const quantiles = transformer?.quantiles;
  const normal = encodings.includes('normal') ? await fitNormalScores(engine, values, quantiles) : undefined;
  const scales = encodings.includes('standard')
    ? await standardScales(engine, transformer ? await transformer.transform(matrix) : matrix)
    : undefined;
  return columns.map(({ name }, j) => {
    const { mean, scale } = scales?.[j] ?? PLAIN;
    return new NumberFeature(name, quantiles?.[j] ?? new Float32Array(0), mean, scale, normal?.[j]);
  });
}

async function standardScales(engine: Engine, matrix: Matrix): Promise<{ mean: number; scale: number }[]> {
  const { mean, variance, count } = await new StandardScaler({ engine }).fit(matrix);
  return Array.from(mean, (own, j) => {
    // Filled with the mean, missing values add nothing to the sum of squares and count among its rows.
    const deviation = Math.sqrt((variance[j] * count[j]) / matrix.rows);
    const constant = deviation <= 1e-12 * Math.abs(own);
    return { mean: own, scale: constant ? 1 : deviation };
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
    return preset === 'article' || encodings.every((encoding) => encoding === 'raw') || !isCodes(column, rows);
  },
};
