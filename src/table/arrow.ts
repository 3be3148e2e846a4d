/**
 * The bridge to Apache Arrow: the profile's schema, and record batches read out of the engine's memory by arrow-js-ffi.
 *
 * Workers write integers where the schema has dictionaries (programs/profile.ts); here they meet the dictionaries, which
 * are made once and shared by all batches.
 */
import {
  type Data,
  DataType,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { parseData } from 'arrow-js-ffi';
import { errors } from '../errors.js';
import { dataOf, utf8 } from './build.js';
import type { Column } from './table.js';

export interface ProfileSchemaOptions {
  target: string;
  /** names of the classes; empty for a number */
  classes: readonly string[];
  features: readonly string[];
  /** labels of all category features, one after the other */
  labels: readonly string[];
  percentile: boolean;
  explanation: boolean;
  /** columns of the table that are carried as they are */
  attributes?: readonly Pick<Column, 'name' | 'kind'>[];
  metadata: Record<string, string>;
}

/** Makes record batches of profiles. */
export class ProfileBatches {
  /** user_id utf8, attributes (f64 or utf8), score_T f32, percentile_T f32?, prediction_T dictionary?, explanation_T list<struct>? */
  readonly schema: Schema;
  readonly #struct: Struct;
  readonly #physical: Struct;
  readonly #dictionaries = new Map<number, Vector<Utf8>>();

  constructor(options: ProfileSchemaOptions) {
    const { target, classes, features, labels, percentile, explanation, attributes = [], metadata } = options;
    const fields: Field[] = [new Field(`score_${target}`, new Float32(), false)];
    if (percentile) fields.push(new Field(`percentile_${target}`, new Float32(), false));
    if (classes.length > 0) fields.push(new Field(`prediction_${target}`, this.#dictionary(classes), false));
    if (explanation) {
      const entry = new Struct([
        new Field('feature', this.#dictionary(features), false),
        new Field('value', new Float32(), true),
        new Field('category', this.#dictionary(labels), true),
        new Field('contribution', new Float32(), false),
      ]);
      fields.push(new Field(`explanation_${target}`, new List(new Field('item', entry, false)), false));
    }
    this.#struct = new Struct(fields);
    this.#physical = physical(this.#struct) as Struct;
    const given = attributes.map(({ name, kind }) => new Field(name, kind === 'number' ? new Float64() : new Utf8(), true));
    const all = [new Field('user_id', new Utf8(), true), ...given, ...fields];
    const twice = all.find(({ name }, i) => all.findIndex((field) => field.name === name) < i);
    if (twice) throw errors.columnDuplicate(twice.name);
    this.schema = new Schema(all, new Map(Object.entries(metadata)));
  }

  /**
   * @param memory the engine's
   * @param at address of the shard's ArrowArray
   * @param ids user_id of each row
   * @param attributes the attributes' columns of the batch's table, of which row `first` is the batch's first
   * @param copy whether the batch owns its values; without, they are views of the memory
   */
  batch(
    memory: WebAssembly.Memory,
    at: number,
    ids: readonly (string | null)[],
    attributes: readonly Column[],
    first: number,
    copy: boolean,
  ): RecordBatch {
    const data = this.#logical(parseData(memory.buffer as ArrayBuffer, at, this.#physical, copy), this.#struct);
    const children = [utf8(ids), ...attributes.map((column) => attribute(column, first, ids.length)), ...data.children];
    const type = new Struct(this.schema.fields);
    return new RecordBatch(this.schema, makeData({ type, length: ids.length, nullCount: 0, children }));
  }

  #dictionary(values: readonly string[]): Dictionary<Utf8, Int32> {
    const id = this.#dictionaries.size;
    this.#dictionaries.set(id, vectorFromArray(values, new Utf8()));
    return new Dictionary(new Utf8(), new Int32(), id);
  }

  /** The same data under its logical type. */
  #logical(data: Data, type: DataType): Data {
    const { length, nullCount, nullBitmap } = data;
    if (DataType.isDictionary(type)) {
      const dictionary = this.#dictionaries.get(type.id) as Vector;
      return makeData({ type, length, nullCount, nullBitmap, data: data.values as Int32Array, dictionary });
    }
    if (DataType.isStruct(type)) {
      const children = type.children.map((field, i) => this.#logical(data.children[i], field.type));
      return makeData({ type, length, nullCount, nullBitmap, children });
    }
    if (DataType.isList(type)) {
      const child = this.#logical(data.children[0], type.children[0].type);
      return makeData({ type, length, nullCount, nullBitmap, valueOffsets: data.valueOffsets, child });
    }
    return data;
  }
}

/** The type that workers write: integers for dictionaries. */
function physical(type: DataType): DataType {
  const fields = () => type.children.map((f) => new Field(f.name, physical(f.type), f.nullable));
  if (DataType.isDictionary(type)) return new Int32();
  if (DataType.isStruct(type)) return new Struct(fields());
  if (DataType.isList(type)) return new List(fields()[0]);
  return type;
}

/** Rows first … first + rows − 1 of a column: a copy. */
function attribute(column: Column, first: number, rows: number): Data {
  const value = (i: number) => {
    if (column.kind === 'number') return Number.isNaN(column.values[i]) ? null : column.values[i];
    return column.codes[i] < 0 ? null : column.categories[column.codes[i]];
  };
  const values = Array.from({ length: rows }, (_, i) => value(first + i));
  return dataOf(column.kind === 'number' ? new Float64() : new Utf8(), values);
}
