/** Writes profiles: Arrow, JSON lines, CSV or Parquet, by the file's name. */
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import {
  type Data,
  DataType,
  makeVector,
  type RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  type Schema,
  Table,
  type Vector,
} from 'apache-arrow';
import { errors } from '../errors.js';
import { writeParquet } from './parquet/write.js';
import { formatOf, type PendingFile } from './pending-file.js';
import { csvLines } from './write-csv.js';

/**
 * Writes batches to a pending file in the format of its final name. The batches are asked for as fast as they are written.
 * @throws CameoError 'file' when writing fails, 'aborted'; what the batches' source throws
 */
export async function writeProfiles(
  batches: AsyncIterable<RecordBatch>,
  schema: Schema,
  file: PendingFile,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const format = formatOf(file.path);
  const source = new Guarded(batches);
  try {
    if (format === 'parquet') return await writeParquet(source, schema, file.temporary);
    const sink = createWriteStream(file.temporary);
    if (format === 'jsonl') await pipeline(source, jsonLines, sink, { signal });
    else if (format === 'csv') await pipeline(source, csvLines(schema, jsonOf), sink, { signal });
    else if (format === 'csv.gz') await pipeline(source, csvLines(schema, jsonOf), createGzip(), sink, { signal });
    else await pipeline(someOf(source, schema), RecordBatchFileWriter.throughNode(), sink, { signal });
  } catch (cause) {
    throw source.failed ? source.error : signal?.aborted ? errors.aborted(cause) : file.failed(cause);
  }
}

/** The batches, or a table without rows where there are none: of nothing apache-arrow makes a file of no bytes. */
async function* someOf(batches: AsyncIterable<RecordBatch>, schema: Schema) {
  let any = false;
  for await (const batch of batches) {
    any = true;
    yield batch;
  }
  if (!any) yield new Table(schema);
}

/** Writes batches to a stream, such as standard output, as an Arrow IPC stream. The stream is left open. */
export async function writeArrowStream(
  batches: AsyncIterable<RecordBatch>,
  sink: Writable,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const source = new Guarded(batches);
  try {
    await pipeline(source, RecordBatchStreamWriter.throughNode(), sink, { end: false, signal });
  } catch (cause) {
    throw source.failed ? source.error : signal?.aborted ? errors.aborted(cause) : errors.fileWrite('standard output', cause);
  }
}

/** Remembers whether an error was the source's own, which a pipeline would mix with the sink's. */
class Guarded implements AsyncIterable<RecordBatch> {
  failed = false;
  error: unknown;
  constructor(private readonly batches: AsyncIterable<RecordBatch>) {}
  async *[Symbol.asyncIterator]() {
    try {
      yield* this.batches;
    } catch (error) {
      this.failed = true;
      this.error = error;
      throw error;
    }
  }
}

/** The values of a vector as JSON, column by column: many times faster than apache-arrow's rows of proxies. */
function jsonOf(vector: Vector): string[] {
  const { type, length } = vector;
  const [data] = vector.data; // a batch's column is one chunk
  const texts = (): string[] => {
    if (DataType.isList(type)) {
      const items = jsonOf(makeVector(data.children[0]));
      const offsets = data.valueOffsets;
      return Array.from({ length }, (_, i) => `[${items.slice(offsets[i], offsets[i + 1]).join(',')}]`);
    }
    if (DataType.isFixedSizeList(type)) {
      const items = jsonOf(makeVector(data.children[0]));
      return Array.from({ length }, (_, i) => `[${items.slice(i * type.listSize, (i + 1) * type.listSize).join(',')}]`);
    }
    if (DataType.isTimestamp(type)) {
      return Array.from(vector, (value) =>
        value === null ? 'null' : JSON.stringify(new Date(Number(value)).toISOString().slice(0, -1)),
      );
    }
    if (DataType.isStruct(type)) {
      const columns = data.children.map((child) => jsonOf(makeVector(child)));
      return joinFields(
        type.children.map(({ name }) => name),
        columns,
        length,
      );
    }
    if (DataType.isDictionary(type)) {
      const labels = jsonOf(data.dictionary as Vector);
      return Array.from(data.values as Int32Array, (code) => labels[code]);
    }
    if (DataType.isFloat(type)) return Array.from(data.values as Float32Array, String);
    if (DataType.isUtf8(type)) return quoted(data);
    return Array.from(vector, (value) => JSON.stringify(value));
  };
  const all = texts();
  const { nullBitmap, nullCount } = data;
  if (nullCount > 0) for (let i = 0; i < length; i++) if (!((nullBitmap[i >> 3] >> (i & 7)) & 1)) all[i] = 'null';
  return all;
}

/** Texts in quotes. ASCII is decoded in one piece; what is repeated is quoted once. */
function quoted(data: Data): string[] {
  const { length, valueOffsets, values } = data;
  const bytes = (values as Uint8Array).subarray(0, valueOffsets[length]);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const whole = decoder.decode(bytes);
  const ascii = whole.length === bytes.length;
  const known = new Map<string, string>();
  return Array.from({ length }, (_, i) => {
    const [first, end] = [valueOffsets[i], valueOffsets[i + 1]];
    const text = ascii ? whole.slice(first, end) : decoder.decode(bytes.subarray(first, end));
    let found = known.get(text);
    if (found === undefined) {
      found = JSON.stringify(text);
      known.set(text, found);
    }
    return found;
  });
}

function joinFields(names: string[], columns: string[][], length: number): string[] {
  const keys = names.map((name, j) => `${j ? ',' : '{'}${JSON.stringify(name)}:`);
  return Array.from({ length }, (_, i) => {
    let text = '';
    for (let j = 0; j < keys.length; j++) text += keys[j] + columns[j][i];
    return `${text}}`;
  });
}

async function* jsonLines(batches: AsyncIterable<RecordBatch>) {
  for await (const batch of batches) {
    const names = batch.schema.fields.map(({ name }) => name);
    const columns = names.map((_, j) => jsonOf(batch.getChildAt(j) as Vector));
    const lines = joinFields(names, columns, batch.numRows);
    // In pieces, so that no string comes near the engine's limit.
    for (let first = 0; first < lines.length; first += 1024) yield `${lines.slice(first, first + 1024).join('\n')}\n`;
  }
}
