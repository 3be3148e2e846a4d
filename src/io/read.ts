/** Reads files into tables. DuckDB sniffs types, quoting and compression. */
import { stat } from 'node:fs/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { errors } from '../errors.js';
import type { Column, Table } from '../table/table.js';

const READERS: [pattern: RegExp, reader: string][] = [
  [/\.(csv|tsv|txt)(\.gz)?$/i, 'read_csv_auto'],
  [/\.parquet$/i, 'read_parquet'],
  [/\.(json|jsonl|ndjson)(\.gz)?$/i, 'read_json_auto'],
];

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/;

/**
 * Reads a CSV, Parquet or JSON file (`.gz` too). Numbers become float64, everything else categories.
 *
 * @throws CameoError 'file' when it cannot be read or its format is unknown, 'column' for a name that appears twice
 *   or more than a million categories, 'data' for no rows
 */
export async function readTable(path: string): Promise<Table> {
  const reader = READERS.find(([pattern]) => pattern.test(path))?.[1];
  if (!reader) throw errors.fileType(path, '.csv, .tsv, .parquet, .json, .jsonl, each also with .gz except .parquet');
  await stat(path).catch((cause) => {
    throw errors.fileRead(path, cause);
  });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const table = await read(connection, `FROM ${reader}('${path.replaceAll("'", "''")}')`, path);
    if (table.rows === 0) throw errors.tableEmpty(`'${path}'`);
    return table;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function read(connection: DuckDBConnection, query: string, path: string): Promise<Table> {
  const result = await connection.runAndReadAll(query).catch((cause) => {
    throw errors.fileRead(path, cause);
  });
  const names = result.columnNames();
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw errors.columnDuplicate(twice);
  const types = result.columnTypes();
  const values = result.getColumns();
  const columns = names.map((name, j): Column => {
    const column = values[j] ?? [];
    if (NUMBER.test(types[j].toString())) {
      // Decimals arrive as objects, big integers as bigint.
      const number = (v: unknown) => (v === null ? Number.NaN : Number(typeof v === 'object' ? String(v) : v));
      return { name, kind: 'number', values: Float64Array.from(column, number) };
    }
    return encode(name, column);
  });
  return { rows: result.currentRowCount, columns };
}

/** Codes by ascending category, so that the order of the rows does not matter. */
function encode(name: string, values: readonly unknown[]): Column {
  const texts = values.map((v) => (v === null ? null : String(v)));
  const distinct = new Set(texts);
  distinct.delete(null);
  if (distinct.size > 1_000_000) throw errors.categories(name, distinct.size);
  const categories = [...(distinct as Set<string>)].sort((a, b) => (a < b ? -1 : 1));
  const code = new Map(categories.map((text, i) => [text, i]));
  return {
    name,
    kind: 'category',
    codes: Int32Array.from(texts, (text) => (text === null ? -1 : (code.get(text) as number))),
    categories,
  };
}
