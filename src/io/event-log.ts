/**
 * An event log: where it is, and what in it says who did what when, to which item, and for how much. What a log may be is a file (or a glob
 * of files), a query on a DuckDB database file, or a query on a PostgreSQL server; expressions and conditions are DuckDB's SQL.
 */
import { stat } from 'node:fs/promises';
import * as v from 'valibot';
import { errors } from '../errors.js';
import { flag } from '../options.js';
import { boundMemory, type Database, literal, lock, READABLE, readerOf } from './duckdb.js';
import { utf8Of } from './encoding.js';
import { checkHead } from './head.js';
import { InputFile, type TableFormat } from './input.js';
import { copyFromPostgres, isPostgres } from './postgres.js';

export interface EventLog {
  /** a CSV, Parquet or JSON file (`.gz` too), a glob of such files, a DuckDB database file, or postgres://… */
  path: string;
  /** SQL that gives the events of a database; needed for a database, refused for files */
  query?: string;
  /** columns: who, what (without, nothing is recommended) and when. Times without a zone are taken as they are; numbers are seconds or milliseconds of 1970 */
  user: string;
  item?: string;
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
  /** of a text file that is not UTF-8, as in ReadOptions; default: UTF-8, or UTF-16 with a mark */
  encoding?: string;
}

const text = v.string('a text');
const optional = v.optional(text);

export const EVENT_LOG = v.strictObject({
  path: text,
  query: optional,
  user: text,
  item: optional,
  time: text,
  value: optional,
  label: optional,
  fields: v.optional(v.array(text, 'a list of column names')),
  price: optional,
  where: optional,
  cancelled: optional,
  distinct: v.optional(flag),
  orders: optional,
  weight: optional,
  rating: optional,
  asOf: optional,
  encoding: optional,
});

/** DuckDB's functions by what a pipe holds. */
const READER_OF: Partial<Record<TableFormat, string>> = {
  csv: 'read_csv_auto',
  json: 'read_json_auto',
  parquet: 'read_parquet',
};
const DATABASE = /\.(duckdb|ddb|db)$/i;
const GLOB = /[*?[]/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;

/** What is said of items, where the log names none. */
const ABOUT_ITEMS = ['label', 'weight', 'rating'] as const;

/** @throws CameoError 'file' for a file that is not there or of a kind that cannot be read, 'argument' for options that do not fit */
export async function checkSource(log: EventLog): Promise<void> {
  const { path, query } = log;
  const vain = log.item === undefined ? ABOUT_ITEMS.find((name) => log[name] !== undefined) : undefined;
  if (vain) throw errors.aboutItems(vain);
  const reader = readerOf(path);
  const database = isPostgres(path) || DATABASE.test(path);
  const address = isPostgres(path) ? null : ADDRESS.exec(path);
  if (address) throw errors.address(address[0]);
  if (!reader && !database && !(await isUnnamed(path)))
    throw errors.fileType(path, `${READABLE}, .duckdb, or an address postgres://…`);
  if (database && query === undefined)
    throw errors.invalid('A database of events needs a query, such as --query "SELECT * FROM orders".');
  if (!database && query !== undefined) throw errors.invalid('A query is for databases; use --where with files.');
  if (!isPostgres(path) && !GLOB.test(path)) await stat(path).catch((cause) => Promise.reject(errors.fileRead(path, cause)));
}

/** Whether it is standard input, a process substitution or a named pipe, whose bytes say what it holds. */
const isUnnamed = async (path: string): Promise<boolean> =>
  path.startsWith('/dev/') ||
  (await stat(path).then(
    (there) => there.isFIFO(),
    () => false,
  ));

/** The log as a file that can be read more than once; undefined for a glob and for databases. Dispose it after use. */
export async function localFile({ path, encoding }: EventLog, signal?: AbortSignal): Promise<InputFile | undefined> {
  if (GLOB.test(path) || !(readerOf(path) || (await isUnnamed(path)))) return undefined;
  const file = await InputFile.open(path, { signal });
  if (!READER_OF[file.format]) throw errors.fileType(path, `${READABLE}; a pipe holds one of these`);
  // DuckDB reads UTF-8, and unpacks what is called so.
  const recoded = encoding !== undefined && file.format !== 'parquet';
  if (!recoded && !(file.gzipped && !/\.gz$/i.test(file.path))) return file;
  await using original = file;
  const bytes = original.bytes();
  return await original.replaced(recoded ? utf8Of(bytes, original.name, encoding) : bytes, original.format);
}

/** Where a log cannot be read, because it is in another encoding, says so. @throws CameoError 'file' naming the encoding that it may be in */
export async function nameEncoding(file: InputFile | undefined): Promise<void> {
  if (file && file.format !== 'parquet') for await (const _ of utf8Of(file.bytes(), file.name));
}

/**
 * Opens what the log names, and locks the database to that (duckdb.ts).
 * @param local the log's file, where it is one
 * @returns what stands after FROM to read the log
 * @throws CameoError 'file', 'argument' for a query that is not one
 */
export async function openSource(
  database: Database,
  log: EventLog,
  local: InputFile | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const { connection } = database;
  const { path, query = '' } = log;
  const reader = local ? READER_OF[local.format] : readerOf(path);
  if (reader) {
    if (local) await checkHead(local);
    const files = local ? [local.path] : await filesOf(database, path, signal);
    await boundMemory(database, files);
    await lock(database, files);
    return `${reader}([${files.map(literal).join(', ')}])`;
  }
  if (isPostgres(path)) {
    await lock(database);
    await copyFromPostgres(connection, 'log', path, query, signal);
    return 'temp.main.log';
  }
  try {
    await connection.run(`ATTACH ${literal(path)} AS source (READ_ONLY, TYPE duckdb)`);
    // DuckDB's own functions first, so that a macro of the database cannot take the name of one.
    await connection.run(`SET search_path = 'system.main,memory.main,source.main'`);
  } catch (cause) {
    throw errors.fileRead(path, cause);
  }
  await lock(database);
  await checkQuery(database, log);
  return `(\n${query}\n)`;
}

/** The files of a glob, in their order. */
async function filesOf({ connection }: Database, path: string, signal: AbortSignal | undefined): Promise<string[]> {
  const found = await connection.runAndReadAll(`SELECT file FROM glob(${literal(path)}) ORDER BY file`).catch((cause) => {
    throw errors.fileRead(path, cause);
  });
  const files = found.getRows().map(([file]) => String(file));
  if (files.length === 0) throw errors.fileRead(path, new Error('no file has such a name'));
  for (const name of files) {
    await using file = await InputFile.open(name, { signal });
    await checkHead(file);
  }
  return files;
}

/** A query is any SQL that reads, but one statement. */
async function checkQuery({ connection }: Database, { path, query }: EventLog): Promise<void> {
  const statements = await connection.extractStatements(`SELECT * FROM (\n${query}\n)`).catch((cause) => {
    throw errors.fileRead(path, cause);
  });
  if (statements.count !== 1) throw errors.invalid(`Option 'query' must be one statement; found ${statements.count}.`);
}
