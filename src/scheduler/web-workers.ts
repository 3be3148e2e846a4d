/** The scheduler of a page that is cross-origin isolated: Web Workers that share the compiled kernels and one memory. */

import { errors } from '../errors.js';
import type { Arena } from '../wasm/memory.js';
import { PoolScheduler } from './pool.js';
import type { Outcome } from './scheduler.js';
import type { Task, WorkerData } from './task.js';

interface Job {
  task: Task;
  resolve(outcome: Outcome<unknown>): void;
  reject(error: unknown): void;
}

export class WebWorkerScheduler extends PoolScheduler {
  readonly #queue: Job[] = [];
  /** the job of each worker; undefined while it is free */
  readonly #workers = new Map<Worker, Job | undefined>();

  /** @param start makes a worker of web-worker.ts */
  constructor(
    threads: number,
    arena: Arena,
    private readonly data: WorkerData,
    private readonly start: () => Worker,
  ) {
    super(threads, arena);
    for (let i = 0; i < threads; i++) this.#hire();
  }

  protected send(task: Task): Promise<Outcome<unknown>> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const worker of this.#workers.keys()) worker.terminate();
    const gone = errors.runtime('The engine was closed while work was under way.');
    for (const job of [...this.#workers.values(), ...this.#queue]) job?.reject(gone);
    this.#workers.clear();
    this.#queue.length = 0;
  }

  #hire() {
    const worker = this.start();
    this.#workers.set(worker, undefined);
    worker.postMessage(this.data);
    worker.onmessage = ({ data }: MessageEvent<Outcome<unknown>>) => {
      const job = this.#workers.get(worker);
      this.#workers.set(worker, undefined);
      job?.resolve(data);
      this.#next();
    };
    // A worker that fails outside of a program is replaced; PoolScheduler.run repeats its task.
    worker.onerror = (event) => {
      event.preventDefault();
      const job = this.#workers.get(worker);
      worker.terminate();
      this.#workers.delete(worker);
      // A worker that cannot even start would be replaced for ever.
      if (job) this.#hire();
      const lost = job ? [job] : this.#workers.size === 0 ? this.#queue.splice(0) : [];
      for (const { reject } of lost) reject(new Error(event.message || 'a Web Worker did not start'));
    };
  }

  #next() {
    for (const [worker, job] of this.#workers) {
      if (job) continue;
      const next = this.#queue.shift();
      if (!next) return;
      this.#workers.set(worker, next);
      worker.postMessage(next.task);
    }
  }
}
