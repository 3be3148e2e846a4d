/**
 * Writes Parquet from Arrow's memory, without a detour through rows. In memory is a row group and what one of its columns is encoded to,
 * whatever the number of rows.
 */
import { open } from 'node:fs/promises';
import { type Data, type Field, type RecordBatch, RecordBatchStreamWriter, type Schema } from 'apache-arrow';
import { version } from '../../version.js';
import { ColumnChunk } from './column-chunk.js';
import { elementsOf, type Leaf } from './schema.js';
import { leavesOf } from './slots.js';
import { i32, i64, list, struct, type Thrift, text } from './thrift.js';

/** A row group is what readers share out among their threads: it ends with the batch that reaches one of these. */
const ROW_GROUP = { rows: 65_536, bytes: 2 ** 26 };
const MAGIC = new TextEncoder().encode('PAR1');

/**
 * Writes batches to a file, which is created or overwritten.
 * @throws what the batches' source throws, and what the file system says
 */
export async function writeParquet(batches: AsyncIterable<RecordBatch>, schema: Schema, path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    const writer = new ParquetWriter(schema, async (bytes) => {
      await file.writev(bytes);
    });
    let group: RecordBatch[] = [];
    let rows = 0;
    let size = 0;
    for await (const batch of batches) {
      group.push(batch);
      rows += batch.numRows;
      size += batch.data.byteLength;
      if (rows < ROW_GROUP.rows && size < ROW_GROUP.bytes) continue;
      await writer.add(group, rows);
      group = [];
      rows = 0;
      size = 0;
    }
    if (rows > 0) await writer.add(group, rows);
    await writer.finish();
  } finally {
    await file.close();
  }
}

class ParquetWriter {
  readonly #columns: { field: Field; elements: Thrift[]; leaves: Leaf[] }[];
  readonly #groups: Thrift[] = [];
  #at = 0;
  #rows = 0;

  constructor(
    private readonly schema: Schema,
    private readonly write: (bytes: Uint8Array[]) => Promise<void>,
  ) {
    this.#columns = schema.fields.map((field) => ({ field, ...elementsOf(field) }));
  }

  async #append(bytes: Uint8Array[]): Promise<void> {
    const given = bytes.filter(({ length }) => length > 0);
    await this.write(given);
    for (const { length } of given) this.#at += length;
  }

  /** Writes a row group, a column at a time: one is compressed while the next is encoded. */
  async add(batches: readonly RecordBatch[], rows: number): Promise<void> {
    if (this.#at === 0) await this.#append([MAGIC]);
    const first = this.#at;
    const chunks: Thrift[] = [];
    const write = async (columns: readonly ColumnChunk[]) => {
      for (const column of columns) {
        const { bytes, chunk } = column.finish(this.#at);
        await this.#append(bytes);
        chunks.push(chunk);
      }
    };
    let before: Promise<ColumnChunk[]> | undefined;
    for (const [j, { field, leaves }] of this.#columns.entries()) {
      const columns = leaves.map((leaf) => new ColumnChunk(leaf));
      for (const batch of batches) {
        let l = 0;
        for (const { data, slots } of leavesOf(field, batch.data.children[j] as Data)) columns[l++].add(data, slots);
      }
      const compressed = Promise.all(columns.map((column) => column.compress()));
      if (before) await write(await before);
      before = compressed;
    }
    if (before) await write(await before);
    const size = i64(this.#at - first);
    this.#groups.push(struct({ 1: list(chunks), 2: size, 3: i64(rows), 5: i64(first), 6: size }));
    this.#rows += rows;
  }

  /** Writes the footer: the schema, where everything is, and how many bytes the footer has. */
  async finish(): Promise<void> {
    if (this.#at === 0) await this.#append([MAGIC]);
    const root = struct({ 4: text('schema'), 5: i32(this.#columns.length) });
    // By this pyarrow gives back dictionaries and lists of fixed size, which Parquet itself does not tell from others.
    const metadata = [...this.schema.metadata, ['ARROW:schema', base64(schemaMessage(this.schema))]];
    const footer = struct({
      1: i32(1),
      2: list([root, ...this.#columns.flatMap(({ elements }) => elements)]),
      3: i64(this.#rows),
      4: this.#groups.length > 0 ? list(this.#groups) : { type: 9, bytes: [12] },
      5: list(metadata.map(([key, value]) => struct({ 1: text(key), 2: text(value) }))),
      6: text(`cameo ${version}`),
    });
    const bytes = Uint8Array.from(footer.bytes);
    await this.#append([bytes, new Uint8Array(Uint32Array.of(bytes.length).buffer), MAGIC]);
  }
}

/** The first message of an Arrow IPC stream. */
function schemaMessage(schema: Schema): Uint8Array {
  const writer = new RecordBatchStreamWriter().reset(undefined, schema);
  writer.finish();
  const stream = writer.toUint8Array(true);
  // What follows is the mark of the stream's end, 8 bytes.
  return stream.subarray(0, stream.length - 8);
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
