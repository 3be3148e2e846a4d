/**
 * Record batches and dictionaries of an Arrow stream: which of the body's buffers are whose, by a walk over the types of the schema. Columns
 * that hold others, such as lists, are walked past.
 * See https://github.com/apache/arrow/blob/main/format/Message.fbs.
 */
import { Damage, type FlatTable, holds } from './flatbuffer.js';
import type { Message } from './messages.js';
import { type ArrowField, type ArrowSchema, type ArrowType, isPlain, type TypeName } from './schema.js';
import { type Buffers, type Get, valuesOf } from './values.js';

/** Buffers of a type's own, those of its children aside; unions have one more where they are dense. */
const BUFFERS: Record<TypeName, number> = {
  null: 0,
  int: 2,
  float: 2,
  binary: 3,
  utf8: 3,
  bool: 2,
  decimal: 2,
  date: 2,
  time: 2,
  timestamp: 2,
  interval: 2,
  list: 2,
  struct: 1,
  union: 1,
  'fixed-size-binary': 2,
  'fixed-size-list': 1,
  map: 2,
  duration: 2,
  'large-binary': 3,
  'large-utf8': 3,
  'large-list': 2,
  'run-end-encoded': 0,
  'binary-view': 2,
  'utf8-view': 2,
  'list-view': 3,
  'large-list-view': 3,
};
/** Rows that a stream may have beside those of its bytes, of which a bit is one: a column of nulls has no bytes. */
const FREE = 2 ** 24;
const COMPRESSIONS = ['LZ4', 'Zstandard'];

export interface Batch {
  rows: number;
  /** of each plain field of the schema, in order */
  columns: Get[];
}

export class BatchReader {
  readonly #plain: ArrowField[];
  /** fields whose values are in dictionaries, by the dictionary */
  readonly #encoded = new Map<number, ArrowField>();
  readonly #dictionaries = new Map<number, (string | number | boolean | null)[]>();
  #room = FREE;

  constructor(private readonly schema: ArrowSchema) {
    this.#plain = schema.fields.filter(isPlain);
    const visit = (field: ArrowField): void => {
      if (field.dictionary) this.#encoded.set(field.dictionary.id, field);
      field.children.forEach(visit);
    };
    schema.fields.forEach(visit);
  }

  /** Takes a dictionary in, for batches that come later. @throws Damage */
  dictionary({ header, body }: Message): void {
    const [id, data] = [header.size(0), header.table(1)];
    const field = this.#encoded.get(id);
    holds(field !== undefined && data !== undefined, 'it holds a dictionary that no column has');
    if (!isPlain(field)) return;
    const values = { ...field, dictionary: undefined };
    const walk = new Walk(data, body);
    this.#pay(walk.rows, [values], body);
    const get = valuesOf(values.type, walk.buffersOf(values));
    walk.end();
    // More values of the dictionary before, or another one in its place.
    const all = header.u8(2) ? (this.#dictionaries.get(id) ?? []) : [];
    for (let i = 0; i < walk.rows; i++) all.push(get(i));
    this.#dictionaries.set(id, all);
  }

  /** @throws Damage */
  batch({ header, body }: Message): Batch {
    const walk = new Walk(header, body);
    this.#pay(walk.rows, this.#plain, body);
    const columns = new Map(this.schema.fields.map((field) => [field, walk.buffersOf(field)]));
    walk.end();
    return {
      rows: walk.rows,
      columns: this.#plain.map((field) => this.#values(field, columns.get(field) as Buffers)),
    };
  }

  /** Holds that there are not many more rows than bits, in columns that may have no bytes by which to tell. */
  #pay(rows: number, fields: readonly ArrowField[], body: Uint8Array): void {
    const bare = fields.filter(({ type, dictionary }) => !dictionary && (type.name === 'null' || isEmptyBinary(type))).length;
    this.#room += 8 * body.length - rows * Math.max(1, bare);
    holds(this.#room >= 0, 'it claims more rows than its bytes can hold');
  }

  #values(field: ArrowField, buffers: Buffers): Get {
    if (!field.dictionary) return valuesOf(field.type, buffers);
    const values = this.#dictionaries.get(field.dictionary.id) ?? [];
    const codes = valuesOf(field.dictionary.type, buffers) as (i: number) => number | null;
    return (i) => {
      const code = codes(i);
      if (code === null) return null;
      if (code >= 0 && code < values.length) return values[code];
      throw new Damage(`column '${field.name}' has values that its dictionary does not have`);
    };
  }
}

const isEmptyBinary = ({ name, width }: ArrowType) => name === 'fixed-size-binary' && width === 0;

/** A walk over the nodes and buffers of a batch, in the order of its fields. */
class Walk {
  readonly rows: number;
  readonly #nodes: [length: number, missing: number][];
  readonly #buffers: [offset: number, length: number][];
  /** of each column of views: how many buffers it has beside them */
  readonly #pieces: number[];
  #node = 0;
  #buffer = 0;
  #piece = 0;

  constructor(
    header: FlatTable,
    private readonly body: Uint8Array<ArrayBuffer>,
  ) {
    const compression = header.table(3);
    const name = compression && (COMPRESSIONS[compression.u8(0)] ?? 'unknown');
    holds(!name, `its batches are compressed (${name}), which is not read; write it without compression`);
    this.rows = header.size(0);
    this.#nodes = header.pairs(1);
    this.#buffers = header.pairs(2);
    this.#pieces = header.sizes(4);
    let total = 0;
    for (const [offset, length] of this.#buffers) {
      total += length;
      holds(offset + length <= body.length && total <= body.length, 'a batch has values beyond its end');
    }
  }

  /** The buffers of a field of the schema, and past those of its children. */
  buffersOf(field: ArrowField): Buffers {
    const { name } = field;
    const [length, missing] = this.#next();
    holds(length === this.rows && missing <= length, `column '${name}' does not have as many values as there are rows`);
    if (field.type.name === 'null' && !field.dictionary) return { name, rows: length, validity: undefined, parts: [] };
    if (!isPlain(field)) {
      this.#skip(field);
      return { name, rows: length, validity: undefined, parts: [] };
    }
    const validity = this.#take();
    const parts = Array.from({ length: this.#count(field) - 1 }, () => this.#take());
    holds(missing === 0 || validity.length > 0, `column '${name}' does not say what is missing`);
    return { name, rows: length, validity: missing === 0 ? undefined : validity, parts };
  }

  /** Holds that nothing is left over. */
  end(): void {
    const all = this.#node === this.#nodes.length && this.#buffer === this.#buffers.length;
    holds(all && this.#piece === this.#pieces.length, 'a batch has other columns than the schema says');
  }

  /** Past the buffers of a field, and past its children. */
  #skip(field: ArrowField): void {
    for (let left = this.#count(field); left > 0; left--) this.#take();
    if (field.dictionary) return;
    for (const child of field.children) {
      this.#next();
      this.#skip(child);
    }
  }

  #count({ type: { name, unit }, dictionary }: ArrowField): number {
    if (dictionary) return BUFFERS.int;
    if (name === 'union') return BUFFERS.union + unit;
    if (name !== 'utf8-view' && name !== 'binary-view') return BUFFERS[name];
    const pieces = this.#pieces[this.#piece++];
    holds(pieces <= this.#buffers.length, 'a batch has other columns than the schema says');
    return BUFFERS[name] + pieces;
  }

  #next(): [length: number, missing: number] {
    holds(this.#node < this.#nodes.length, 'a batch has other columns than the schema says');
    return this.#nodes[this.#node++];
  }

  #take(): Uint8Array<ArrayBuffer> {
    holds(this.#buffer < this.#buffers.length, 'a batch has other columns than the schema says');
    const [offset, length] = this.#buffers[this.#buffer++];
    return this.body.subarray(offset, offset + length);
  }
}
