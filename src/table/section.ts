/**
 * The contract of sections: a part of a profile, such as a score with its reasons, behaviour or recommendations. A section names its fields
 * once; the columns of Arrow and Parquet, the keys of JSON lines and of plain objects all follow from them (table/arrow.ts, io/write.ts).
 */
import type { Part } from '../part.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { RowKeys } from './row-keys.js';
import type { Table } from './table.js';

/** What a field holds, in Arrow's words. A timestamp is milliseconds since 1970 without a zone; a dictionary holds one of its texts. */
export type FieldType =
  | 'utf8'
  | 'bool'
  | 'uint8'
  | 'uint32'
  | 'int32'
  | 'float32'
  | 'float64'
  | 'timestamp'
  | { readonly dictionary: readonly string[] }
  | { readonly list: FieldType }
  | { readonly struct: readonly Field[] }
  /** a list of float32 of this length */
  | { readonly vector: number };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly nullable: boolean;
  /** left out where a profile is asked for without its reasons */
  readonly reasons?: boolean;
}

/** The users of a batch: rows `first` … `first + ids.length − 1` of a table where there is one. */
export interface Users {
  readonly ids: readonly (string | null)[];
  readonly table?: Table;
  readonly first: number;
}

/**
 * Values of a section's fields for a batch of users. Either plain values by field (null for missing; a dictionary's as texts, a struct's as
 * objects, a vector's as one Float32Array for all users), or the address of an ArrowArray in linear memory, a struct of all fields
 * (programs/arrow.ts), which holds until the batch is disposed of; then `more` are the plain values of the fields that come last and are
 * not in the struct.
 */
export type Filled =
  | { readonly columns: readonly (readonly unknown[] | Float32Array)[] }
  | { readonly memory: WebAssembly.Memory; readonly address: number; readonly more?: readonly (readonly unknown[])[] };

export type SectionBatch = Filled & Disposable;

/** One row as plain values, by the names of the table's columns. A date is a text, a Date or milliseconds since 1970. */
export type PlainRow = Readonly<Record<string, string | number | boolean | Date | null | undefined>>;

export interface BatchOptions extends RunOptions {
  /** default true; without, fields of reasons are left out */
  explain?: boolean;
  /** items recommended to each user; default 10 */
  n?: number;
}

/** As BatchOptions, for plain rows. */
export interface RowOptions extends BatchOptions {
  /** what is known of the rows' keys */
  keys: RowKeys;
}

export interface Section extends Disposable {
  /** its name in model files, such as 'score' */
  readonly kind: string;
  readonly fields: readonly Field[];
  /** for the schema of the batches, such as the scale of the contributions */
  readonly metadata: Readonly<Record<string, string>>;
  /** Fills a batch; dispose it after use. Several may be under way at once. */
  batch(users: Users, options: BatchOptions): Promise<SectionBatch>;
  /** The fields of one user, at once and on the calling thread; what takes longer than that (recommendations) is not among them. */
  one(row: PlainRow, id: string | null, options: RowOptions): Record<string, unknown>;
  /** Where several rows at once cost less: as `one`, written into `profiles`, one a row. */
  fill?(rows: readonly PlainRow[], profiles: Record<string, unknown>[], options: RowOptions): void;
  /** All that its reader needs. */
  write(): Part;
}
