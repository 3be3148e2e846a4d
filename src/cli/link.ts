/**
 * What the two threads of the command tell each other. One does the work; the other, which is never busy, minds signals and the terminal
 * (main.ts). The functions here are for the thread that works.
 */
import { parentPort } from 'node:worker_threads';
import type { Progress } from '../progress.js';

/** What a job tells of itself, or `cameo bench` and `cameo tune`. */
export type Shown = Omit<Progress, 'stage'> & { stage: Progress['stage'] | 'bench' | 'tune' };

export type Told =
  | { kind: 'progress'; progress: Shown }
  /** the line of progress shall go; `done` is set when it has */
  | { kind: 'clear'; done: Int32Array }
  /** for people, on standard error */
  | { kind: 'say'; text: string }
  /** a temporary file or folder that will be there, or is no more */
  | { kind: 'temporary'; path: string; there: boolean }
  /** databases that are open, in which a query may be under way */
  | { kind: 'databases'; open: number }
  /** the first Ctrl-C ends a search whose results are kept, so that the work is not ended from here */
  | { kind: 'keeps' }
  /** output is where it was asked for, or some of it */
  | { kind: 'written' };

/** What the working thread is told. */
export const STOP = 'stop';

const tell = (told: Told) => parentPort?.postMessage(told);

export const tellProgress = (progress: Shown) => tell({ kind: 'progress', progress });
export const tellTemporary = (path: string, there: boolean) => tell({ kind: 'temporary', path, there });
export const tellDatabases = (open: number) => tell({ kind: 'databases', open });
export const tellKeeps = () => tell({ kind: 'keeps' });
export const tellWritten = () => tell({ kind: 'written' });
export const say = (text: string) => tell({ kind: 'say', text });

/** Waits until the line has gone, so that what is printed next does not stand behind it. */
export function tellClear(): void {
  const done = new Int32Array(new SharedArrayBuffer(4));
  tell({ kind: 'clear', done });
  if (parentPort) Atomics.wait(done, 0, 0, 1000);
}

/** Ends the work when the other thread says so. */
export function onStop(stop: () => void): void {
  parentPort?.on('message', (message) => message === STOP && stop()).unref();
}
