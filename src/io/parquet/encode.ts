/**
 * The encodings of Parquet that every reader knows: values one after the other (PLAIN), and small whole numbers in as many bits as they need
 * (the hybrid of runs and bit packing), for levels and for codes into a dictionary.
 * See https://parquet.apache.org/docs/file-format/data-pages/encodings/.
 */
import { type Data, DataType } from 'apache-arrow';
import type { Slots } from './slots.js';
import { varint } from './thrift.js';

/** Bytes that grow. */
export class Bytes {
  #bytes = new Uint8Array(4096);
  length = 0;

  /** Room for so many bytes at the end, which the caller fills at once. */
  room(count: number): Uint8Array {
    const end = this.length + count;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    const room = this.#bytes.subarray(this.length, end);
    this.length = end;
    return room;
  }
  push(bytes: ArrayLike<number>): void {
    this.room(bytes.length).set(bytes);
  }
  /** What is there: a view. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/** Bits that hold the numbers from 0 to `most`. */
export const bitsFor = (most: number) => 32 - Math.clz32(most);

/** Whole numbers of `bits` bits, up to 24: one run where all are the same, else packed, the lowest bits first, in groups of eight. */
export function hybrid(values: ArrayLike<number>, count: number, bits: number, out: Bytes): void {
  const [first] = [values[0]];
  let same = 1;
  while (same < count && values[same] === first) same++;
  if (same >= count) {
    out.push(varint(2 * count));
    for (let b = 0; b < bits; b += 8) out.push([(first >> b) & 255]);
    return;
  }
  const groups = Math.ceil(count / 8);
  out.push(varint(2 * groups + 1));
  const bytes = out.room(groups * bits).fill(0);
  let pending = 0;
  let filled = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    pending |= values[i] << filled;
    for (filled += bits; filled >= 8; filled -= 8) {
      bytes[at++] = pending & 255;
      pending >>>= 8;
    }
  }
  if (filled > 0) bytes[at] = pending;
}

/** The values that are there, one after the other; of dictionaries their texts. */
export function plain(data: Data, { count, place }: Slots, present: number, out: Bytes): void {
  if (DataType.isUtf8(data.type)) texts(data, place, count, present, out);
  else if (DataType.isBool(data.type)) booleans(data, place, count, present, out);
  else numbers(data, place, count, present, out);
}

function numbers({ type, values }: Data, place: Int32Array, count: number, present: number, out: Bytes): void {
  const width = DataType.isInt(type) ? 4 : values.BYTES_PER_ELEMENT;
  const room = out.room(present * width);
  // Numbers without a gap that are stored as they are in memory are copied at once.
  const first = place.find((at) => at >= 0) ?? 0;
  if (values.BYTES_PER_ELEMENT === width && (present === 0 || lastOf(place) - first + 1 === present)) {
    room.set(new Uint8Array(values.buffer, values.byteOffset + first * width, present * width));
    return;
  }
  const gathered = width === values.BYTES_PER_ELEMENT ? new values.constructor(present) : new Int32Array(present);
  for (let i = 0, n = 0; i < count; i++) if (place[i] >= 0) gathered[n++] = values[place[i]];
  room.set(new Uint8Array(gathered.buffer));
}

function lastOf(place: Int32Array): number {
  let i = place.length - 1;
  while (i > 0 && place[i] < 0) i--;
  return place[i];
}

/** A bit each, the lowest first. */
function booleans({ values, offset }: Data, place: Int32Array, count: number, present: number, out: Bytes): void {
  const room = out.room(Math.ceil(present / 8)).fill(0);
  for (let i = 0, n = 0; i < count; i++) {
    const bit = offset + place[i];
    if (place[i] < 0) continue;
    room[n >> 3] |= ((values[bit >> 3] >> (bit & 7)) & 1) << (n & 7);
    n++;
  }
}

/** Each text after its length, u32. */
function texts({ values, valueOffsets }: Data, place: Int32Array, count: number, present: number, out: Bytes): void {
  let total = 4 * present;
  for (let i = 0; i < count; i++) if (place[i] >= 0) total += valueOffsets[place[i] + 1] - valueOffsets[place[i]];
  const room = out.room(total);
  let to = 0;
  for (let i = 0; i < count; i++) {
    const at = place[i];
    if (at < 0) continue;
    const [from, end] = [valueOffsets[at], valueOffsets[at + 1]];
    const length = end - from;
    room[to++] = length & 255;
    room[to++] = (length >> 8) & 255;
    room[to++] = (length >> 16) & 255;
    room[to++] = length >>> 24;
    // A call of `set` costs more than a short text.
    for (let k = from; k < end; k++) room[to++] = values[k];
  }
}
