/**
 * The different texts of a column, numbered as they come: a hash table (open addressing, FNV-1a) over bytes, so that a cell that was seen
 * before makes no string. Where the hashes begin is drawn anew in each process, so that no file can be made whose texts all meet in one slot;
 * the numbers do not depend on it.
 */

const BASIS = Math.trunc(Math.random() * 2 ** 32) | 0;

function hashOf(bytes: Uint8Array, first: number, last: number): number {
  let hash = BASIS;
  for (let i = first; i < last; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash;
}

export class TextDictionary {
  /** bytes of all texts, one after the other; text k ends at #ends[k + 1] */
  #bytes = new Uint8Array(1024);
  #ends = new Float64Array(65);
  #hashes = new Int32Array(64);
  #counts = new Float64Array(64);
  /** slots of codes, −1 for free; a power of two, at most half full */
  #slots = new Int32Array(256).fill(-1);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of the text bytes[first, last), which is counted. */
  code(bytes: Uint8Array, first: number, last: number): number {
    const hash = hashOf(bytes, first, last);
    const slot = this.#slotOf(bytes, first, last, hash);
    const code = this.#slots[slot];
    if (code < 0) return this.#add(bytes, first, last, hash, slot);
    this.#counts[code]++;
    return code;
  }

  /** The number of the text bytes[first, last), −1 where it never came. */
  find(bytes: Uint8Array, first: number, last: number): number {
    return this.#slots[this.#slotOf(bytes, first, last, hashOf(bytes, first, last))];
  }

  /** Where the text's number stands, or would stand. */
  #slotOf(bytes: Uint8Array, first: number, last: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const code = this.#slots[slot];
      if (code < 0 || (this.#hashes[code] === hash && this.#equals(code, bytes, first, last))) return slot;
    }
  }

  /** All texts by number, and how often each came. */
  finish(): { texts: string[]; counts: Float64Array } {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const texts = Array.from({ length: this.#size }, (_, k) =>
      decoder.decode(this.#bytes.subarray(this.#ends[k], this.#ends[k + 1])),
    );
    return { texts, counts: this.#counts.slice(0, this.#size) };
  }

  /** The numbers of all texts in the order of their bytes, which is that of their code points. */
  sorted(): Int32Array {
    const numbers = Int32Array.from({ length: this.#size }, (_, k) => k);
    sortByBytes(numbers, this.#bytes, this.#ends);
    return numbers;
  }

  #equals(code: number, bytes: Uint8Array, first: number, last: number): boolean {
    const at = this.#ends[code];
    if (this.#ends[code + 1] - at !== last - first) return false;
    for (let i = first; i < last; i++) if (this.#bytes[at + i - first] !== bytes[i]) return false;
    return true;
  }

  #add(bytes: Uint8Array, first: number, last: number, hash: number, slot: number): number {
    const code = this.#size++;
    if (code === this.#hashes.length) {
      this.#hashes = grown(this.#hashes, 2 * code);
      this.#counts = grown(this.#counts, 2 * code);
      this.#ends = grown(this.#ends, 2 * code + 1);
    }
    const at = this.#ends[code];
    const end = at + last - first;
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, 2 * end);
    for (let i = first; i < last; i++) this.#bytes[at + i - first] = bytes[i];
    this.#ends[code + 1] = end;
    this.#hashes[code] = hash;
    this.#counts[code] = 1;
    this.#slots[slot] = code;
    if (2 * this.#size > this.#slots.length) this.#rehash();
    return code;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let code = 0; code < this.#size; code++) {
      const hash = this.#hashes[code];
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] >= 0) slot = (slot + 1) & mask;
      slots[slot] = code;
    }
    this.#slots = slots;
  }
}

/**
 * Quicksort in three parts by one byte after the other (Bentley and Sedgewick, "Fast Algorithms for Sorting and Searching Strings", 1997).
 * @param ends text k is bytes[ends[k], ends[k + 1])
 */
function sortByBytes(numbers: Int32Array, bytes: Uint8Array, ends: Float64Array): void {
  const byteOf = (number: number, depth: number) => {
    const at = ends[number] + depth;
    return at < ends[number + 1] ? bytes[at] : -1;
  };
  const swap = (i: number, j: number) => {
    const number = numbers[i];
    numbers[i] = numbers[j];
    numbers[j] = number;
  };
  const parts: [first: number, end: number, depth: number][] = [[0, numbers.length, 0]];
  for (let part = parts.pop(); part; part = parts.pop()) {
    const [first, end, depth] = part;
    if (end - first < 2) continue;
    const pivot = byteOf(numbers[(first + end) >> 1], depth);
    let [below, above] = [first, end];
    for (let i = first; i < above; ) {
      const byte = byteOf(numbers[i], depth);
      if (byte < pivot) swap(below++, i++);
      else if (byte > pivot) swap(--above, i);
      else i++;
    }
    parts.push([first, below, depth], [above, end, depth]);
    if (pivot >= 0) parts.push([below, above, depth + 1]);
  }
}

/** A longer array that begins with the same values. */
export function grown<T extends Uint8Array | Int32Array | Float64Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array as never);
  return larger;
}
