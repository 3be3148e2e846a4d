/**
 * Streams the rows of a PostgreSQL query into a DuckDB table, by a cursor, so that neither side holds them all. The query runs
 * in a read-only transaction.
 *
 * `pg` and `pg-cursor` (MIT, no native part) speak the protocol; DuckDB's own extension for it would have to be downloaded.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { QueryResult } from 'pg';
import type Cursor from 'pg-cursor';
import { CameoError, errors } from '../errors.js';
import { identifier } from './duckdb.js';

export const isPostgres = (path: string) => /^postgres(ql)?:\/\//i.test(path);

/** Rows fetched at a time: as many as a chunk of DuckDB holds. */
const ROWS = 2048;
const TIMEOUT_MS = 10_000;

/** PostgreSQL's types by object id, as DuckDB's; all others arrive as text. */
const TYPES: Record<number, string> = {
  16: 'BOOLEAN',
  20: 'BIGINT',
  21: 'BIGINT',
  23: 'BIGINT',
  700: 'DOUBLE',
  701: 'DOUBLE',
  1700: 'DOUBLE',
  1082: 'TIMESTAMP',
  1114: 'TIMESTAMP',
  1184: 'TIMESTAMP',
};

/** Where a database is, without the name and the password that may stand in its address. */
export function placeOf(address: string): string {
  try {
    const { host, pathname } = new URL(address);
    return `postgres://${host}${pathname}`;
  } catch {
    return 'postgres://…';
  }
}

/**
 * @param table name of the table to create in `connection`; times are in UTC
 * @throws CameoError 'file' for a database that does not answer, refuses the query, or ends the connection midway
 */
export async function copyFromPostgres(
  connection: DuckDBConnection,
  table: string,
  address: string,
  query: string,
  signal?: AbortSignal,
): Promise<void> {
  const [{ default: pg }, { default: PgCursor }, { DuckDBDataChunk, VARCHAR }] = await Promise.all([
    import('pg'),
    import('pg-cursor'),
    import('@duckdb/node-api'),
  ]);
  const place = placeOf(address);
  let client: InstanceType<typeof pg.Client> | undefined;
  try {
    client = new pg.Client({ connectionString: address, connectionTimeoutMillis: TIMEOUT_MS, application_name: 'cameo' });
    // A cursor does not hear of a connection that ends.
    const lost = new Promise<never>((_, failed) => {
      client?.on('error', failed).on('end', () => failed(new Error('the connection ended')));
    });
    lost.catch(() => {});
    await client.connect();
    await client.query("BEGIN READ ONLY; SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC'");
    const types = { getTypeParser: () => (value: string) => value };
    const cursor = client.query(new PgCursor<string[]>(query, [], { rowMode: 'array', types } as never));
    let appender: Awaited<ReturnType<DuckDBConnection['createAppender']>> | undefined;
    let names: string[] = [];
    let oids: number[] = [];
    for (;;) {
      const rows = await Promise.race([read(cursor), lost]);
      if (signal?.aborted) throw errors.aborted();
      if (!appender) {
        names = rows.fields.map(({ name }) => name);
        oids = rows.fields.map(({ dataTypeID }) => dataTypeID);
        const twice = names.find((name, j) => names.indexOf(name) !== j);
        if (twice !== undefined) throw errors.columnDuplicate(twice);
        await connection.run(`CREATE TEMP TABLE staged (${names.map((name) => `${identifier(name)} VARCHAR`).join(', ')})`);
        appender = await connection.createAppender('staged', 'main', 'temp');
      }
      if (rows.values.length === 0) break;
      const chunk = DuckDBDataChunk.create(names.map(() => VARCHAR));
      chunk.setColumns(names.map((_, j) => rows.values.map((row) => row[j])));
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    await cursor.close();
    const casts = names.map((name, j) => `CAST(${identifier(name)} AS ${TYPES[oids[j]] ?? 'VARCHAR'}) AS ${identifier(name)}`);
    await connection.run(`CREATE TEMP TABLE ${identifier(table)} AS SELECT ${casts.join(', ')} FROM staged; DROP TABLE staged`);
  } catch (cause) {
    if (cause instanceof CameoError) throw cause;
    throw errors.fileRead(place, cause);
  } finally {
    await client?.end().catch(() => {});
  }
}

interface Page {
  fields: { name: string; dataTypeID: number }[];
  values: string[][];
}

/** The next rows with their columns, which the promises of pg-cursor leave out. */
const read = (cursor: Cursor<string[]>): Promise<Page> =>
  new Promise((done, failed) => {
    cursor.read(ROWS, (error, values, result?: QueryResult) => {
      if (error) failed(error);
      else done({ fields: result?.fields ?? [], values });
    });
  });
