/**
 * Reads an event log by DuckDB: who did what to which item when, and for how much. Rows that cannot be used are counted by
 * cause and left out; the rest stands in a table that further queries aggregate.
 */
import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { errors } from '../errors.js';

export interface EventLog {
  /** a CSV, Parquet or JSON file (`.gz` too), or a glob of such files */
  path: string;
  /** columns: who, what, when */
  user: string;
  item: string;
  time: string;
  /** SQL expression of an event's worth, such as "Quantity * UnitPrice"; default 0 */
  value?: string;
  /** column that names the item for people */
  label?: string;
  /** columns whose values a user may prefer, such as a category or a brand */
  fields?: readonly string[];
  /** SQL condition that events must meet */
  where?: string;
  /** the moment that recency counts back from; later events are left out; default: the last event's time */
  asOf?: string;
}

/** Rows of the log, and how many were left out for which cause. Each row counts for its first cause. */
export interface EventCounts {
  rows: number;
  used: number;
  noUser: number;
  noItem: number;
  badTime: number;
  filtered: number;
  afterAsOf: number;
}

export interface Events extends AsyncDisposable {
  counts: EventCounts;
  /** ISO 8601, without a zone, as the log has it */
  asOf: string;
  /**
   * Table `events`: u VARCHAR, i VARCHAR, t TIMESTAMP, v DECIMAL(18, 4), label VARCHAR, and the fields f0, f1, … VARCHAR.
   * @returns rows of plain values
   */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Columns of a query, in order: numbers and texts. */
  columns(sql: string): Promise<unknown[][]>;
}

const READERS: [pattern: RegExp, reader: string][] = [
  [/\.(csv|tsv|txt)(\.gz)?$/i, 'read_csv_auto'],
  [/\.parquet$/i, 'read_parquet'],
  [/\.(json|jsonl|ndjson)(\.gz)?$/i, 'read_json_auto'],
];

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * @returns the events; dispose them after use
 * @throws CameoError 'file' for a file that cannot be read, 'column' for a column that is not there, 'argument' for an
 *   expression that DuckDB refuses, 'data' when no event is left
 */
export async function readEvents(log: EventLog): Promise<Events> {
  const reader = READERS.find(([pattern]) => pattern.test(log.path))?.[1];
  if (!reader) throw errors.fileType(log.path, '.csv, .tsv, .json, .jsonl (each also with .gz), .parquet');
  if (!/[*?[]/.test(log.path)) await stat(log.path).catch((cause) => Promise.reject(errors.fileRead(log.path, cause)));
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const close = async () => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    return { ...(await load(connection, log, reader)), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function load(
  connection: DuckDBConnection,
  log: EventLog,
  reader: string,
): Promise<Omit<Events, typeof Symbol.asyncDispose>> {
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
  const columns = async (sql: string) => (await connection.runAndReadAll(sql)).getColumns() as unknown[][];
  const source = `${reader}(${literal(log.path)})`;
  let names: string[];
  try {
    names = (await query(`DESCRIBE FROM ${source}`)).map((row) => String(row.column_name));
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
    if (name !== undefined && !names.includes(name)) throw errors.columnUnknown(role as string, name, names);
  }
  // An expression by itself first, so that the error names the one that is wrong.
  for (const [option, expression] of [
    ['value', log.value],
    ['where', log.where],
  ] as const) {
    if (expression === undefined) continue;
    const wanted = option === 'value' ? `CAST((${expression}) AS DECIMAL(18, 4))` : `CAST((${expression}) AS BOOLEAN)`;
    await connection.run(`SELECT ${wanted} FROM ${source} LIMIT 0`).catch((cause) => {
      throw errors.expression(option, cause);
    });
  }
  if (log.asOf !== undefined) {
    await connection.run(`SELECT CAST(${literal(log.asOf)} AS TIMESTAMP)`).catch(() => {
      throw errors.option('asOf', 'a date or a time such as 2011-06-30 or 2011-06-30 12:00:00', log.asOf);
    });
  }
  const fields = log.fields ?? [];
  const text = (name: string) => `nullif(trim(CAST(${identifier(name)} AS VARCHAR)), '')`;
  try {
    await connection.run(`
      CREATE TABLE lines AS SELECT ${text(log.user)} AS u, ${text(log.item)} AS i, TRY_CAST(${identifier(log.time)} AS TIMESTAMP) AS t,
        ${log.value === undefined ? '0' : `TRY_CAST((${log.value}) AS DECIMAL(18, 4))`}::DECIMAL(18, 4) AS v,
        ${log.label === undefined ? 'NULL' : text(log.label)}::VARCHAR AS label, ${fields.map((name, k) => `${text(name)} AS f${k}, `).join('')}
        coalesce(${log.where === undefined ? 'true' : `TRY_CAST((${log.where}) AS BOOLEAN)`}, false) AS kept
      FROM ${source}`);
  } catch (cause) {
    throw errors.fileRead(log.path, cause);
  }
  const usable = 'u IS NOT NULL AND i IS NOT NULL AND t IS NOT NULL AND kept';
  const [{ latest }] = await query(`SELECT max(t)::VARCHAR AS latest FROM lines WHERE ${usable}`);
  const asOf = log.asOf ?? (latest as string | null);
  const after = asOf === null ? 'false' : `t > CAST(${literal(asOf)} AS TIMESTAMP)`;
  const [counted] = await query(`
    SELECT count(*)::INTEGER AS rows, (count(*) FILTER (${usable} AND NOT (${after})))::INTEGER AS used,
      (count(*) FILTER (u IS NULL))::INTEGER AS "noUser", (count(*) FILTER (u IS NOT NULL AND i IS NULL))::INTEGER AS "noItem",
      (count(*) FILTER (u IS NOT NULL AND i IS NOT NULL AND t IS NULL))::INTEGER AS "badTime",
      (count(*) FILTER (u IS NOT NULL AND i IS NOT NULL AND t IS NOT NULL AND NOT kept))::INTEGER AS filtered,
      (count(*) FILTER (${usable} AND ${after}))::INTEGER AS "afterAsOf"
    FROM lines`);
  const counts = counted as unknown as EventCounts;
  if (asOf === null || counts.used === 0) throw errors.noEvents(counts);
  await connection.run(`
    CREATE TABLE events AS SELECT u, i, t, coalesce(v, 0) AS v, label${fields.map((_, k) => `, f${k}`).join('')} FROM lines WHERE ${usable} AND NOT (${after});
    DROP TABLE lines`);
  return { counts, asOf, query, columns };
}
