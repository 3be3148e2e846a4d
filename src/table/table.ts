/**
 * A table: named columns of equal length, each with its missing values. No row objects.
 *
 *     number     Float64Array, NaN for missing
 *     category   Int32Array of codes into `categories` (ascending), −1 for missing; text and booleans are these
 */
export type Column =
  | { name: string; kind: 'number'; values: Float64Array }
  | { name: string; kind: 'category'; codes: Int32Array; categories: string[] };

export interface Table {
  rows: number;
  columns: Column[];
}
