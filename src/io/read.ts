/**
 * Reads tables. DuckDB reads CSV, Parquet and JSON, and sniffs types, quoting and compression; read-arrow.ts reads Arrow files
 * and streams. Numbers become float64; text, booleans, dates and everything else become categories.
 */
import { open, stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { errors } from '../errors.js';
import type { Progress } from '../progress.js';
import type { Table } from '../table/table.js';
import { ColumnBuilder } from './column-builder.js';
import { identifier, literal, openDatabase, READABLE, readerOf } from './duckdb.js';
import { openInput, rereadable, unlessAborted } from './input.js';
import { concatenate, readArrow } from './read-arrow.js';
import { watched } from './watch.js';

/** Types that a CSV's columns may have. Without BOOLEAN, by which 'yes' would become 'true'; dates stay as they are written. */
const CSV = "auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR']";

const ARROW = /\.(arrow|feather|ipc)$/i;
const TYPES = `${READABLE}, .arrow`;

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/;

export interface ReadOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/**
 * Reads a whole file: CSV, JSON (`.gz` too), Parquet or Arrow.
 *
 * @returns columns of its own, rows in the file's order
 * @throws CameoError 'file' when it cannot be read or its format is unknown, 'column' for a name that appears twice,
 *   'data' for no rows
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<Table> {
  const reader = readerOf(path);
  if (!reader && !ARROW.test(path)) throw errors.fileType(path, TYPES);
  try {
    const there = await stat(path);
    if (there.isDirectory()) throw new Error('it is a directory');
    if (!there.isFIFO()) await (await open(path)).close();
  } catch (cause) {
    throw errors.fileRead(path, cause);
  }
  try {
    const table = reader ? await readByDuckDB(path, reader, options) : await readArrowFile(path, options);
    if (table && table.rows > 0) return table;
  } catch (cause) {
    throw options.signal?.aborted ? errors.aborted(cause) : cause;
  }
  throw errors.tableEmpty(`'${path}'`);
}

async function readArrowFile(path: string, { signal, onProgress }: ReadOptions): Promise<Table | undefined> {
  const { size: total } = await stat(path);
  const input = await openInput(path, signal);
  const timer = setInterval(() => onProgress?.({ stage: 'read', done: input.bytesRead, total, unit: 'bytes' }), 100);
  try {
    return await unlessAborted(concatenate(readArrow(input, path)), signal);
  } finally {
    clearInterval(timer);
  }
}

async function readByDuckDB(path: string, reader: string, { signal, onProgress }: ReadOptions): Promise<Table> {
  await using file = await rereadable(path, signal);
  const { size: total } = await stat(file.path);
  await using database = await openDatabase();
  const { connection } = database;
  const onShare = (share: number) => onProgress?.({ stage: 'read', done: Math.round(share * total), total, unit: 'bytes' });
  const names: string[] = [];
  const builders: ColumnBuilder[] = [];
  let rows = 0;
  try {
    // Into a table first: types are known from the whole file before any value is converted.
    const from = `${reader}(${literal(file.path)}${reader === 'read_csv_auto' ? `, ${CSV}` : ''})`;
    await watched(connection, { signal, onShare }, () => connection.run(`CREATE TABLE t AS FROM ${from}`));
    const [[all]] = (await connection.runAndReadAll('SELECT count(*)::INTEGER FROM t')).getRows() as [[number]];
    const description = await connection.runAndReadAll('DESCRIBE t');
    const casts = description.getRows().map(([name, type]) => {
      const number = NUMBER.test(String(type));
      names.push(String(name));
      builders.push(new ColumnBuilder(String(name), number));
      return `CAST(${identifier(String(name))} AS ${number ? 'DOUBLE' : 'VARCHAR'})`;
    });
    const result = await connection.stream(`SELECT ${casts.join(', ')} FROM t`);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) break;
      if (signal?.aborted) throw errors.aborted();
      builders.forEach((builder, j) => {
        const vector = chunk.getColumnVector(j);
        builder.append(chunk.rowCount, (i) => vector.getItem(i));
      });
      rows += chunk.rowCount;
      onProgress?.({ stage: 'read', done: rows, total: all });
    }
  } catch (cause) {
    throw errors.fileRead(path, cause);
  }
  if (reader === 'read_csv_auto' && names.some((name) => /_\d+$/.test(name))) await refuseDuplicates(connection, file.path);
  return { rows, columns: builders.map((builder) => builder.finish(rows)) };
}

/** DuckDB renames the second of two equal names to name_1; the header row itself says whether there were any. */
async function refuseDuplicates(connection: DuckDBConnection, path: string): Promise<void> {
  const query = `FROM read_csv(${literal(path)}, header = false, all_varchar = true) LIMIT 1`;
  const [header] = (await connection.runAndReadAll(query)).getRows();
  const seen = new Set<string>();
  for (const name of header.map((value) => String(value).trim())) {
    if (seen.has(name.toLowerCase())) throw errors.columnDuplicate(name);
    seen.add(name.toLowerCase());
  }
}
