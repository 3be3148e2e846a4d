/** The scheduler of one thread: a program runs at once, on the caller's. For edge runtimes and tests. */

import type { ProgramArgs, ProgramName, ProgramResult } from '../programs/index.js';
import type { ProgramTable } from '../programs/program.js';
import type { Kernels } from '../wasm/kernels.js';
import { type RunOptions, type Scheduler, throwIfAborted } from './scheduler.js';

export class InlineScheduler implements Scheduler {
  readonly threads = 0;
  readonly width = 1;
  /** @param programs those that can be run here: an edge entry carries only what it needs */
  constructor(
    private readonly programs: ProgramTable,
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
  ) {}

  async run<P extends ProgramName>(
    program: P,
    args: ProgramArgs<P>,
    { signal, onProgress }: RunOptions = {},
  ): Promise<ProgramResult<P>> {
    throwIfAborted(signal);
    return this.programs[program](this.kernels, this.memory, args as never, {
      aborted: () => signal?.aborted ?? false,
      progress: (a, b = 0, c = 0) => onProgress?.(a, b, c),
    }) as ProgramResult<P>;
  }

  async close(): Promise<void> {}
}
