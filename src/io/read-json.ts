/** What a JSON file must be before DuckDB reads it: UTF-8, and objects of no more keys than a table may have columns. */
import { errors } from '../errors.js';
import { MAX_COLUMNS } from '../table/csv.js';
import { encodingOfHead, utf8Of } from './encoding.js';
import type { InputFile } from './input.js';

/** Bytes that are looked at: an object is not larger (DuckDB's maximum_object_size). */
const HEAD = 16 << 20;
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];

/** @returns a file of UTF-8 text where `file` is none, to be disposed of; undefined where it is one */
export async function readableJson(file: InputFile, encoding: string | undefined): Promise<InputFile | undefined> {
  const utf8 = () => utf8Of(file.bytes(), file.name, encoding);
  let given: { encoding: string; mark: number } | undefined;
  for await (const chunk of file.bytes()) {
    given = encodingOfHead(chunk);
    break;
  }
  await countKeys(utf8(), file.name);
  // DuckDB sees by the name whether a file is gzipped.
  if (encoding === undefined && !given && file.gzipped === /\.gz$/i.test(file.path)) return undefined;
  return file.replaced(utf8(), 'json');
}

/** Counts the keys of the first object. @throws CameoError 'file' for too many */
export async function countKeys(chunks: AsyncIterable<Uint8Array>, name: string): Promise<void> {
  let [depth, keys, seen] = [0, 1, 0];
  let [quoted, escaped, object] = [false, false, false];
  for await (const chunk of chunks) {
    for (const byte of chunk) {
      if (quoted) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) quoted = false;
      } else if (byte === QUOTE) quoted = true;
      else if (byte === 0x7b || byte === 0x5b) {
        // The brackets of the list that holds the objects do not count.
        if (object || byte === 0x7b) depth++;
        object ||= byte === 0x7b;
      } else if (byte === 0x7d || byte === 0x5d) {
        if (object && --depth === 0) return;
      } else if (byte === COMMA && depth === 1 && ++keys > MAX_COLUMNS) {
        throw errors.fileLine(name, 1, `an object of more than ${MAX_COLUMNS} keys`);
      }
    }
    seen += chunk.length;
    if (seen > HEAD) return;
  }
}
