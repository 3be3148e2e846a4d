/**
 * The scheduler of Node, Deno and Bun: a Piscina pool whose workers share one compiled module and one memory.
 *
 * An abort sets a flag in the shared memory, which programs look at between batches: the worker lives on. A
 * worker that dies takes its task with it; the task runs again on another worker, twice at the most. Tasks are
 * pure functions of memory that nothing else writes, so running one again gives the same bytes.
 */
import { Piscina } from 'piscina';
import type { Arena } from '../engine/memory.js';
import { errors } from '../errors.js';
import type { ProgramArgs, ProgramName, ProgramResult } from '../programs/index.js';
import { type Outcome, type RunOptions, type Scheduler, throwIfAborted, unwrap } from './scheduler.js';
import type { Task, WorkerData } from './worker.js';

/** How often a worker's progress is looked at, in milliseconds. */
const PROGRESS_INTERVAL = 100;
const ATTEMPTS = 3;

export class PiscinaScheduler implements Scheduler {
  readonly #pool: Piscina<Task, Outcome<unknown>>;
  readonly width: number;
  #closed = false;

  constructor(
    readonly threads: number,
    private readonly arena: Arena,
    workerData: WorkerData,
  ) {
    this.width = 2 * threads;
    this.#pool = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
      // Piscina's default ends idle workers at once; these wait for the next program.
      idleTimeout: Number.POSITIVE_INFINITY,
      workerData,
    });
    // A worker that dies is handled where its task is awaited.
    this.#pool.on('error', () => {});
  }

  async run<P extends ProgramName>(
    program: P,
    args: ProgramArgs<P>,
    { signal, onProgress, label, attempts = ATTEMPTS }: RunOptions = {},
  ): Promise<ProgramResult<P>> {
    throwIfAborted(signal);
    if (this.#closed) throw errors.runtime('This engine is closed. Create another with createEngine().');
    const control = this.arena.allocate(32);
    const memory = this.arena.memory;
    new Uint8Array(memory.buffer, control.offset, 32).fill(0);
    const flag = new Int32Array(memory.buffer, control.offset, 1);
    const abort = () => Atomics.store(flag, 0, 1);
    signal?.addEventListener('abort', abort, { once: true });
    const cell = new Float64Array(memory.buffer, control.offset + 8, 3);
    const timer = onProgress && setInterval(() => cell[0] && onProgress(cell[0], cell[1], cell[2]), PROGRESS_INTERVAL);
    try {
      for (let attempt = 1; ; attempt++) {
        let outcome: Outcome<unknown>;
        try {
          outcome = await this.#pool.run({ program, args, control: control.offset });
        } catch (error) {
          throwIfAborted(signal);
          // Arguments that cannot be cloned are a bug of the caller's, not a death of the worker.
          if ((error as Error).name === 'DataCloneError') throw error;
          if (this.#closed) throw errors.runtime('The engine was closed while work was under way.', error);
          if (attempt === attempts) throw errors.worker(program, label ?? 'the only shard', error);
          continue;
        }
        return unwrap(outcome) as ProgramResult<P>;
      }
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', abort);
      control.dispose();
    }
  }

  /** The worker threads as they are now, for diagnosis. */
  get workers() {
    return this.#pool.threads;
  }

  /** Ends the workers. Tasks that still run are given up. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.destroy();
  }
}
