/**
 * Reads tables. DuckDB reads CSV, Parquet and JSON, and sniffs types, quoting and compression; apache-arrow reads Arrow
 * files and streams. Numbers become float64; text, booleans, dates and everything else become categories.
 *
 * apache-arrow takes a sixth of a second to load, so it is loaded where it is used.
 */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Vector } from 'apache-arrow';
import { errors } from '../errors.js';
import type { Column, Table } from '../table/table.js';
import { identifier, literal, openDatabase, READABLE, readerOf } from './duckdb.js';

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

/** Builds a column from values that arrive in pieces. */
class ColumnBuilder {
  readonly #numbers: Float64Array[] = [];
  readonly #pieces: Int32Array[] = [];
  readonly #codes = new Map<string, number>();

  constructor(
    private readonly name: string,
    private readonly number: boolean,
  ) {}

  append(rows: number, get: (i: number) => unknown): void {
    if (this.number) {
      const piece = new Float64Array(rows);
      for (let i = 0; i < rows; i++) {
        const value = get(i);
        piece[i] = value === null ? Number.NaN : Number(value);
      }
      this.#numbers.push(piece);
      return;
    }
    const codes = new Int32Array(rows);
    for (let i = 0; i < rows; i++) {
      const value = get(i);
      if (value === null) {
        codes[i] = -1;
        continue;
      }
      const text = String(value);
      let code = this.#codes.get(text);
      if (code === undefined) {
        code = this.#codes.size;
        this.#codes.set(text, code);
      }
      codes[i] = code;
    }
    this.#pieces.push(codes);
  }

  finish(rows: number): Column {
    const { name } = this;
    if (this.number) {
      const values = new Float64Array(rows);
      let at = 0;
      for (const piece of this.#numbers) {
        values.set(piece, at);
        at += piece.length;
      }
      return { name, kind: 'number', values };
    }
    // Truth values are 'true' and 'false', however a file spells them.
    const texts = [...this.#codes.keys()];
    const names = texts.every((text) => /^(true|false)$/i.test(text)) ? texts.map((text) => text.toLowerCase()) : texts;
    // Codes by ascending category, so that the order of the rows does not matter.
    const categories = [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));
    const position = new Map(categories.map((text, i) => [text, i]));
    const rank = Int32Array.from(names, (text) => position.get(text) as number);
    const codes = new Int32Array(rows);
    let at = 0;
    for (const piece of this.#pieces) for (const code of piece) codes[at++] = code < 0 ? -1 : rank[code];
    return { name, kind: 'category', codes, categories };
  }
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

/** Reads tables off an Arrow IPC stream or file, a table for each record batch. */
export async function* readArrow(input: Readable, path: string): AsyncGenerator<Table> {
  try {
    const { DataType, RecordBatchReader } = await import('apache-arrow');
    const reader = await RecordBatchReader.from(input);
    for await (const batch of reader) {
      const columns = batch.schema.fields.map((field, j): Column => {
        const vector = batch.getChildAt(j) as Vector;
        const number = DataType.isInt(field.type) || DataType.isFloat(field.type) || DataType.isDecimal(field.type);
        const builder = new ColumnBuilder(field.name, number);
        const scale = DataType.isDecimal(field.type) ? 10 ** field.type.scale : 1;
        builder.append(batch.numRows, (i) => {
          const value = vector.get(i);
          return number && value !== null ? Number(value) / scale : value;
        });
        return builder.finish(batch.numRows);
      });
      yield { rows: batch.numRows, columns };
    }
  } catch (cause) {
    throw errors.fileRead(path, cause);
  }
}

/** All tables of a stream as one; undefined for none. */
export async function concatenate(tables: AsyncIterable<Table>): Promise<Table | undefined> {
  const parts: Table[] = [];
  for await (const table of tables) parts.push(table);
  if (parts.length <= 1) return parts[0];
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const columns = parts[0].columns.map(({ name, kind }, j) => {
    const builder = new ColumnBuilder(name, kind === 'number');
    for (const part of parts) {
      const column = part.columns[j];
      builder.append(part.rows, (i) => {
        if (column.kind === 'number') return column.values[i];
        return column.codes[i] < 0 ? null : column.categories[column.codes[i]];
      });
    }
    return builder.finish(rows);
  });
  return { rows, columns };
}

/** The metadata of an Arrow file's schema. */
export async function readArrowMetadata(path: string): Promise<Record<string, string>> {
  const { RecordBatchReader } = await import('apache-arrow');
  const reader = await RecordBatchReader.from(createReadStream(path));
  await reader.open();
  const metadata = Object.fromEntries(reader.schema.metadata);
  await reader.cancel();
  return metadata;
}
