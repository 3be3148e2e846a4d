/**
 * A file as somebody names it: one on a disk, standard input (/dev/stdin), a process substitution (/dev/fd/63) or a named pipe. What can be
 * read only once is first copied to a folder of the system's, so that readers find a file. A name tells the format; what has no such name,
 * because it is a pipe, is told by its first bytes. What is gzipped is unpacked, whatever it is called.
 */
import { constants, createReadStream, createWriteStream, open as openFile, type Stats } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { errors } from '../errors.js';

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

const STANDARD_INPUT = /^\/dev\/(stdin|fd\/0)$|^\/proc\/self\/fd\/0$/;

export class InputFile implements AsyncDisposable {
  private constructor(
    /** as it was named, for messages */
    readonly name: string,
    /** where a file can be read, as often as wanted */
    readonly path: string,
    readonly format: TableFormat,
    readonly gzipped: boolean,
    private readonly signal: AbortSignal | undefined,
    private readonly folder: string | undefined,
  ) {}

  /**
   * Opens what has this name; dispose it after use.
   * @throws CameoError 'file' for what is not there, cannot be read or is of no known format
   */
  static async open(path: string, signal?: AbortSignal): Promise<InputFile> {
    const named = formatByName(path);
    let folder: string | undefined;
    try {
      const there = await stat(path);
      if (there.isDirectory()) throw new Error('it is a directory');
      if (there.isFile() && !named && !path.startsWith('/dev/')) throw errors.fileType(path, TABLES);
      let at = path;
      if (!there.isFile()) {
        folder = await mkdtemp(join(tmpdir(), 'cameo-'));
        at = join(folder, 'input');
        await pipeline(await streamOf(path, there), createWriteStream(at, { mode: 0o600 }), { signal });
      }
      const head = await headOf(at);
      const gzipped = head[0] === 0x1f && head[1] === 0x8b;
      const format = named ?? formatOf(gzipped ? await unpackedHead(at) : head);
      return new InputFile(path, at, format, gzipped, signal, folder);
    } catch (cause) {
      if (folder) await rm(folder, { recursive: true, force: true });
      throw failure(path, cause, signal);
    }
  }

  /** The bytes, unpacked. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const file = createReadStream(this.path, { highWaterMark: 1 << 20, signal: this.signal });
    const unpacked = this.gzipped ? createGunzip({ chunkSize: 1 << 18 }) : undefined;
    // An error of the file's is the unpacked stream's too.
    if (unpacked) file.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
    try {
      yield* (unpacked ?? file) as AsyncIterable<Uint8Array>;
    } catch (cause) {
      throw failure(this.name, cause, this.signal);
    } finally {
      file.destroy();
    }
  }

  /** The same as a file of its own, of other bytes: such as a text in another encoding. */
  async replaced(bytes: AsyncIterable<Uint8Array>, ending: string): Promise<InputFile> {
    const folder = await mkdtemp(join(tmpdir(), 'cameo-'));
    const path = join(folder, `input.${ending}`);
    try {
      await pipeline(bytes, createWriteStream(path, { mode: 0o600 }), { signal: this.signal });
    } catch (cause) {
      await rm(folder, { recursive: true, force: true });
      throw failure(this.name, cause, this.signal);
    }
    return new InputFile(this.name, path, this.format, false, this.signal, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}

function failure(path: string, cause: unknown, signal: AbortSignal | undefined) {
  if (cause instanceof Error && cause.name === 'CameoError') return cause;
  return signal?.aborted ? errors.aborted(cause) : errors.fileRead(path, cause);
}

/** The bytes of what is no file. A pipe is opened without waiting for its writer, which may never come, and can be given up at any time. */
async function streamOf(path: string, there: Stats): Promise<Readable> {
  if (STANDARD_INPUT.test(path)) return process.stdin;
  // Deno and Bun read such files by streams of their own.
  if (!there.isFIFO() || 'Deno' in globalThis || 'Bun' in globalThis) return createReadStream(path);
  const fd = await promisify(openFile)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
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
