/**
 * Profiles as comma-separated values (RFC 4180, UTF-8): the first line names the columns; nothing is missing; lists and structs are JSON in
 * a cell.
 *
 * A program for tables takes a text that begins with = + - @, a tab or a line break as a formula and runs it, and labels and ids are what
 * strangers wrote. Such a text gets an apostrophe before it, unless it is a plain number
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
import { DataType, type RecordBatch, type Schema, type Vector } from 'apache-arrow';

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A text as a cell: in quotes where it needs them, and an empty one, which is not missing. */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return safe === '' || /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Lines of CSV of the batches.
 * @param jsonOf the values of a column as JSON
 */
export const csvLines = (schema: Schema, jsonOf: (vector: Vector) => string[]) =>
  async function* (batches: AsyncIterable<RecordBatch>): AsyncGenerator<string> {
    yield `${schema.fields.map(({ name }) => csvCell(name)).join(',')}\n`;
    for await (const batch of batches) {
      const columns = batch.schema.fields.map((_, j) => {
        const vector = batch.getChildAt(j) as Vector;
        return cellsOf(vector.type, jsonOf(vector));
      });
      const line = (r: number) => columns.map((cells) => cells[r]).join(',');
      // In pieces, so that no string comes near the engine's limit.
      for (let first = 0; first < batch.numRows; first += 1024) {
        const rows = Math.min(1024, batch.numRows - first);
        yield `${Array.from({ length: rows }, (_, r) => line(first + r)).join('\n')}\n`;
      }
    }
  };

/** The cells of a column, by its values as JSON: texts without JSON's quotes, what is nested as it is. */
function cellsOf(type: DataType, values: readonly string[]): string[] {
  const text = DataType.isUtf8(type) || DataType.isDictionary(type) || DataType.isTimestamp(type);
  const nested = DataType.isList(type) || DataType.isFixedSizeList(type) || DataType.isStruct(type);
  const known = new Map<string, string>();
  return values.map((json) => {
    if (json === 'null') return '';
    if (!text && !nested) return json;
    let cell = known.get(json);
    if (cell === undefined) {
      cell = csvCell(text ? JSON.parse(json) : json);
      known.set(json, cell);
    }
    return cell;
  });
}
