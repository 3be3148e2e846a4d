/** Lists of ids that commands read: one a line, spaces around them and empty lines left out. */
import { errors } from '../errors.js';
import { readWhole } from '../io/bytes.js';

/** @param path a file, or '-' for standard input. @throws CameoError 'file' where it cannot be read or names nobody */
export async function readIds(path: string, signal: AbortSignal): Promise<string[]> {
  const ids = (await readWhole(path === '-' ? '/dev/stdin' : path, signal))
    .toString()
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((id) => id !== '');
  if (ids.length === 0) throw errors.fileRead(path, new Error('it has no ids; write one a line'));
  return ids;
}
