/**
 * Counts of terms in columns that a hash finds, with the options, defaults and results of scikit-learn's HashingVectorizer: there is nothing to
 * learn, and terms may share a column. The sign of the hash is that of the count, so that such terms do not add up on the mean.
 */
import * as v from 'valibot';
import { defaultEngine } from '../../engine/default.js';
import { checked, type Entries, flag, oneOf, whole } from '../../options.js';
import type { Analysis } from '../../programs/text/count-terms.js';
import { murmur3 } from '../../programs/text/murmur3.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import { CsrMatrix } from '../../table/csr-matrix.js';
import { countCorpus } from './corpus.js';
import { ANALYSIS_ENTRIES, type AnalysisOptions } from './count-vectorizer.js';
import { type Documents, encodeDocuments } from './documents.js';
import { NORMS, type Norm, Weigher } from './tfidf.js';

export interface HashingVectorizerOptions extends AnalysisOptions {
  /** columns; default 2²⁰ */
  nFeatures?: number;
  /** default 'l2' */
  norm?: Norm;
  /** default true */
  alternateSign?: boolean;
  /** whether a term counts once, however often it comes; default false */
  binary?: boolean;
}

const OPTIONS = v.strictObject({
  ...ANALYSIS_ENTRIES,
  nFeatures: v.optional(whole(1, 2 ** 31 - 1), 2 ** 20),
  norm: v.optional(oneOf(...NORMS), 'l2'),
  alternateSign: v.optional(flag, true),
  binary: v.optional(flag, false),
} satisfies Entries<HashingVectorizerOptions>);

export class HashingVectorizer {
  readonly #options: v.InferOutput<typeof OPTIONS>;

  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: HashingVectorizerOptions = {}) {
    this.#options = checked(OPTIONS, options);
  }

  /** @throws CameoError 'argument' for what are no documents, 'aborted' */
  async transform(documents: Documents, run: RunOptions = {}): Promise<CsrMatrix> {
    const { engine, nFeatures, norm, alternateSign, binary, ...analysis } = this.#options;
    const corpus = await countCorpus(engine ?? (await defaultEngine()), encodeDocuments(documents), analysis as Analysis, run);
    const encoder = new TextEncoder();
    const hashes = Int32Array.from(corpus.terms, (term) => murmur3(encoder.encode(term)));
    const rows: [column: number, value: number][][] = [];
    for (let r = 0; r + 1 < corpus.indptr.length; r++) {
      const row = new Map<number, number>();
      for (let i = corpus.indptr[r]; i < corpus.indptr[r + 1]; i++) {
        const hash = hashes[corpus.numbers[i]];
        const column = Math.abs(hash) % nFeatures;
        const count = corpus.counts[i];
        row.set(column, (row.get(column) ?? 0) + (alternateSign && hash < 0 ? -count : count));
      }
      rows.push([...row].sort(([a], [b]) => a - b));
    }
    const x = CsrMatrix.fromRows(rows, nFeatures);
    if (binary) x.values.fill(1);
    const weigher = new Weigher(undefined, false, norm);
    for (let r = 0; r < x.rows; r++) weigher.weigh(x.indices, x.values, x.indptr[r], x.indptr[r + 1]);
    return x;
  }
}
