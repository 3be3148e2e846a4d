/**
 * A leaf's values in a row group: a dictionary where that is a gain, and a page for each batch, whose codes or values follow their levels.
 * See https://parquet.apache.org/docs/file-format/data-pages/.
 */
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { type Data, DataType } from 'apache-arrow';
import { Dictionary } from './dictionary.js';
import { Bytes, bitsFor, hybrid, plain } from './encode.js';
import type { Leaf } from './schema.js';
import type { Slots } from './slots.js';
import { i32, i64, list, struct, type Thrift, text } from './thrift.js';

const ENCODING = { PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 };
const PAGE = { DATA: 0, DICTIONARY: 2 };
const CODEC = { UNCOMPRESSED: 0, GZIP: 2 };
/** Of the codecs that every reader knows the one that every runtime has; higher levels take far longer for little. */
const LEVEL = { level: 1 };
/** Compression takes longer than all else, so a chunk is compressed if the last bytes of its first page, which are values, shrink to half. */
const WORTH = { bytes: 16_384, share: 0.5 };

interface Page {
  type: number;
  /** what its head says beside type and sizes */
  head: Record<number, Thrift>;
  content: Uint8Array;
  /** bytes of the content before it was compressed */
  size: number;
}

export class ColumnChunk {
  #pages: Page[] = [];
  #dictionary: Dictionary | undefined;
  #codec = CODEC.UNCOMPRESSED;
  #values = 0;
  /** whether values are plain from here on */
  #plain = false;

  constructor(private readonly leaf: Leaf) {}

  /** Adds a page of a batch's values. */
  add(data: Data, slots: Slots): void {
    const { definition, repetition } = this.leaf;
    const { count, place } = slots;
    if (count === 0) return;
    let present = 0;
    for (let i = 0; i < count; i++) if (place[i] >= 0) present++;
    const page = new Bytes();
    if (repetition > 0) levels(slots.repetition, count, repetition, page);
    if (definition > 0) levels(slots.definition, count, definition, page);
    const codes = this.#codesOf(data, slots, present);
    if (codes) {
      const bits = bitsFor((this.#dictionary as Dictionary).size - 1);
      page.push([bits]);
      hybrid(codes, present, bits, page);
    } else plain(data, slots, present, page);
    const head = struct({
      1: i32(count),
      2: i32(codes ? ENCODING.RLE_DICTIONARY : ENCODING.PLAIN),
      3: i32(ENCODING.RLE),
      4: i32(ENCODING.RLE),
    });
    const content = page.written();
    this.#pages.push({ type: PAGE.DATA, head: { 5: head }, content, size: content.length });
    this.#values += count;
  }

  /** Says that all pages are there, and compresses them where it is worth it, on threads of Node's. */
  async compress(): Promise<this> {
    const [first] = this.#pages;
    const dictionary = this.#dictionary;
    if (dictionary) {
      const { page: content, size } = dictionary;
      const head = { 7: struct({ 1: i32(size), 2: i32(ENCODING.PLAIN) }) };
      this.#pages.unshift({ type: PAGE.DICTIONARY, head, content, size: content.length });
    }
    const sample = first?.content.subarray(-WORTH.bytes);
    if (sample && gzipSync(sample, LEVEL).length <= WORTH.share * sample.length) {
      this.#codec = CODEC.GZIP;
      this.#pages = await Promise.all(
        this.#pages.map(async (page) => ({ ...page, content: await promisify(gzip)(page.content, LEVEL) })),
      );
    }
    return this;
  }

  /** The bytes of the chunk, and what the footer says of it. @param at where in the file the chunk begins */
  finish(at: number): { bytes: Uint8Array[]; chunk: Thrift } {
    const heads = this.#pages.map(({ type, head, content, size }) =>
      Uint8Array.from(struct({ 1: i32(type), 2: i32(size), 3: i32(content.length), ...head }).bytes),
    );
    const bytes = this.#pages.flatMap(({ content }, p) => [heads[p], content]);
    const sum = (sizes: number[]) => sizes.reduce((a, b) => a + b, 0);
    const all = sum(heads.map(({ length }) => length));
    const dictionary = this.#dictionary && heads[0].length + this.#pages[0].content.length;
    const { PLAIN, RLE, RLE_DICTIONARY } = ENCODING;
    const metadata = struct({
      1: i32(this.leaf.physical),
      2: list((dictionary ? [PLAIN, RLE, RLE_DICTIONARY] : [PLAIN, RLE]).map(i32)),
      3: list(this.leaf.path.map(text)),
      4: i32(this.#codec),
      5: i64(this.#values),
      6: i64(all + sum(this.#pages.map(({ size }) => size))),
      7: i64(all + sum(this.#pages.map(({ content }) => content.length))),
      9: i64(at + (dictionary ?? 0)),
      11: dictionary ? i64(at) : undefined,
    });
    return { bytes, chunk: struct({ 2: i64(at), 3: metadata }) };
  }

  /** Codes of the values that are there; undefined where they are to be plain. */
  #codesOf(data: Data, slots: Slots, present: number): Int32Array | undefined {
    const { type } = data;
    const shared = DataType.isDictionary(type);
    if (present === 0 || this.#plain || !(shared || DataType.isUtf8(type))) return undefined;
    const first = this.#dictionary === undefined;
    this.#dictionary ??= new Dictionary();
    const codes = this.#dictionary.codes(data, slots, present);
    // Arrow's own dictionaries stay; else half of the first page's values must be ones that came before.
    const repeats = !first || this.#dictionary.size <= present / 2;
    if (shared || (repeats && !this.#dictionary.full)) return codes;
    this.#plain = true;
    if (first) this.#dictionary = undefined;
    return undefined;
  }
}

/** Levels, after how many bytes they are, u32. */
function levels(values: Uint8Array, count: number, most: number, page: Bytes): void {
  const encoded = new Bytes();
  hybrid(values, count, bitsFor(most), encoded);
  page.push(new Uint8Array(Uint32Array.of(encoded.length).buffer));
  page.push(encoded.written());
}
