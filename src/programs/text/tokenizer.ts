/**
 * From UTF-8 to tokens, the same in every runtime: characters are told and lower-cased by a table of our own (letters.ts).
 *
 * 'word': as scikit-learn's token pattern (?u)\b\w\w+\b, runs of two or more letters, numbers and '_', in lower case; a mark belongs to what
 * is before it. Of scripts that put no spaces between words (Chinese, Japanese, Thai, …) each character is a token, and tokens of two are
 * made of neighbours (ngrams.ts); a dictionary would have to be the same everywhere, and serves classifying no better.
 * 'char': as scikit-learn's, every character in lower case, where several white spaces are one space.
 *
 * Tokens are written one behind the other, words with a space between, so that an n-gram is one run of bytes. What is no UTF-8 is read as
 * U+FFFD, which is of no word, by the rules of WHATWG's decoder.
 */
import { KIND, KIND_BITS, type LetterTable, letterTable } from './unicode.js';

export const ANALYZERS = ['word', 'char'] as const;
export type Analyzer = (typeof ANALYZERS)[number];

/** How a token stands to the one before it: a word; the first of a run of characters; one of the run's others. */
export const JOIN = { word: 0, first: 1, next: 2 } as const;

/** Where the hashes begin is drawn anew in each process, so that no text can be made whose words all meet in one slot; nothing depends on it. */
const BASIS = Math.trunc(Math.random() * 2 ** 32) | 0;
const PRIME = 0x01000193;
const REPLACEMENT = 0xfffd;
const SPACE = 32;

/** Tokens of documents, one behind the other. */
export class Tokens {
  /** what the tokens are: `length` bytes */
  bytes = new Uint8Array(1 << 16);
  length = 0;
  /** of each token: its first byte, the one behind its last, its hash, and how it joins the one before */
  starts = new Int32Array(1 << 12);
  ends = new Int32Array(1 << 12);
  hashes = new Int32Array(1 << 12);
  /** where it stands in the text that it was read from */
  from = new Int32Array(1 << 12);
  to = new Int32Array(1 << 12);
  joins = new Uint8Array(1 << 12);
  count = 0;

  /** Makes room for so many more bytes of text. A character of it is a token at most, and takes three times its bytes at most. */
  reserve(text: number): void {
    if (this.bytes.length < this.length + 3 * text + 8) this.bytes = larger(this.bytes, this.length + 3 * text + 8);
    if (this.starts.length >= this.count + text + 1) return;
    const tokens = this.count + text + 1;
    this.starts = larger(this.starts, tokens);
    this.ends = larger(this.ends, tokens);
    this.hashes = larger(this.hashes, tokens);
    this.from = larger(this.from, tokens);
    this.to = larger(this.to, tokens);
    this.joins = larger(this.joins, tokens);
  }

  push(start: number, end: number, hash: number, join: number, from: number, to: number): void {
    const { count } = this;
    this.from[count] = from;
    this.to[count] = to;
    this.starts[count] = start;
    this.ends[count] = end;
    this.hashes[count] = hash;
    this.joins[count] = join;
    this.count++;
  }
}

/** A longer copy with zeros behind. */
export function larger<T extends Uint8Array | Int32Array>(array: T, length: number): T {
  const copy = new (array.constructor as new (n: number) => T)(Math.max(length, 2 * array.length));
  copy.set(array);
  return copy;
}

export class Tokenizer {
  readonly #table: LetterTable;

  /** @param plain whether letters lose their accents, and marks are left out */
  constructor(
    private readonly analyzer: Analyzer,
    private readonly plain: boolean,
  ) {
    this.#table = letterTable(plain);
  }

  /** Appends the tokens of text[first, last). */
  read(text: Uint8Array, first: number, last: number, tokens: Tokens): void {
    tokens.reserve(last - first);
    if (this.analyzer === 'word') this.#words(text, first, last, tokens);
    else this.#characters(text, first, last, tokens);
  }

  #words(text: Uint8Array, first: number, last: number, tokens: Tokens): void {
    const { pages, entries } = this.#table;
    const { bytes } = tokens;
    let run: number = KIND.none;
    let [start, end, letters, hash] = [tokens.length, tokens.length, 0, BASIS];
    let from = first;
    for (let at = first; at < last; ) {
      const here = at;
      let code = text[at++];
      if (code >= 0x80) {
        const read = decode(text, here, last);
        code = read & 0x1fffff;
        at = here + (read >>> 21);
      }
      const entry = entries[(pages[code >> 8] << 8) | (code & 255)];
      const kind = entry & 7;
      if (kind === KIND.mark && run !== KIND.none) {
        if (this.plain) continue;
      } else if (kind === KIND.word) {
        if (run !== KIND.word) [run, start, from, letters, hash] = [kind, end, here, 0, BASIS];
        letters++;
      } else {
        if (run === KIND.word) end = closeWord(tokens, start, end, letters, hash, from, here);
        if (kind !== KIND.character) {
          run = KIND.none;
          continue;
        }
        tokens.push(end, end, BASIS, run === KIND.character ? JOIN.next : JOIN.first, here, at);
        run = kind;
        hash = BASIS;
      }
      code += entry >> KIND_BITS;
      if (code < 0x80) {
        bytes[end++] = code;
        hash = Math.imul(hash ^ code, PRIME);
      } else {
        const to = encode(bytes, end, code);
        for (; end < to; end++) hash = Math.imul(hash ^ bytes[end], PRIME);
      }
      if (run === KIND.character) {
        tokens.ends[tokens.count - 1] = end;
        tokens.hashes[tokens.count - 1] = hash;
      }
    }
    if (run === KIND.word) end = closeWord(tokens, start, end, letters, hash, from, last);
    tokens.length = end;
  }

  #characters(text: Uint8Array, first: number, last: number, tokens: Tokens): void {
    const { pages, entries } = this.#table;
    const { bytes } = tokens;
    let end = tokens.length;
    let spaced = false;
    for (let at = first; at < last; ) {
      const here = at;
      const read = decode(text, at, last);
      let code = read & 0x1fffff;
      at += read >>> 21;
      const entry = entries[(pages[code >> 8] << 8) | (code & 255)];
      const kind = entry & 7;
      if (kind === KIND.mark && this.plain) continue;
      code += entry >> KIND_BITS;
      if (kind === KIND.space && spaced) {
        // The run's one token becomes a space.
        if (tokens.ends[tokens.count - 1] - tokens.starts[tokens.count - 1] === 1 && bytes[end - 1] === SPACE) continue;
        tokens.count--;
        end = tokens.starts[tokens.count];
        code = SPACE;
      }
      spaced = kind === KIND.space;
      const start = end;
      end = encode(bytes, end, code);
      let hash = BASIS;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], PRIME);
      tokens.push(start, end, hash, JOIN.word, here, at);
    }
    tokens.length = end;
  }
}

/** Keeps a word of two letters or more, with a space behind, and forgets a shorter one. @returns where the next token begins */
function closeWord(
  tokens: Tokens,
  start: number,
  end: number,
  letters: number,
  hash: number,
  from: number,
  to: number,
): number {
  if (letters < 2) return start;
  tokens.push(start, end, hash, JOIN.word, from, to);
  tokens.bytes[end] = SPACE;
  return end + 1;
}

/** The code point at a place, and in the bits from 21 on how many bytes it took. */
function decode(text: Uint8Array, at: number, last: number): number {
  const lead = text[at];
  if (lead < 0x80) return lead | (1 << 21);
  const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4) return REPLACEMENT | (1 << 21);
  // Neither what is longer than it need be, nor surrogates, nor above U+10FFFF.
  let least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  let code = lead & (0x3f >> more);
  for (let i = 1; i <= more; i++) {
    const byte = at + i < last ? text[at + i] : 0;
    if (byte < least || byte > most) return REPLACEMENT | (i << 21);
    code = (code << 6) | (byte & 0x3f);
    least = 0x80;
    most = 0xbf;
  }
  return code | ((more + 1) << 21);
}

/** @returns behind its last byte */
function encode(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    bytes[at++] = code;
  } else if (code < 0x800) {
    bytes[at++] = 0xc0 | (code >> 6);
    bytes[at++] = 0x80 | (code & 0x3f);
  } else if (code < 0x10000) {
    bytes[at++] = 0xe0 | (code >> 12);
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    bytes[at++] = 0x80 | (code & 0x3f);
  } else {
    bytes[at++] = 0xf0 | (code >> 18);
    bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    bytes[at++] = 0x80 | (code & 0x3f);
  }
  return at;
}
