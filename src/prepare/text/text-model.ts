/**
 * A fitted model of texts that is a sum over terms: of each term the model knows, its value in the text (its count, or its TF-IDF) times a
 * weight for each output, and a bias. Logistic regression, ridge and multinomial naive Bayes all end in this.
 *
 * Texts are scored on the calling thread: with the same lines and so the same bytes for one text in an edge entry and for a table.
 */
import { type Analysis, TermCounter } from '../../programs/text/count-terms.js';
import { eachNgram } from '../../programs/text/ngrams.js';
import { Tokenizer, Tokens } from '../../programs/text/tokenizer.js';
import { TextDictionary } from '../../table/text-dictionary.js';
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

/** A term of a text, by its number in the model, and what it adds to an output. */
export interface TermPart {
  number: number;
  part: number;
}

/** Where a term first stands, in bytes of a text's UTF-8. */
export interface Place {
  first: number;
  end: number;
}

export class TextModel {
  readonly #dictionary = new TextDictionary();
  readonly #counter = new TermCounter(ANALYSIS);
  readonly #tokenizer = new Tokenizer(ANALYSIS.analyzer, ANALYSIS.stripAccents);
  readonly #weigher: Weigher;
  readonly #tokens = new Tokens();

  readonly #scored = new WeakMap<readonly string[], Float64Array>();
  #last: { text: string; scores: Float64Array } | undefined;

  constructor(readonly parts: TextModelParts) {
    const { bytes, offsets } = encodeDocuments(parts.terms);
    for (let j = 0; j < parts.terms.length; j++) this.#dictionary.code(bytes, offsets[j], offsets[j + 1]);
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
      const number = this.#dictionary.find(bytes, first, end);
      first = end;
      return number;
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

  #sum(
    scores: Float64Array,
    at: number,
    { numbers, values, n }: { numbers: Int32Array; values: Float64Array; n: number },
  ): void {
    const { outputs } = this;
    const { weights, bias } = this.parts;
    for (let k = 0; k < outputs; k++) {
      let sum = n > 0 ? bias[k] : Number.NaN;
      for (let i = 0; i < n; i++) sum += values[i] * weights[numbers[i] * outputs + k];
      scores[at + k] = sum;
    }
  }

  /** What each term of a text that the model knows adds to an output. */
  termsOf(text: Uint8Array, output: number): TermPart[] {
    const { outputs } = this;
    const { terms, counts, ...pool } = this.#counter.count(text, [0, text.length]);
    const { numbers, values, n } = this.#row(this.#known(pool), terms, counts, 0, terms.length);
    return Array.from({ length: n }, (_, i) => {
      return { number: numbers[i], part: values[i] * this.parts.weights[numbers[i] * outputs + output] };
    });
  }

  /** Where these terms of a text first stand. */
  placesOf(text: Uint8Array, numbers: readonly number[]): Map<number, Place> {
    const tokens = this.#tokens;
    tokens.length = 0;
    tokens.count = 0;
    this.#tokenizer.read(text, 0, text.length, tokens);
    const places = new Map<number, Place>();
    eachNgram(tokens, 0, ANALYSIS.ngramRange, (start, end, _, i, n) => {
      const number = places.size < numbers.length ? this.#dictionary.find(tokens.bytes, start, end) : -1;
      if (number < 0 || !numbers.includes(number) || places.has(number)) return;
      places.set(number, { first: tokens.from[i], end: tokens.to[i + n - 1] });
    });
    return places;
  }
}
