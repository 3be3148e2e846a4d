/** Record batches of profiles made from events: a row per user, with behaviour and recommendations. */
import {
  type DataType,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Uint8,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { Behaviour } from '../profile/behaviour.js';
import type { Taste } from '../profile/preferences.js';
import type { Recommendation } from '../profile/recommender.js';

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

type Row = Behaviour & Taste & { asOf: string; recommendations: Recommendation[] };

const COLUMNS: [name: string, type: DataType, of: (row: Row) => unknown][] = [
  ['user_id', new Utf8(), (row) => row.user],
  ['as_of', new Utf8(), (row) => row.asOf],
  ['n_events', new Int32(), (row) => row.nEvents],
  ['first_seen', new Utf8(), (row) => row.firstSeen],
  ['last_seen', new Utf8(), (row) => row.lastSeen],
  ['active_days', new Int32(), (row) => row.activeDays],
  ['recency_days', new Float32(), (row) => row.recencyDays],
  ['frequency', new Int32(), (row) => row.frequency],
  ['monetary', new Float64(), (row) => row.monetary],
  ['average_basket', new Float64(), (row) => row.averageBasket],
  ['inter_purchase_days', new Float32(), (row) => row.interPurchaseDays],
  ['r', new Uint8(), (row) => row.r],
  ['f', new Uint8(), (row) => row.f],
  ['m', new Uint8(), (row) => row.m],
  ['lifecycle', new Utf8(), (row) => row.lifecycle],
  ['segment', new Utf8(), (row) => row.segment],
  ['tags', new List(new Field('item', TAG, false)), (row) => row.tags],
  ['preferences', new List(new Field('item', PREFERENCE, false)), (row) => row.preferences],
  ['recommendations', new List(new Field('item', RECOMMENDATION, false)), (row) => row.recommendations],
];

export const eventSchema = new Schema(COLUMNS.map(([name, type]) => new Field(name, type, name === 'inter_purchase_days')));

/** A record batch of these rows: a copy. */
export function eventBatch(rows: readonly Row[]): RecordBatch {
  const children = COLUMNS.map(([, type, of]) => vectorFromArray(rows.map(of), type).data[0]);
  const type = new Struct(eventSchema.fields);
  return new RecordBatch(eventSchema, makeData({ type, length: rows.length, nullCount: 0, children }));
}
