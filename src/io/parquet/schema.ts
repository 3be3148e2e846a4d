/**
 * What the fields of an Arrow schema are in Parquet. Parquet stores leaves: a column of plain values for each path from a field down to a
 * type that holds no other, and beside each value two levels that say where in the nesting it stands (slots.ts).
 *
 *     user_id: utf8                      user_id                 BYTE_ARRAY
 *     tags: list<struct<tag, kind>>      tags.list.element.tag   BYTE_ARRAY
 *                                        tags.list.element.kind  BYTE_ARRAY
 *
 * See https://parquet.apache.org/docs/file-format/ and https://github.com/apache/parquet-format/blob/master/LogicalTypes.md.
 */
import { DataType, Field, Precision, TimeUnit } from 'apache-arrow';
import { bool, i32, struct, type Thrift, text } from './thrift.js';

/** Parquet's numbers of the physical types that are written. */
export const PHYSICAL = { BOOLEAN: 0, INT32: 1, INT64: 2, FLOAT: 4, DOUBLE: 5, BYTE_ARRAY: 6 };
const REPETITION = { REQUIRED: 0, OPTIONAL: 1, REPEATED: 2 };
const CONVERTED = { UTF8: 0, LIST: 3, UINT_8: 11, UINT_16: 12, UINT_32: 13, INT_8: 15, INT_16: 16 };

export interface Leaf {
  path: string[];
  /** Parquet's number of its physical type */
  physical: number;
  /** levels of a value that is there */
  definition: number;
  repetition: number;
}

/** A field as elements of the file's schema, in the order of a walk, and its leaves in the same order. */
export function elementsOf(field: Field): { elements: Thrift[]; leaves: Leaf[] } {
  const elements: Thrift[] = [];
  const leaves: Leaf[] = [];
  const walk = ({ name, type, nullable }: Field, within: string[], definition: number, repetition: number): void => {
    const path = [...within, name];
    const here = definition + Number(nullable);
    const common = { 3: i32(nullable ? REPETITION.OPTIONAL : REPETITION.REQUIRED), 4: text(name) };
    if (isList(type)) {
      elements.push(struct({ ...common, 5: i32(1), 6: i32(CONVERTED.LIST), 10: struct({ 3: struct({}) }) }));
      elements.push(struct({ 3: i32(REPETITION.REPEATED), 4: text('list'), 5: i32(1) }));
      const [{ type: of, nullable: holes }] = type.children;
      walk(new Field('element', of, holes), [...path, 'list'], here + 1, repetition + 1);
    } else if (DataType.isStruct(type)) {
      elements.push(struct({ ...common, 5: i32(type.children.length) }));
      for (const child of type.children) walk(child, path, here, repetition);
    } else {
      const { physical, converted, logical } = plainOf(type);
      const kind = { 6: converted === undefined ? undefined : i32(converted), 10: logical };
      elements.push(struct({ 1: i32(physical), ...common, ...kind }));
      leaves.push({ path, physical, definition: here, repetition });
    }
  };
  walk(field, [], 0, 0);
  return { elements, leaves };
}

export const isList = (type: DataType) => DataType.isList(type) || DataType.isFixedSizeList(type);

/** How values of a type are stored, and what that means. Only what profiles hold (table/section.ts). */
function plainOf(type: DataType): { physical: number; converted?: number; logical?: Thrift } {
  if (DataType.isDictionary(type)) return plainOf(type.dictionary);
  if (DataType.isUtf8(type))
    return { physical: PHYSICAL.BYTE_ARRAY, converted: CONVERTED.UTF8, logical: struct({ 1: struct({}) }) };
  if (DataType.isBool(type)) return { physical: PHYSICAL.BOOLEAN };
  if (DataType.isFloat(type) && type.precision !== Precision.HALF)
    return { physical: type.precision === Precision.DOUBLE ? PHYSICAL.DOUBLE : PHYSICAL.FLOAT };
  if (DataType.isInt(type) && type.bitWidth <= 32) {
    const { bitWidth, isSigned } = type;
    if (isSigned && bitWidth === 32) return { physical: PHYSICAL.INT32 };
    const converted = CONVERTED[`${isSigned ? 'INT' : 'UINT'}_${bitWidth}` as 'INT_8'];
    // The width is a single byte in Thrift's terms, whose type is 3.
    const logical = struct({ 10: struct({ 1: { type: 3, bytes: [bitWidth] }, 2: bool(isSigned) }) });
    return { physical: PHYSICAL.INT32, converted, logical };
  }
  if (DataType.isTimestamp(type) && type.unit === TimeUnit.MILLISECOND) {
    const unit = struct({ 1: struct({}) });
    return { physical: PHYSICAL.INT64, logical: struct({ 8: struct({ 1: bool(Boolean(type.timezone)), 2: unit }) }) };
  }
  throw new Error(`a column of type ${type} cannot be written to Parquet`);
}
