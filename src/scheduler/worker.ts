/**
 * What runs in a worker of the Piscina pool: it instantiates the compiled kernels over the one shared memory, and runs tasks.
 *
 * To add a program, a predictor or an encoder, write a module that registers it in the tables exported here and re-exports this module's
 * default, and start the engine with it (`worker` of EngineOptions). On the calling thread, where there is no worker data, importing that
 * module registers it and does nothing else.
 */
import { workerData } from 'node:worker_threads';
import { programs } from '../programs/index.js';
import { instantiate } from '../wasm/kernels.js';
import type { Outcome } from './scheduler.js';
import { runTask, type Task, type WorkerData } from './task.js';

export { predictors } from '../programs/predictors.js';
export { programs };

// Piscina wraps the data that it was given.
const data: WorkerData | undefined = Array.isArray(workerData) ? workerData[1] : workerData;
const kernels = data && instantiate(data.modules, data.memory);

export default function run(task: Task): Outcome<unknown> {
  if (!data || !kernels) throw new Error('no worker of a pool: this function is called by Piscina');
  return runTask(programs, kernels, data.memory, task);
}
