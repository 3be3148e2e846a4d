/**
 * Reads tables off Arrow files and streams, which may come from anywhere. apache-arrow believes what it reads: three changed bytes of a file
 * let it loop for ever, others read beyond a buffer. Here every length, offset, code and name is checked before use (arrow/), columns that
 * hold others are walked past, and no loop is longer than the bytes that are there.
 */
import { CameoError, errors } from '../errors.js';
import { type Ignored, some, type Table } from '../table/table.js';
import { type Batch, BatchReader } from './arrow/batch.js';
import { holds } from './arrow/flatbuffer.js';
import { messagesOf } from './arrow/messages.js';
import { type ArrowField, type ArrowSchema, isPlain, readSchema } from './arrow/schema.js';
import { isNumber } from './arrow/values.js';
import { ColumnBuilder } from './column-builder.js';

/**
 * Reads an Arrow IPC stream or file.
 * @returns a table for each record batch, or where `whole` is set one for all; none where there is no batch
 * @throws CameoError 'file' for what is no Arrow, or damaged
 */
export async function* readArrow(input: AsyncIterable<Uint8Array>, path: string, whole = false): AsyncGenerator<Table> {
  try {
    let schema: ArrowSchema | undefined;
    let reader: BatchReader | undefined;
    let builder: TableBuilder | undefined;
    for await (const message of messagesOf(input)) {
      if (message.kind === 'schema') {
        holds(!schema, 'it has a second schema');
        schema = readSchema(message.header);
        reader = new BatchReader(schema);
        continue;
      }
      holds(reader !== undefined && schema !== undefined, 'it does not begin with a schema');
      if (message.kind === 'dictionary') {
        reader.dictionary(message);
        continue;
      }
      builder ??= new TableBuilder(schema);
      builder.append(reader.batch(message));
      if (whole) continue;
      yield builder.finish();
      builder = undefined;
    }
    if (builder) yield builder.finish();
  } catch (cause) {
    throw cause instanceof CameoError ? cause : errors.fileRead(path, cause);
  }
}

/** As `readArrow`, of the whole; undefined where there is no batch. */
export async function readArrowTable(input: AsyncIterable<Uint8Array>, path: string): Promise<Table | undefined> {
  for await (const table of readArrow(input, path, true)) return table;
  return undefined;
}

class TableBuilder {
  #rows = 0;
  readonly #columns: ColumnBuilder[];
  readonly #leftOut: Ignored[];

  constructor({ fields }: ArrowSchema) {
    this.#columns = fields
      .filter(isPlain)
      .map(({ name, type, dictionary }) => new ColumnBuilder(name, !dictionary && isNumber(type)));
    this.#leftOut = fields.filter((field) => !isPlain(field)).map(leftOut);
  }

  append({ rows, columns }: Batch): void {
    this.#columns.forEach((builder, j) => {
      builder.append(rows, columns[j]);
    });
    this.#rows += rows;
  }

  finish(): Table {
    const columns = this.#columns.map((builder) => builder.finish(this.#rows));
    return { rows: this.#rows, columns, leftOut: some(this.#leftOut) };
  }
}

const HOLDS: Partial<Record<ArrowField['type']['name'], string>> = {
  struct: 'structs',
  map: 'maps',
  union: 'values of several types',
  interval: 'intervals',
  'run-end-encoded': 'run-end encoded values',
};
const leftOut = ({ name, type }: ArrowField): Ignored => ({ name, reason: `it holds ${HOLDS[type.name] ?? 'lists'}` });

/** The metadata of a schema. @throws as `readArrow` */
export async function readArrowMetadata(input: AsyncIterable<Uint8Array>, path: string): Promise<Record<string, string>> {
  try {
    for await (const { kind, header } of messagesOf(input)) {
      holds(kind === 'schema', 'it does not begin with a schema');
      return readSchema(header).metadata;
    }
    return {};
  } catch (cause) {
    throw cause instanceof CameoError ? cause : errors.fileRead(path, cause);
  }
}
