/** Random profiles of all that sections may hold: every type of a field, nested, with nulls, in batches of any size. */
import type { RecordBatch, Schema } from 'apache-arrow';
import fc from 'fast-check';
import { ProfileArrow } from '../../src/table/arrow.js';
import type { Field, FieldType } from '../../src/table/section.js';

export interface RandomProfiles {
  schema: Schema;
  batches: RecordBatch[];
  /** user_id and the fields' values, as plain values; times are milliseconds */
  rows: Record<string, unknown>[];
}

const LABELS = ['one', 'two', '三', ''];
const TEXTS = ['', 'a', 'b', 'naïve "quoted"', '中文, 用户', 'line\nbreak', '🙂', 'x'.repeat(300)];

// Neither NaN, which equals nothing, nor −0, which JSON does not know.
const finite = { noNaN: true, noDefaultInfinity: true };
const positive = (value: number) => value + 0;
const PLAIN: Record<string, fc.Arbitrary<unknown>> = {
  utf8: fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary' })),
  bool: fc.boolean(),
  uint8: fc.integer({ min: 0, max: 255 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  float32: fc.float(finite).map(positive),
  float64: fc.double(finite).map(positive),
  timestamp: fc.integer({ min: -6e13, max: 2.5e14 }),
};

const { type } = fc.letrec<{ type: FieldType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...(Object.keys(PLAIN) as FieldType[]), { dictionary: LABELS }),
    fc.record({ list: tie('type') }),
    fc.record({ struct: fc.array(tie('type'), { minLength: 1, maxLength: 3 }).map(fieldsOf('f')) }),
  ),
}));

/** Fields of these types, of which every other may be null. */
function fieldsOf(prefix: string) {
  return (types: readonly FieldType[]): Field[] =>
    types.map((one, i) => ({ name: `${prefix}${i}`, type: one, nullable: i % 2 === 0 }));
}

function valuesOf(of: FieldType): fc.Arbitrary<unknown> {
  if (typeof of === 'string') return PLAIN[of];
  if ('dictionary' in of) return fc.constantFrom(...of.dictionary);
  if ('list' in of) return fc.array(valuesOf(of.list), { maxLength: 4 });
  if ('vector' in of) return fc.array(PLAIN.float32, { minLength: of.vector, maxLength: of.vector });
  return rowsOf(of.struct);
}
const rowsOf = (fields: readonly Field[]) =>
  fc.record(
    Object.fromEntries(
      fields.map((field) => {
        const value = valuesOf(field.type);
        return [field.name, field.nullable ? fc.option(value, { freq: 3 }) : value];
      }),
    ),
    { noNullPrototype: true },
  );

export const randomProfiles: fc.Arbitrary<RandomProfiles> = fc
  .record({
    fields: fc.array(type, { minLength: 1, maxLength: 5 }).map(fieldsOf('c')),
    vector: fc.integer({ min: 1, max: 3 }),
    sizes: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 3 }),
    metadata: fc.dictionary(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), fc.string(), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  })
  .chain(({ fields, vector, sizes, metadata }) => {
    const all: Field[] = [...fields, { name: 'v', type: { vector }, nullable: false }];
    const batch = (size: number) => fc.array(rowsOf(all), { minLength: size, maxLength: size });
    return fc.tuple(...sizes.map(batch)).map((parts) => profilesOf(all, metadata, parts));
  });

function profilesOf(
  fields: readonly Field[],
  metadata: Readonly<Record<string, string>>,
  parts: readonly Record<string, unknown>[][],
): RandomProfiles {
  const arrow = new ProfileArrow([fields], [], metadata);
  const identified = parts.map((rows, p) =>
    rows.map((row, r) => ({ user_id: `${p}/${r}`, ...row }) as Record<string, unknown>),
  );
  const batches = identified.map((rows) => {
    const columns = fields.map(({ name, type: of }) => {
      const values = rows.map((row) => row[name]);
      return typeof of === 'object' && 'vector' in of ? Float32Array.from(values.flat() as number[]) : values;
    });
    const ids = rows.map(({ user_id: id }) => id as string);
    return arrow.batch(ids, [], 0, [{ columns }], true);
  });
  return { schema: arrow.schema, batches, rows: identified.flat() };
}
