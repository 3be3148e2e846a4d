/** The schema of an Arrow stream or file, checked: its fields by name and type. See https://github.com/apache/arrow/blob/main/format/Schema.fbs. */
import { type FlatTable, holds } from './flatbuffer.js';

/** Types by their numbers. */
const TYPES = [
  undefined,
  'null',
  'int',
  'float',
  'binary',
  'utf8',
  'bool',
  'decimal',
  'date',
  'time',
  'timestamp',
  'interval',
  'list',
  'struct',
  'union',
  'fixed-size-binary',
  'fixed-size-list',
  'map',
  'duration',
  'large-binary',
  'large-utf8',
  'large-list',
  'run-end-encoded',
  'binary-view',
  'utf8-view',
  'list-view',
  'large-list-view',
] as const;
export type TypeName = Exclude<(typeof TYPES)[number], undefined>;

export interface ArrowType {
  name: TypeName;
  /** bits of a whole number, a decimal or a time; bytes of binary of fixed size; 0 for others */
  width: number;
  signed: boolean;
  /** precision of a float, unit of a time, mode of a union: the number that stands in the schema */
  unit: number;
  /** of a decimal */
  scale: number;
  /** of a timestamp */
  zoned: boolean;
}

export interface ArrowField {
  name: string;
  type: ArrowType;
  /** fields inside of it */
  children: ArrowField[];
  /** what codes of a dictionary are, and which dictionary they count in; the field's type is that of its values then */
  dictionary?: { id: number; type: ArrowType };
}

export interface ArrowSchema {
  fields: ArrowField[];
  metadata: Record<string, string>;
}

/** Lists in lists in lists: what nobody has. */
const DEEPEST = 64;

/** @throws Damage */
export function readSchema(header: FlatTable): ArrowSchema {
  holds(header.i16(0) === 0, 'its numbers are big-endian, which is not read');
  const metadata = header.tables(2).map((pair): [string, string] => [pair.text(0) ?? '', pair.text(1) ?? '']);
  return { fields: header.tables(1).map((field) => readField(field, 0)), metadata: Object.fromEntries(metadata) };
}

function readField(table: FlatTable, depth: number): ArrowField {
  holds(depth < DEEPEST, `its types are nested more than ${DEEPEST} deep`);
  const type = readType(TYPES[table.u8(2)], table.table(3));
  const children = table.tables(5).map((child) => readField(child, depth + 1));
  const encoding = table.table(4);
  const field = { name: table.text(0) ?? '', type, children };
  checkChildren(field);
  if (!encoding) return field;
  const index = encoding.table(1);
  // Codes are int32 unless something else is said.
  const codes = index ? readType('int', index) : { ...type, name: 'int' as const, width: 32, signed: true };
  return { ...field, dictionary: { id: encoding.size(0), type: codes } };
}

function readType(name: TypeName | undefined, table: FlatTable | undefined): ArrowType {
  holds(name !== undefined && table !== undefined, 'it has a type that is not known');
  const type: ArrowType = { name, width: 0, signed: false, unit: 0, scale: 0, zoned: false };
  const oneOf = (found: number, known: number[]) => {
    holds(known.includes(found), `it has a type '${name}' of a kind that is not known`);
    return found;
  };
  switch (name) {
    case 'int':
      return { ...type, width: oneOf(table.i32(0), [8, 16, 32, 64]), signed: table.u8(1) !== 0 };
    case 'float':
      return { ...type, unit: oneOf(table.i16(0), [0, 1, 2]) };
    case 'decimal':
      return { ...type, scale: oneOf(table.i32(1), SCALES), width: oneOf(table.i32(2, 128), [32, 64, 128, 256]) };
    case 'date':
      return { ...type, unit: oneOf(table.i16(0, 1), [0, 1]) };
    case 'time':
      return { ...type, unit: oneOf(table.i16(0, 1), [0, 1, 2, 3]), width: oneOf(table.i32(1, 32), [32, 64]) };
    case 'timestamp':
      return { ...type, unit: oneOf(table.i16(0), [0, 1, 2, 3]), zoned: (table.text(1) ?? '') !== '' };
    case 'duration':
      return { ...type, unit: oneOf(table.i16(0, 1), [0, 1, 2, 3]) };
    case 'union':
      return { ...type, unit: oneOf(table.i16(0), [0, 1]) };
    case 'fixed-size-binary':
    case 'fixed-size-list': {
      const width = table.i32(0);
      holds(width >= 0, `it has a type '${name}' of a negative size`);
      return { ...type, width };
    }
    default:
      return type;
  }
}
/** Numbers of digits after the point, or before it for what is negative. */
const SCALES = Array.from({ length: 153 }, (_, i) => i - 76);

/** How many fields a type has inside of it; undefined for any number. */
const CHILDREN: Partial<Record<TypeName, number | undefined>> = {
  list: 1,
  'large-list': 1,
  'fixed-size-list': 1,
  'list-view': 1,
  'large-list-view': 1,
  map: 1,
  'run-end-encoded': 2,
  struct: undefined,
  union: undefined,
};

function checkChildren({ type: { name }, children }: ArrowField): void {
  const expected = name in CHILDREN ? CHILDREN[name] : 0;
  holds(
    expected === undefined || children.length === expected,
    `a column of type '${name}' has ${children.length} inside of it`,
  );
}

/** Whether a column's values are plain ones: a number, a text, a time. */
export const isPlain = ({ type: { name } }: ArrowField) => !(name in CHILDREN) && name !== 'interval';
