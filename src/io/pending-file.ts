/** Files that are written beside their place and renamed when whole, so that nobody ever sees half of one. */
import { open, rename, rm, stat } from 'node:fs/promises';
import { errors } from '../errors.js';

export type ProfileFormat = 'arrow' | 'jsonl' | 'csv' | 'csv.gz' | 'parquet';

/** The format that a file's name asks for. */
export function formatOf(path: string): ProfileFormat {
  const ending = /\.(arrow|jsonl|csv|csv\.gz|parquet)$/i.exec(path)?.[1].toLowerCase();
  if (!ending) throw errors.fileType(path, '.arrow, .jsonl, .csv, .csv.gz, .parquet');
  return ending as ProfileFormat;
}

/** A file that is not there until `commit`. */
export class PendingFile implements AsyncDisposable {
  #done = false;
  private constructor(
    readonly path: string,
    /** where it is written */
    readonly temporary: string,
  ) {}

  /** @throws CameoError 'file' when the place cannot be written to; nothing is changed then */
  static async create(path: string): Promise<PendingFile> {
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      const there = await stat(path).catch(() => undefined);
      if (there && !there.isFile()) throw new Error('something that is no file stands there');
      await (await open(temporary, 'wx')).close();
    } catch (cause) {
      throw errors.fileWrite(path, cause);
    }
    return new PendingFile(path, temporary);
  }

  async write(bytes: Uint8Array): Promise<void> {
    const file = await open(this.temporary, 'w');
    try {
      await file.writeFile(bytes);
    } catch (cause) {
      throw errors.fileWrite(this.path, cause);
    } finally {
      await file.close();
    }
  }

  async commit(): Promise<void> {
    try {
      await rename(this.temporary, this.path);
    } catch (cause) {
      throw errors.fileWrite(this.path, cause);
    }
    this.#done = true;
  }

  /** Removes what was written, unless it was committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#done) await rm(this.temporary, { force: true });
  }
}
