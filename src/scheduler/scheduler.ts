/**
 * The scheduler runs programs. A program is a plain function of (kernels, memory, arguments, control); it
 * computes one shard and returns a small, cloneable result, with anything large left in linear memory.
 *
 * One method, `run`, is implemented on the calling thread (inline.ts), in a Piscina pool (piscina.ts) and in
 * Web Workers (web-workers.ts). What they have in common stands here: `map` hands out shards in order with a bounded number in flight,
 * lends each a slot of memory, and gives the results back in the order of the shards.
 */

import * as v from 'valibot';
import { CameoError, errors } from '../errors.js';
import { type Entries, RUN, whole } from '../options.js';
import type { ProgramArgs, ProgramName, ProgramResult } from '../programs/index.js';
import type { Arena, Region } from '../wasm/memory.js';

export interface RunOptions {
  /** Stops the work between batches; the promise rejects with CameoError 'aborted'. */
  signal?: AbortSignal;
  /** Called with the program's own progress numbers, a few times a second at most from a worker. */
  onProgress?: (a: number, b: number, c: number) => void;
  /** What to call this piece of work in an error. */
  label?: string;
  /** How often to try when the worker dies; default 3. */
  attempts?: number;
}

export const RUN_OPTIONS = v.strictObject({
  ...RUN,
  label: v.optional(v.string('a text')),
  attempts: v.optional(whole(1)),
} satisfies Entries<RunOptions>);

export interface MapOptions extends RunOptions {
  /** Bytes of linear memory lent to each shard in flight; its address is passed to the arguments. */
  slotBytes?: number;
}

export const MAP_OPTIONS = v.strictObject({
  ...RUN_OPTIONS.entries,
  slotBytes: v.optional(whole(0)),
} satisfies Entries<MapOptions>);

export interface Mapped<R> {
  value: R;
  /** Address of the shard's slot; its contents hold until the next result is asked for. */
  slot: number;
}

export interface Scheduler {
  /** Workers at work beside the calling thread; 0 for the inline scheduler. */
  readonly threads: number;
  /** Shards that `map` keeps in flight: two a worker, one computing and one waiting; inline there is nothing to overlap with. */
  readonly width: number;
  run<P extends ProgramName>(program: P, args: ProgramArgs<P>, options?: RunOptions): Promise<ProgramResult<P>>;
  close(): Promise<void>;
}

/** Throws when the signal says so. */
export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw errors.aborted(signal.reason);
}

/**
 * Runs a program over shards. `shards` is asked for the next shard only when a slot is free, so a slow reader of
 * the results stops the reading of the input.
 *
 * @param shards the shards, in order
 * @param toArgs builds a shard's arguments, with the address of its slot; may fill the slot
 * @returns results in the order of the shards
 */
export async function* map<S, P extends ProgramName>(
  scheduler: Pick<Scheduler, 'run' | 'width'>,
  arena: Arena,
  program: P,
  shards: Iterable<S> | AsyncIterable<S>,
  toArgs: (shard: S, slot: number, index: number) => ProgramArgs<P>,
  options: MapOptions = {},
): AsyncGenerator<Mapped<ProgramResult<P>>> {
  const slots: Region[] = [];
  const idle: Region[] = [];
  const queue: { slot: Region | undefined; result: Promise<ProgramResult<P>> }[] = [];
  const source = Symbol.asyncIterator in shards ? shards[Symbol.asyncIterator]() : shards[Symbol.iterator]();
  let index = 0;
  let ended = false;
  /** None where the memory has no room for more and those in flight have one, which they will give back. */
  const lend = (bytes: number): Region | undefined => {
    const free = idle.pop();
    if (free) return free;
    try {
      const slot = arena.allocate(bytes);
      slots.push(slot);
      return slot;
    } catch (error) {
      if (slots.length === 0) throw error;
      return undefined;
    }
  };
  try {
    for (;;) {
      while (!ended && queue.length < scheduler.width) {
        throwIfAborted(options.signal);
        const slot = options.slotBytes ? lend(options.slotBytes) : undefined;
        if (options.slotBytes && !slot) break;
        const next = await source.next();
        if (next.done) {
          ended = true;
          if (slot) idle.push(slot);
          break;
        }
        const args = toArgs(next.value, slot?.offset ?? 0, index);
        const result = scheduler.run(program, args, { ...options, label: options.label ?? `shard ${index}` });
        result.catch(() => {}); // it is awaited below, in its turn
        queue.push({ slot, result });
        index++;
      }
      const first = queue.shift();
      if (!first) return;
      yield { value: await first.result, slot: first.slot?.offset ?? 0 };
      if (first.slot) idle.push(first.slot);
    }
  } finally {
    // Slots are given back only when nothing can write into them any more.
    await Promise.allSettled(queue.map(({ result }) => result));
    for (const slot of slots) slot.dispose();
    await source.return?.(undefined);
  }
}

/** What a worker sends back: a value, or an error that keeps its code. */
export type Outcome<R> = { value: R } | { error: { code: CameoError['code'] | 'bug'; message: string; stack?: string } };

/** The value of an outcome, or its error thrown. */
export function unwrap<R>(outcome: Outcome<R>): R {
  if ('value' in outcome) return outcome.value;
  const { code, message, stack } = outcome.error;
  if (code === 'bug') throw Object.assign(new Error(message), { stack });
  throw new CameoError(code, message);
}
