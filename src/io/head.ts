/** What a file's beginning must be before DuckDB looks at it, which tries many ways to read the first rows and takes a minute over what is no table. */
import { errors } from '../errors.js';
import type { InputFile } from './input.js';
import { countKeys } from './read-json.js';

/** Bytes that are looked at. Of what comes later DuckDB says so at once. */
const HEAD = 32 << 20;
/** Bytes of a line at most (DuckDB's max_line_size). */
const MAX_LINE = 2_000_000;
const [LF, CR] = [0x0a, 0x0d];

/** @throws CameoError 'file' for a line that is too long and an object of too many keys */
export async function checkHead(file: InputFile): Promise<void> {
  if (file.format === 'json') await countKeys(file.bytes(), file.name);
  else if (file.format === 'csv') await measureLines(file);
}

async function measureLines(file: InputFile): Promise<void> {
  let [line, length, seen, before] = [1, 0, 0, 0];
  for await (const chunk of file.bytes()) {
    for (const byte of chunk) {
      if (byte === LF || byte === CR) {
        length = 0;
        if (byte === CR || before !== CR) line++;
      } else if (++length > MAX_LINE) throw errors.fileLine(file.name, line, `more than ${MAX_LINE / 1e6} MB`);
      before = byte;
    }
    seen += chunk.length;
    if (seen > HEAD) return;
  }
}
