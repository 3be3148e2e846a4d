/** The different texts of a column, numbered as they come, by a table of hashes over their bytes: as strings they would be many times slower. */
import { type Data, DataType, type Vector } from 'apache-arrow';
import type { Slots } from './slots.js';

/** Texts without a dictionary of Arrow's get none beyond this: readers hold it whole. */
const MOST = { entries: 2 ** 20, bytes: 2 ** 22 };

export class Dictionary {
  size = 0;
  /** the texts, each after its length, u32: as the dictionary's page holds them */
  #page = new Uint8Array(4096);
  /** where each text begins in the page; that of `size` is where the next one will */
  #starts = new Int32Array(512);
  #hashes = new Int32Array(512);
  /** numbers of texts by hash, −1 for none; a power of two, at most half full */
  #table = new Int32Array(1024).fill(-1);
  readonly #known = new Map<Vector, Int32Array>();

  get full(): boolean {
    return this.size > MOST.entries || this.#starts[this.size] > MOST.bytes;
  }
  /** The dictionary's page: a view. */
  get page(): Uint8Array {
    return this.#page.subarray(0, this.#starts[this.size]);
  }

  /** Numbers of the values that are there, of text or of a dictionary of Arrow's. */
  codes(data: Data, { count, place }: Slots, present: number): Int32Array {
    const codes = new Int32Array(present);
    let n = 0;
    if (DataType.isDictionary(data.type)) {
      const known = this.#numbersOf(data.dictionary as Vector);
      for (let i = 0; i < count; i++) if (place[i] >= 0) codes[n++] = known[data.values[place[i]]];
      return codes;
    }
    const { values, valueOffsets } = data;
    for (let i = 0; i < count; i++) {
      const at = place[i];
      if (at >= 0) codes[n++] = this.#number(values, valueOffsets[at], valueOffsets[at + 1]);
    }
    return codes;
  }

  /** Numbers of all texts of a dictionary of Arrow's. */
  #numbersOf(dictionary: Vector): Int32Array {
    let numbers = this.#known.get(dictionary);
    if (!numbers) {
      numbers = new Int32Array(dictionary.length);
      let n = 0;
      for (const { values, valueOffsets, length } of dictionary.data)
        for (let i = 0; i < length; i++) numbers[n++] = this.#number(values, valueOffsets[i], valueOffsets[i + 1]);
      this.#known.set(dictionary, numbers);
    }
    return numbers;
  }

  /** The number of the text in these bytes, which may be a new one. */
  #number(bytes: Uint8Array, from: number, end: number): number {
    const page = this.#page;
    const starts = this.#starts;
    const table = this.#table;
    // FNV-1a, of which the upper bits go into the lower.
    let hash = 0x811c9dc5;
    for (let k = from; k < end; k++) hash = Math.imul(hash ^ bytes[k], 0x01000193);
    hash ^= hash >>> 15;
    const mask = table.length - 1;
    const length = end - from;
    let slot = hash & mask;
    for (let number = table[slot]; number >= 0; number = table[slot]) {
      const start = starts[number] + 4;
      if (this.#hashes[number] === hash && starts[number + 1] - start === length) {
        let k = 0;
        while (k < length && page[start + k] === bytes[from + k]) k++;
        if (k === length) return number;
      }
      slot = (slot + 1) & mask;
    }
    return this.#add(bytes.subarray(from, end), hash, slot);
  }

  #add(text: Uint8Array, hash: number, slot: number): number {
    const number = this.size++;
    const start = this.#starts[number];
    const next = start + 4 + text.length;
    if (next > this.#page.length) this.#page = grown(this.#page, Math.max(next, 2 * this.#page.length));
    new DataView(this.#page.buffer).setUint32(start, text.length, true);
    this.#page.set(text, start + 4);
    if (this.size === this.#starts.length) {
      this.#starts = grown(this.#starts, 2 * this.size);
      this.#hashes = grown(this.#hashes, 2 * this.size);
    }
    this.#starts[this.size] = next;
    this.#hashes[number] = hash;
    this.#table[slot] = number;
    if (2 * this.size > this.#table.length) this.#spread();
    return number;
  }

  /** Puts the numbers into a larger table. */
  #spread(): void {
    const table = new Int32Array(4 * this.#table.length).fill(-1);
    const mask = table.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = this.#hashes[number] & mask;
      while (table[slot] >= 0) slot = (slot + 1) & mask;
      table[slot] = number;
    }
    this.#table = table;
  }
}

/** A longer copy. */
function grown<T extends Uint8Array | Int32Array>(values: T, length: number): T {
  const longer = new (values.constructor as new (length: number) => T)(length);
  longer.set(values);
  return longer;
}
