/**
 * The rows of an event log as a table of DuckDB, `lines`, each with what it says and with why it is left out, if it is:
 *
 *     u, i, label, f0, f1, … VARCHAR · t TIMESTAMP · v, rating, price DECIMAL(18, 4) · w DECIMAL(18, 6) · bought BOOLEAN
 *     dated, far: whether there is a time, and one outside the calendar · kept, cancelled BOOLEAN · copies: rows of the log that are alike
 *
 * Numbers that are added up are decimals, whose sums do not depend on their order.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { errors } from '../errors.js';
import type { EventCounts } from '../table/events.js';
import { heldBy, identifier, literal } from './duckdb.js';
import type { EventLog } from './event-log.js';
import { checkExpression } from './expression.js';

const EXPRESSIONS = { value: 'DECIMAL(18, 4)', price: 'DECIMAL(18, 4)', rating: 'DECIMAL(18, 4)', weight: 'DECIMAL(18, 6)' };
const CONDITIONS = ['where', 'orders', 'cancelled'] as const;
/** A column that no log has. */
const COPIES = 'cameo: copies';

export const rowsOf = async (connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> =>
  (await connection.runAndReadAll(sql)).getRowObjectsJson();

/** Which rows of `lines` are used, as SQL. */
export const USED = "cause = 'used'";

/**
 * Creates the tables `lines` and, as a view of it with a column `cause`, `judged`.
 * @returns the moment that the log's asOf names, as SQL; undefined without
 * @throws CameoError 'file', 'column', 'argument'
 */
export async function createLines(connection: DuckDBConnection, log: EventLog, source: string): Promise<string | undefined> {
  const types = await columnTypes(connection, log, source);
  const expressions = await expressionsOf(connection, log, [...types.keys()]);
  const given = log.asOf === undefined ? undefined : await momentOf(connection, log.asOf);
  const number = (option: keyof typeof EXPRESSIONS, otherwise: string) =>
    `${log[option] === undefined ? otherwise : `TRY_CAST(${expressions[option]} AS ${EXPRESSIONS[option]})`}::${EXPRESSIONS[option]}`;
  const condition = (option: (typeof CONDITIONS)[number], otherwise: string) =>
    `coalesce(${log[option] === undefined ? otherwise : `TRY_CAST(${expressions[option]} AS BOOLEAN)`}, false)`;
  const text = (name: string | undefined) =>
    name === undefined ? 'NULL::VARCHAR' : textOf(identifier(name), types.get(name) as string);
  const time = timeOf(identifier(log.time), types.get(log.time) as string);
  const columns = [
    `${text(log.user)} AS u`,
    `${text(log.item)} AS i`,
    `CASE WHEN ${WITHIN(time)} THEN ${time} END AS t`,
    `${text(log.time)} IS NOT NULL AS dated`,
    // Of infinity there are no microseconds.
    `coalesce(NOT ${WITHIN(time)}, ${time} IS NOT NULL) AS far`,
    `${number('value', '0')} AS v`,
    `${number('weight', '1')} AS w`,
    `${number('rating', 'NULL')} AS rating`,
    `${number('price', 'NULL')} AS price`,
    `${condition('orders', 'true')} AS bought`,
    `${condition('where', 'true')} AS kept`,
    `${condition('cancelled', 'false')} AS cancelled`,
    `${log.distinct ? identifier(COPIES) : '1'} AS copies`,
    `${text(log.label)} AS label`,
    ...(log.fields ?? []).map((name, k) => `${text(name)} AS f${k}`),
  ];
  const rows = log.distinct ? `(SELECT *, count(*) AS ${identifier(COPIES)} FROM ${source} GROUP BY ALL)` : source;
  try {
    await connection.run(`CREATE TABLE memory.main.lines AS SELECT ${columns.join(', ')} FROM ${rows}`);
  } catch (cause) {
    throw errors.fileRead(log.path, cause);
  }
  await connection.run(
    `CREATE VIEW memory.main.judged AS SELECT *, rowid AS line, ${causeOf(log, given)} AS cause FROM memory.main.lines`,
  );
  return given;
}

/** Rows by what became of them. */
export async function countLines(connection: DuckDBConnection): Promise<EventCounts> {
  const counts: EventCounts = {
    rows: 0,
    used: 0,
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
  };
  const sql = `SELECT cause, count(*)::INTEGER AS n, (sum(copies) - count(*))::INTEGER AS more FROM memory.main.judged GROUP BY 1`;
  for (const { cause, n, more } of await rowsOf(connection, sql)) {
    counts[cause as keyof EventCounts] = n as number;
    counts.duplicate += more as number;
    counts.rows += (n as number) + (more as number);
  }
  return counts;
}

/** Types of the log's columns by name, of an empty table of its shape: a file is looked into for its types once. */
async function columnTypes(connection: DuckDBConnection, log: EventLog, source: string): Promise<Map<string, string>> {
  const types = new Map<string, string>();
  try {
    await connection.run(`CREATE TEMP TABLE shape AS FROM ${source} LIMIT 0`);
    for (const row of await rowsOf(connection, 'DESCRIBE temp.main.shape'))
      types.set(String(row.column_name), String(row.column_type));
  } catch (cause) {
    throw errors.fileRead(log.path, cause);
  }
  const named: [role: string, name: string | undefined][] = [
    ['User', log.user],
    ['Item', log.item],
    ['Time', log.time],
    ['Label', log.label],
    ...(log.fields ?? []).map((name): [string, string] => ['Preference', name]),
  ];
  for (const [role, name] of named) {
    if (name === undefined) continue;
    const type = types.get(name);
    if (type === undefined) throw errors.columnUnknown(role, name, [...types.keys()]);
    const held = heldBy(type);
    if (held) throw errors.columnLeftOut(role, name, `it holds ${held}`);
  }
  return types;
}

/**
 * Checks each expression, and tries it by itself, so that the error names the one that is wrong.
 * @returns them as SQL, null where they fail in some row
 */
async function expressionsOf(
  connection: DuckDBConnection,
  log: EventLog,
  columns: readonly string[],
): Promise<Record<string, string>> {
  const checked: Record<string, string> = {};
  const types = [...Object.entries(EXPRESSIONS), ...CONDITIONS.map((option): [string, string] => [option, 'BOOLEAN'])];
  for (const [option, type] of types) {
    const expression = log[option as keyof typeof EXPRESSIONS];
    if (expression === undefined) continue;
    checked[option] = await checkExpression(connection, option, expression, columns);
    await connection.run(`SELECT CAST(${checked[option]} AS ${type}) FROM temp.main.shape`).catch((cause) => {
      throw errors.expression(option, cause);
    });
  }
  return checked;
}

/** A moment given as text, read as the log's times are, as SQL. */
async function momentOf(connection: DuckDBConnection, text: string): Promise<string> {
  const moment = timeOf(literal(text), 'VARCHAR');
  const [{ known }] = await rowsOf(connection, `SELECT coalesce(${WITHIN(moment)}, false) AS known`);
  if (!known) throw errors.option('asOf', 'a date or a time such as 2011-06-30 or 2011-06-30 12:00:00', text);
  return moment;
}

/** Why a row is left out, or 'used', as SQL: the first that holds. */
function causeOf({ item }: EventLog, asOf: string | undefined): string {
  const causes: [cause: keyof EventCounts, holds: string][] = [
    ['noUser', 'u IS NULL'],
    ['noItem', item === undefined ? 'false' : 'i IS NULL'],
    ['noTime', 'NOT dated'],
    ['farTime', 'far'],
    ['badTime', 't IS NULL'],
    ['cancelled', 'cancelled'],
    ['filtered', 'NOT kept'],
    ['badNumber', 'v IS NULL OR w IS NULL OR w < 0'],
    ['afterAsOf', asOf === undefined ? 'false' : `t >= ${asOf}`],
  ];
  return `CASE ${causes.map(([name, holds]) => `WHEN ${holds} THEN '${name}'`).join(' ')} ELSE 'used' END`;
}

/** An id or a label as text, null for nothing: numbers without a fraction look the same however a file holds them. */
function textOf(column: string, type: string): string {
  const whole = `CAST(TRY_CAST(${column} AS HUGEINT) AS VARCHAR)`;
  const text = /^(FLOAT|DOUBLE|DECIMAL)/.test(type)
    ? `CASE WHEN ${column} = trunc(${column}) THEN ${whole} ELSE CAST(${column} AS VARCHAR) END`
    : // Numbers and texts together are JSON, in which texts have quotes.
      type === 'JSON'
      ? `${column}->>'$'`
      : `CAST(${column} AS VARCHAR)`;
  return `nullif(trim(${text}), '')`;
}

/** Milliseconds of 1970 rather than seconds: beyond the year 5138. */
const MILLISECONDS = 1e11;
/** The calendar of people and of SQL: the years 1 to 9999, in microseconds of 1970. A time beyond, infinity with it, is a mistake. */
const WITHIN = (time: string) => `epoch_us(${time}) BETWEEN -62135596800000000 AND 253402300799999999`;
const INFINITY = "'infinity'::TIMESTAMP";

/**
 * A column of times as SQL, null for what is none, infinite where no timestamp can hold it. What has an offset in it is brought to UTC,
 * whatever the machine's zone.
 */
function timeOf(column: string, type: string): string {
  if (/INT|FLOAT|DOUBLE|DECIMAL/.test(type)) {
    const number = `${column}::${/INT/.test(type) ? 'HUGEINT' : 'DOUBLE'}`;
    const microseconds = `round(${number} * CASE WHEN abs(${column}) < ${MILLISECONDS} THEN 1000000 ELSE 1000 END)`;
    return `CASE WHEN ${column} IS NOT NULL THEN coalesce(TRY(make_timestamp(CAST(${microseconds} AS BIGINT))), ${INFINITY}) END`;
  }
  // Text may name an offset, which a cast to TIMESTAMP would leave out.
  return type === 'VARCHAR' ? `CAST(TRY_CAST(${column} AS TIMESTAMPTZ) AS TIMESTAMP)` : `TRY_CAST(${column} AS TIMESTAMP)`;
}
