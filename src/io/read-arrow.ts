/** Reads tables off Arrow files and streams by apache-arrow, which takes a sixth of a second to load and so is loaded where it is used. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Vector } from 'apache-arrow';
import { errors } from '../errors.js';
import type { Column, Table } from '../table/table.js';
import { ColumnBuilder } from './column-builder.js';

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
