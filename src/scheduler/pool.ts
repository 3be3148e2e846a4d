/**
 * What all pools of workers share: the cell through which a running program learns of an abort and reports its progress, and the
 * repetition of a task whose worker died.
 *
 * An abort sets a flag in the shared memory, which programs look at between batches: the worker lives on. A worker that dies takes its
 * task with it; the task runs again on another worker, twice at the most. Tasks are pure functions of memory that nothing else writes,
 * so running one again gives the same bytes.
 */

import { errors } from '../errors.js';
import type { ProgramArgs, ProgramName, ProgramResult } from '../programs/index.js';
import type { Arena } from '../wasm/memory.js';
import { onAbort } from './on-abort.js';
import { type Outcome, type RunOptions, type Scheduler, throwIfAborted, unwrap } from './scheduler.js';
import type { Task } from './task.js';

/** How often a worker's progress is looked at, in milliseconds. */
const PROGRESS_INTERVAL = 100;
const ATTEMPTS = 3;

export abstract class PoolScheduler implements Scheduler {
  readonly width: number;
  protected closed = false;

  constructor(
    readonly threads: number,
    private readonly arena: Arena,
  ) {
    this.width = 2 * threads;
  }

  /** Runs a task on the next free worker; rejects when that dies. */
  protected abstract send(task: Task): Promise<Outcome<unknown>>;
  abstract close(): Promise<void>;

  async run<P extends ProgramName>(
    program: P,
    args: ProgramArgs<P>,
    { signal, onProgress, label, attempts = ATTEMPTS }: RunOptions = {},
  ): Promise<ProgramResult<P>> {
    throwIfAborted(signal);
    if (this.closed) throw errors.runtime('This engine is closed. Create another with createEngine().');
    const control = this.arena.allocate(32);
    const memory = this.arena.memory;
    new Uint8Array(memory.buffer, control.offset, 32).fill(0);
    const flag = new Int32Array(memory.buffer, control.offset, 1);
    using _ = onAbort(signal, () => Atomics.store(flag, 0, 1));
    const cell = new Float64Array(memory.buffer, control.offset + 8, 3);
    const timer = onProgress && setInterval(() => cell[0] && onProgress(cell[0], cell[1], cell[2]), PROGRESS_INTERVAL);
    try {
      for (let attempt = 1; ; attempt++) {
        let outcome: Outcome<unknown>;
        try {
          outcome = await this.send({ program, args, control: control.offset });
        } catch (error) {
          throwIfAborted(signal);
          // Arguments that cannot be cloned are the caller's bug; the worker is alive.
          if ((error as Error).name === 'DataCloneError') throw error;
          if (this.closed) throw errors.runtime('The engine was closed while work was under way.', error);
          if (attempt === attempts) throw errors.worker(program, label ?? 'the only shard', error);
          continue;
        }
        return unwrap(outcome) as ProgramResult<P>;
      }
    } finally {
      clearInterval(timer);
      control.dispose();
    }
  }
}
