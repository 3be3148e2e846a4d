/** Parquet files hold the rows that went in: read back by DuckDB and by pyarrow, which know nothing of each other. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeProfiles } from '../../src/io/write.js';
import { ProfileArrow } from '../../src/table/arrow.js';
import { folder } from '../support/command.js';
import { type RandomProfiles, randomProfiles } from '../support/profiles.js';
import { askPython, missing } from '../support/python.js';

const cwd = folder();
const at = (name: string) => join(cwd, name);
const duckdb = await (await DuckDBInstance.create(':memory:')).connect();

async function write(
  name: string,
  schema: RandomProfiles['schema'],
  batches: Iterable<RecordBatch> | AsyncIterable<RecordBatch>,
): Promise<void> {
  const each = async function* () {
    yield* batches;
  };
  await writeProfiles(each(), schema, { path: at(name), temporary: at(name) } as Parameters<typeof writeProfiles>[2]);
}

/** A value of DuckDB's as plain JavaScript: lists, structs, and times as milliseconds. */
function plainOf(value: DuckDBValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('micros' in value) return Number((value.micros as bigint) / 1000n);
  if ('items' in value) return (value.items as DuckDBValue[]).map(plainOf);
  const { entries } = value as { entries: Record<string, DuckDBValue> };
  return Object.fromEntries(Object.entries(entries).map(([name, inner]) => [name, plainOf(inner)]));
}

async function readByDuckDB(name: string): Promise<Record<string, unknown>[]> {
  const result = await duckdb.runAndReadAll(`FROM read_parquet('${at(name)}')`);
  const names = result.columnNames();
  return result.getRows().map((row) => Object.fromEntries(row.map((value, j) => [names[j], plainOf(value)])));
}

test('any rows of any types come back from DuckDB', async () => {
  let files = 0;
  await fc.assert(
    fc.asyncProperty(randomProfiles, async ({ schema, batches, rows }) => {
      // A name of its own: DuckDB keeps what it read, for as long as the file looks the same.
      const name = `duckdb ${files++}.parquet`;
      await write(name, schema, batches);
      assert.equal(await readByDuckDB(name), rows);
      const found = await duckdb.runAndReadAll(
        `SELECT decode(key), decode(value) FROM parquet_kv_metadata('${at(name)}') WHERE decode(key) <> 'ARROW:schema'`,
      );
      assert.equal(new Map(found.getRows() as [string, string][]), schema.metadata);
    }),
    { numRuns: 150 },
  );
});

/** Of files by their names without the ending: whether both have the same schema, and the rows of each, times as milliseconds. */
const COMPARE = `
import datetime, json, sys, pyarrow, pyarrow.ipc, pyarrow.parquet
EPOCH, MS = datetime.datetime(1970, 1, 1), datetime.timedelta(milliseconds=1)
def plain(x):
    if isinstance(x, datetime.datetime): return (x - EPOCH) // MS
    if isinstance(x, dict): return {k: plain(v) for k, v in x.items()}
    return [plain(v) for v in x] if isinstance(x, list) else x
def inner(f): # dictionaries inside of others are texts in Parquet
    t = f.type
    if pyarrow.types.is_dictionary(t): return f.with_type(t.value_type)
    if pyarrow.types.is_list(t): return f.with_type(pyarrow.list_(inner(t.value_field)))
    return f.with_type(pyarrow.struct([inner(g) for g in t])) if pyarrow.types.is_struct(t) else f
def outer(f): return f if pyarrow.types.is_dictionary(f.type) else inner(f)
out = []
for name in sys.argv[1:]:
    a, p = pyarrow.ipc.open_file(name + '.arrow').read_all(), pyarrow.parquet.ParquetFile(name + '.parquet').read()
    p.validate(full=True)
    types = p.schema.equals(pyarrow.schema([outer(f) for f in a.schema]))
    metadata = (p.schema.metadata or {}) == (a.schema.metadata or {})
    out.append({'types': types, 'metadata': metadata, 'arrow': plain(a.to_pylist()), 'parquet': plain(p.to_pylist())})
json.dump(out, sys.stdout)
`;

test('pyarrow finds the same schema and rows in a Parquet file as in an Arrow file', async () => {
  if (missing) {
    console.log(`skipped: ${missing}`);
    return;
  }
  const all = fc.sample(randomProfiles, 100);
  for (const [i, { schema, batches }] of all.entries()) {
    await write(`${i}.parquet`, schema, batches);
    await write(`${i}.arrow`, schema, batches);
  }
  const found = askPython(COMPARE, ...all.map((_, i) => at(String(i)))) as unknown[];
  for (const [i, { rows }] of all.entries())
    assert.equal(found[i], { types: true, metadata: true, arrow: rows, parquet: rows }, `file ${i}`);
});

/** Batches of 4,096 rows, each with texts of its own, some of which repeat. */
function* many(arrow: ProfileArrow, count: number): Generator<RecordBatch> {
  for (let b = 0; b < count; b++) {
    const ids = Array.from({ length: 4096 }, (_, r) => `user ${b * 4096 + r}`);
    const names = ids.map((_, r) => (r % 5 === 0 ? null : `item ${(b * 7 + r * r) % 997}`));
    const lists = ids.map((id, r) => Array.from({ length: r % 4 }, (_, k) => `${id} ${k}`));
    const numbers = Float32Array.from({ length: 4096 * 16 }, (_, k) => Math.sin(b * 65536 + k));
    yield arrow.batch(ids, [], 0, [{ columns: [names, lists, numbers] }], true);
  }
}

test('many row groups hold their rows in order; dictionaries, plain and compressed columns side by side', async () => {
  const arrow = new ProfileArrow(
    [
      [
        { name: 'name', type: 'utf8', nullable: true },
        { name: 'list', type: { list: 'utf8' }, nullable: false },
        { name: 'vector', type: { vector: 16 }, nullable: false },
      ],
    ],
    [],
    {},
  );
  await write('large.parquet', arrow.schema, many(arrow, 40));
  const [[rows, wrong, groups]] = (
    await duckdb.runAndReadAll(`
      SELECT count(*)::INTEGER, count(*) FILTER (
        user_id <> 'user ' || n OR name IS DISTINCT FROM CASE WHEN r % 5 <> 0 THEN 'item ' || (b * 7 + r * r) % 997 END
        OR list <> list_transform(range(r % 4), k -> user_id || ' ' || k)
        OR len(list_filter(list_zip(vector, range(16)), x -> abs(x[1] - sin(n * 16 + x[2])) > 1e-6)) > 0)::INTEGER,
        (SELECT count(DISTINCT row_group_id) FROM parquet_metadata('${at('large.parquet')}'))::INTEGER
      FROM (SELECT *, file_row_number AS n, n // 4096 AS b, n % 4096 AS r FROM read_parquet('${at('large.parquet')}', file_row_number = true))`)
  ).getRows();
  assert.equal([rows, wrong], [163_840, 0]);
  assert.ok((groups as number) >= 3, `${groups} row groups`);
  const columns = await duckdb.runAndReadAll(
    `SELECT DISTINCT path_in_schema, compression, encodings FROM parquet_metadata('${at('large.parquet')}') ORDER BY 1`,
  );
  const [list, name, id, vector] = columns.getRows() as [string, string, string][];
  assert.ok(list[1] === 'GZIP' && id[1] === 'GZIP' && vector[1] === 'UNCOMPRESSED', `${columns.getRows()}`);
  assert.ok(name[2].includes('RLE_DICTIONARY') && !id[2].includes('RLE_DICTIONARY'), `${columns.getRows()}`);
  assert.ok(statSync(at('large.parquet')).size < 163_840 * 110);
});

test('what the source throws is thrown', async () => {
  const arrow = new ProfileArrow([], [], {});
  const broken = async function* () {
    yield* many(new ProfileArrow([], [], {}), 0);
    throw new RangeError('the source broke');
  };
  const error = await write('y.parquet', arrow.schema, broken()).catch((cause: unknown) => cause);
  assert.instance(error, RangeError);
});

test.run();
