/**
 * Events as plain columns: who did what when, to which item where the log names them, and for how much. Like a table without row objects, of equal length, ordered by
 * user, then time, then item, then as the log had them, so that every sum over them has one order.
 */

export interface Events {
  readonly rows: number;
  /** ids by number, ascending by their bytes in UTF-8 (by code points): the order of a database, not of `<`, which compares UTF-16 units */
  readonly users: readonly string[];
  /** none where the log names no items */
  readonly items: readonly string[];
  /** i32[rows]: numbers of user and item; items are absent where the log names none */
  readonly user: Int32Array;
  readonly item?: Int32Array;
  /** f64[rows]: milliseconds since 1970 without a zone, fractions are microseconds */
  readonly time: Float64Array;
  /** f64[rows]: worth of the event, a multiple of 0.0001 */
  readonly value: Float64Array;
  /** u8[rows]: 1 where something was bought, 0 where it was only looked at */
  readonly bought: Uint8Array;
  /** f64[rows]: how much the event tells of taste, a multiple of 0.000001; absent where all count 1 */
  readonly weight?: Float64Array;
  /** f64[rows]: the user's rating of the item, NaN for none; absent without ratings */
  readonly rating?: Float64Array;
  /** f64[rows]: price of a piece, NaN for none; absent without prices */
  readonly price?: Float64Array;
  /** name of each item for people, null without one: the commonest in the log */
  readonly labels: readonly (string | null)[];
  /** what users may prefer, such as a category or a brand: codes into values, −1 for none */
  readonly fields: readonly EventField[];
  /** milliseconds since 1970: the moment that recency counts back from */
  readonly asOf: number;
  /** whether that moment was asked for, so that no event at or after it is here; else it is the time of the last event */
  readonly asOfGiven: boolean;
  /** rows of the log by what became of them */
  readonly counts: EventCounts;
}

export interface EventField {
  readonly name: string;
  /** i32[rows] */
  readonly codes: Int32Array;
  /** ascending, as the ids are */
  readonly values: readonly string[];
}

/** Rows of the log, and how many were left out for which cause. Each row counts for its first cause. */
export interface EventCounts {
  rows: number;
  used: number;
  noUser: number;
  noItem: number;
  noTime: number;
  /** its time is a text or a number that is none */
  badTime: number;
  /** its time is outside the years 1 to 9999 */
  farTime: number;
  cancelled: number;
  filtered: number;
  /** value or weight is no finite number, or the weight is negative */
  badNumber: number;
  afterAsOf: number;
  /** copies of rows that were used or left out, with `distinct` */
  duplicate: number;
}

/** The events of these rows, ascending, with the users, items and values that all have: a copy. */
export function selectEvents(events: Events, rows: Int32Array): Events {
  const { user, item, time, value, bought, weight, rating, price, fields } = events;
  const whole = (values: Int32Array) => take(values, rows, new Int32Array(rows.length));
  const number = (values: Float64Array) => take(values, rows, new Float64Array(rows.length));
  return {
    ...events,
    rows: rows.length,
    user: whole(user),
    item: item && whole(item),
    time: number(time),
    value: number(value),
    bought: take(bought, rows, new Uint8Array(rows.length)),
    weight: weight && number(weight),
    rating: rating && number(rating),
    price: price && number(price),
    fields: fields.map((field) => ({ ...field, codes: whole(field.codes) })),
  };
}

function take<T extends Int32Array | Float64Array | Uint8Array>(values: T, rows: Int32Array, into: T): T {
  for (let k = 0; k < rows.length; k++) into[k] = values[rows[k]];
  return into;
}

/** Numbers of the rows that meet a condition, ascending. */
export function rowsWhere(rows: number, condition: (row: number) => boolean): Int32Array {
  const found = new Int32Array(rows);
  let n = 0;
  for (let row = 0; row < rows; row++) if (condition(row)) found[n++] = row;
  return found.slice(0, n);
}
