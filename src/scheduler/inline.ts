/** The scheduler of one thread: a program runs at once, on the caller's. For edge runtimes and tests. */

import { type ProgramArgs, type ProgramName, type ProgramResult, programs } from '../programs/index.js';
import type { Kernels } from '../wasm/kernels.js';
import { type RunOptions, type Scheduler, throwIfAborted } from './scheduler.js';

export class InlineScheduler implements Scheduler {
  readonly threads = 0;
  readonly width = 1;
  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
  ) {}

  async run<P extends ProgramName>(
    program: P,
    args: ProgramArgs<P>,
    { signal, onProgress }: RunOptions = {},
  ): Promise<ProgramResult<P>> {
    throwIfAborted(signal);
    return programs[program](this.kernels, this.memory, args as never, {
      aborted: () => signal?.aborted ?? false,
      progress: (a, b = 0, c = 0) => onProgress?.(a, b, c),
    }) as ProgramResult<P>;
  }

  async close(): Promise<void> {}
}
