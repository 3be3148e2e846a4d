/**
 * The values of a plain column from its buffers, each checked before it is read: lengths by the number of rows, offsets by one another and by
 * the bytes they point into, text by its encoding. See https://arrow.apache.org/docs/format/Columnar.html#physical-memory-layout.
 */
import { isUtf8 } from 'node:buffer';
import { Damage, holds } from './flatbuffer.js';
import type { ArrowType } from './schema.js';
import { dateText, momentText, timeText } from './times.js';

/** A number, a text or a truth value; null for missing. */
export type Get = (row: number) => number | string | boolean | null;

/** A column of a batch as it came. */
export interface Buffers {
  name: string;
  rows: number;
  /** a bit a row, or nothing where all are there */
  validity: Uint8Array | undefined;
  /** what follows the validity: values, or offsets and bytes, or views and bytes */
  parts: Uint8Array<ArrayBuffer>[];
}

/** Whether a column of the type is one of numbers. */
export const isNumber = ({ name }: ArrowType) =>
  name === 'int' || name === 'float' || name === 'decimal' || name === 'duration';

/** @throws Damage */
export function valuesOf(type: ArrowType, buffers: Buffers): Get {
  const { name, validity, rows } = buffers;
  holds(!validity || validity.length * 8 >= rows, `column '${name}' has fewer bits that say what is missing than rows`);
  const get = presentOf(type, buffers);
  return validity ? (i) => ((validity[i >> 3] >> (i & 7)) & 1 ? get(i) : null) : get;
}

function presentOf(type: ArrowType, buffers: Buffers): Get {
  const { name, width, unit, zoned } = type;
  const long = () => words(buffers, BigInt64Array);
  switch (name) {
    case 'int':
      return width === 64
        ? numbers(type.signed ? long() : words(buffers, BigUint64Array))
        : wholes(buffers, width, type.signed);
    case 'float':
      return unit === 0 ? halves(buffers) : numbers(unit === 1 ? words(buffers, Float32Array) : words(buffers, Float64Array));
    case 'decimal':
      return decimals(buffers, type);
    case 'duration': {
      const values = long();
      return (i) => Number(values[i]) / SECOND[unit];
    }
    case 'bool': {
      const [bits] = buffers.parts;
      holds(bits.length * 8 >= buffers.rows, `column '${buffers.name}' has fewer values than rows`);
      return (i) => ((bits[i >> 3] >> (i & 7)) & 1) === 1;
    }
    case 'date': {
      const days = unit === 0 ? words(buffers, Int32Array) : long();
      return unit === 0 ? (i) => dateText(Number(days[i])) : (i) => dateText(Math.floor(Number(days[i]) / 86_400_000));
    }
    case 'time': {
      const values = width === 32 ? words(buffers, Int32Array) : long();
      return (i) => timeText(BigInt(values[i]), unit);
    }
    case 'timestamp': {
      const values = long();
      return (i) => momentText(values[i], unit, zoned);
    }
    case 'utf8':
    case 'large-utf8':
      return texts(buffers, name === 'utf8' ? 4 : 8);
    case 'utf8-view':
      return views(buffers, true);
    case 'binary':
    case 'large-binary': {
      const { offsets, bytes } = spans(buffers, name === 'binary' ? 4 : 8);
      return (i) => escaped(bytes.subarray(offsets[i], offsets[i + 1]));
    }
    case 'binary-view':
      return views(buffers, false);
    case 'fixed-size-binary': {
      const bytes = enough(buffers, buffers.parts[0], buffers.rows * width);
      return (i) => escaped(bytes.subarray(i * width, (i + 1) * width));
    }
    default:
      return () => null;
  }
}

/** Of a second, by the numbers of Arrow's units. */
const SECOND = [1, 1e3, 1e6, 1e9];

function enough(buffers: Buffers, bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  holds(bytes.length >= length, `column '${buffers.name}' has fewer values than rows`);
  return bytes;
}

interface WordsOf<T> {
  new (buffer: ArrayBuffer, at: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** The first values of a buffer as numbers of some kind: a view, or a copy where the file does not align it. */
function words<T>(buffers: Buffers, kind: WordsOf<T>, length = buffers.rows, bytes = buffers.parts[0]): T {
  enough(buffers, bytes, length * kind.BYTES_PER_ELEMENT);
  const aligned = bytes.byteOffset % kind.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new kind(aligned.buffer, aligned.byteOffset, length);
}

const numbers =
  (values: ArrayLike<number | bigint>): Get =>
  (i) =>
    Number(values[i]);

function wholes(buffers: Buffers, width: number, signed: boolean): Get {
  if (width === 8) return numbers(signed ? words(buffers, Int8Array) : words(buffers, Uint8Array));
  if (width === 16) return numbers(signed ? words(buffers, Int16Array) : words(buffers, Uint16Array));
  return numbers(signed ? words(buffers, Int32Array) : words(buffers, Uint32Array));
}

/** Floats of 16 bits: a sign, 5 bits of exponent, 10 of fraction. */
function halves(buffers: Buffers): Get {
  const values = words(buffers, Uint16Array);
  return (i) => {
    const [exponent, fraction] = [(values[i] >> 10) & 31, values[i] & 1023];
    const sign = values[i] >> 15 ? -1 : 1;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    // Exact: the unit is 2⁻²⁴.
    return (sign * (exponent === 0 ? fraction : (1024 + fraction) * (1 << (exponent - 1)))) / 16_777_216;
  };
}

/** Whole numbers of 32 to 256 bits, of which the last `scale` digits stand after the point. */
function decimals(buffers: Buffers, { width, scale }: ArrowType): Get {
  const size = width / 8;
  const bytes = enough(buffers, buffers.parts[0], buffers.rows * size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const unit = Number(`1e${scale}`);
  return (i) => {
    let value = 0n;
    for (let at = 0; at < size; at += 4) value |= BigInt(view.getUint32(i * size + at, true)) << BigInt(8 * at);
    return Number(BigInt.asIntN(width, value)) / unit;
  };
}

/** Where each value begins and the last one ends, within the bytes and ascending. @param width bytes of an offset */
function spans(buffers: Buffers, width: number): { offsets: ArrayLike<number>; bytes: Uint8Array<ArrayBuffer> } {
  const { name, rows, parts } = buffers;
  const [first, bytes] = parts;
  if (rows === 0) return { offsets: [0], bytes };
  const offsets =
    width === 4
      ? words(buffers, Int32Array, rows + 1, first)
      : Float64Array.from(words(buffers, BigInt64Array, rows + 1, first), Number);
  let before = 0;
  for (let i = 0; i <= rows; i++) {
    if (!(offsets[i] >= before)) throw new Damage(`column '${name}' has values that end before they begin`);
    before = offsets[i];
  }
  holds(before <= bytes.length, `column '${name}' has values beyond its end`);
  return { offsets, bytes };
}

function texts(buffers: Buffers, width: number): Get {
  const { offsets, bytes } = spans(buffers, width);
  const { rows } = buffers;
  const used = bytes.subarray(offsets[0], offsets[rows]);
  let good = isUtf8(used);
  // A text that begins within a character would be none by itself.
  for (let i = 0; i < rows; i++) good &&= offsets[i] === bytes.length || (bytes[offsets[i]] & 0xc0) !== 0x80;
  holds(good, `column '${buffers.name}' holds text that is not UTF-8`);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return (i) => buffer.toString('utf8', offsets[i], offsets[i + 1]);
}

/**
 * Values of 16 bytes each: their length, then themselves where they are short, else where they stand in which buffer. Several may share
 * bytes, and each place is decoded once.
 */
function views(buffers: Buffers, text: boolean): Get {
  const { name, rows, parts } = buffers;
  const [first, ...pieces] = parts;
  const all = enough(buffers, first, rows * 16);
  const view = new DataView(all.buffer, all.byteOffset, all.length);
  const known = new Map<string, string>();
  let budget = 1024 + 4 * pieces.reduce((sum, { length }) => sum + length, 0);
  const decode = (bytes: Uint8Array): string => {
    if (!text) return escaped(bytes);
    if (!isUtf8(bytes)) throw new Damage(`column '${name}' holds text that is not UTF-8`);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  };
  return (i) => {
    const length = view.getInt32(16 * i, true);
    if (length < 0) throw new Damage(`column '${name}' has values that end before they begin`);
    if (length <= 12) return decode(all.subarray(16 * i + 4, 16 * i + 4 + length));
    const [piece, at] = [view.getInt32(16 * i + 8, true), view.getInt32(16 * i + 12, true)];
    const bytes = pieces[piece];
    if (!bytes || at < 0 || at + length > bytes.length) throw new Damage(`column '${name}' has values beyond its end`);
    const key = `${piece} ${at} ${length}`;
    let value = known.get(key);
    if (value === undefined) {
      budget -= length;
      if (budget < 0) throw new Damage(`column '${name}' has values that overlap`);
      value = decode(bytes.subarray(at, at + length));
      known.set(key, value);
    }
    return value;
  };
}

/** Bytes as DuckDB shows them: ASCII as it is, others as \xFF. */
function escaped(bytes: Uint8Array): string {
  let result = '';
  for (const byte of bytes) {
    const plain = byte >= 32 && byte <= 126 && byte !== 34 && byte !== 39 && byte !== 92;
    result += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return result;
}
