/**
 * Arrow data from plain values, column by column: apache-arrow's own builders go value by value and take several times as long.
 */
import {
  Bool,
  type Data,
  DataType,
  type FixedSizeList,
  Float32,
  type List,
  makeData,
  type Struct,
  Utf8,
  type Vector,
} from 'apache-arrow';

/**
 * Values of a type as Arrow data, null and undefined for missing: a copy. Lists take arrays, structs objects, times milliseconds,
 * dictionaries texts, and a list of fixed size one Float32Array for all rows, which is taken as it is.
 */
export function dataOf(
  type: DataType,
  given: readonly unknown[] | Float32Array,
  dictionaries: ReadonlyMap<number, Vector<Utf8>> = new Map(),
): Data {
  if (DataType.isFixedSizeList(type)) return vectors(type as FixedSizeList<Float32>, given as Float32Array);
  const values = given as readonly unknown[];
  const { length } = values;
  if (DataType.isUtf8(type)) return utf8(values as (string | null)[]);
  const validity = validityOf(values);
  if (DataType.isDictionary(type)) {
    const dictionary = dictionaries.get(type.id) as Vector<Utf8>;
    const codes = new Map(Array.from(dictionary, (text, code) => [text, code]));
    const data = Int32Array.from(values, (text) => codes.get(text as string) ?? 0);
    return makeData({ type, length, ...validity, data, dictionary });
  }
  if (DataType.isList(type)) {
    const valueOffsets = new Int32Array(length + 1);
    const all: unknown[] = [];
    for (let i = 0; i < length; i++) {
      for (const value of (values[i] ?? []) as unknown[]) all.push(value);
      valueOffsets[i + 1] = all.length;
    }
    const child = dataOf(type.children[0].type, all, dictionaries);
    return makeData({ type: type as List, length, ...validity, valueOffsets, child });
  }
  if (DataType.isStruct(type)) {
    const children = type.children.map(({ name, type: of }) =>
      dataOf(
        of,
        values.map((value) => (value as Record<string, unknown> | null)?.[name]),
        dictionaries,
      ),
    );
    return makeData({ type: type as Struct, length, ...validity, children });
  }
  if (DataType.isBool(type)) {
    const data = new Uint8Array((length >> 3) + 1);
    for (let i = 0; i < length; i++) if (values[i]) data[i >> 3] |= 1 << (i & 7);
    return makeData({ type: new Bool(), length, ...validity, data });
  }
  const data = new type.ArrayType(length);
  const big = data instanceof BigInt64Array;
  for (let i = 0; i < length; i++) {
    const value = values[i];
    if (value !== null && value !== undefined) data[i] = big ? BigInt(value as number) : value;
  }
  return makeData({ type: type as never, length, ...validity, data });
}

function vectors(type: FixedSizeList<Float32>, data: Float32Array): Data {
  const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
  return makeData({ type, length: data.length / type.listSize, nullCount: 0, child });
}

/** Bits of the values that are there. */
export function validityOf(values: readonly unknown[]): { nullCount: number; nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array((values.length >> 3) + 1);
  let nullCount = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === null || values[i] === undefined) nullCount++;
    else nullBitmap[i >> 3] |= 1 << (i & 7);
  }
  return { nullCount, nullBitmap };
}

/** Text in one pass. */
export function utf8(values: readonly (string | null | undefined)[]): Data<Utf8> {
  const valueOffsets = new Int32Array(values.length + 1);
  let bytes = new Uint8Array(16 * values.length + 64);
  let at = 0;
  const encoder = new TextEncoder();
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== null && value !== undefined) {
      // A UTF-16 unit takes three bytes at most.
      if (bytes.length < at + 3 * value.length) {
        const larger = new Uint8Array(2 * bytes.length + 3 * value.length);
        larger.set(bytes);
        bytes = larger;
      }
      at = encode(encoder, value, bytes, at);
    }
    valueOffsets[i + 1] = at;
  }
  const data = bytes.subarray(0, at);
  return makeData({ type: new Utf8(), length: values.length, ...validityOf(values), valueOffsets, data });
}

/** Short ASCII, which most ids are, is written here: a call of the encoder costs more than the text. */
function encode(encoder: TextEncoder, value: string, bytes: Uint8Array, at: number): number {
  if (value.length <= 32) {
    let i = 0;
    for (; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) break;
      bytes[at + i] = code;
    }
    if (i === value.length) return at + i;
  }
  return at + encoder.encodeInto(value, bytes.subarray(at)).written;
}
