/** Files that are written beside their place and renamed when whole, so that nobody ever sees half of one. */
import type { Stats } from 'node:fs';
import { access, constants, type FileHandle, lstat, open, readlink, realpath, rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errors } from '../errors.js';
import { clearStale, discard, release, temporaryIn } from './temporary.js';

export type ProfileFormat = 'arrow' | 'jsonl' | 'csv' | 'csv.gz' | 'parquet';

/** The format that a file's name asks for. */
export function formatOf(path: string): ProfileFormat {
  const ending = /\.(arrow|jsonl|csv|csv\.gz|parquet)$/i.exec(path)?.[1].toLowerCase();
  if (!ending) throw errors.fileType(path, '.arrow, .jsonl, .csv, .csv.gz, .parquet');
  return ending as ProfileFormat;
}

/** As many links as Linux follows. */
const LINKS = 40;

/** A file that is not there until `commit`. What it replaces gives it its mode and, where that is allowed, its owner. */
export class PendingFile implements AsyncDisposable {
  private constructor(
    /** as it was named; a symbolic link is followed */
    readonly path: string,
    /** where it is written */
    readonly temporary: string,
    private readonly place: string,
  ) {}

  /** @throws CameoError 'file' when the place cannot be written to; nothing is changed then */
  static async create(path: string): Promise<PendingFile> {
    let temporary: string | undefined;
    try {
      const place = await placeOf(path);
      const there = await stat(place).catch(() => undefined);
      if (there && !there.isFile()) throw new Error('something that is no file stands there');
      if (there) await access(place, constants.W_OK);
      await clearStale(dirname(place));
      temporary = temporaryIn(dirname(place));
      await using file = await open(temporary, 'wx', there ? 0o600 : 0o666);
      if (there) await keepMode(file, there);
      return new PendingFile(path, temporary, place);
    } catch (cause) {
      if (temporary) await discard(temporary);
      throw errors.fileWrite(path, named(cause, temporary, path));
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await using file = await open(this.temporary, 'r+');
      await file.writeFile(bytes);
    } catch (cause) {
      throw this.failed(cause);
    }
  }

  async commit(): Promise<void> {
    try {
      await rename(this.temporary, this.place);
    } catch (cause) {
      throw this.failed(cause);
    }
    release(this.temporary);
  }

  /** What went wrong with writing, by the name that the file was given. */
  failed(cause: unknown) {
    return errors.fileWrite(this.path, named(cause, this.temporary, this.path));
  }

  /** Removes what was written, unless it was committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await discard(this.temporary);
  }
}

/** Where a name leads, whether or not a file stands there yet. */
async function placeOf(path: string): Promise<string> {
  let place = path;
  for (let links = 0; links <= LINKS; links++) {
    const link = await lstat(place).catch(() => undefined);
    if (!link?.isSymbolicLink()) return place;
    place = resolve(await realpath(dirname(place)), await readlink(place));
  }
  throw new Error('its symbolic links lead in a circle');
}

/** Owner and mode of the file that will be replaced. Where the group may not be given away, it gets no more than everybody. */
async function keepMode(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const given = await file.stat();
  const try_ = (user: number, group: number) =>
    file.chown(user, group).then(
      () => true,
      () => false,
    );
  let kept = given.uid === uid && given.gid === gid;
  kept ||= await try_(uid, gid);
  kept ||= given.gid === gid || (await try_(given.uid, gid));
  await file.chmod(kept ? mode & 0o777 : (mode & 0o707) | ((mode & 0o7) << 3));
}

/** A cause without the temporary name, which nobody has asked for. */
function named(cause: unknown, temporary: string | undefined, path: string): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (temporary === undefined) return cause;
  if (code === 'ENOENT') return new Error(`ENOENT: the folder of '${path}' is not there`, { cause });
  if (!(cause instanceof Error)) return cause;
  return new Error(cause.message.replace(/(, \w+)? '[^']*\.cameo-[^']*\.tmp'( -> '.*')?/g, ''), { cause });
}
