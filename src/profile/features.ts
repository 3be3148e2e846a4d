/**
 * Which columns of a table are features, and how each becomes input of the network. Fitted on the training rows only.
 *
 *     number      missing → the mean; ranked among its quantiles (not in the article's preset); standardized
 *     category    text, booleans, and numbers that are codes: one column per label, rare labels together
 *
 * A number is a code when all its values are whole, from 1 on, with 3 to 32 different ones: an operating system's, a
 * region's. Counts start at 0 and stay numbers. In the article's preset every number stays a number.
 */
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { type Encoding, OneHotEncoder } from '../prepare/one-hot-encoder.js';
import { QuantileTransformer } from '../prepare/quantile-transformer.js';
import { StandardScaler } from '../prepare/standard-scaler.js';
import { Matrix } from '../table/matrix.js';
import type { Column, Table } from '../table/table.js';

export type Preset = 'default' | 'article';

export interface NumberFeature {
  kind: 'number';
  name: string;
  /** ascending; empty for no ranks */
  quantiles: Float32Array;
  /** of the ranks, or of the values without them */
  mean: number;
  scale: number;
}

export interface CategoryFeature {
  kind: 'category';
  name: string;
  /** what the column held in fitting: labels of a number are its digits */
  from: 'number' | 'category';
  encoding: Encoding;
  /** what a label's encoded column holds where the row has the label, and where it has not */
  on: Float32Array;
  off: Float32Array;
}

/** Numbers first, then categories: the order of the encoded row. */
export interface Features {
  numbers: NumberFeature[];
  categories: CategoryFeature[];
}

/** A column that was not used, and why. */
export interface Ignored {
  name: string;
  reason: string;
}

const CODES = { least: 3, most: 32 };
/** Labels of one category; the rest are rare. scikit-learn's max_categories. */
const MAX_LABELS = 100;
const MAX_CATEGORIES = 1_000_000;

export const featureNames = ({ numbers, categories }: Features) => [...numbers, ...categories].map(({ name }) => name);

/** Encoded columns of each feature, in order. */
export const widths = ({ numbers, categories }: Features) => [
  ...numbers.map(() => 1),
  ...categories.map(({ encoding }) => encoding.labels.length),
];

/** Refuses a table that no model can be fitted on or applied to. */
export function checkTable(table: Table): void {
  if (table.rows === 0) throw errors.tableEmpty('The table');
  const names = new Set<string>();
  for (const { name } of table.columns) {
    if (names.has(name)) throw errors.columnDuplicate(name);
    names.add(name);
  }
}

/** The column of a name, or an error that names its role. */
export function columnOf(table: Table, role: string, name: string): Column {
  const column = table.columns.find((c) => c.name === name);
  if (column) return column;
  throw errors.columnUnknown(
    role,
    name,
    table.columns.map((c) => c.name),
  );
}

/**
 * Learns the features from the training rows.
 *
 * @param rows row numbers of the training rows
 * @param without columns that are no features: target, id, ignored ones
 */
export async function fitFeatures(
  engine: Engine,
  table: Table,
  rows: Int32Array,
  without: ReadonlySet<string>,
  preset: Preset,
): Promise<{ features: Features; ignored: Ignored[] }> {
  const ignored: Ignored[] = [];
  const numbers: { name: string; values: Float32Array }[] = [];
  const categories: { name: string; from: CategoryFeature['from']; codes: Int32Array; categories: string[] }[] = [];
  for (const column of table.columns) {
    if (without.has(column.name)) continue;
    if (column.kind === 'number') {
      const values = Float32Array.from(rows, (r) => column.values[r]);
      if (values.every(Number.isNaN)) throw errors.columnEmpty(column.name);
      refuseInfinity(column);
      const codes = preset === 'default' ? codesOf(values) : undefined;
      if (codes) categories.push({ name: column.name, from: 'number', ...codes });
      else numbers.push({ name: column.name, values });
      continue;
    }
    if (column.categories.length > MAX_CATEGORIES) throw errors.categories(column.name, column.categories.length);
    const codes = Int32Array.from(rows, (r) => column.codes[r]);
    const distinct = new Set(codes);
    distinct.delete(-1);
    if (distinct.size === 0) throw errors.columnEmpty(column.name);
    if (distinct.size > 20 && distinct.size > rows.length / 2) {
      ignored.push({
        name: column.name,
        reason: `${distinct.size} different values in ${rows.length} rows: an identifier or free text`,
      });
      continue;
    }
    categories.push({ name: column.name, from: 'category', codes, categories: column.categories });
  }
  if (numbers.length + categories.length === 0) throw errors.noFeatures();

  const features: Features = { numbers: [], categories: [] };
  if (numbers.length > 0) {
    let matrix = new Matrix(numbers.map(({ values }) => values));
    let quantiles: Float32Array[] | undefined;
    if (preset === 'default') {
      const transformer = await new QuantileTransformer({ engine }).fit(matrix);
      quantiles = transformer.quantiles;
      matrix = await transformer.transform(matrix);
    }
    const { mean, variance, count } = await new StandardScaler({ engine }).fit(matrix);
    features.numbers = numbers.map(({ name }, j) => {
      // Filled with the mean, missing values add nothing to the sum of squares and count among its rows.
      const deviation = Math.sqrt((variance[j] * count[j]) / rows.length);
      const constant = deviation <= 1e-12 * Math.abs(mean[j]);
      return {
        kind: 'number',
        name,
        quantiles: quantiles?.[j] ?? new Float32Array(0),
        mean: mean[j],
        scale: constant ? 1 : deviation,
      };
    });
  }
  const minFrequency = preset === 'default' ? Math.max(1, Math.min(10, Math.floor(rows.length / 100))) : 1;
  const maxCategories = preset === 'default' ? MAX_LABELS : undefined;
  const encoder = new OneHotEncoder({ minFrequency, maxCategories });
  encoder.fit(categories.map(({ name, codes, categories }) => ({ kind: 'category', name, codes, categories })));
  features.categories = categories.map(({ name, from, codes, categories }, j) => {
    const encoding = encoder.encodings[j];
    const labels = encoder.codes({ kind: 'category', name, codes, categories }, j);
    const shares = new Float64Array(encoding.labels.length);
    for (const label of labels) shares[label] += 1 / rows.length;
    // The article's program standardizes what its one-hot encoding made; the default keeps 0 and 1.
    const on = Float32Array.from(shares, (p) => (preset === 'article' ? (1 - p) / deviationOf(p) : 1));
    const off = Float32Array.from(shares, (p) => (preset === 'article' ? -p / deviationOf(p) : 0));
    return { kind: 'category', name, from, encoding, on, off };
  });
  return { features, ignored };
}

/** Standard deviation of a column of 0 and 1 with this mean; 1 for a constant one. */
const deviationOf = (p: number) => (p > 1e-9 && p < 1 - 1e-9 ? Math.sqrt(p * (1 - p)) : 1);

/** Infinity in a column that is used is an error, in whatever row. */
export function refuseInfinity({ name, values }: Extract<Column, { kind: 'number' }>): void {
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(Math.fround(values[i])) === Number.POSITIVE_INFINITY) throw errors.columnInfinite(name, i);
  }
}

/** The values as categories if they are codes. */
function codesOf(values: Float32Array): { codes: Int32Array; categories: string[] } | undefined {
  const distinct = new Set<number>();
  for (const v of values) {
    if (Number.isNaN(v)) continue;
    if (!Number.isInteger(v) || v < 1) return undefined;
    distinct.add(v);
    if (distinct.size > CODES.most) return undefined;
  }
  if (distinct.size < CODES.least) return undefined;
  const sorted = [...distinct].sort((a, b) => a - b);
  const code = new Map(sorted.map((v, i) => [v, i]));
  return { codes: Int32Array.from(values, (v) => code.get(v) ?? -1), categories: sorted.map(String) };
}
