/**
 * Categories as features: text, booleans, and numbers that are codes, one encoded column per label, rare labels together. Raw they are one
 * column: the label's code; of a number that is a code the number itself, and NaN for rare ones.
 *
 * A number is a code when all its values are whole, from 1 on, with 3 to 32 different ones: an operating system's, a region's. Counts start
 * at 0 and stay numbers. In the article's preset every number stays a number, and where rows are wanted raw alone.
 */
import * as v from 'valibot';
import { joined } from '../arrays.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { f32, type Part, type PartReader } from '../part.js';
import type { CategoryPlan } from '../programs/encoders/category.js';
import type { CodePlan } from '../programs/encoders/code.js';
import type { Column } from '../table/table.js';
import type { Layout } from '../wasm/memory.js';
import { kindName, refuseInfinity } from './columns.js';
import {
  ENCODED,
  type Encoding as Encoded,
  type Feature,
  type FeatureKind,
  type FeatureReader,
  isMissing,
  type Preset,
  type Source,
  typeName,
  type Value,
} from './feature.js';
import { type CategoryColumn, type Encoding, OneHotEncoder } from './one-hot-encoder.js';

const CODES = { least: 3, most: 32 };
/** Labels of one category; the rest are rare. scikit-learn's max_categories. */
const MAX_LABELS = 100;
const MAX_CATEGORIES = 1_000_000;

export class CategoryFeature implements Feature {
  readonly raw = 'i32';
  readonly #codes: Map<string, number>;

  /**
   * @param from what the column held in fitting: labels of a number are its digits
   * @param on and off: what a label's encoded column holds where the row has the label, and where it has not
   */
  constructor(
    readonly from: Column['kind'],
    readonly encoding: Encoding,
    readonly on: Float32Array,
    readonly off: Float32Array,
  ) {
    this.#codes = new Map(encoding.labels.slice(0, encoding.frequent).map((label, i) => [label, i]));
  }

  get name(): string {
    return this.encoding.name;
  }
  get labels(): readonly string[] {
    return this.encoding.labels;
  }
  get missing(): number {
    return this.encoding.missing;
  }
  width(encoding: Encoded): number {
    return encoding === 'raw' ? 1 : this.encoding.labels.length;
  }
  codes(encoding: Encoded): number {
    return encoding === 'raw' && this.from === 'number' ? -1 : this.encoding.labels.length;
  }
  /** f32[labels]: what each label is in the raw encoding. */
  rawValues(): Float32Array {
    const { labels, frequent } = this.encoding;
    if (this.from === 'category') return Float32Array.from(labels.keys());
    return Float32Array.from(labels, (label, i) => (i < frequent ? Number(label) : Number.NaN));
  }

  bind(column: Column): Source {
    const { rare, missing } = this.encoding;
    let unknown = 0;
    const codeOf = (category: string) => this.#codes.get(category) ?? -2;
    const count = (code: number) => {
      if (code !== -2) return code;
      unknown++;
      return rare;
    };
    if (column.kind === 'category') {
      if (this.from !== 'category' && column.codes.some((code) => code >= 0))
        throw errors.columnType(this.name, kindName(this.from), 'text');
      const codes = column.categories.map(codeOf);
      const values = column.codes.map((code) => (code < 0 ? missing : count(codes[code])));
      return { values, unknown };
    }
    if (this.from !== 'number' && !column.values.every(Number.isNaN))
      throw errors.columnType(this.name, kindName(this.from), 'a number');
    refuseInfinity(column);
    const seen = new Map<number, number>();
    const values = Int32Array.from(column.values, (value) => {
      if (Number.isNaN(value)) return missing;
      let code = seen.get(value);
      if (code === undefined) {
        code = codeOf(String(value));
        seen.set(value, code);
      }
      return count(code);
    });
    return { values, unknown };
  }

  one(value: Value): number {
    if (isMissing(value)) return this.encoding.missing;
    if ((this.from === 'number') !== (typeof value === 'number') || value instanceof Date)
      throw errors.columnType(this.name, kindName(this.from), typeName(value));
    return this.#codes.get(typeof value === 'string' ? value : String(value)) ?? this.encoding.rare;
  }
}

/** What each feature holds, end to end. */
const ofAll = (features: readonly CategoryFeature[], values: (feature: CategoryFeature) => Float32Array): Float32Array =>
  joined(Float32Array, features.map(values));

function place(features: readonly CategoryFeature[], layout: Layout, encoding: Encoded): CategoryPlan | CodePlan {
  const labels = features.map((feature) => feature.labels.length);
  if (encoding === 'raw') {
    const values = layout.put(ofAll(features, (feature) => feature.rawValues()));
    return { kind: 'code', columns: features.length, inputs: features.length, labels, values };
  }
  return {
    kind: 'category',
    columns: features.length,
    inputs: labels.reduce((a, b) => a + b, 0),
    labels,
    on: layout.put(ofAll(features, ({ on }) => on)),
    off: layout.put(ofAll(features, ({ off }) => off)),
  };
}

const FEATURES = v.array(
  v.object({
    name: v.string(),
    from: v.picklist(['number', 'category']),
    labels: v.array(v.string()),
    frequent: v.pipe(v.number(), v.integer(), v.minValue(0)),
    rare: v.pipe(v.number(), v.integer(), v.minValue(-1)),
    missing: v.pipe(v.number(), v.integer(), v.minValue(-1)),
  }),
);

function write(features: readonly CategoryFeature[]): Part {
  const described = features.map(({ from, encoding: { name, labels, frequent, rare, missing } }) => ({
    name,
    from,
    labels,
    frequent,
    rare,
    missing,
  }));
  return {
    metadata: { features: JSON.stringify(described) },
    tensors: {
      on: f32(ofAll(features, ({ on }) => on)),
      off: f32(ofAll(features, ({ off }) => off)),
    },
  };
}

function read(part: PartReader): CategoryFeature[] {
  const described = part.json('features', FEATURES);
  const width = described.reduce((sum, { labels }) => sum + labels.length, 0);
  const [on, off] = [part.f32('on', [width], ENCODED), part.f32('off', [width], ENCODED)];
  let at = 0;
  return described.map(({ from, ...encoding }) => {
    const { name, labels, frequent, rare, missing } = encoding;
    const good = frequent <= labels.length && rare < labels.length && missing < labels.length;
    part.check(good, `labels of '${name}'`, `numbers below ${labels.length}`, Math.max(frequent, rare, missing));
    const slice = (values: Float32Array) => values.slice(at, at + labels.length);
    const feature = new CategoryFeature(from, encoding, slice(on), slice(off));
    at += labels.length;
    return feature;
  });
}

async function fit(_: Engine, columns: readonly Column[], rows: Int32Array, preset: Preset): Promise<CategoryFeature[]> {
  const coded = columns.map((column) => categoriesOf(column, rows));
  const minFrequency = preset === 'default' ? Math.max(1, Math.min(10, Math.floor(rows.length / 100))) : 1;
  const encoder = new OneHotEncoder(preset === 'default' ? { minFrequency, maxCategories: MAX_LABELS } : { minFrequency });
  encoder.fit(coded);
  return columns.map(({ kind }, j) => {
    const encoding = encoder.encodings[j];
    const shares = new Float64Array(encoding.labels.length);
    for (const label of encoder.codes(coded[j], j)) shares[label] += 1 / rows.length;
    // The article's program standardizes what its one-hot encoding made; the default keeps 0 and 1.
    const on = Float32Array.from(shares, (p) => (preset === 'article' ? (1 - p) / deviationOf(p) : 1));
    const off = Float32Array.from(shares, (p) => (preset === 'article' ? -p / deviationOf(p) : 0));
    return new CategoryFeature(kind, encoding, on, off);
  });
}

/** Standard deviation of a column of 0 and 1 with this mean; 1 for a constant one. */
const deviationOf = (p: number) => (p > 1e-9 && p < 1 - 1e-9 ? Math.sqrt(p * (1 - p)) : 1);

/** These rows of a column as codes into categories. */
function categoriesOf(column: Column, rows: Int32Array): CategoryColumn {
  const { name } = column;
  if (column.kind === 'category') {
    return { kind: 'category', name, codes: Int32Array.from(rows, (r) => column.codes[r]), categories: column.categories };
  }
  const sorted = [...new Set(valuesIn(column, rows))].sort((a, b) => a - b);
  const code = new Map(sorted.map((value, i) => [value, i]));
  const codes = Int32Array.from(rows, (r) => code.get(Math.fround(column.values[r])) ?? -1);
  return { kind: 'category', name, codes, categories: sorted.map(String) };
}

function* valuesIn(column: Extract<Column, { kind: 'number' }>, rows: Int32Array): Generator<number> {
  for (const r of rows) if (!Number.isNaN(column.values[r])) yield Math.fround(column.values[r]);
}

/** Whether a column of numbers holds codes, as far as these rows tell. */
export function isCodes(column: Extract<Column, { kind: 'number' }>, rows: Int32Array): boolean {
  const distinct = new Set<number>();
  for (const value of valuesIn(column, rows)) {
    if (!Number.isInteger(value) || value < 1) return false;
    distinct.add(value);
    if (distinct.size > CODES.most) return false;
  }
  return distinct.size >= CODES.least;
}

export const categoryReader: FeatureReader<CategoryFeature> = { name: 'category', place, write, read };

/** Written out, so that a bundle without fitting leaves it behind. */
export const category: FeatureKind<CategoryFeature> = {
  name: 'category',
  place,
  write,
  read,
  fit,
  takes(column, rows) {
    // What is left of the numbers when their own kind has taken the rest are codes.
    if (column.kind === 'number') return true;
    if (column.categories.length > MAX_CATEGORIES) throw errors.categories(column.name, column.categories.length);
    const distinct = new Set(Int32Array.from(rows, (r) => column.codes[r]));
    distinct.delete(-1);
    if (distinct.size > 20 && distinct.size > rows.length / 2)
      return `${distinct.size} different values in ${rows.length} rows: an identifier or free text`;
    return true;
  },
};
