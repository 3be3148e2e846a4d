/** Lists of ids that commands read: one a line, spaces around them and empty lines left out. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { errors } from '../errors.js';

/** @param path a file, or '-' for standard input. @throws CameoError 'file' where it cannot be read or names nobody */
export async function readIds(path: string): Promise<string[]> {
  const read = path === '-' ? text(process.stdin) : readFile(path, 'utf8');
  const whole = await read.catch((cause) => Promise.reject(errors.fileRead(path, cause)));
  const ids = whole
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((id) => id !== '');
  if (ids.length === 0) throw errors.fileRead(path, new Error('it has no ids; write one a line'));
  return ids;
}
