/**
 * Reads tables off Arrow files and streams, which may come from anywhere. apache-arrow believes what it reads: three changed bytes of a file
 * let it loop for ever, others read beyond a buffer. Here every length, offset, code and name is checked before use (arrow/), columns that
 * hold others are walked past, and no loop is longer than the bytes that are there.
 */
import { CameoError, errors } from '../errors.js';
import { type Ignored, some, type Table } from '../table/table.js';
import { BatchReader } from './arrow/batch.js';
import { holds } from './arrow/flatbuffer.js';
import { messagesOf } from './arrow/messages.js';
import { type ArrowField, type ArrowSchema, isPlain, readSchema } from './arrow/schema.js';
import { isNumber } from './arrow/values.js';
import { ColumnBuilder } from './column-builder.js';

/**
 * Reads an Arrow IPC stream or file: a table for each record batch.
 * @throws CameoError 'file' for what is no Arrow, or damaged
 */
export async function* readArrow(input: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Table> {
  try {
    let reader: BatchReader | undefined;
    let schema: ArrowSchema | undefined;
    for await (const message of messagesOf(input)) {
      if (message.kind === 'schema') {
        holds(!schema, 'it has a second schema');
        schema = readSchema(message.header);
        reader = new BatchReader(schema);
        continue;
      }
      holds(reader !== undefined && schema !== undefined, 'it does not begin with a schema');
      if (message.kind === 'dictionary') reader.dictionary(message);
      else yield tableOf(schema, reader.batch(message));
    }
  } catch (cause) {
    throw cause instanceof CameoError ? cause : errors.fileRead(path, cause);
  }
}

function tableOf({ fields }: ArrowSchema, { rows, columns }: ReturnType<BatchReader['batch']>): Table {
  const plain = fields.filter(isPlain);
  return {
    rows,
    columns: columns.map((get, j) => {
      const { name, type, dictionary } = plain[j];
      const builder = new ColumnBuilder(name, !dictionary && isNumber(type));
      builder.append(rows, get);
      return builder.finish(rows);
    }),
    leftOut: some(fields.filter((field) => !isPlain(field)).map(leftOut)),
  };
}

const HOLDS: Partial<Record<ArrowField['type']['name'], string>> = {
  struct: 'structs',
  map: 'maps',
  union: 'values of several types',
  interval: 'intervals',
  'run-end-encoded': 'run-end encoded values',
};
const leftOut = ({ name, type }: ArrowField): Ignored => ({ name, reason: `it holds ${HOLDS[type.name] ?? 'lists'}` });

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
  return { ...parts[0], rows, columns };
}

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
