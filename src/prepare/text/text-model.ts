/**
 * A fitted model of texts that is a sum over terms: of each term the model knows, its value in the text (its count, or its TF-IDF) times a
 * weight for each output, and a bias. Logistic regression, ridge and multinomial naive Bayes all end in this.
 *
 * Texts are scored on the calling thread: with the same lines and so the same bytes for one text in an edge entry and for a table.
 */
import { type Analysis, TermCounter } from '../../programs/text/count-terms.js';
import { eachNgram } from '../../programs/text/ngrams.js';
import { Tokenizer, Tokens } from '../../programs/text/tokenizer.js';
import { encodeDocuments } from './documents.js';
import { type Norm, Weigher } from './tfidf.js';

/** How texts of a profile are read: words and pairs of words, without accents. */
export const ANALYSIS: Analysis = { analyzer: 'word', ngramRange: [1, 2], stripAccents: true };

/** Texts whose terms are counted at once. */
const CHUNK = 1024;

export interface TextModelParts {
  /** each once */
  terms: readonly string[];
  /** f32[terms]: what counts are multiplied by */
  idf: Float32Array;
  sublinear: boolean;
  norm: Norm;
  /** f32[terms, outputs] */
  weights: Float32Array;
  /** f64[outputs] */
  bias: Float64Array;
}

/** A term of a text: what it adds to an output, and where it first stands, in bytes of the text's UTF-8. */
export interface TermPart {
  term: string;
  part: number;
  first: number;
  end: number;
}

export class TextModel {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #counter = new TermCounter(ANALYSIS);
  readonly #tokenizer = new Tokenizer(ANALYSIS.analyzer, ANALYSIS.stripAccents);
  readonly #weigher: Weigher;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  readonly #scored = new WeakMap<readonly string[], Float64Array>();
  #last: { text: string; scores: Float64Array } | undefined;

  constructor(readonly parts: TextModelParts) {
    this.#numbers = new Map(parts.terms.map((term, j) => [term, j]));
    this.#weigher = new Weigher(Float64Array.from(parts.idf), parts.sublinear, parts.norm);
  }

  get outputs(): number {
    return this.parts.bias.length;
  }

  /** As `score`, once for the features of one model. */
  scoreAll(texts: readonly string[]): Float64Array {
    let scores = this.#scored.get(texts);
    if (!scores) {
      scores = this.score(texts);
      this.#scored.set(texts, scores);
    }
    return scores;
  }

  /** f64[outputs] of one text. */
  scoreOne(text: string): Float64Array {
    if (this.#last?.text !== text) this.#last = { text, scores: this.score([text]) };
    return this.#last.scores;
  }

  /** f64[texts, outputs]; NaN for a text of which no term is known. */
  score(texts: readonly string[]): Float64Array {
    const { outputs } = this;
    const scores = new Float64Array(texts.length * outputs);
    for (let first = 0; first < texts.length; first += CHUNK) {
      const { bytes, offsets } = encodeDocuments(texts.slice(first, first + CHUNK));
      const { indptr, terms, counts, ...pool } = this.#counter.count(bytes, offsets);
      const known = this.#known(pool);
      for (let d = 0; d + 1 < indptr.length; d++) {
        this.#sum(scores, (first + d) * outputs, this.#row(known, terms, counts, indptr[d], indptr[d + 1]));
      }
    }
    return scores;
  }

  /** Of each counted term its number in the model, −1 for none. */
  #known({ bytes, ends }: { bytes: Uint8Array; ends: Int32Array }): Int32Array {
    let first = 0;
    return ends.map((end) => {
      const term = this.#decoder.decode(bytes.subarray(first, end));
      first = end;
      return this.#numbers.get(term) ?? -1;
    });
  }

  /** The terms of a text that the model knows, and their values. */
  #row(known: Int32Array, terms: Int32Array, counts: Int32Array, first: number, end: number) {
    const numbers = new Int32Array(end - first);
    const values = new Float64Array(end - first);
    let n = 0;
    for (let i = first; i < end; i++) {
      const number = known[terms[i]];
      if (number < 0) continue;
      numbers[n] = number;
      values[n++] = counts[i];
    }
    this.#weigher.weigh(numbers, values, 0, n);
    return { numbers, values, n };
  }

  #sum(scores: Float64Array, at: number, { numbers, values, n }: { numbers: Int32Array; values: Float64Array; n: number }): void {
    const { outputs } = this;
    const { weights, bias } = this.parts;
    for (let k = 0; k < outputs; k++) {
      let sum = n > 0 ? bias[k] : Number.NaN;
      for (let i = 0; i < n; i++) sum += values[i] * weights[numbers[i] * outputs + k];
      scores[at + k] = sum;
    }
  }

  /** What each term of a text that the model knows adds to an output, in the order in which they come. */
  termsOf(text: Uint8Array, output: number): TermPart[] {
    const { outputs } = this;
    const { terms, counts, ...pool } = this.#counter.count(text, [0, text.length]);
    const known = this.#known(pool);
    const { numbers, values, n } = this.#row(known, terms, counts, 0, terms.length);
    const places = this.#places(text);
    return Array.from({ length: n }, (_, i) => {
      const term = this.parts.terms[numbers[i]];
      const part = values[i] * this.parts.weights[numbers[i] * outputs + output];
      return { term, part, ...(places.get(term) as { first: number; end: number }) };
    });
  }

  /** Where each term first stands. */
  #places(text: Uint8Array): Map<string, { first: number; end: number }> {
    const tokens = new Tokens();
    this.#tokenizer.read(text, 0, text.length, tokens);
    const places = new Map<string, { first: number; end: number }>();
    eachNgram(tokens, 0, ANALYSIS.ngramRange, (start, end, _, i, n) => {
      const term = this.#decoder.decode(tokens.bytes.subarray(start, end));
      if (!places.has(term)) places.set(term, { first: tokens.from[i], end: tokens.to[i + n - 1] });
    });
    return places;
  }
}
