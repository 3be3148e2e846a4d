/** A worker that dies once, in the middle of a task. test/support/dying.ts writes the module that calls this. */
import { appendFileSync, existsSync, statSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { Program } from '../../src/programs/program.js';
import { programs } from '../../src/scheduler/worker.js';

export { default } from '../../src/scheduler/worker.js';

type Kernel = (...args: number[]) => unknown;

/**
 * Ends the thread after some kernel calls of a program.
 * @param marker a file that has a byte for each worker that died
 * @param deaths how many there may be
 */
export function dieAfter(calls: number, name: string, marker: string, deaths: number): void {
  if (isMainThread) return;
  const table = programs as Record<string, Program<unknown, unknown>>;
  const program = table[name];
  let left = calls;
  const counted =
    (kernel: Kernel): Kernel =>
    (...args) => {
      if (left-- === 0 && (existsSync(marker) ? statSync(marker).size : 0) < deaths) {
        appendFileSync(marker, '.');
        process.exit(1);
      }
      return kernel(...args);
    };
  table[name] = (kernels, memory, args, control) => {
    // The size of a buffer is asked for before the work begins.
    const mortal = Object.entries(kernels).map(([key, call]) => [key, key === 'gemm_scratch' ? call : counted(call)]);
    return program(Object.fromEntries(mortal), memory, args, control);
  };
}
