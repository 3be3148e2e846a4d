/**
 * Files as bytes. A thread that reads a pipe is held for as long as the pipe's writer likes, and the process with it, since a thread
 * that waits in the system cannot be stopped. Pipes are therefore waited for by the event loop, and an abort ends that at once.
 */
import { constants, createReadStream, createWriteStream, fstatSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { isatty, ReadStream } from 'node:tty';
import { errors } from '../errors.js';
import { discard, makeTemporaryFolder } from './temporary.js';

/** Deno and Bun read and write what is no file by streams of their own. */
export const NODE = !('Deno' in globalThis || 'Bun' in globalThis);
const STANDARD_INPUT = /^\/dev\/(stdin|fd\/0)$|^\/proc\/self\/fd\/0$/;

/** @param signal ends the stream with an error */
export async function openBytes(path: string, signal?: AbortSignal): Promise<Readable> {
  if (STANDARD_INPUT.test(path)) return openStandardInput(signal);
  if (!NODE || !(await isPipe(path))) return stoppable(createReadStream(path), signal);
  // Without waiting for a writer: its coming is an event too. The stream takes the descriptor over.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return stoppable(new Socket({ fd, writable: false }), signal);
}

/** Standard input of the process, from any of its threads. */
export function openStandardInput(signal?: AbortSignal): Readable {
  const kind = fstatSync(0);
  if (NODE && (kind.isFIFO() || kind.isSocket())) return stoppable(new Socket({ fd: 0, writable: false }), signal);
  return stoppable(isatty(0) ? new ReadStream(0) : createReadStream('', { fd: 0, autoClose: false }), signal);
}

const stoppable = (stream: Readable, signal: AbortSignal | undefined) => (signal ? addAbortSignal(signal, stream) : stream);

const isPipe = async (path: string) => (await stat(path)).isFIFO();

/** All bytes of a file or pipe. @throws CameoError 'file', 'aborted' */
export async function readWhole(path: string, signal?: AbortSignal): Promise<Buffer> {
  try {
    return STANDARD_INPUT.test(path) || (await isPipe(path))
      ? await buffer(await openBytes(path, signal))
      : await readFile(path, { signal });
  } catch (cause) {
    throw signal?.aborted ? errors.aborted(cause) : errors.fileRead(path, cause);
  }
}

/** What comes through a pipe, as a file in a folder of its own; discard the folder after use. */
export async function copyOf(path: string, signal?: AbortSignal): Promise<{ path: string; folder: string }> {
  const folder = await makeTemporaryFolder();
  try {
    const copy = join(folder, basename(path)); // its ending may say how it is read
    await pipeline(await openBytes(path, signal), createWriteStream(copy, { flags: 'wx' }));
    return { path: copy, folder };
  } catch (cause) {
    await discard(folder);
    throw signal?.aborted ? errors.aborted(cause) : errors.fileRead(path, cause);
  }
}
