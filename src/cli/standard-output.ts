/**
 * Standard output of the thread that works: the descriptor itself. What Node gives a thread goes through the first one, copies all bytes,
 * and does not tell who writes when nothing could be written.
 */
import { createWriteStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { isatty, WriteStream } from 'node:tty';
import { errors } from '../errors.js';
import { NODE } from '../io/bytes.js';

/** Makes it this thread's `process.stdout`. @param unread called when whoever reads has stopped, as `head` does: that is no error */
export function takeStandardOutput(unread: () => void): void {
  const stream = openStandardOutput();
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') unread();
  });
  Object.defineProperty(process, 'stdout', { value: stream });
}

function openStandardOutput(): Writable {
  if (isatty(1)) return new WriteStream(1);
  const kind = fstatSync(1);
  if (NODE && (kind.isFIFO() || kind.isSocket())) return new Socket({ fd: 1, readable: false });
  return createWriteStream('', { fd: 1, autoClose: false });
}

/** Waits until all that was printed has been taken, or nobody is there to take it. @throws CameoError 'file' */
export async function printed(): Promise<void> {
  const { stdout } = process;
  const error = stdout.errored ?? (await new Promise<Error | null | undefined>((done) => stdout.write('', done)));
  if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw errors.fileWrite('standard output', error);
}
