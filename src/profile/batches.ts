/**
 * Batches of users through all sections: several are under way at once, they come out in order, and a slow reader of them stops the reading
 * of the input.
 */
import { throwIfAborted } from '../scheduler/scheduler.js';
import type { BatchOptions, Section, SectionBatch, Users } from '../table/section.js';

export interface FilledUsers<U extends Users> {
  users: U;
  /** the values of each section, which hold until the next batch is asked for */
  filled: SectionBatch[];
}

/**
 * @param users shards of users, each an object of its own
 * @param width batches under way at once
 */
export async function* fillBatches<U extends Users>(
  sections: readonly Section[],
  users: AsyncIterable<U> | Iterable<U>,
  width: number,
  options: BatchOptions,
): AsyncGenerator<FilledUsers<U>> {
  const source = Symbol.asyncIterator in users ? users[Symbol.asyncIterator]() : users[Symbol.iterator]();
  const queue: Promise<FilledUsers<U>>[] = [];
  let ended = false;
  try {
    for (;;) {
      while (!ended && queue.length < width) {
        throwIfAborted(options.signal);
        const next = await source.next();
        if (next.done) {
          ended = true;
          break;
        }
        const batch = fill(sections, next.value, options);
        batch.catch(() => {}); // it is awaited below, in its turn
        queue.push(batch);
      }
      const first = queue.shift();
      if (!first) return;
      const batch = await first;
      try {
        yield batch;
      } finally {
        release(batch.filled);
      }
    }
  } finally {
    for (const result of await Promise.allSettled(queue)) if (result.status === 'fulfilled') release(result.value.filled);
    await source.return?.(undefined);
  }
}

async function fill<U extends Users>(sections: readonly Section[], users: U, options: BatchOptions): Promise<FilledUsers<U>> {
  const results = await Promise.allSettled(sections.map((section) => section.batch(users, options)));
  const filled = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return { users, filled };
  release(filled);
  throw failed.reason;
}

const release = (filled: readonly SectionBatch[]) => {
  for (const batch of filled) batch[Symbol.dispose]();
};
