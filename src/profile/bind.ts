/** How a table's columns, or one row's values, reach the raw columns of a shard: by name, never by position. */
import { errors } from '../errors.js';
import { kindName } from '../prepare/target.js';
import type { RawColumns } from '../programs/encode.js';
import type { Column, Table } from '../table/table.js';
import { type CategoryFeature, checkTable, type Features, featureNames, refuseInfinity } from './features.js';

/** Copies rows of a source into raw columns. */
export interface Binding {
  rows: number;
  /** Fills rows first … first + raw.rows − 1 of the source, or of `index` where it is given. */
  fill(buffer: ArrayBufferLike, raw: RawColumns, first: number, index?: Int32Array): void;
  /** Values per category column that have no label of their own: rare in fitting, or never seen. */
  unknown: Record<string, number>;
}

/** The label of each category of one feature. */
export class LabelIndex {
  readonly #labels: Map<string, number>;
  /** where missing values go, −1 for nowhere */
  readonly missing: number;
  readonly #rare: number;

  constructor({ encoding: { labels, frequent, rare, missing } }: CategoryFeature) {
    this.#labels = new Map(labels.slice(0, frequent).map((label, i) => [label, i]));
    this.#rare = rare;
    this.missing = missing;
  }
  /** −1 where no encoded column stands for it */
  of(category: string): number {
    return this.#labels.get(category) ?? this.#rare;
  }
  has(category: string): boolean {
    return this.#labels.has(category);
  }
}

/** @param known names of columns that the model knows and does not read: target, id, ignored ones */
export function bindTable(features: Features, labels: LabelIndex[], table: Table, known: ReadonlySet<string>): Binding {
  checkTable(table);
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const names = featureNames(features);
  const missing = names.filter((name) => !byName.has(name));
  if (missing.length > 0) {
    const expected = new Set(names);
    const unexpected = table.columns.map(({ name }) => name).filter((name) => !expected.has(name) && !known.has(name));
    throw errors.columnMissing(missing[0], names.length, missing, unexpected);
  }
  const unknown: Record<string, number> = {};
  const numbers = features.numbers.map(({ name }) => {
    const column = byName.get(name) as Column;
    if (column.kind === 'number') {
      refuseInfinity(column);
      return column.values;
    }
    if (column.codes.some((code) => code >= 0)) throw errors.columnType(name, 'a number', 'text');
    return new Float64Array(table.rows).fill(Number.NaN);
  });
  const codes = features.categories.map(({ name, from }, c) => {
    const column = byName.get(name) as Column;
    const index = labels[c];
    const count = (known: boolean) => {
      if (!known) unknown[name] = (unknown[name] ?? 0) + 1;
    };
    if (column.kind === 'category') {
      if (from !== 'category' && column.codes.some((code) => code >= 0)) throw errors.columnType(name, kindName(from), 'text');
      const map = column.categories.map((category) => index.of(category));
      const known = column.categories.map((category) => index.has(category));
      return column.codes.map((code) => {
        if (code < 0) return index.missing;
        count(known[code]);
        return map[code];
      });
    }
    if (from !== 'number' && !column.values.every(Number.isNaN)) throw errors.columnType(name, kindName(from), 'a number');
    refuseInfinity(column);
    const seen = new Map<number, [label: number, known: boolean]>();
    return Int32Array.from(column.values, (v) => {
      if (Number.isNaN(v)) return index.missing;
      let entry = seen.get(v);
      if (!entry) {
        entry = [index.of(String(v)), index.has(String(v))];
        seen.set(v, entry);
      }
      count(entry[1]);
      return entry[0];
    });
  });
  const copy = <T extends Float64Array | Int32Array>(
    to: Float32Array | Int32Array,
    from: T,
    first: number,
    index?: Int32Array,
  ) => {
    if (index) for (let i = 0; i < to.length; i++) to[i] = from[index[first + i]];
    else to.set(from.subarray(first, first + to.length));
  };
  return {
    rows: table.rows,
    unknown,
    fill(buffer, raw, first, index) {
      numbers.forEach((values, j) => {
        copy(new Float32Array(buffer, raw.columns + j * raw.pitch, raw.rows), values, first, index);
      });
      codes.forEach((values, c) => {
        const at = raw.columns + (numbers.length + c) * raw.pitch;
        copy(new Int32Array(buffer, at, raw.rows), values, first, index);
      });
    },
  };
}

/** A value of a row: text and booleans for categories; undefined, null and NaN are missing. */
export type Value = string | number | boolean | null | undefined;

const isMissing = (v: Value) => v === undefined || v === null || (typeof v === 'number' && Number.isNaN(v));

/** Writes a row into place r of raw columns. @param f32 and i32: the whole memory */
export function fillRow(
  features: Features,
  labels: LabelIndex[],
  row: Readonly<Record<string, Value>>,
  f32: Float32Array,
  i32: Int32Array,
  raw: RawColumns,
  r: number,
): void {
  const at = (column: number) => (raw.columns + column * raw.pitch) / 4 + r;
  const { numbers, categories } = features;
  for (let j = 0; j < numbers.length; j++) {
    const { name } = numbers[j];
    const value = row[name];
    if (isMissing(value)) {
      f32[at(j)] = Number.NaN;
      continue;
    }
    if (typeof value !== 'number') throw errors.columnType(name, 'a number', typeof value);
    const number = Math.fround(value);
    if (Math.abs(number) === Number.POSITIVE_INFINITY) throw errors.columnInfinite(name, r);
    f32[at(j)] = number;
  }
  for (let c = 0; c < categories.length; c++) {
    const { name, from } = categories[c];
    const value = row[name];
    const place = at(numbers.length + c);
    if (isMissing(value)) {
      i32[place] = labels[c].missing;
      continue;
    }
    if ((from === 'number') !== (typeof value === 'number')) throw errors.columnType(name, kindName(from), typeof value);
    i32[place] = labels[c].of(typeof value === 'string' ? value : String(value));
  }
}
