/**
 * Reads tables. CSV and Arrow are read by us (table/csv-table.ts, read-arrow.ts), JSON and Parquet by DuckDB, workbooks by an optional
 * package (read-excel.ts). Numbers become float64, in whichever way a text column writes them (table/numbers.ts); text, booleans, dates in
 * ISO 8601 and everything else become categories; columns that hold others, such as lists, are left out. docs/files.md says what is read how.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { CameoError, errors } from '../errors.js';
import { throwIfAborted } from '../scheduler/scheduler.js';
import { tableFromCsv } from '../table/csv-table.js';
import { type Column, type Ignored, type ReadingNote, some, type Table } from '../table/table.js';
import { columnOfTexts, numbersIn } from '../table/text-column.js';
import { ColumnBuilder } from './column-builder.js';
import { boundMemory, heldBy, identifier, literal, openDatabase } from './duckdb.js';
import { utf8Of } from './encoding.js';
import { InputFile } from './input.js';
import { readArrowTable } from './read-arrow.js';
import { readExcel } from './read-excel.js';
import { readableJson } from './read-json.js';
import { type CheckedReadOptions, checkReadOptions, type ReadOptions } from './read-options.js';
import { watched } from './watch.js';

export type { ReadOptions } from './read-options.js';

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/;

/**
 * Reads a whole file: CSV, JSON (`.gz` too), Parquet, Arrow or an Excel workbook; from a pipe and standard input too.
 *
 * @returns columns of its own, rows in the file's order, and notes of what reading decided
 * @throws CameoError 'file' when it cannot be read or its format is unknown, 'column' for a name that appears twice and a text in a column
 *   of numbers, 'data' for no rows, 'argument' for an option, 'aborted'
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<Table> {
  const good = checkReadOptions(options);
  await using file = await InputFile.open(path, good);
  const table = await readFile(file, good);
  if (!table || table.rows === 0) throw errors.tableEmpty(`'${path}'`);
  return table;
}

async function readFile(file: InputFile, options: CheckedReadOptions): Promise<Table | undefined> {
  const { encoding, delimiter, decimal, onError, lenient } = options;
  switch (file.format) {
    case 'csv': {
      const { name } = file;
      const text = () => utf8Of(file.bytes(), name, encoding);
      return tableFromCsv(text, { name, delimiter, decimal, onError, lenient: new Set(lenient) });
    }
    case 'json': {
      await using copy = await readableJson(file, encoding);
      return await readByDuckDB(copy ?? file, 'read_json_auto', options);
    }
    case 'parquet':
      return readByDuckDB(file, 'read_parquet', options);
    case 'arrow':
      return readArrowTable(file.bytes(), file.name);
    case 'xlsx':
      return readExcel(file, options);
  }
}

async function readByDuckDB(file: InputFile, reader: string, options: CheckedReadOptions): Promise<Table> {
  await using database = await openDatabase();
  const { connection } = database;
  const { signal, onProgress } = options;
  const watch = { signal, onShare: (share: number) => file.tell(Math.round(share * file.size)) };
  const builders: { builder: ColumnBuilder; type: string }[] = [];
  let rows = 0;
  let leftOut: Ignored[] = [];
  try {
    await boundMemory(database, [file.path]);
    // Into a table first: types are known from the whole file before any value is converted.
    const create = (more: string) => connection.run(`CREATE TABLE t AS FROM ${reader}(${literal(file.path)}${more})`);
    // Where the first rows did not tell what later ones hold, all are looked at.
    await watched(connection, watch, () =>
      create('').catch((cause) => (reader === 'read_json_auto' ? create(', sample_size = -1') : Promise.reject(cause))),
    );
    const [[all]] = (await connection.runAndReadAll('SELECT count(*)::DOUBLE FROM t')).getRows() as [[number]];
    const description = (await connection.runAndReadAll('DESCRIBE t')).getRows();
    const nested = await nestedIn(connection, description as [string, string][]);
    leftOut = nested.map(([name, what]) => ({ name, reason: `it holds ${what}` }));
    const known = new Map(nested);
    const plain = description.filter(([name]) => !known.has(String(name)));
    const casts = plain.map(([name, type]) => {
      const number = NUMBER.test(String(type));
      builders.push({ builder: new ColumnBuilder(String(name), number), type: String(type) });
      const column = identifier(String(name));
      // Numbers and texts together are a column of JSON, in which texts have quotes.
      return type === 'JSON' ? `${column}->>'$'` : `CAST(${column} AS ${number ? 'DOUBLE' : 'VARCHAR'})`;
    });
    const result = await connection.stream(`SELECT ${casts.join(', ') || 'NULL'} FROM t`);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) break;
      throwIfAborted(signal);
      builders.forEach(({ builder }, j) => {
        const vector = chunk.getColumnVector(j);
        builder.append(chunk.rowCount, (i) => vector.getItem(i));
      });
      rows += chunk.rowCount;
      onProgress?.({ stage: 'read', done: rows, total: all });
    }
  } catch (cause) {
    if (cause instanceof CameoError) throw cause;
    if (file.format === 'json') for await (const _ of utf8Of(file.bytes(), file.name)); // says so where it is not UTF-8
    throw errors.fileRead(file.name, cause);
  }
  const read = builders.map(({ builder, type }) => recognized(builder.finish(rows), type, options));
  const notes = some(read.flatMap((one) => one.notes));
  return { rows, columns: read.map(({ column }) => column), notes, leftOut: some(leftOut) };
}

/** Columns of a table `t` that hold others, and what they hold. Whether a column of JSON does its values tell. */
async function nestedIn(connection: DuckDBConnection, columns: readonly [name: string, type: string][]) {
  const found: [name: string, what: string][] = [];
  for (const [name, type] of columns) {
    const what = heldBy(type);
    if (what) found.push([name, what]);
    if (type !== 'JSON') continue;
    const some = await connection.runAndReadAll(
      `SELECT count(*) > 0 FROM t WHERE json_type(${identifier(name)}) IN ('OBJECT', 'ARRAY')`,
    );
    if (some.getRows()[0][0]) found.push([name, 'lists or structs in some rows']);
  }
  return found;
}

/** A column of texts as numbers where it holds some in disguise. Plain whole numbers that a file has as texts stay texts. */
function recognized(column: Column, type: string, options: CheckedReadOptions): { column: Column; notes: ReadingNote[] } {
  if (column.kind === 'number' || (type !== 'VARCHAR' && type !== 'JSON')) return { column, notes: [] };
  const { name, codes, categories: texts } = column;
  const counts = new Float64Array(texts.length);
  for (const code of codes) if (code >= 0) counts[code]++;
  const { decimal, onError, lenient } = options;
  const given = { name, texts, counts, codes };
  const found = numbersIn(given, { decimal, typed: type === 'VARCHAR' });
  return found ? columnOfTexts(given, found, { decimal, onError, lenient: new Set(lenient) }) : { column, notes: [] };
}
