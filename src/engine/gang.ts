/** A gang that works in place, run again from the start when a worker dies: a half-done matrix is worth nothing. */

import { CameoError } from '../errors.js';
import { BARRIER_BYTES } from '../programs/barrier.js';
import type { ProgramArgs, ProgramName, ProgramResult } from '../programs/index.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { Engine } from './engine.js';

const ATTEMPTS = 3;

/**
 * @param args of every worker but its number and how many there are; `sync` is where they meet
 * @param start puts all that the gang works on there, anew for each attempt
 */
export async function runGang<P extends ProgramName>(
  engine: Engine,
  program: P,
  args: Omit<ProgramArgs<P>, 'worker' | 'workers'> & { sync: number },
  start: () => void,
  run: RunOptions,
): Promise<ProgramResult<P>> {
  for (let attempt = 1; ; attempt++) {
    engine.i32(args.sync, BARRIER_BYTES / 4).fill(0);
    start();
    try {
      return await engine.gang(program, (worker, workers) => ({ ...args, worker, workers }) as ProgramArgs<P>, run);
    } catch (error) {
      // The same start gives the same bytes.
      if (!(error instanceof CameoError) || error.code !== 'worker' || attempt === ATTEMPTS) throw error;
    }
  }
}
