/**
 * Reads an event log by DuckDB: who did what to which item when, and for how much. Rows that cannot be used are counted by
 * cause and left out; the rest stands in a table that further queries aggregate.
 *
 * A log is a file (or a glob of files), a query on a DuckDB database file, or a query on a PostgreSQL server. Numbers that are
 * added up are decimals, because sums of doubles depend on the number of threads.
 */
import { stat } from 'node:fs/promises';
import { errors } from '../errors.js';
import { type Database, identifier, literal, openDatabase, READABLE, readerOf } from './duckdb.js';
import { copyFromPostgres, isPostgres } from './postgres.js';

export interface EventLog {
  /** a CSV, Parquet or JSON file (`.gz` too), a glob of such files, a DuckDB database file, or postgres://… */
  path: string;
  /** SQL that gives the events of a database; needed for a database, refused for files */
  query?: string;
  /** columns: who, what, when. Times without a zone are taken as they are; whole numbers are seconds or milliseconds of 1970 */
  user: string;
  item: string;
  time: string;
  /** SQL expression of an event's worth, such as "Quantity * UnitPrice"; default 0 */
  value?: string;
  /** column that names the item for people */
  label?: string;
  /** columns whose values a user may prefer, such as a category or a brand */
  fields?: readonly string[];
  /** SQL expression of the price of one piece, for price bands */
  price?: string;
  /** SQL condition that events must meet */
  where?: string;
  /** SQL condition of cancelled orders, which are left out and counted by themselves; default: none */
  cancelled?: string;
  /** whether rows that are alike in every column count once; default false: a log may well hold two alike events */
  distinct?: boolean;
  /** SQL condition of the events that are orders, the others being views and carts; default: all */
  orders?: string;
  /** SQL expression of how much an event counts for recommendations, not negative; default 1 */
  weight?: string;
  /** SQL expression of the user's rating of the item; recommendations then predict ratings */
  rating?: string;
  /** the moment that recency counts back from; events at it and later are left out; default: the last event's time, with it */
  asOf?: string;
}

/** Rows of the log, and how many were left out for which cause. Each row counts for its first cause. */
export interface EventCounts {
  rows: number;
  used: number;
  noUser: number;
  noItem: number;
  badTime: number;
  cancelled: number;
  filtered: number;
  /** value or weight is no finite number, or the weight is negative */
  badNumber: number;
  afterAsOf: number;
  /** copies of rows that were used or left out, with `distinct` */
  duplicate: number;
}

export interface Events extends AsyncDisposable {
  counts: EventCounts;
  /** ISO 8601, without a zone, as the log has it */
  asOf: string;
  /** whether the log was given weights, ratings, prices */
  has: { weight: boolean; rating: boolean; price: boolean };
  /**
   * Table `events`: u VARCHAR, i VARCHAR, t TIMESTAMP, v DECIMAL(18, 4), bought BOOLEAN, w DECIMAL(18, 6), rating
   * DECIMAL(18, 4), price DECIMAL(18, 4), label VARCHAR, and the fields f0, f1, … VARCHAR.
   * @returns rows of plain values
   */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Columns of a query, in order: numbers and texts. */
  columns(sql: string): Promise<unknown[][]>;
}

const DATABASE = /\.(duckdb|ddb|db)$/i;
const EXPRESSIONS = { value: 'DECIMAL(18, 4)', price: 'DECIMAL(18, 4)', rating: 'DECIMAL(18, 4)', weight: 'DECIMAL(18, 6)' };
/** A column that no log has. */
const COPIES = 'cameo: copies';
const CONDITIONS = ['where', 'orders', 'cancelled'] as const;

/**
 * @returns the events; dispose them after use
 * @throws CameoError 'file' for a file or database that cannot be read, 'column' for a column that is not there, 'argument' for
 *   an expression that DuckDB refuses, 'data' when no event is left, 'aborted'
 */
export async function readEvents(log: EventLog, { signal }: { signal?: AbortSignal } = {}): Promise<Events> {
  const reader = readerOf(log.path);
  const database = isPostgres(log.path) || DATABASE.test(log.path);
  if (!reader && !database) throw errors.fileType(log.path, `${READABLE}, .duckdb, or an address postgres://…`);
  if (database && log.query === undefined)
    throw errors.invalid('A database of events needs a query, such as --query "SELECT * FROM orders".');
  if (!database && log.query !== undefined) throw errors.invalid('A query is for databases; use --where with files.');
  if (!isPostgres(log.path) && !/[*?[]/.test(log.path))
    await stat(log.path).catch((cause) => Promise.reject(errors.fileRead(log.path, cause)));
  const opened = await openDatabase();
  const interrupt = () => opened.connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    return {
      ...(await load(opened, log, await sourceOf(opened, log, signal))),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw signal?.aborted ? errors.aborted(error) : error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}

/** What stands after FROM. */
async function sourceOf({ connection }: Database, log: EventLog, signal?: AbortSignal): Promise<string> {
  const { path, query } = log;
  const reader = readerOf(path);
  if (reader) return `${reader}(${literal(path)})`;
  if (isPostgres(path)) {
    await copyFromPostgres(connection, 'log', path, query as string, signal);
    return 'temp.main.log';
  }
  try {
    await connection.run(`ATTACH ${literal(path)} AS source (READ_ONLY)`);
    await connection.run(`SET search_path = 'memory.main,source.main'`);
  } catch (cause) {
    throw errors.fileRead(path, cause);
  }
  return `(${query})`;
}

async function load(
  { connection }: Database,
  log: EventLog,
  source: string,
): Promise<Omit<Events, typeof Symbol.asyncDispose>> {
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
  const columns = async (sql: string) => (await connection.runAndReadAll(sql)).getColumns() as unknown[][];
  // What has an offset in it is brought to UTC, whatever the machine's zone.
  await connection.run("SET TimeZone = 'UTC'");
  const types = new Map<string, string>();
  try {
    // An empty table of the log's columns: a file is looked into for its types once.
    await connection.run(`CREATE TEMP TABLE shape AS FROM ${source} LIMIT 0`);
    for (const row of await query('DESCRIBE temp.main.shape')) types.set(String(row.column_name), String(row.column_type));
  } catch (cause) {
    throw errors.fileRead(log.path, cause);
  }
  for (const [role, name] of [
    ['User', log.user],
    ['Item', log.item],
    ['Time', log.time],
    ['Label', log.label],
    ...(log.fields ?? []).map((name) => ['Preference', name]),
  ]) {
    if (name !== undefined && !types.has(name)) throw errors.columnUnknown(role as string, name, [...types.keys()]);
  }
  // An expression by itself first, so that the error names the one that is wrong.
  const safe: { [option: string]: string } = {};
  const refuse = async (option: string, expression: string | undefined, type: string) => {
    if (expression === undefined) return;
    await connection.run(`SELECT CAST((${expression}) AS ${type}) FROM temp.main.shape`).catch((cause) => {
      throw errors.expression(option, cause);
    });
    // What fails in some row is null there, where DuckDB can promise it: not for random().
    const tried = `TRY((${expression}))`;
    safe[option] = await connection.run(`SELECT ${tried} FROM temp.main.shape`).then(
      () => tried,
      () => `(${expression})`,
    );
  };
  for (const [option, type] of Object.entries(EXPRESSIONS)) await refuse(option, log[option as keyof typeof EXPRESSIONS], type);
  for (const option of CONDITIONS) await refuse(option, log[option], 'BOOLEAN');
  const given =
    log.asOf &&
    (await query(`SELECT CAST(${literal(log.asOf)} AS TIMESTAMP)::VARCHAR AS t`).catch(() => {
      throw errors.option('asOf', 'a date or a time such as 2011-06-30 or 2011-06-30 12:00:00', log.asOf);
    }));
  const fields = log.fields ?? [];
  const number = (option: keyof typeof EXPRESSIONS, otherwise: string) =>
    `${log[option] === undefined ? otherwise : `TRY_CAST(${safe[option]} AS ${EXPRESSIONS[option]})`}::${EXPRESSIONS[option]}`;
  const condition = (option: (typeof CONDITIONS)[number], otherwise: string) =>
    `coalesce(${log[option] === undefined ? otherwise : `TRY_CAST(${safe[option]} AS BOOLEAN)`}, false)`;
  const text = (name: string) => textOf(identifier(name), types.get(name) as string);
  try {
    await connection.run(`
      CREATE TABLE memory.main.lines AS SELECT ${text(log.user)} AS u, ${text(log.item)} AS i,
        ${timeOf(identifier(log.time), types.get(log.time) as string)} AS t,
        ${number('value', '0')} AS v, ${number('weight', '1')} AS w, ${number('rating', 'NULL')} AS rating,
        ${number('price', 'NULL')} AS price, ${condition('orders', 'true')} AS bought, ${condition('where', 'true')} AS kept,
        ${condition('cancelled', 'false')} AS cancelled, ${log.distinct ? identifier(COPIES) : '1'} AS copies,
        ${log.label === undefined ? 'NULL' : text(log.label)}::VARCHAR AS label${fields.map((name, k) => `, ${text(name)} AS f${k}`).join('')}
      FROM ${log.distinct ? `(SELECT *, count(*) AS ${identifier(COPIES)} FROM ${source} GROUP BY ALL)` : source}`);
  } catch (cause) {
    throw errors.fileRead(log.path, cause);
  }
  const causes: [cause: keyof EventCounts, holds: string][] = [
    ['noUser', 'u IS NULL'],
    ['noItem', 'i IS NULL'],
    ['badTime', 't IS NULL'],
    ['cancelled', 'cancelled'],
    ['filtered', 'NOT kept'],
    ['badNumber', 'v IS NULL OR w IS NULL OR w < 0'],
  ];
  const cause = `CASE ${causes.map(([name, holds]) => `WHEN ${holds} THEN '${name}'`).join(' ')} ELSE 'used' END`;
  const [{ latest }] = await query(`SELECT max(t)::VARCHAR AS latest FROM memory.main.lines WHERE ${cause} = 'used'`);
  const asOf = (given ? given[0].t : latest) as string | null;
  const after = log.asOf === undefined ? 'false' : `t >= CAST(${literal(log.asOf)} AS TIMESTAMP)`;
  const counts: EventCounts = {
    rows: 0,
    used: 0,
    noUser: 0,
    noItem: 0,
    badTime: 0,
    cancelled: 0,
    filtered: 0,
    badNumber: 0,
    afterAsOf: 0,
    duplicate: 0,
  };
  const used = `${cause} = 'used' AND NOT (${after})`;
  for (const row of await query(`
    SELECT CASE WHEN ${cause} = 'used' AND ${after} THEN 'afterAsOf' ELSE ${cause} END AS cause, count(*)::INTEGER AS n,
      (sum(copies) - count(*))::INTEGER AS more
    FROM memory.main.lines GROUP BY 1`)) {
    counts[row.cause as keyof EventCounts] = row.n as number;
    counts.duplicate += row.more as number;
    counts.rows += (row.n as number) + (row.more as number);
  }
  if (asOf === null || counts.used === 0) throw errors.noEvents(counts);
  await connection.run(`
    CREATE TABLE memory.main.events AS
      SELECT u, i, t, v, bought, w, rating, price, label${fields.map((_, k) => `, f${k}`).join('')} FROM memory.main.lines WHERE ${used};
    DROP TABLE memory.main.lines`);
  const has = { weight: log.weight !== undefined, rating: log.rating !== undefined, price: log.price !== undefined };
  return { counts, asOf, has, query, columns };
}

/** An id or a label as text, null for nothing: numbers without a fraction look the same however a file holds them. */
function textOf(column: string, type: string): string {
  const whole = `CAST(TRY_CAST(${column} AS HUGEINT) AS VARCHAR)`;
  const text = /^(FLOAT|DOUBLE|DECIMAL)/.test(type)
    ? `CASE WHEN ${column} = trunc(${column}) THEN ${whole} ELSE CAST(${column} AS VARCHAR) END`
    : `CAST(${column} AS VARCHAR)`;
  return `nullif(trim(${text}), '')`;
}

/** Milliseconds of 1970 rather than seconds: beyond the year 5138. */
const MILLISECONDS = 1e11;

function timeOf(column: string, type: string): string {
  if (/INT/.test(type)) {
    const microseconds = `CASE WHEN abs(${column}) < ${MILLISECONDS} THEN ${column}::HUGEINT * 1000000 ELSE ${column}::HUGEINT * 1000 END`;
    return `TRY(make_timestamp(CAST(${microseconds} AS BIGINT)))`;
  }
  // Text may name an offset, which a cast to TIMESTAMP would leave out.
  return type === 'VARCHAR' ? `CAST(TRY_CAST(${column} AS TIMESTAMPTZ) AS TIMESTAMP)` : `TRY_CAST(${column} AS TIMESTAMP)`;
}
