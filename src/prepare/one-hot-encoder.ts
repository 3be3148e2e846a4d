/**
 * One column of 0 and 1 per category, after scikit-learn's OneHotEncoder with handle_unknown='infrequent_if_exist'.
 *
 * Categories with fewer than `minFrequency` rows share one column, '(rare)'. Missing values are a category of their own,
 * '(missing)', where there were any in fitting. A category that was not seen goes to '(rare)' where that exists, and
 * turns every column off elsewhere; that is counted in `unknown` and is no error.
 */
import * as v from 'valibot';
import { errors } from '../errors.js';
import { checked, type Entries, whole } from '../options.js';
import { Matrix } from '../table/matrix.js';
import type { Column } from '../table/table.js';

export type CategoryColumn = Extract<Column, { kind: 'category' }>;

export const RARE = '(rare)';
export const MISSING = '(missing)';

/** The categories of one column. */
export interface Encoding {
  name: string;
  /** labels of the output columns: the frequent categories ascending, then '(rare)' and '(missing)' where they exist */
  labels: string[];
  /** how many of the labels are frequent categories */
  frequent: number;
  /** index of the label for rare and unknown categories, −1 for none */
  rare: number;
  /** index of the label for missing values, −1 for none */
  missing: number;
}

export interface OneHotEncoderOptions {
  /** rows below which a category is rare; default 1: none is */
  minFrequency?: number;
  /** columns of frequent categories at most, the most frequent ones; the rest are rare; default: no limit */
  maxCategories?: number;
}

const OPTIONS = v.strictObject({
  minFrequency: v.optional(whole(1), 1),
  maxCategories: v.optional(whole(1)),
} satisfies Entries<OneHotEncoderOptions>);

export class OneHotEncoder {
  encodings: Encoding[] = [];
  /** Rows with a category without a column of its own (rare or never seen), per column, in all calls of `codes` and `transform` since. */
  unknown = new Float64Array(0);

  constructor(private readonly options: OneHotEncoderOptions = {}) {}

  /**
   * Learns the categories of each column.
   * @throws CameoError 'argument' for wrong options, 'data' for no rows, 'column' for a column without any value
   */
  fit(columns: readonly CategoryColumn[]): this {
    const { minFrequency, maxCategories } = checked(OPTIONS, this.options);
    this.encodings = columns.map(({ name, codes, categories }) => {
      if (codes.length === 0) throw errors.tableEmpty('The table');
      const counts = new Uint32Array(categories.length);
      let missing = 0;
      for (const code of codes) {
        if (code < 0) missing++;
        else counts[code]++;
      }
      if (missing === codes.length) throw errors.columnEmpty(name);
      const ascending = (a: number, b: number) => (categories[a] < categories[b] ? -1 : 1);
      const seen = Array.from(counts.keys()).filter((c) => counts[c] > 0);
      const kept = seen
        .filter((c) => counts[c] >= minFrequency)
        .sort((a, b) => counts[b] - counts[a] || ascending(a, b))
        .slice(0, maxCategories)
        .sort(ascending);
      const labels = kept.map((c) => categories[c]);
      const rare = seen.length > kept.length ? labels.push(RARE) - 1 : -1;
      return { name, labels, frequent: kept.length, rare, missing: missing > 0 ? labels.push(MISSING) - 1 : -1 };
    });
    this.unknown = new Float64Array(columns.length);
    return this;
  }

  /** The label of each row of column j as an index into `encodings[j].labels`, −1 for none; a copy. */
  codes(column: CategoryColumn, j: number): Int32Array {
    const { labels, frequent, rare, missing } = this.encodings[j];
    const known = new Map(labels.slice(0, frequent).map((label, i) => [label, i]));
    const map = column.categories.map((category) => known.get(category) ?? rare);
    const seen = column.categories.map((category) => known.has(category));
    return column.codes.map((code) => {
      if (code < 0) return missing;
      if (!seen[code]) this.unknown[j]++;
      return map[code];
    });
  }

  /** All columns of 0 and 1, in the order of `encodings` and their labels; a new matrix. */
  transform(columns: readonly CategoryColumn[]): Matrix {
    if (this.encodings.length === 0) throw errors.notFitted('OneHotEncoder');
    if (columns.length !== this.encodings.length) {
      throw errors.shape('Category columns', `${this.encodings.length}`, `${columns.length}`);
    }
    const out = columns.flatMap((column, j) => {
      const codes = this.codes(column, j);
      return this.encodings[j].labels.map((_, label) => Float32Array.from(codes, (code) => Number(code === label)));
    });
    return new Matrix(out, columns[0].codes.length);
  }
}
