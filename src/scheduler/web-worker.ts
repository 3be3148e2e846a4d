/** What runs in a Web Worker of the pool: first it is sent modules and memory, then tasks, one at a time. */
import { programs } from '../programs/index.js';
import { instantiate, type Kernels } from '../wasm/kernels.js';
import { runTask, type Task, type WorkerData } from './task.js';

let kernels: Kernels | undefined;
let memory: WebAssembly.Memory;

globalThis.onmessage = ({ data }: MessageEvent<WorkerData | Task>) => {
  if ('modules' in data) {
    memory = data.memory;
    kernels = instantiate(data.modules, memory);
    return;
  }
  if (kernels) globalThis.postMessage(runTask(programs, kernels, memory, data));
};
