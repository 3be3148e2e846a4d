/**
 * A DuckDB of one's own in memory, which spills to a folder of the system's when it grows larger, how it is locked, and how SQL is quoted.
 * The library takes a sixth of a second to load, so it is loaded when the first is opened.
 */
import { stat } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import type { DuckDBConnection } from '@duckdb/node-api';
import { clearStale, discard, makeTemporaryFolder, temporaryFolder } from './temporary.js';

/** DuckDB's readers by the names of the files they read. */
const READERS: [pattern: RegExp, reader: string][] = [
  [/\.(csv|tsv|txt)(\.gz)?$/i, 'read_csv_auto'],
  [/\.parquet$/i, 'read_parquet'],
  [/\.(json|jsonl|ndjson)(\.gz)?$/i, 'read_json_auto'],
];
export const READABLE = '.csv, .tsv, .json, .jsonl (each also with .gz), .parquet';

/** The reader of a file; undefined for a name that none reads. */
export const readerOf = (path: string): string | undefined => READERS.find(([pattern]) => pattern.test(path))?.[1];

export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
export const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** So that a connection knows how far its query is, and keeps it to itself. */
const PROGRESS = ['enable_progress_bar = true', 'enable_progress_bar_print = false', 'progress_bar_time = 0'];

/** What the values of a type hold, where they are no plain ones. */
const NESTED: [pattern: RegExp, what: string][] = [
  [/\[\d*\]$/, 'lists'],
  [/^STRUCT\b/, 'structs'],
  [/^MAP\b/, 'maps'],
  [/^(UNION|VARIANT)\b/, 'values of several types'],
];
export const heldBy = (type: string): string | undefined => NESTED.find(([pattern]) => pattern.test(type))?.[1];

/** Dispose it after use: the database and what it spilled are gone then. */
export interface Database extends AsyncDisposable {
  connection: DuckDBConnection;
}

/** No extension is looked for, fetched or loaded, whatever a file or a query asks for, and no stored secret is read. */
const ALONE = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_persistent_secrets: 'false',
};

let open = 0;
let listener: ((open: number) => void) | undefined;

/** Tells how many databases are open, for somebody who ends this thread: a query ends when it is interrupted, not with its thread. */
export function onDatabases(tell: typeof listener): void {
  listener = tell;
}

function count(more: number): void {
  open += more;
  listener?.(open);
}

export async function openDatabase(): Promise<Database> {
  count(1);
  const { DuckDBInstance } = await import('@duckdb/node-api');
  await clearStale(tmpdir());
  // Made here, so that nobody else reads it. Where it cannot be made, what needs none does without.
  const spill = await makeTemporaryFolder().catch(() => temporaryFolder());
  const instance = await DuckDBInstance.create(':memory:', { temp_directory: spill, ...ALONE });
  const connection = await instance.connect();
  for (const setting of PROGRESS) await connection.run(`SET ${setting}`);
  return {
    connection,
    async [Symbol.asyncDispose]() {
      connection.closeSync();
      instance.closeSync();
      count(-1);
      await discard(spill);
    },
  };
}

/** Bytes for any file, and for each byte of one. What needs more spills. */
const MEMORY = { any: 2 ** 30, each: 32 };

/**
 * Bounds the memory by the size of what is read, below DuckDB's own bound of four fifths of the machine's: a few changed bytes of a small
 * file of Parquet claim 8 GiB.
 */
export async function boundMemory({ connection }: Database, files: readonly string[]): Promise<void> {
  let bytes = MEMORY.any;
  for (const file of files) bytes += MEMORY.each * (await stat(file)).size;
  const machine = Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY);
  await connection.run(`SET memory_limit = '${Math.floor(Math.min(bytes, 0.8 * machine) / 2 ** 20)}MiB'`);
}

/**
 * From here on DuckDB opens no file but these and what it spills, no address and no extension, and keeps its settings. Called before it meets
 * an expression or a query from outside. What is attached stays.
 */
export async function lock({ connection }: Database, files: readonly string[] = []): Promise<void> {
  await connection.run(`SET allowed_paths = [${files.map(literal).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}
