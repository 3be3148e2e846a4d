/** Small logs of events with all that makes trouble: ties, fractions of seconds, ids beyond ASCII, nothing where something may be. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import type { Events } from '../../src/table/events.js';

export interface LogRow {
  user: string;
  item: string;
  /** microseconds since 1970 */
  time: number;
  /** in units of 0.0001 */
  value: number;
  bought: boolean;
  /** in units of 0.000001 */
  weight: number;
  /** in units of 0.0001 */
  rating: number | null;
  price: number | null;
  brand: string | null;
}

export const HOUR = 36e8;
/** 2024-03-01, a Friday */
export const START = Date.UTC(2024, 2, 1) * 1000;

/** Their order by UTF-16 units is another than by bytes of UTF-8: U+1F600 begins with the unit D83D, which is below FFFD. */
export const IDS = ['9', '10', 'Z', 'z', 'ä', '\uFFFD', '\u{1F600}'];

/** A row with what a test does not care about left plain. */
export const row = (given: Partial<LogRow>): LogRow => ({
  user: 'a',
  item: 'x',
  time: START,
  value: 0,
  bought: true,
  weight: 1e6,
  rating: null,
  price: null,
  brand: null,
  ...given,
});

const times = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((steps) => START + steps * 12 * HOUR),
  fc.integer({ min: 0, max: 300 * 24 * HOUR }).map((span) => START + span),
  fc.integer({ min: -900 * 24 * HOUR, max: 0 }),
);

export const logs = fc.array(
  fc.record({
    user: fc.constantFrom(...IDS),
    item: fc.constantFrom('i', 'ö', ...IDS.slice(4)),
    time: times,
    value: fc.integer({ min: -50_000, max: 9_999_999 }),
    bought: fc.boolean(),
    weight: fc.integer({ min: 0, max: 5_000_000 }),
    rating: fc.option(fc.integer({ min: 0, max: 10 }).map((stars) => stars * 5000)),
    price: fc.option(fc.integer({ min: 0, max: 30 }).map((steps) => steps * 2500)),
    brand: fc.option(fc.constantFrom('a', 'Z', ...IDS.slice(4))),
  }),
  { minLength: 3, maxLength: 60 },
);

/** Ascending by bytes of UTF-8, each once. */
export const byBytes = (texts: readonly string[]): string[] =>
  [...new Set(texts)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** The plain columns of rows, one by one and not fast. @param asOf microseconds; default the last time */
export function eventsOf(rows: readonly LogRow[], asOf?: number): Events {
  const users = byBytes(rows.map(({ user }) => user));
  const items = byBytes(rows.map(({ item }) => item));
  const brands = byBytes(rows.flatMap(({ brand }) => brand ?? []));
  const code = (list: string[], text: string) => list.indexOf(text);
  const ordered = [...rows].sort(
    (a, b) => code(users, a.user) - code(users, b.user) || a.time - b.time || code(items, a.item) - code(items, b.item),
  );
  const whole = (of: (row: LogRow) => number) => Int32Array.from(ordered, of);
  const number = (of: (row: LogRow) => number) => Float64Array.from(ordered, of);
  const moment = asOf ?? Math.max(...rows.map(({ time }) => time));
  return {
    rows: rows.length,
    users,
    items,
    user: whole(({ user }) => code(users, user)),
    item: whole(({ item }) => code(items, item)),
    time: number(({ time }) => time / 1000),
    value: number(({ value }) => value / 1e4),
    bought: Uint8Array.from(ordered, ({ bought }) => Number(bought)),
    weight: number(({ weight }) => weight / 1e6),
    rating: number(({ rating }) => (rating === null ? Number.NaN : rating / 1e4)),
    price: number(({ price }) => (price === null ? Number.NaN : price / 1e4)),
    labels: items.map(() => null),
    fields: [{ name: 'brand', codes: whole(({ brand }) => (brand === null ? -1 : code(brands, brand))), values: brands }],
    asOf: moment / 1000,
    asOfGiven: asOf !== undefined,
    counts: {
      rows: rows.length,
      used: rows.length,
      noUser: 0,
      noItem: 0,
      noTime: 0,
      badTime: 0,
      farTime: 0,
      cancelled: 0,
      filtered: 0,
      badNumber: 0,
      afterAsOf: 0,
      duplicate: 0,
    },
  };
}

/** The same in a database, as an independent truth: the table `events` (u, i, t, v, bought, w, rating, price, f0). */
export class EventDatabase {
  private constructor(private readonly connection: DuckDBConnection) {}

  static async open(): Promise<EventDatabase> {
    return new EventDatabase(await (await DuckDBInstance.create(':memory:')).connect());
  }

  async load(rows: readonly LogRow[]): Promise<void> {
    const text = (value: string | null) => (value === null ? 'NULL' : `'${value}'`);
    const decimal = (units: number | null) => (units === null ? 'NULL' : `${units} / 10000.0`);
    const values = rows.map(
      (r) =>
        `(${text(r.user)}, ${text(r.item)}, make_timestamp(${r.time}), ${decimal(r.value)}, ${r.bought}, ${r.weight} / 1000000.0, ` +
        `${decimal(r.rating)}, ${decimal(r.price)}, ${text(r.brand)})`,
    );
    await this.connection.run(`
      CREATE OR REPLACE TABLE events (u VARCHAR, i VARCHAR, t TIMESTAMP, v DECIMAL(18, 4), bought BOOLEAN, w DECIMAL(18, 6),
        rating DECIMAL(18, 4), price DECIMAL(18, 4), f0 VARCHAR);
      INSERT INTO events VALUES ${values.join(', ')}`);
  }

  async rows(sql: string): Promise<Record<string, unknown>[]> {
    return (await this.connection.runAndReadAll(sql)).getRowObjectsJson();
  }

  close(): void {
    this.connection.closeSync();
  }
}
