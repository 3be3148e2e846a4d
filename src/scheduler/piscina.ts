/** The scheduler of Node, Deno and Bun: a Piscina pool whose workers share the compiled kernels and one memory. */
import { Piscina } from 'piscina';
import type { Arena } from '../wasm/memory.js';
import { PoolScheduler } from './pool.js';
import type { Outcome } from './scheduler.js';
import type { Task, WorkerData } from './task.js';

export class PiscinaScheduler extends PoolScheduler {
  readonly #pool: Piscina<Task, Outcome<unknown>>;

  /** @param worker what the workers run: worker.ts, or a module that re-exports its default */
  constructor(threads: number, arena: Arena, workerData: WorkerData, worker = new URL('./worker.js', import.meta.url)) {
    super(threads, arena);
    this.#pool = new Piscina({
      filename: worker.href,
      minThreads: threads,
      maxThreads: threads,
      // Piscina's default ends idle workers at once; these wait for the next program.
      idleTimeout: Number.POSITIVE_INFINITY,
      workerData,
    });
    // A worker that dies is handled where its task is awaited.
    this.#pool.on('error', () => {});
  }

  protected send(task: Task): Promise<Outcome<unknown>> {
    return this.#pool.run(task);
  }

  /** The worker threads as they are now, for diagnosis. */
  get workers() {
    return this.#pool.threads;
  }

  /** Ends the workers. Tasks that still run are given up. */
  async close(): Promise<void> {
    this.closed = true;
    await this.#pool.destroy();
  }
}
