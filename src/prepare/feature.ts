/**
 * The contract of features: what a column of a table becomes. A kind of feature is one file beside this one; features of a kind are fitted,
 * placed and encoded together, since one kernel call over all of them is faster than one each.
 *
 *     column ──fit (training rows)──▶ feature ──bind──▶ raw values, 32 bits a row ──encoder (programs/encoder.ts)──▶ columns of a tile
 *
 * Raw values are float32 (NaN for missing), int32 codes (−1 for none) or dates in int32 minutes since 1970 (−2³¹ for none); an encoder turns
 * them into the feature's `width` columns.
 */
import type { Engine } from '../engine/engine.js';
import type { Part, PartReader } from '../part.js';
import type { EncoderPlan } from '../programs/encoder.js';
import type { Column } from '../table/table.js';
import type { Layout } from '../wasm/memory.js';

/** A value of a row: text and booleans for categories; text, a Date or milliseconds since 1970 for dates; undefined, null and NaN are missing. */
export type Value = string | number | boolean | Date | null | undefined;

export const isMissing = (value: Value): value is null | undefined =>
  value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value));

/** What a value is, for messages. */
export const typeName = (value: Value): string => (value instanceof Date ? 'a date' : typeof value);

/** What encoded values may be, but for numbers of the article's preset, which are standardized as they are. */
export const ENCODED = { least: -1e6, most: 1e6 };

/** How columns are prepared: 'default' suits most tables, 'article' is the plain program that this one began from. */
export type Preset = 'default' | 'article';

/**
 * How a family of models reads its rows. 'standard': numbers standardized (by default their ranks), a category a column for each label.
 * 'normal': numbers as normal scores, with a column beside those that may be missing (normal-scores.ts); all else as in 'standard'.
 * 'raw': the number or the code of the label, one column a feature, NaN for missing numbers; a date is a few numbers. The same features can be
 * placed in each encoding that they were fitted for, side by side.
 */
export const ENCODINGS = ['standard', 'normal', 'raw'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** A table's column as a feature reads it. */
export interface Source {
  /** a value a row: float64 that become float32, or int32 as they are */
  readonly values: Float64Array | Int32Array;
  /** rows whose value has no label of its own, rare in fitting or never seen; of dates those that hold something else */
  readonly unknown: number;
}

export interface Feature {
  readonly name: string;
  /** the table's column that it reads; absent where that has its name */
  readonly column?: string;
  /** what a raw value is: a float32, an int32 code into `labels`, or a date in int32 minutes since 1970 */
  readonly raw: 'f32' | 'i32' | 'date';
  /** names of the codes for reasons; empty for numbers and dates */
  readonly labels: readonly string[];
  /** the code of a missing value, where that has a label; else absent or −1 */
  readonly missing?: number;
  /** encoded columns */
  width(encoding: Encoding): number;
  /** how many labels the codes of its encoded columns have; −1 where they are numbers */
  codes(encoding: Encoding): number;
  /** @throws CameoError 'column' for a column of another type than in fitting, or with an infinite value */
  bind(column: Column): Source;
  /** The raw value of one row's value. @throws as `bind`, naming row `row` */
  one(value: Value, row: number): number;
  /** Of dates: the same feature as of another moment, in milliseconds since 1970. */
  asOf?(time: number): Feature;
}

/** How features of a kind are placed, written and read: all that an entry needs which does not fit. */
export interface FeatureReader<F extends Feature = Feature> {
  readonly name: string;
  /** Lays the fitted numbers of all features of the kind out; called to measure and for real. */
  place(features: readonly F[], layout: Layout, encoding: Encoding): EncoderPlan;
  write(features: readonly F[]): Part;
  /** @throws CameoError 'model' */
  read(part: PartReader): F[];
}

export interface FeatureKind<F extends Feature = Feature> extends FeatureReader<F> {
  /**
   * Whether the kind takes a column, seen from its training rows.
   * @returns true; false to leave it to the next kind; or why no kind should take it
   * @throws CameoError 'column' for a column that can be no feature
   */
  takes(column: Column, rows: Int32Array, preset: Preset, encodings: readonly Encoding[]): boolean | string;
  /**
   * Learns features from the training rows of the columns that it took, in their order: all that these encodings need.
   * @param asOf the moment that dates count back from, in milliseconds since 1970; default: the latest of a column
   */
  fit(
    engine: Engine,
    columns: readonly Column[],
    rows: Int32Array,
    preset: Preset,
    encodings: readonly Encoding[],
    asOf?: number,
  ): Promise<F[]>;
}
