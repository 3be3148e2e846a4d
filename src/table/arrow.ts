/**
 * The bridge to Apache Arrow: the schema of profiles, which follows from the fields of their sections, and record batches of what sections
 * give: plain values, or columns that stand in the engine's memory and are read out by arrow-js-ffi.
 *
 * Workers write integers where the schema has dictionaries (programs/score.ts); here they meet the dictionaries, which are made once and
 * shared by all batches.
 */
import {
  Field as ArrowField,
  Bool,
  type Data,
  DataType,
  Dictionary,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMillisecond,
  Uint8,
  Uint32,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { parseData } from 'arrow-js-ffi';
import { errors } from '../errors.js';
import { dataOf, utf8 } from './build.js';
import type { Field, FieldType, Filled } from './section.js';
import type { Column } from './table.js';

const PLAIN = {
  utf8: Utf8,
  bool: Bool,
  uint8: Uint8,
  uint32: Uint32,
  int32: Int32,
  float32: Float32,
  float64: Float64,
  timestamp: TimestampMillisecond,
};

/** Makes record batches of profiles. */
export class ProfileArrow {
  /** user_id utf8, attributes (f64 or utf8), then the fields of each section */
  readonly schema: Schema;
  readonly #structs: Struct[];
  readonly #physical: Struct[];
  readonly #dictionaries = new Map<number, Vector<Utf8>>();

  /**
   * @param sections fields of each section, in the order in which `batch` is given their values
   * @param attributes columns of the table that are carried as they are
   */
  constructor(
    sections: readonly (readonly Field[])[],
    attributes: readonly Pick<Column, 'name' | 'kind'>[],
    metadata: Readonly<Record<string, string>>,
  ) {
    this.#structs = sections.map((fields) => new Struct(fields.map((field) => this.#field(field))));
    this.#physical = this.#structs.map((struct) => physical(struct) as Struct);
    const given = attributes.map(
      ({ name, kind }) => new ArrowField(name, kind === 'number' ? new Float64() : new Utf8(), true),
    );
    const all = [new ArrowField('user_id', new Utf8(), true), ...given, ...this.#structs.flatMap((struct) => struct.children)];
    const twice = all.find(({ name }, i) => all.findIndex((field) => field.name === name) < i);
    if (twice) throw errors.columnDuplicate(twice.name);
    this.schema = new Schema(all, new Map(Object.entries(metadata)));
  }

  /**
   * @param ids user_id of each row
   * @param attributes the attributes' columns of the batch's table, of which row `first` is the batch's first
   * @param filled values of each section
   * @param copy whether the batch owns its values; without, they may be views of the engine's memory
   */
  batch(
    ids: readonly (string | null)[],
    attributes: readonly Column[],
    first: number,
    filled: readonly Filled[],
    copy: boolean,
  ): RecordBatch {
    const { length } = ids;
    const children = [utf8(ids), ...attributes.map((column) => attribute(column, first, length))];
    filled.forEach((values, s) => {
      const struct = this.#structs[s];
      if ('columns' in values) {
        struct.children.forEach(({ type }, c) => {
          children.push(dataOf(type, values.columns[c], this.#dictionaries));
        });
        return;
      }
      const { memory, address, more = [] } = values;
      const inMemory = struct.children.length - more.length;
      const of = (type: Struct) => (more.length > 0 ? new Struct(type.children.slice(0, inMemory)) : type);
      const parsed = parseData(memory.buffer as ArrayBuffer, address, of(this.#physical[s]), copy);
      children.push(...this.#logical(parsed, of(struct)).children);
      for (const [m, plain] of more.entries())
        children.push(dataOf(struct.children[inMemory + m].type, plain, this.#dictionaries));
    });
    const type = new Struct(this.schema.fields);
    return new RecordBatch(this.schema, makeData({ type, length, nullCount: 0, children }));
  }

  #field({ name, type, nullable }: Field): ArrowField {
    return new ArrowField(name, this.#type(type), nullable);
  }

  #type(type: FieldType): DataType {
    if (typeof type === 'string') return new PLAIN[type]();
    if ('dictionary' in type) {
      const id = this.#dictionaries.size;
      this.#dictionaries.set(id, vectorFromArray(type.dictionary, new Utf8()));
      return new Dictionary(new Utf8(), new Int32(), id);
    }
    if ('list' in type) return new List(new ArrowField('item', this.#type(type.list), false));
    if ('struct' in type) return new Struct(type.struct.map((field) => this.#field(field)));
    return new FixedSizeList(type.vector, new ArrowField('item', new Float32(), false));
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
  const fields = () => type.children.map((f) => new ArrowField(f.name, physical(f.type), f.nullable));
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
