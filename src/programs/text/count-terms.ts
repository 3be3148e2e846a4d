/**
 * Counts of the terms of documents: a hash table (open addressing) over the n-grams of a shard. Terms are numbered as they come; a document's
 * counts are in the order in which its terms first come in it.
 *
 * This is plain TypeScript and no kernel: it is a chain of look-ups, which WebAssembly does no faster, and so the same lines serve a worker
 * over shards and the calling thread with one text.
 */
import { eachNgram, type NgramRange } from './ngrams.js';
import { type Analyzer, larger, Tokenizer, Tokens } from './tokenizer.js';

export interface Analysis {
  analyzer: Analyzer;
  ngramRange: NgramRange;
  /** letters without their accents */
  stripAccents: boolean;
}

export interface TermCounts {
  /** UTF-8 of the terms, one behind the other; term k ends at ends[k] */
  bytes: Uint8Array;
  ends: Int32Array;
  /** i32[terms]: documents that each is in */
  frequencies: Int32Array;
  /** i32[documents + 1]; of each document the terms and how often each comes */
  indptr: Int32Array;
  terms: Int32Array;
  counts: Int32Array;
}

/** Slots to begin with. */
const SLOTS = 1 << 13;

export class TermCounter {
  readonly #tokenizer: Tokenizer;
  readonly #tokens = new Tokens();
  /** of each term: where its bytes first stand, its hash, its documents, its last entry */
  #starts = new Int32Array(1 << 12);
  #ends = new Int32Array(1 << 12);
  #hashes = new Int32Array(1 << 12);
  #frequencies = new Int32Array(1 << 12);
  #last = new Int32Array(1 << 12);
  #size = 0;
  /** slots of terms + 1, 0 for free; a power of two, at most half full */
  #slots = new Int32Array(SLOTS);
  #terms = new Int32Array(1 << 14);
  #counts = new Int32Array(1 << 14);
  #entries = 0;

  constructor(private readonly analysis: Analysis) {
    this.#tokenizer = new Tokenizer(analysis.analyzer, analysis.stripAccents);
  }

  /** @param offsets documents + 1 of them: document d is text[offsets[d], offsets[d + 1]) */
  count(text: Uint8Array, offsets: ArrayLike<number>): TermCounts {
    const tokens = this.#tokens;
    tokens.length = 0;
    // After a long text the table is not cleared whole for each short one.
    if (this.#slots.length > SLOTS) this.#slots = new Int32Array(SLOTS);
    else this.#slots.fill(0);
    this.#size = 0;
    this.#entries = 0;
    const documents = offsets.length - 1;
    const indptr = new Int32Array(documents + 1);
    for (let d = 0; d < documents; d++) {
      tokens.count = 0;
      this.#tokenizer.read(text, offsets[d], offsets[d + 1], tokens);
      const first = this.#entries;
      eachNgram(tokens, 0, this.analysis.ngramRange, (start, end, hash) => this.#add(start, end, hash, first));
      indptr[d + 1] = this.#entries;
    }
    return {
      ...this.#pool(),
      indptr,
      terms: this.#terms.slice(0, this.#entries),
      counts: this.#counts.slice(0, this.#entries),
    };
  }

  /** @param first the document's first entry */
  #add(start: number, end: number, hash: number, first: number): void {
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (; ; slot = (slot + 1) & mask) {
      const term = this.#slots[slot] - 1;
      if (term < 0) break;
      if (this.#hashes[term] !== hash || !this.#equals(term, start, end)) continue;
      const last = this.#last[term];
      if (last >= first) this.#counts[last]++;
      else this.#enter(term);
      return;
    }
    const term = this.#size++;
    if (term === this.#starts.length) this.#grow();
    this.#starts[term] = start;
    this.#ends[term] = end;
    this.#hashes[term] = hash;
    this.#frequencies[term] = 0;
    this.#slots[slot] = term + 1;
    this.#enter(term);
    if (2 * this.#size > mask) this.#rehash();
  }

  /** A term's first time in a document. */
  #enter(term: number): void {
    const entry = this.#entries++;
    if (entry === this.#terms.length) {
      this.#terms = larger(this.#terms, entry + 1);
      this.#counts = larger(this.#counts, entry + 1);
    }
    this.#terms[entry] = term;
    this.#counts[entry] = 1;
    this.#last[term] = entry;
    this.#frequencies[term]++;
  }

  #equals(term: number, start: number, end: number): boolean {
    const { bytes } = this.#tokens;
    const at = this.#starts[term];
    if (this.#ends[term] - at !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (bytes[at + i] !== bytes[start + i]) return false;
    return true;
  }

  #grow(): void {
    const length = this.#size;
    this.#starts = larger(this.#starts, length);
    this.#ends = larger(this.#ends, length);
    this.#hashes = larger(this.#hashes, length);
    this.#frequencies = larger(this.#frequencies, length);
    this.#last = larger(this.#last, length);
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let term = 0; term < this.#size; term++) {
      const hash = this.#hashes[term];
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = term + 1;
    }
  }

  #pool(): Pick<TermCounts, 'bytes' | 'ends' | 'frequencies'> {
    const { bytes } = this.#tokens;
    const ends = new Int32Array(this.#size);
    let length = 0;
    for (let term = 0; term < this.#size; term++) {
      length += this.#ends[term] - this.#starts[term];
      ends[term] = length;
    }
    const pool = new Uint8Array(length);
    for (let term = 0, to = 0; term < this.#size; term++) {
      for (let i = this.#starts[term]; i < this.#ends[term]; i++) pool[to++] = bytes[i];
    }
    return { bytes: pool, ends, frequencies: this.#frequencies.slice(0, this.#size) };
  }
}

export interface CountTermsArgs extends Analysis {
  /** address of the documents' UTF-8, one behind the other */
  text: number;
  /** f64[documents + 1]: where each begins in it, from 0 on */
  offsets: number;
  documents: number;
}

/** Counts of a shard, as large as its text: cloned rather than left in memory, since nobody knows before how large they will be. */
export function countTerms(_: unknown, memory: WebAssembly.Memory, args: CountTermsArgs): TermCounts {
  const { text, offsets, documents, analyzer, ngramRange, stripAccents } = args;
  const bounds = new Float64Array(memory.buffer, offsets, documents + 1);
  const bytes = new Uint8Array(memory.buffer, text, bounds[documents]);
  return new TermCounter({ analyzer, ngramRange, stripAccents }).count(bytes, bounds);
}
