/**
 * A table: named columns of equal length, each with its missing values. No row objects.
 *
 *     number     Float64Array, NaN for missing
 *     category   Int32Array of codes into `categories` (ascending), −1 for missing; text and booleans are these
 */
export type Column =
  | { name: string; kind: 'number'; values: Float64Array }
  | { name: string; kind: 'category'; codes: Int32Array; categories: string[] };

/** What reading found out or decided about a column, for the summary. Holds no value. */
export interface ReadingNote {
  /** null for the file as a whole */
  column: string | null;
  message: string;
}

/** Why a column is no feature: it has no value, one value only, or no kind of feature suits it. */
export type IgnoredCode = 'empty' | 'constant' | 'unsuited';

/** A column that was not used, and why. */
export interface Ignored {
  name: string;
  /** absent for 'unsuited' */
  code?: IgnoredCode;
  reason: string;
}

export interface Table {
  rows: number;
  columns: Column[];
  /** columns of the source that can be neither, such as lists */
  leftOut?: readonly Ignored[];
  notes?: readonly ReadingNote[];
}

/** A list with something in it, or undefined. */
export const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);
