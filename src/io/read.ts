/**
 * Reads tables. DuckDB reads CSV, Parquet and JSON, and sniffs types, quoting and compression; read-arrow.ts reads Arrow files
 * and streams. Numbers become float64; text, booleans, dates and everything else become categories.
 */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { errors } from '../errors.js';
import type { Table } from '../table/table.js';
import { ColumnBuilder } from './column-builder.js';
import { identifier, literal, openDatabase, READABLE, readerOf } from './duckdb.js';
import { concatenate, readArrow } from './read-arrow.js';

/** Types that a CSV's columns may have. Without BOOLEAN, by which 'yes' would become 'true'; dates stay as they are written. */
const CSV = "auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR']";

const ARROW = /\.(arrow|feather|ipc)$/i;
const TYPES = `${READABLE}, .arrow`;

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/;

/**
 * Reads a whole file: CSV, JSON (`.gz` too), Parquet or Arrow.
 *
 * @returns columns of its own, rows in the file's order
 * @throws CameoError 'file' when it cannot be read or its format is unknown, 'column' for a name that appears twice,
 *   'data' for no rows
 */
export async function readTable(path: string): Promise<Table> {
  const reader = readerOf(path);
  if (!reader && !ARROW.test(path)) throw errors.fileType(path, TYPES);
  try {
    if ((await stat(path)).isDirectory()) throw new Error('it is a directory');
    await (await open(path)).close();
  } catch (cause) {
    throw errors.fileRead(path, cause);
  }
  const table = reader ? await readByDuckDB(path, reader) : await concatenate(readArrow(createReadStream(path), path));
  if (!table || table.rows === 0) throw errors.tableEmpty(`'${path}'`);
  return table;
}

async function readByDuckDB(path: string, reader: string): Promise<Table> {
  await using database = await openDatabase();
  const { connection } = database;
  const names: string[] = [];
  const builders: ColumnBuilder[] = [];
  let rows = 0;
  try {
    // Into a table first: types are known from the whole file before any value is converted.
    await connection.run(`CREATE TABLE t AS FROM ${reader}(${literal(path)}${reader === 'read_csv_auto' ? `, ${CSV}` : ''})`);
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
      builders.forEach((builder, j) => {
        const vector = chunk.getColumnVector(j);
        builder.append(chunk.rowCount, (i) => vector.getItem(i));
      });
      rows += chunk.rowCount;
    }
  } catch (cause) {
    throw errors.fileRead(path, cause);
  }
  if (reader === 'read_csv_auto' && names.some((name) => /_\d+$/.test(name))) await refuseDuplicates(connection, path);
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
