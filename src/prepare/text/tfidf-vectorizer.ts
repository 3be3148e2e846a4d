/** TF-IDF with the options, defaults and results of scikit-learn's TfidfVectorizer; see CountVectorizer for what terms are. */
import * as v from 'valibot';
import { errors } from '../../errors.js';
import { checked, type Entries, flag, oneOf } from '../../options.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import type { CsrMatrix } from '../../table/csr-matrix.js';
import { COUNT_ENTRIES, CountVectorizer, type CountVectorizerOptions } from './count-vectorizer.js';
import type { Documents } from './documents.js';
import { inverseFrequencies, NORMS, type Norm, Weigher } from './tfidf.js';

export interface TfidfVectorizerOptions extends CountVectorizerOptions {
  /** rows of length 1, of absolute values that sum to 1, or as they are; default 'l2' */
  norm?: Norm;
  /** default true; without, values are counts by their norm */
  useIdf?: boolean;
  /** as though one more document had every term, so that none is divided by 0; default true */
  smoothIdf?: boolean;
  /** 1 + log count in place of the count; default false */
  sublinearTf?: boolean;
}

const OPTIONS = v.strictObject({
  ...COUNT_ENTRIES,
  norm: v.optional(oneOf(...NORMS), 'l2'),
  useIdf: v.optional(flag, true),
  smoothIdf: v.optional(flag, true),
  sublinearTf: v.optional(flag, false),
} satisfies Entries<TfidfVectorizerOptions>);

export class TfidfVectorizer {
  readonly #options: v.InferOutput<typeof OPTIONS>;
  readonly #counts: CountVectorizer;
  #idf: Float64Array | undefined;

  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: TfidfVectorizerOptions = {}) {
    this.#options = checked(OPTIONS, options);
    const { norm: _, useIdf: __, smoothIdf: ___, sublinearTf: ____, ...counting } = this.#options;
    this.#counts = new CountVectorizer(counting as CountVectorizerOptions);
  }

  /** As CountVectorizer's. */
  get vocabulary(): readonly string[] {
    return this.#counts.vocabulary;
  }

  /** f64[terms]: what each term's counts are multiplied by; a copy. @throws CameoError 'not-fitted' */
  get idf(): Float64Array {
    return this.#fitted().slice();
  }

  /** @throws as CountVectorizer's; 'data' without smoothing for a term of a given vocabulary that no document has */
  async fit(documents: Documents, run: RunOptions = {}): Promise<this> {
    await this.fitTransform(documents, run);
    return this;
  }

  /** As `fit`. @returns [documents, terms] */
  async fitTransform(documents: Documents, run: RunOptions = {}): Promise<CsrMatrix> {
    const rows = await this.#counts.fitTransform(documents, run);
    const frequencies = new Float64Array(rows.columns);
    for (const column of rows.indices) frequencies[column]++;
    const { smoothIdf } = this.#options;
    if (!smoothIdf && this.#options.useIdf && frequencies.includes(0))
      throw errors.noTerms("without 'smoothIdf' every term of the vocabulary must be in some document");
    this.#idf = inverseFrequencies(frequencies, rows.rows, smoothIdf);
    return this.#weigh(rows);
  }

  /** @throws CameoError 'not-fitted', 'argument', 'aborted' */
  async transform(documents: Documents, run: RunOptions = {}): Promise<CsrMatrix> {
    this.#fitted();
    return this.#weigh(await this.#counts.transform(documents, run));
  }

  #fitted(): Float64Array {
    if (!this.#idf) throw errors.notFitted('TfidfVectorizer');
    return this.#idf;
  }

  #weigh(rows: CsrMatrix): CsrMatrix {
    const { useIdf, sublinearTf, norm } = this.#options;
    const weigher = new Weigher(useIdf ? this.#fitted() : undefined, sublinearTf, norm);
    for (let r = 0; r < rows.rows; r++) weigher.weigh(rows.indices, rows.values, rows.indptr[r], rows.indptr[r + 1]);
    return rows;
  }
}
