/**
 * The features of a fitted model: which columns of a table it reads, by name and never by position, and how they reach the raw columns of a
 * shard. They stand kind by kind, in the order of kinds.ts.
 */
import { errors } from '../errors.js';
import { joinParts, type Part, PartReader, partOf } from '../part.js';
import { type EncodePlan, rawPitch, startsOf } from '../programs/encode.js';
import type { RawColumns } from '../programs/encoder.js';
import { DATE } from '../programs/score-columns.js';
import { leftOut } from '../table/columns.js';
import type { RowKeys } from '../table/row-keys.js';
import type { PlainRow } from '../table/section.js';
import type { Table } from '../table/table.js';
import type { Layout } from '../wasm/memory.js';
import { checkTable } from './columns.js';
import { ENCODINGS, type Encoding, type Feature, type FeatureReader } from './feature.js';
import { readers } from './kinds.js';

/** Features of one kind. */
export interface OfKind {
  kind: FeatureReader;
  features: readonly Feature[];
}

/** A table as the features read it: copies rows into raw columns. */
export interface Binding {
  readonly rows: number;
  /** values per column that have no label of their own, rare in fitting or never seen; of dates cells that are none */
  readonly unknown: ReadonlyMap<string, number>;
  /** Fills rows first … first + raw.rows − 1 of the table, or of `index` where it is given. */
  fill(buffer: ArrayBufferLike, raw: RawColumns, first: number, index?: Int32Array): void;
}

/** Raw values of features for some rows of a table: in learning, what the features say of rows that they did not learn from. */
export interface Instead {
  rows: Int32Array;
  /** f64[rows] of each feature that has them, by its name */
  values: ReadonlyMap<string, Float64Array>;
}

/** Encoded columns that stand side by side. */
export interface Run {
  first: number;
  count: number;
}

/** The whole memory as float32 and as int32. */
export interface Words {
  f32: Float32Array;
  i32: Int32Array;
}

/** The raw columns at an address. */
export const rawColumns = (columns: number, rows: number): RawColumns => ({ columns, pitch: rawPitch(rows), rows });

const columnOf = ({ name, column = name }: Feature): string => column;

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

export class Features {
  /** all features, in order */
  readonly list: readonly Feature[];
  readonly names: readonly string[];
  /** the table's columns that they read, each once */
  readonly columnNames: readonly string[];
  /** of each column the first feature that reads it, and of each feature the next that reads the same one, or −1 */
  readonly #next: Int32Array;
  readonly #numbers: ReadonlyMap<string, number>;
  /** of each feature: the bits of the raw value that a missing one becomes */
  readonly #missing: Int32Array;

  constructor(private readonly kinds: readonly OfKind[]) {
    this.list = kinds.flatMap(({ features }) => features);
    this.names = this.list.map(({ name }) => name);
    const numbers = new Map<string, number>();
    this.#next = new Int32Array(this.list.length);
    for (let j = this.list.length - 1; j >= 0; j--) {
      const column = columnOf(this.list[j]);
      this.#next[j] = numbers.get(column) ?? -1;
      numbers.set(column, j);
    }
    this.#numbers = numbers;
    this.columnNames = [...new Set(this.list.map(columnOf))];
    const missing = this.list.map((feature) => feature.one(undefined, 0));
    this.#missing = Int32Array.from(missing);
    const bits = new Float32Array(this.#missing.buffer);
    for (const [j, { raw }] of this.list.entries()) if (raw === 'f32') bits[j] = missing[j];
  }

  /** Of each feature: its encoded columns, one run of them for each encoding. */
  columns(encodings: readonly Encoding[]): Run[][] {
    const { firsts } = startsOf(encodings.map((encoding) => sum(this.list.map((feature) => feature.width(encoding)))));
    const runs = encodings.map((encoding, e) => {
      let first = firsts[e];
      return this.list.map((feature): Run => {
        const run = { first, count: feature.width(encoding) };
        first += run.count;
        return run;
      });
    });
    return this.list.map((_, j) => runs.map((run) => run[j]));
  }
  /** Of each feature: how many labels its codes have; −1 for a number, −2 for a date. */
  get labelCounts(): number[] {
    return this.list.map(({ raw, labels }) => (raw === 'i32' ? labels.length : raw === 'f32' ? -1 : DATE));
  }
  /** Labels of all features, one after the other: what the codes of reasons count in. */
  get labels(): string[] {
    return this.list.flatMap(({ labels }) => labels);
  }
  /** Bytes of a shard's raw columns. */
  rawBytes(rows: number): number {
    return this.list.length * rawPitch(rows);
  }

  /** What the features give a model to read, by encoding. */
  inputs(): Record<Encoding, { widths: number[]; labels: number[]; missing: number[] }> {
    const of = (encoding: Encoding) => ({
      widths: this.list.map((feature) => feature.width(encoding)),
      labels: this.list.flatMap((feature) => new Array<number>(feature.width(encoding)).fill(feature.codes(encoding))),
      missing: this.list.flatMap((feature) => {
        const code = feature.codes(encoding) < 0 ? -1 : (feature.missing ?? -1);
        return new Array<number>(feature.width(encoding)).fill(code);
      }),
    });
    return Object.fromEntries(ENCODINGS.map((encoding) => [encoding, of(encoding)])) as ReturnType<Features['inputs']>;
  }

  /** Lays the fitted numbers of these encodings out in memory. */
  place(layout: Layout, encodings: readonly Encoding[]): EncodePlan {
    const plans = encodings.map((encoding) => this.kinds.map(({ kind, features }) => kind.place(features, layout, encoding)));
    const { firsts, inputs } = startsOf(plans.map((kinds) => sum(kinds.map((kind) => kind.inputs))));
    return { inputs, columns: this.list.length, encodings: plans.map((kinds, e) => ({ first: firsts[e], kinds })) };
  }

  /**
   * @param known names of columns that the model knows and does not read: target, id, ignored ones
   * @param instead raw values that stand for a feature's own
   * @throws CameoError 'column' for a column that is absent or of another type than in fitting
   */
  bind(table: Table, known: ReadonlySet<string>, instead?: Instead): Binding {
    checkTable(table);
    const byName = new Map(table.columns.map((column) => [column.name, column]));
    const missing = this.columnNames.filter((name) => !byName.has(name));
    if (missing.length > 0) {
      const left = leftOut(table, missing[0]);
      if (left) throw errors.columnLeftOut('Feature', left.name, left.reason);
      const expected = new Set(this.columnNames);
      const unexpected = table.columns.map(({ name }) => name).filter((name) => !expected.has(name) && !known.has(name));
      throw errors.columnMissing(missing[0], this.columnNames.length, missing, unexpected);
    }
    const unknown = new Map<string, number>();
    const sources = this.list.map((feature) => {
      const column = columnOf(feature);
      const source = feature.bind(byName.get(column) as Table['columns'][number]);
      if (source.unknown > 0) unknown.set(column, source.unknown);
      const own = instead?.values.get(feature.name);
      if (!own) return source.values;
      const values = source.values.slice();
      instead?.rows.forEach((r, i) => {
        values[r] = own[i];
      });
      return values;
    });
    return {
      rows: table.rows,
      unknown,
      fill(buffer, raw, first, index) {
        sources.forEach((values, j) => {
          const at = raw.columns + j * raw.pitch;
          const to =
            values instanceof Int32Array ? new Int32Array(buffer, at, raw.rows) : new Float32Array(buffer, at, raw.rows);
          if (index) for (let i = 0; i < to.length; i++) to[i] = values[index[first + i]];
          else to.set(values.subarray(first, first + to.length));
        });
      },
    };
  }

  /**
   * Writes a row into place r of raw columns, by the row's own keys.
   * @param known is asked about each key that is no feature
   * @throws CameoError 'column' for a row with keys of which none is known, and for a value of another type than in fitting
   */
  fillRow(row: PlainRow, { f32, i32 }: Words, raw: RawColumns, r: number, known: RowKeys): void {
    const { list } = this;
    const [numbers, missing] = [this.#numbers, this.#missing];
    const first = raw.columns / 4 + r;
    const pitch = raw.pitch / 4;
    for (let j = 0; j < missing.length; j++) i32[first + j * pitch] = missing[j];
    const keys = Object.keys(row);
    let met = 0;
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k];
      let j = numbers.get(key);
      if (j === undefined) {
        if (known.knows(key)) met++;
        continue;
      }
      met++;
      for (; j >= 0; j = this.#next[j]) {
        const feature = list[j];
        const value = feature.one(row[key], r);
        if (feature.raw === 'f32') f32[first + j * pitch] = value;
        else i32[first + j * pitch] = value;
      }
    }
    if (met === 0) known.refuseStranger(row, keys, r);
  }

  /** The same, with dates as of another moment, in milliseconds since 1970. */
  asOf(time: number): Features {
    return new Features(
      this.kinds.map(({ kind, features }) => ({ kind, features: features.map((feature) => feature.asOf?.(time) ?? feature) })),
    );
  }

  write(): Part {
    const { metadata, tensors } = joinParts(this.kinds.map(({ kind, features }) => [kind.name, kind.write(features)]));
    return { metadata: { kinds: JSON.stringify(this.kinds.map(({ kind }) => kind.name)), ...metadata }, tensors };
  }

  /** @throws CameoError 'model' for a kind that is not known, or a name that appears twice */
  static read(part: Part, names: readonly string[]): Features {
    const reader = new PartReader(part);
    const kinds = names.map((name): OfKind => {
      const kind = readers.find((known) => known.name === name);
      const known = readers.map((k) => `'${k.name}'`).join(', ');
      if (!kind) throw errors.modelFile('kind of feature', `one of ${known}`, `'${name}'`);
      return { kind, features: kind.read(new PartReader(partOf(part, name))) };
    });
    const features = new Features(kinds);
    reader.check(new Set(features.names).size === features.names.length, 'feature names', 'each once', 'one twice');
    return features;
  }
}
