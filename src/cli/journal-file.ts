/** A journal as a file, which is not there before something is kept in it. */
import { appendFile, readFile, stat, truncate } from 'node:fs/promises';
import { errors } from '../errors.js';
import { BEGINS, type Journal } from '../score/tune/journal.js';
import { tellWritten } from './link.js';

export class JournalFile implements Journal {
  #whole: boolean;

  private constructor(
    private readonly path: string,
    readonly text: string,
    /** bytes up to the end of the last whole line */
    private readonly length: number,
    bytes: number,
  ) {
    this.#whole = length === bytes;
  }

  /** @throws CameoError 'file' for what is there and cannot be read, 'data' for another file, of which nothing is cut off */
  static async open(path: string): Promise<JournalFile> {
    const there = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined;
      throw errors.fileRead(path, cause);
    });
    if (!there) return new JournalFile(path, '', 0, 0);
    if (!there.isFile()) throw errors.fileRead(path, new Error('it is no file'));
    const bytes = await readFile(path).catch((cause) => Promise.reject(errors.fileRead(path, cause)));
    const length = bytes.lastIndexOf(10) + 1;
    const first = bytes.subarray(0, BEGINS.length).toString();
    if (!BEGINS.startsWith(first)) throw errors.journalLine(1);
    return new JournalFile(path, bytes.subarray(0, length).toString(), length, bytes.length);
  }

  /** A last line that was cut in the middle is removed first. */
  async append(lines: string): Promise<void> {
    try {
      if (!this.#whole) await truncate(this.path, this.length);
      this.#whole = true;
      await appendFile(this.path, lines);
    } catch (cause) {
      throw errors.fileWrite(this.path, cause);
    }
    tellWritten();
  }
}
