/**
 * Reads an event log by DuckDB into plain columns (table/events.ts). Rows that cannot be used are counted by cause and left out
 * (event-lines.ts says which). DuckDB numbers, sorts and decodes, and is closed when the columns are there.
 *
 *     bytes an event   25: user and item 4 each (an item where the log names them), time and value 8 each, bought 1
 *                      + 8 for each of weight, rating and price that the log was given, + 4 for each field
 *     while reading    DuckDB's own tables beside them, which spill to a folder of the system's
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { errors } from '../errors.js';
import { checked } from '../options.js';
import { throwIfAborted } from '../scheduler/scheduler.js';
import type { EventCounts, Events } from '../table/events.js';
import { openDatabase } from './duckdb.js';
import { countLines, createLines, rowsOf, USED } from './event-lines.js';
import { checkSource, EVENT_LOG, type EventLog, localFile, nameEncoding, openSource } from './event-log.js';
import type { ReadOptions } from './read.js';
import { watched } from './watch.js';

export type { EventLog } from './event-log.js';

/**
 * @throws CameoError 'file' for a file or database that cannot be read, 'column' for a column that is not there, 'argument' for an option
 *   that is not known and an expression that DuckDB refuses, 'data' when no event is left, 'aborted'
 */
export async function readEvents(log: EventLog, { signal, onProgress }: ReadOptions = {}): Promise<Events> {
  checked(EVENT_LOG, log);
  throwIfAborted(signal);
  await checkSource(log);
  await using file = await localFile(log, signal);
  await using database = await openDatabase();
  const { connection } = database;
  const bytes = file?.size ?? 0;
  const onShare = (share: number) =>
    onProgress?.({ stage: 'read', done: Math.round(share * bytes), total: bytes, unit: 'bytes' });
  return await watched(connection, { signal }, async () => {
    await connection.run("SET TimeZone = 'UTC'");
    const source = await openSource(database, log, file, signal);
    const asOf = await watched(connection, { onShare }, () => createLines(connection, log, source)).catch(async (cause) => {
      if (!signal?.aborted && (cause as { code?: string }).code === 'file') await nameEncoding(file);
      throw cause;
    });
    const counts = await countLines(connection);
    if (counts.used === 0) throw errors.noEvents(counts);
    await connection.run(
      `CREATE VIEW memory.main.events AS SELECT * EXCLUDE (cause, kept, cancelled, copies) FROM memory.main.judged WHERE ${USED}`,
    );
    return readColumns(connection, log, counts, asOf, { signal, onProgress });
  });
}

/** The columns of the view `events`. */
async function readColumns(
  connection: DuckDBConnection,
  log: EventLog,
  counts: EventCounts,
  asOf: string | undefined,
  { signal, onProgress }: ReadOptions,
): Promise<Events> {
  const rows = counts.used;
  const users = await number(connection, 'u');
  const items = log.item === undefined ? [] : await number(connection, 'i');
  const fields: Events['fields'][number][] = [];
  for (const [k, name] of (log.fields ?? []).entries())
    fields.push({ name, codes: new Int32Array(rows), values: await number(connection, `f${k}`) });
  const labels = log.item === undefined ? [] : await labelsOf(connection);
  const doubles = (option: string | undefined) => (option === undefined ? undefined : new Float64Array(rows));
  const columns = {
    user: new Int32Array(rows),
    item: log.item === undefined ? undefined : new Int32Array(rows),
    time: new Float64Array(rows),
    value: new Float64Array(rows),
    bought: new Uint8Array(rows),
    weight: doubles(log.weight),
    rating: doubles(log.rating),
    price: doubles(log.price),
  };
  const [{ moment }] = await rowsOf(
    connection,
    `SELECT epoch_us(${asOf ?? 'max(t)'}) / 1000 AS moment FROM memory.main.events LIMIT 1`,
  );
  const { user, item, time, value, bought, weight, rating, price } = columns;
  const wanted: [sql: string, into: Column | undefined, missing?: number][] = [
    ['u.n', user],
    ['i.n', item],
    ['epoch_us(t) / 1000', time],
    ['v::DOUBLE', value],
    ['bought::UTINYINT', bought],
    ['w::DOUBLE', weight],
    ['rating::DOUBLE', rating, Number.NaN],
    ['price::DOUBLE', price, Number.NaN],
    ...fields.map(({ codes }, k): [string, Column, number] => [`f${k}.n`, codes, -1]),
  ];
  // Rows that are alike come out of a hash table, in any order: of those the columns decide.
  const read = wanted.filter((column): column is [string, Column, number?] => column[1] !== undefined);
  const alike = read.filter(([, into]) => into !== user && into !== item && into !== time);
  const ties = log.distinct ? alike.map(([sql]) => sql) : ['line'];
  await fill(
    connection,
    `SELECT ${read.map(([sql]) => sql).join(', ')}
     FROM memory.main.events e JOIN temp.main.numbered_u u ON e.u = u.id
       ${item ? 'JOIN temp.main.numbered_i i ON e.i = i.id' : ''}
       ${fields.map((_, k) => `LEFT JOIN temp.main.numbered_f${k} f${k} ON e.f${k} = f${k}.id`).join(' ')}
     ORDER BY ${['u.n', 't', ...(item ? ['i.n'] : []), ...ties].join(', ')}`,
    read.map(([, into, missing = 0]) => ({ into, missing })),
    (done) => {
      // An interruption ends a query, but not what is between two.
      throwIfAborted(signal);
      onProgress?.({ stage: 'read', done, total: rows });
    },
  );
  return { rows, users, items, labels, fields, ...columns, asOf: moment as number, asOfGiven: asOf !== undefined, counts };
}

type Column = Float64Array | Int32Array | Uint8Array;

/** Creates the table numbered_COLUMN (id, n): the column's different texts in their order. @returns them by number */
async function number(connection: DuckDBConnection, column: string): Promise<string[]> {
  await connection.run(`
    CREATE TEMP TABLE numbered_${column} AS SELECT id, (row_number() OVER (ORDER BY id) - 1)::INTEGER AS n
    FROM (SELECT DISTINCT ${column} AS id FROM memory.main.events WHERE ${column} IS NOT NULL)`);
  const [ids = []] = (await connection.runAndReadAll(`SELECT id FROM temp.main.numbered_${column} ORDER BY n`)).getColumns();
  return ids as string[];
}

/** The commonest label of each item; of equally common ones the first in the alphabet. */
async function labelsOf(connection: DuckDBConnection): Promise<(string | null)[]> {
  const result = await connection.runAndReadAll(`
    SELECT arg_min(label, (-c, label)) FROM temp.main.numbered_i LEFT JOIN
      (SELECT i, label, count(*) AS c FROM memory.main.events WHERE label IS NOT NULL GROUP BY ALL) ON i = id
    GROUP BY n ORDER BY n`);
  return (result.getColumns()[0] ?? []) as (string | null)[];
}

/** Puts the columns of a query into arrays, chunk by chunk, and tells how many rows are there: no value becomes an object. */
async function fill(
  connection: DuckDBConnection,
  sql: string,
  columns: readonly { into: Column; missing: number }[],
  onRows: (rows: number) => void,
): Promise<void> {
  const result = await connection.stream(sql);
  let at = 0;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const rows = chunk.rowCount;
    for (const [j, { into, missing }] of columns.entries()) {
      const vector = chunk.getColumnVector(j);
      for (let r = 0; r < rows; r++) into[at + r] = (vector.getItem(r) as number | null) ?? missing;
    }
    at += rows;
    onRows(at);
  }
}
