/** Record batches that follow from the fields of sections, read back from a file's bytes: every type, with missing values. */
import { Table as ArrowTable, DataType, tableFromIPC, tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameoError } from '../../src/index.js';
import { ProfileArrow } from '../../src/table/arrow.js';
import type { Field, FieldType } from '../../src/table/section.js';
import type { Column } from '../../src/table/table.js';

const WORDS = ['', 'a', 'naïve "quoted", 中文', '👩‍🚀'];

/** Values of a type, without null. */
function valuesOf(type: FieldType): fc.Arbitrary<unknown> {
  if (type === 'utf8') return fc.string({ unit: 'grapheme', maxLength: 40 });
  if (type === 'bool') return fc.boolean();
  if (type === 'uint8') return fc.integer({ min: 0, max: 255 });
  if (type === 'uint32') return fc.integer({ min: 0, max: 2 ** 32 - 1 });
  if (type === 'int32') return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  if (type === 'float32') return fc.float({ noNaN: true });
  if (type === 'float64') return fc.double({ noNaN: true });
  if (type === 'timestamp') return fc.integer({ min: -1e12, max: 1e13 });
  if ('dictionary' in type) return fc.constantFrom(...type.dictionary);
  if ('list' in type) return fc.array(valuesOf(type.list), { maxLength: 4 });
  if ('struct' in type) {
    return fc.record(
      Object.fromEntries(
        type.struct.map(({ name, type: of, nullable }) => [name, nullable ? fc.option(valuesOf(of)) : valuesOf(of)]),
      ),
      { noNullPrototype: true },
    );
  }
  return fc.constant(undefined); // a vector comes as one array for all rows
}

const plain = fc.constantFrom<FieldType>('utf8', 'bool', 'uint8', 'uint32', 'int32', 'float32', 'float64', 'timestamp');
const dictionary = fc.constant<FieldType>({ dictionary: WORDS });
const struct = fc
  .array(fc.tuple(fc.oneof(plain, dictionary), fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((fields): FieldType => ({ struct: fields.map(([type, nullable], i) => ({ name: `f${i}`, type, nullable })) }));
const anyType = fc.oneof(
  plain,
  dictionary,
  struct,
  fc.oneof(plain, dictionary, struct).map((list): FieldType => ({ list })),
);

/** What a reader of the file sees, in the form of the values that went in. */
function seen(value: unknown, type: FieldType): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'timestamp') return Number(value);
  if (typeof type === 'object' && 'list' in type) return Array.from(value as Iterable<unknown>, (v) => seen(v, type.list));
  if (typeof type === 'object' && 'struct' in type) {
    const row = value as Record<string, unknown>;
    return Object.fromEntries(type.struct.map((field) => [field.name, seen(row[field.name], field.type)]));
  }
  return value;
}

const read = (batches: ReturnType<ProfileArrow['batch']>[]) => tableFromIPC(tableToIPC(new ArrowTable(batches), 'file'));

test('fields of every type come back as they went in', () => {
  const cases = anyType.chain((type) =>
    fc.record({ type: fc.constant(type), values: fc.array(fc.option(valuesOf(type)), { minLength: 1, maxLength: 20 }) }),
  );
  fc.assert(
    fc.property(cases, ({ type, values }) => {
      const field: Field = { name: 'x', type, nullable: true };
      const arrow = new ProfileArrow([[field]], [], {});
      const ids = values.map((_, i) => (i % 3 === 2 ? null : `user ${i}`));
      const table = read([arrow.batch(ids, [], 0, [{ columns: [values] }], true)]);
      assert.equal(Array.from(table.getChild('user_id') ?? []), ids);
      assert.equal(
        Array.from(table.getChild('x') ?? [], (v) => seen(v, type)),
        values,
      );
    }),
    { numRuns: 300 },
  );
});

test('vectors, attributes and metadata; batches share their dictionaries', () => {
  const columns: Column[] = [
    { kind: 'number', name: 'age', values: Float64Array.of(1, Number.NaN, 3.5, 4) },
    { kind: 'category', name: 'city', codes: Int32Array.of(1, -1, 0, 1), categories: ['Bremen', 'Kiel'] },
  ];
  const fields: Field[] = [
    { name: 'v', type: { vector: 3 }, nullable: false },
    { name: 'd', type: { dictionary: WORDS }, nullable: false },
  ];
  const arrow = new ProfileArrow([[fields[0]], [fields[1]]], columns, { 'cameo.task': 'binary' });
  const batch = (first: number) =>
    arrow.batch(
      ['a', 'b'],
      columns,
      first,
      [{ columns: [Float32Array.from({ length: 6 }, (_, i) => first + i)] }, { columns: [[WORDS[first], WORDS[first + 1]]] }],
      true,
    );
  const table = read([batch(0), batch(2)]);
  assert.equal(Array.from(table.getChild('age') ?? []), [1, null, 3.5, 4]);
  assert.equal(Array.from(table.getChild('city') ?? []), ['Kiel', null, 'Bremen', 'Kiel']);
  assert.equal(
    Array.from(table.getChild('v') ?? [], (v) => [...v]),
    [
      [0, 1, 2],
      [3, 4, 5],
      [2, 3, 4],
      [5, 6, 7],
    ],
  );
  assert.equal(Array.from(table.getChild('d') ?? []), WORDS);
  assert.is(table.schema.metadata.get('cameo.task'), 'binary');
  assert.ok(DataType.isDictionary(table.schema.fields[4].type));
});

test('a name that appears twice is refused', () => {
  const field: Field = { name: 'score_x', type: 'float32', nullable: false };
  assert.throws(
    () => new ProfileArrow([[field], [field]], [], {}),
    (error: CameoError) => error instanceof CameoError && /'score_x' appears more than once/.test(error.message),
  );
});

test.run();
