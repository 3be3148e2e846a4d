/**
 * Thrift's compact protocol, as far as Parquet's metadata goes: values become a type and bytes, and structs are made of such.
 * See https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
 */

/** The type of a field or element, and what follows it. */
export interface Thrift {
  type: number;
  bytes: number[];
}

const TYPES = { true: 1, false: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 };

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}
/** Signed numbers next to 0 are small: 0, −1, 1, −2 … become 0, 1, 2, 3 … */
const zigzag = (value: number) => varint(value < 0 ? -2 * value - 1 : 2 * value);

export const i32 = (value: number): Thrift => ({ type: TYPES.i32, bytes: zigzag(value) });
/** A safe integer. */
export const i64 = (value: number): Thrift => ({ type: TYPES.i64, bytes: zigzag(value) });
export const bool = (value: boolean): Thrift => ({ type: value ? TYPES.true : TYPES.false, bytes: [] });

export function text(value: string): Thrift {
  const bytes = new TextEncoder().encode(value);
  return { type: TYPES.binary, bytes: [...varint(bytes.length), ...bytes] };
}

/** Elements of one type, not booleans; at least one. */
export function list(elements: readonly Thrift[]): Thrift {
  const [{ type }] = elements;
  const head = elements.length < 15 ? [elements.length * 16 + type] : [240 + type, ...varint(elements.length)];
  return { type: TYPES.list, bytes: [...head, ...elements.flatMap(({ bytes }) => bytes)] };
}

/** Fields by number; what is undefined is left out. A field's head is how far it is from the field before, and its type. */
export function struct(fields: Readonly<Record<number, Thrift | undefined>>): Thrift {
  const bytes: number[] = [];
  let before = 0;
  for (const [key, field] of Object.entries(fields)) {
    if (!field) continue;
    const id = Number(key);
    bytes.push(...(id - before < 16 ? [(id - before) * 16 + field.type] : [field.type, ...zigzag(id)]));
    for (const byte of field.bytes) bytes.push(byte);
    before = id;
  }
  bytes.push(0);
  return { type: TYPES.struct, bytes };
}
