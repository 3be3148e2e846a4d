/**
 * What a worker of any pool does with a task: it runs a program by name. Everything that a program throws is returned as data, so that
 * a task that is rejected means one thing only: the worker died.
 */

import { CameoError } from '../errors.js';
import type { ProgramTable } from '../programs/program.js';
import type { Kernels } from '../wasm/kernels.js';
import type { Outcome } from './scheduler.js';

/** What a worker is started with: the compiled modules of the kernels and the one shared memory. */
export interface WorkerData {
  modules: readonly WebAssembly.Module[];
  memory: WebAssembly.Memory;
}

export interface Task {
  program: string;
  args: unknown;
  /** address of the control cell: i32 abort flag, i32 padding, f64[3] progress */
  control: number;
}

export function runTask(
  programs: ProgramTable,
  kernels: Kernels,
  memory: WebAssembly.Memory,
  { program, args, control }: Task,
): Outcome<unknown> {
  const flag = new Int32Array(memory.buffer, control, 1);
  const cell = new Float64Array(memory.buffer, control + 8, 3);
  try {
    const value = programs[program](kernels, memory, args as never, {
      aborted: () => Atomics.load(flag, 0) !== 0,
      progress: (a, b = 0, c = 0) => {
        cell[1] = b;
        cell[2] = c;
        cell[0] = a;
      },
    });
    return { value };
  } catch (error) {
    if (error instanceof CameoError) return { error: { code: error.code, message: error.message } };
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { error: { code: 'bug', message, stack } };
  }
}
