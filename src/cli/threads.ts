/** How many worker threads a command starts: no more than the machine runs at once, and no more than what is read can keep busy. */
import { stat } from 'node:fs/promises';
import { availableCores } from '../engine/cores.js';

/** As in an engine's capabilities. */
export interface Threads {
  threads: number;
  /** why there are fewer than were asked for */
  threadsReason?: string;
}

/** Text that a further thread is worth starting for: some hundred rows. A thread takes about 7 MB and as long to start as some thousand rows to score. */
const BYTES = 4096;
/** Files whose size says how much there is to do. */
const PLAIN = /\.(csv|tsv|txt|json|jsonl|ndjson)$/i;

/** @param sources what is read */
export async function threadsFor(asked: number | 'auto', sources: readonly (string | undefined)[] = []): Promise<Threads> {
  const cores = availableCores();
  const bytes = await bytesOf(sources.filter((source) => source !== undefined));
  const busy = Math.max(1, Math.ceil(bytes / BYTES));
  const threads = Math.min(asked === 'auto' ? cores : asked, cores, busy);
  if (threads === (asked === 'auto' ? cores : asked)) return { threads };
  const reason = busy < cores ? `${bytes.toLocaleString('en')} bytes keep no more busy` : `this machine runs ${cores} at once`;
  return { threads, threadsReason: asked === 'auto' ? reason : `${asked} were asked for, and ${reason}` };
}

/** Bytes of text; infinitely many where that is not known, as of a pipe, a database or what is compressed. */
async function bytesOf(sources: readonly string[]): Promise<number> {
  let sum = sources.length > 0 ? 0 : Number.POSITIVE_INFINITY;
  for (const source of sources) {
    const there = PLAIN.test(source) ? await stat(source).catch(() => undefined) : undefined;
    sum += there?.isFile() ? there.size : Number.POSITIVE_INFINITY;
  }
  return sum;
}

/** How many there are, and why not more, for people. */
export const threadsText = ({ threads, threadsReason }: Threads, what = 'thread') =>
  `${threads} ${what}${threads === 1 ? '' : 's'}${threadsReason ? ` (${threadsReason})` : ''}`;
