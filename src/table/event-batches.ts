/** Record batches of the half of a profile that comes from events, and batches side by side. */
import {
  Bool,
  type Data,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMillisecond,
  Uint8,
  Uint32,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { LIFECYCLES, SEGMENTS } from '../events/behaviour.js';
import type { EventRow } from '../profile/event-profiles.js';
import { dataOf, validityOf } from './build.js';

const RECOMMENDATION = new Struct([
  new Field('item', new Utf8(), false),
  new Field('label', new Utf8(), true),
  new Field('score', new Float32(), false),
  new Field('because', new List(new Field('item', new Utf8(), false)), false),
]);

const PREFERENCE = new Struct([
  new Field('field', new Utf8(), false),
  new Field('value', new Utf8(), false),
  new Field('weight', new Float32(), false),
]);

const TAG = new Struct([
  new Field('tag', new Utf8(), false),
  new Field('kind', new Utf8(), false),
  new Field('confidence', new Float32(), false),
  new Field('evidence', new Utf8(), false),
]);

/** Milliseconds since 1970 of a time without a zone. */
const time = (text: string | undefined) => (text === undefined ? null : Date.parse(`${text.replace(' ', 'T')}Z`));

type Column = [name: string, type: DataType, of: (row: EventRow) => unknown, nullable: boolean];
const column = (name: string, type: DataType, of: (row: EventRow) => unknown): Column => [name, type, of, true];
const whole = (name: string, type: DataType, of: (row: EventRow) => unknown): Column => [name, type, of, false];

/** Dictionaries are the same in every batch, and their numbers are apart from those of table/arrow.ts. */
const dictionary = (
  id: number,
  values: readonly string[],
): { type: Dictionary<Utf8, Int32>; values: readonly string[]; vector: Vector<Utf8> } => ({
  type: new Dictionary(new Utf8(), new Int32(), id),
  values,
  vector: vectorFromArray(values, new Utf8()),
});
const DICTIONARIES = [dictionary(1000, LIFECYCLES), dictionary(1001, SEGMENTS)];

const COLUMNS: Column[] = [
  column('user_id', new Utf8(), (row) => row.user),
  whole('as_of', new TimestampMillisecond(), (row) => time(row.asOf)),
  whole('n_events', new Uint32(), (row) => row.behaviour?.nEvents ?? 0),
  whole('is_cold_start', new Bool(), (row) => row.behaviour === undefined),
  column('first_seen', new TimestampMillisecond(), (row) => time(row.behaviour?.firstSeen)),
  column('last_seen', new TimestampMillisecond(), (row) => time(row.behaviour?.lastSeen)),
  whole('active_days', new Uint32(), (row) => row.behaviour?.activeDays ?? 0),
  column('recency_days', new Float32(), (row) => row.behaviour?.recencyDays ?? null),
  whole('frequency', new Uint32(), (row) => row.behaviour?.frequency ?? 0),
  whole('monetary', new Float64(), (row) => row.behaviour?.monetary ?? 0),
  column('average_basket', new Float64(), (row) => row.behaviour?.averageBasket ?? null),
  column('inter_purchase_days', new Float32(), (row) => row.behaviour?.interPurchaseDays ?? null),
  column('r', new Uint8(), (row) => row.behaviour?.r ?? null),
  column('f', new Uint8(), (row) => row.behaviour?.f ?? null),
  column('m', new Uint8(), (row) => row.behaviour?.m ?? null),
  column('lifecycle', DICTIONARIES[0].type, (row) => row.behaviour?.lifecycle ?? null),
  column('segment', DICTIONARIES[1].type, (row) => row.behaviour?.segment ?? null),
  whole('tags', new List(new Field('item', TAG, false)), (row) => row.tags),
  whole('preferences', new List(new Field('item', PREFERENCE, false)), (row) => row.preferences),
  whole('recommendations', new List(new Field('item', RECOMMENDATION, false)), (row) => row.recommendations),
];

/** @param rank length of the factors */
export const eventSchema = (rank: number) =>
  new Schema([
    ...COLUMNS.map(([name, type, , nullable]) => new Field(name, type, nullable)),
    new Field('factors', factorsType(rank), false),
  ]);

const factorsType = (rank: number) => new FixedSizeList(rank, new Field('item', new Float32(), false));

/** A record batch of these rows under `eventSchema(rank)`: a copy. */
export function eventBatch(rows: readonly EventRow[], schema: Schema): RecordBatch {
  const children = COLUMNS.map(([, type, of]) => {
    const known = DICTIONARIES.find((d) => d.type === type);
    return known ? codesOf(rows.map(of) as (string | null)[], known) : dataOf(type, rows.map(of));
  });
  const factors = schema.fields.at(-1)?.type as FixedSizeList<Float32>;
  const values = new Float32Array(rows.length * factors.listSize);
  rows.forEach((row, r) => {
    values.set(row.factors, r * factors.listSize);
  });
  const child = makeData({ type: new Float32(), length: values.length, nullCount: 0, data: values });
  children.push(makeData({ type: factors, length: rows.length, nullCount: 0, child }));
  return batchOf(schema, children, rows.length);
}

/** Two batches of the same users as one: all columns of the first, then those of the second but its first, the user's id. */
export function sideBySide(schema: Schema, first: RecordBatch, second: RecordBatch): RecordBatch {
  return batchOf(schema, [...first.data.children, ...second.data.children.slice(1)], first.numRows);
}

/** The schema of `sideBySide`. */
export const sideBySideSchema = (first: Schema, second: Schema) =>
  new Schema([...first.fields, ...second.fields.slice(1)], first.metadata);

const batchOf = (schema: Schema, children: Data[], length: number) =>
  new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));

function codesOf(texts: (string | null)[], { type, values, vector }: (typeof DICTIONARIES)[0]): Data {
  const data = Int32Array.from(texts, (text) => (text === null ? 0 : values.indexOf(text)));
  return makeData({ type, length: texts.length, ...validityOf(texts), data, dictionary: vector });
}
