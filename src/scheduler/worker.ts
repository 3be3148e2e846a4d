/** What runs in a worker of the Piscina pool: it instantiates the one compiled module over the one shared memory, and runs tasks. */
import { workerData } from 'node:worker_threads';
import { programs } from '../programs/index.js';
import { instantiate } from '../wasm/kernels.js';
import type { Outcome } from './scheduler.js';
import { runTask, type Task, type WorkerData } from './task.js';

// Piscina wraps the data that it was given.
const { module, memory } = (Array.isArray(workerData) ? workerData[1] : workerData) as WorkerData;
const kernels = instantiate(module, memory);

export default function run(task: Task): Outcome<unknown> {
  return runTask(programs, kernels, memory, task);
}
