/**
 * Weights of counts: a term counts the more the fewer documents it is in (inverse document frequency), and the rows may have one length, as
 * scikit-learn's TfidfTransformer has it:
 *
 *     idf = log((1 + n) / (1 + documents with the term)) + 1, or without smoothing log(n / documents) + 1
 *     value = (1 + log count, where sublinear, else count) · idf, divided by the row's norm
 */
import { log } from '../../math.js';

export const NORMS = ['l1', 'l2', 'none'] as const;
export type Norm = (typeof NORMS)[number];

/** What a term's count becomes: a table, since most counts are small. */
export class Weigher {
  readonly #logs: Float64Array;
  #row = new Float64Array(256);

  constructor(
    private readonly idf: Float64Array | undefined,
    private readonly sublinear: boolean,
    private readonly norm: Norm,
  ) {
    this.#logs = Float64Array.from({ length: sublinear ? 1024 : 0 }, (_, count) => 1 + (count > 0 ? log(count) : 0));
  }

  /** Weighs the counts of one row in place: values[first, end) of these columns. */
  weigh(columns: Int32Array, values: Float32Array | Float64Array, first: number, end: number): void {
    const { idf, sublinear, norm } = this;
    let size = 0;
    // Float64 until the row's norm is known.
    if (end - first > this.#row.length) this.#row = new Float64Array(2 * (end - first));
    const row = this.#row;
    for (let i = first; i < end; i++) {
      let value: number = values[i];
      if (sublinear) value = value < 1024 ? this.#logs[value] : 1 + log(value);
      if (idf) value *= idf[columns[i]];
      row[i - first] = value;
      size += norm === 'l1' ? Math.abs(value) : value * value;
    }
    const by = norm === 'none' || size === 0 ? 1 : norm === 'l1' ? size : Math.sqrt(size);
    for (let i = first; i < end; i++) values[i] = row[i - first] / by;
  }
}

/** @param frequencies documents that each term is in */
export function inverseFrequencies(frequencies: ArrayLike<number>, documents: number, smooth: boolean): Float64Array {
  const more = smooth ? 1 : 0;
  return Float64Array.from(frequencies, (df) => log((documents + more) / (df + more)) + 1);
}
