/**
 * A file as somebody names it: one on a disk, standard input (/dev/stdin), a process substitution (/dev/fd/63) or a named pipe. What can be
 * read only once is first copied to a folder of the system's, so that readers find a file. A name tells the format; what has no such name,
 * because it is a pipe, is told by its first bytes. What is gzipped is unpacked, whatever it is called.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { errors } from '../errors.js';
import type { Progress } from '../progress.js';
import { copyOf } from './bytes.js';
import { discard, makeTemporaryFolder } from './temporary.js';

export type TableFormat = 'csv' | 'json' | 'parquet' | 'arrow' | 'xlsx';

const NAMES: [pattern: RegExp, format: TableFormat][] = [
  [/\.(csv|tsv|txt)(\.gz)?$/i, 'csv'],
  [/\.(json|jsonl|ndjson)(\.gz)?$/i, 'json'],
  [/\.parquet$/i, 'parquet'],
  [/\.(arrow|feather|ipc)$/i, 'arrow'],
  [/\.xlsx$/i, 'xlsx'],
];
export const formatByName = (path: string): TableFormat | undefined => NAMES.find(([pattern]) => pattern.test(path))?.[1];
export const TABLES = '.csv, .tsv, .json, .jsonl (each also with .gz), .parquet, .arrow, .xlsx';

/** How it is read. */
interface Run {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export class InputFile implements AsyncDisposable {
  private constructor(
    /** as it was named, for messages */
    readonly name: string,
    /** where a file can be read, as often as wanted */
    readonly path: string,
    readonly format: TableFormat,
    readonly gzipped: boolean,
    /** bytes, as they lie there */
    readonly size: number,
    private readonly run: Run,
    private readonly folder: string | undefined,
  ) {}

  /**
   * Opens what has this name; dispose it after use.
   * @throws CameoError 'file' for what is not there, cannot be read or is of no known format
   */
  static async open(path: string, run: Run = {}): Promise<InputFile> {
    const named = formatByName(path);
    let folder: string | undefined;
    try {
      const there = await stat(path);
      if (there.isDirectory()) throw new Error('it is a directory');
      if (there.isFile() && !named && !path.startsWith('/dev/')) throw errors.fileType(path, TABLES);
      let at = path;
      if (!there.isFile()) {
        ({ path: at, folder } = await copyOf(path, run.signal));
      }
      const head = await headOf(at);
      const gzipped = head[0] === 0x1f && head[1] === 0x8b;
      const format = named ?? formatOf(gzipped ? await unpackedHead(at) : head);
      return new InputFile(path, at, format, gzipped, (await stat(at)).size, run, folder);
    } catch (cause) {
      if (folder) await discard(folder);
      throw failure(path, cause, run.signal);
    }
  }

  /** The bytes, unpacked. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const { signal } = this.run;
    const file = createReadStream(this.path, { highWaterMark: 1 << 20, signal });
    const unpacked = this.gzipped ? createGunzip({ chunkSize: 1 << 18 }) : undefined;
    // An error of the file's is the unpacked stream's too.
    if (unpacked) file.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
    try {
      for await (const chunk of (unpacked ?? file) as AsyncIterable<Uint8Array>) {
        this.tell(file.bytesRead);
        yield chunk;
      }
    } catch (cause) {
      throw failure(this.name, cause, signal);
    } finally {
      file.destroy();
    }
  }

  /** Tells how many of the bytes have been read. */
  tell(done: number): void {
    this.run.onProgress?.({ stage: 'read', done, total: this.size, unit: 'bytes' });
  }

  /** The same as a file of its own, of other bytes: such as a text in another encoding. */
  async replaced(bytes: AsyncIterable<Uint8Array>, ending: string): Promise<InputFile> {
    const folder = await makeTemporaryFolder();
    const path = join(folder, `input.${ending}`);
    try {
      await pipeline(bytes, createWriteStream(path), { signal: this.run.signal });
    } catch (cause) {
      await discard(folder);
      throw failure(this.name, cause, this.run.signal);
    }
    return new InputFile(this.name, path, this.format, false, (await stat(path)).size, this.run, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.folder) await discard(this.folder);
  }
}

function failure(path: string, cause: unknown, signal: AbortSignal | undefined) {
  if (cause instanceof Error && cause.name === 'CameoError') return cause;
  return signal?.aborted ? errors.aborted(cause) : errors.fileRead(path, cause);
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function unpackedHead(path: string): Promise<Uint8Array> {
  for await (const chunk of createReadStream(path).pipe(createGunzip())) return chunk;
  return new Uint8Array(0);
}

/** The format that the first bytes tell: text is CSV, unless it begins as JSON does. */
function formatOf(head: Uint8Array): TableFormat {
  const text = String.fromCharCode(...head.subarray(0, 16));
  if (text.startsWith('PAR1')) return 'parquet';
  if (text.startsWith('ARROW1') || text.startsWith('\xff\xff\xff\xff')) return 'arrow';
  if (text.startsWith('PK\x03\x04')) return 'xlsx';
  return /^(\xef\xbb\xbf)?\s*[{[]/.test(text) ? 'json' : 'csv';
}
