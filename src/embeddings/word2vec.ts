/**
 * Vectors of words as an estimator: words that come beside the same words have like vectors (skip-gram with negative sampling; Mikolov et al.,
 * "Distributed Representations of Words and Phrases and their Compositionality", 2013). It is learnt in skip-gram.ts.
 *
 * In a file: the options and words as JSON, and the tensors vectors f32[words, vectorSize] and counts f64[words].
 */
import * as v from 'valibot';
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { checked, opaque, RUN, whole } from '../options.js';
import { f32, f64, type Part, PartReader, WEIGHTS } from '../part.js';
import { readSafetensors, writeSafetensors } from '../safetensors.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { numberSentences, type Sentences } from './sentences.js';
import { learnVectors } from './skip-gram.js';
import { SETTINGS, settingsOf, type Word2VecOptions, type Word2VecSettings } from './word2vec-options.js';

const FORMAT = 'cameo-word2vec';
const VERSION = '1';
const FIT = v.strictObject(RUN);
const LOAD = v.strictObject({ engine: v.optional(opaque<Engine>()) });
const WORDS = v.array(v.string());

/** A word and the cosine of its vector and the one asked for. */
export interface SimilarWord {
  word: string;
  score: number;
}

export class Word2Vec {
  /** By how often they come, the commonest first. */
  words: readonly string[] = [];
  /** f64[words]: how often each came. */
  counts = new Float64Array(0);
  /** f32[words, vectorSize], row-major. */
  vectors = new Float32Array(0);
  /** Mean loss of a pair in each epoch. */
  lossCurve: number[] = [];
  #numbers = new Map<string, number>();
  /** f64[words]: lengths of the vectors */
  #lengths = new Float64Array(0);

  constructor(private readonly options: Word2VecOptions = {}) {}

  /**
   * Learns from scratch. Where it throws, what was learnt before stays.
   * @param sentences texts, or lists of words
   * @throws CameoError 'argument' for options and for what are no sentences, 'data' where no words are left, 'diverged', 'aborted', 'memory'
   */
  async fit(sentences: Sentences, run: RunOptions = {}): Promise<this> {
    const settings = settingsOf(this.options);
    checked(FIT, run);
    const { words, ...text } = numberSentences(sentences, settings.minCount);
    const engine = this.options.engine ?? (await defaultEngine());
    const { vectors, lossCurve } = await learnVectors(engine, text, settings, run);
    this.#take(words, text.counts, vectors);
    this.lossCurve = lossCurve;
    return this;
  }

  /** Length of a vector; 0 before fitting. */
  get vectorSize(): number {
    return this.words.length > 0 ? this.vectors.length / this.words.length : 0;
  }

  /** f32[vectorSize] of a word: a copy; undefined for a word that is not known. */
  vector(word: string): Float32Array | undefined {
    this.#fitted();
    const number = this.#numbers.get(word);
    return number === undefined ? undefined : this.#row(number).slice();
  }

  /**
   * The n words most like this one by the cosine of their vectors, without itself; of equal ones the commoner first.
   * @throws CameoError 'argument' for a word that is not known
   */
  mostSimilar(word: string, n = 10): SimilarWord[] {
    this.#fitted();
    checked(v.strictObject({ n: whole(1) }), { n });
    const own = this.#numbers.get(word);
    if (own === undefined) throw errors.invalid(`There is no such word among the ${this.words.length} that were learnt.`);
    const best: SimilarWord[] = [];
    for (let other = 0; other < this.words.length; other++) {
      if (other === own) continue;
      const score = this.#cosine(own, other);
      if (best.length === n && !(score > best[n - 1].score)) continue;
      let at = best.length;
      while (at > 0 && best[at - 1].score < score) at--;
      best.splice(at, 0, { word: this.words[other], score });
      if (best.length > n) best.pop();
    }
    return best;
  }

  /** The cosine of two words' vectors. @throws CameoError 'argument' for a word that is not known */
  similarity(a: string, b: string): number {
    this.#fitted();
    const [i, j] = [this.#numbers.get(a), this.#numbers.get(b)];
    if (i === undefined || j === undefined)
      throw errors.invalid(`There is no such word among the ${this.words.length} that were learnt.`);
    return this.#cosine(i, j);
  }

  /** As a part of a model file. */
  write(): Part {
    this.#fitted();
    return {
      metadata: {
        format: FORMAT,
        version: VERSION,
        options: JSON.stringify(settingsOf(this.options)),
        words: JSON.stringify(this.words),
      },
      tensors: { vectors: f32(this.vectors, this.words.length, this.vectorSize), counts: f64(this.counts) },
    };
  }

  /** @throws CameoError 'model' naming what was expected and what was found */
  static read(part: PartReader, engine?: Engine): Word2Vec {
    for (const [name, expected] of [
      ['format', FORMAT],
      ['version', VERSION],
    ]) {
      const found = part.text(name);
      part.check(found === expected, name, `'${expected}'`, `'${found}'`);
    }
    const settings: Word2VecSettings = part.json('options', SETTINGS);
    const words = part.json('words', WORDS);
    part.check(words.length > 0, "metadata 'words'", 'at least one', 'none');
    part.check(new Set(words).size === words.length, "metadata 'words'", 'each once', 'one twice');
    const vectors = part.f32('vectors', [words.length, settings.vectorSize], WEIGHTS);
    const counts = part.f64('counts', [words.length], { least: 1, most: Number.MAX_SAFE_INTEGER });
    const model = new Word2Vec({ ...settings, ...(engine ? { engine } : {}) });
    model.#take(words, counts, vectors);
    return model;
  }

  /** The model as safetensors; the same model gives the same bytes. A copy. */
  async save(): Promise<Uint8Array> {
    return writeSafetensors(this.write());
  }

  /** @throws CameoError 'model' for bytes that `save` did not give */
  static async load(bytes: Uint8Array, options: { engine?: Engine } = {}): Promise<Word2Vec> {
    const { engine } = checked(LOAD, options);
    return Word2Vec.read(new PartReader(await readSafetensors(bytes)), engine);
  }

  #take(words: readonly string[], counts: Float64Array, vectors: Float32Array): void {
    Object.assign(this, { words, counts, vectors });
    this.#numbers = new Map(words.map((word, number) => [word, number]));
    this.#lengths = Float64Array.from(words, (_, number) => Math.sqrt(this.#product(number, number)));
  }
  #row(number: number): Float32Array {
    const k = this.vectorSize;
    return this.vectors.subarray(number * k, (number + 1) * k);
  }
  #product(i: number, j: number): number {
    const { vectors, vectorSize: k } = this;
    let sum = 0;
    for (let at = i * k, other = j * k, end = at + k; at < end; at++, other++) sum += vectors[at] * vectors[other];
    return sum;
  }
  #cosine(i: number, j: number): number {
    return this.#product(i, j) / (this.#lengths[i] * this.#lengths[j] || 1);
  }
  #fitted(): void {
    if (this.words.length === 0) throw errors.notFitted('Word2Vec');
  }
}
