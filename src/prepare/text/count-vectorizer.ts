/**
 * Counts of terms with the options, defaults and results of scikit-learn's CountVectorizer: vocabulary, counts and their order are the same.
 * Where it differs: scripts without spaces between words are told by characters (programs/text/tokenizer.ts), and marks belong to words.
 */
import * as v from 'valibot';
import { defaultEngine } from '../../engine/default.js';
import type { Engine } from '../../engine/engine.js';
import { errors } from '../../errors.js';
import { checked, type Entries, flag, oneOf, opaque, whole } from '../../options.js';
import type { Analysis } from '../../programs/text/count-terms.js';
import type { NgramRange } from '../../programs/text/ngrams.js';
import { ANALYZERS, type Analyzer } from '../../programs/text/tokenizer.js';
import type { RunOptions } from '../../scheduler/scheduler.js';
import type { CsrMatrix } from '../../table/csr-matrix.js';
import { type Corpus, countCorpus, rowsOf } from './corpus.js';
import { type Documents, encodeDocuments } from './documents.js';
import { chooseTerms } from './vocabulary.js';

export interface AnalysisOptions {
  /** default: the process-wide engine */
  engine?: Engine;
  /** terms are words, or characters; default 'word' */
  analyzer?: Analyzer;
  /** so many neighbours are a term: [1, 2] for words and pairs of words; default [1, 1] */
  ngramRange?: NgramRange;
  /** Latin and Greek letters without their accents; default false */
  stripAccents?: boolean;
}

export interface CountVectorizerOptions extends AnalysisOptions {
  /** documents that a term must be in: a whole number from 1 on, or below 1 their share; default 1 */
  minDf?: number;
  /** documents that a term may be in: up to 1 their share, or a whole number from 2 on; default 1, all */
  maxDf?: number;
  /** only so many terms, those that come most often; default: all */
  maxFeatures?: number;
  /** whether a term counts once, however often it comes; default false */
  binary?: boolean;
  /** the terms, in the order of the columns, instead of those of the documents */
  vocabulary?: readonly string[];
}

const RANGE = 'two whole numbers from 1 to 10, the second not below the first';
export const ANALYSIS_ENTRIES = {
  engine: v.optional(opaque<Engine>()),
  analyzer: v.optional(oneOf(...ANALYZERS), 'word'),
  ngramRange: v.optional(
    v.custom<NgramRange>((value) => {
      if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isInteger)) return false;
      return value[0] >= 1 && value[1] >= value[0] && value[1] <= 10;
    }, RANGE),
    [1, 1],
  ),
  stripAccents: v.optional(flag, false),
} satisfies Entries<AnalysisOptions>;

const DF = 'a whole number of documents, or a share from 0 to 1';
const documentFrequency = v.pipe(
  v.number(DF),
  v.check((value) => value >= 0 && (value <= 1 || Number.isInteger(value)), DF),
);
const TERMS = v.custom<readonly string[]>(
  (value) => Array.isArray(value) && value.every((term) => typeof term === 'string') && new Set(value).size === value.length,
  'a list of texts, each once',
);

export const COUNT_ENTRIES = {
  ...ANALYSIS_ENTRIES,
  minDf: v.optional(documentFrequency, 1),
  maxDf: v.optional(documentFrequency, 1),
  maxFeatures: v.optional(whole(1)),
  binary: v.optional(flag, false),
  vocabulary: v.optional(TERMS),
} satisfies Entries<CountVectorizerOptions>;

const OPTIONS = v.strictObject(COUNT_ENTRIES);

export class CountVectorizer {
  readonly #options: v.InferOutput<typeof OPTIONS>;
  #vocabulary: readonly string[] | undefined;

  /** @throws CameoError 'argument' for an option that is not known or out of range */
  constructor(options: CountVectorizerOptions = {}) {
    this.#options = checked(OPTIONS, options);
    this.#vocabulary = this.#options.vocabulary;
  }

  /** The terms, in the order of the columns: by their code points, ascending. @throws CameoError 'not-fitted' */
  get vocabulary(): readonly string[] {
    if (!this.#vocabulary) throw errors.notFitted(this.constructor.name);
    return this.#vocabulary;
  }

  /** @throws CameoError 'data' where no term is left, 'argument' for what are no documents, 'aborted' */
  async fit(documents: Documents, run: RunOptions = {}): Promise<this> {
    await this.fitTransform(documents, run);
    return this;
  }

  /** As `fit`. @returns counts [documents, terms] */
  async fitTransform(documents: Documents, run: RunOptions = {}): Promise<CsrMatrix> {
    const corpus = await this.#count(documents, run);
    const { vocabulary, binary } = this.#options;
    if (vocabulary) return this.#rows(corpus, columnsOf(corpus, vocabulary), vocabulary.length);
    const counted = binary ? { ...corpus, totals: corpus.frequencies } : corpus;
    const chosen = chooseTerms(counted, documents.length, this.#options);
    this.#vocabulary = Array.from(chosen, (number) => corpus.terms[number]);
    const columns = new Int32Array(corpus.terms.length).fill(-1);
    chosen.forEach((number, j) => {
      columns[number] = j;
    });
    return this.#rows(corpus, columns, chosen.length);
  }

  /** Terms that are not of the vocabulary count nowhere. @throws CameoError 'not-fitted', 'argument', 'aborted' */
  async transform(documents: Documents, run: RunOptions = {}): Promise<CsrMatrix> {
    const { vocabulary } = this;
    const corpus = await this.#count(documents, run);
    return this.#rows(corpus, columnsOf(corpus, vocabulary), vocabulary.length);
  }

  async #count(documents: Documents, run: RunOptions): Promise<Corpus> {
    const { engine, ...options } = this.#options;
    return countCorpus(engine ?? (await defaultEngine()), encodeDocuments(documents), options as Analysis, run);
  }

  #rows(corpus: Corpus, columnOf: Int32Array, columns: number): CsrMatrix {
    const rows = rowsOf(corpus, columnOf, columns);
    if (this.#options.binary) rows.values.fill(1);
    return rows;
  }
}

/** The column of each term, −1 for those that are not of the vocabulary. */
function columnsOf({ terms }: Corpus, vocabulary: readonly string[]): Int32Array {
  const columns = new Map(vocabulary.map((term, j) => [term, j]));
  return Int32Array.from(terms, (term) => columns.get(term) ?? -1);
}
