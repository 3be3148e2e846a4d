/**
 * Files as bytes. A thread that reads a pipe is held for as long as the pipe's writer likes, and the process with it, since a thread
 * that waits in the system cannot be stopped. Pipes are therefore waited for by the event loop, and an abort ends that at once.
 */
import { constants, createReadStream, createWriteStream, fstatSync, openSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { isatty, ReadStream } from 'node:tty';
import { errors } from '../errors.js';
import { discard, temporaryFolderIn } from './temporary.js';

/** Bytes that arrive, and how many have. */
export type Input = Readable & { readonly bytesRead: number };

/** @param signal ends the stream with an error */
export async function openInput(path: string, signal?: AbortSignal): Promise<Input> {
  if (!(await isPipe(path))) return stoppable(createReadStream(path), signal);
  // Without waiting for a writer: its coming is an event too. The stream takes the descriptor over.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return stoppable(new Socket({ fd, writable: false }), signal);
}

export function openStandardInput(signal?: AbortSignal): Input {
  const kind = fstatSync(0);
  if (kind.isFIFO() || kind.isSocket()) return stoppable(new Socket({ fd: 0, writable: false }), signal);
  return stoppable(isatty(0) ? new ReadStream(0) : createReadStream('', { fd: 0, autoClose: false }), signal);
}

const stoppable = (stream: Input, signal: AbortSignal | undefined): Input => (signal ? addAbortSignal(signal, stream) : stream);

const isPipe = async (path: string) => (await stat(path)).isFIFO();

/** All bytes of a file or pipe. @throws CameoError 'file', 'aborted' */
export async function readWhole(path: string, signal?: AbortSignal): Promise<Buffer> {
  try {
    return (await isPipe(path)) ? await buffer(await openInput(path, signal)) : await readFile(path, { signal });
  } catch (cause) {
    throw signal?.aborted ? errors.aborted(cause) : errors.fileRead(path, cause);
  }
}

/** A path that can be read more than once and from anywhere: the file itself, or a copy of what comes through a pipe. Dispose it after use. */
export async function rereadable(path: string, signal?: AbortSignal): Promise<{ path: string } & AsyncDisposable> {
  const itself = { path, [Symbol.asyncDispose]: async () => {} };
  if (!(await isPipe(path).catch((cause) => Promise.reject(errors.fileRead(path, cause))))) return itself;
  const folder = temporaryFolderIn(tmpdir());
  try {
    await mkdir(folder).catch((cause) => Promise.reject(errors.fileWrite(folder, cause)));
    const copy = join(folder, basename(path)); // its ending says how it is read
    await pipeline(await openInput(path, signal), createWriteStream(copy, { flags: 'wx' }));
    return { path: copy, [Symbol.asyncDispose]: () => discard(folder) };
  } catch (cause) {
    await discard(folder);
    throw signal?.aborted ? errors.aborted(cause) : errors.fileRead(path, cause);
  }
}

/** The work's outcome, or an error as soon as the signal says so: readers of streams do not all hear that theirs has ended. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  work.catch(() => {});
  let abort = () => {};
  const aborted = new Promise<never>((_, failed) => {
    abort = () => failed(errors.aborted(signal.reason));
  });
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
