/** Which programs an engine runs. */
import type { Engine } from '../../src/index.js';

/** Programs that run while work is done: how often, by name. */
export async function programsOf(engine: Engine, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const { scheduler } = engine;
  const { run } = scheduler;
  scheduler.run = ((program: string, ...rest: unknown[]) => {
    counts[program] = (counts[program] ?? 0) + 1;
    return (run as (...args: unknown[]) => unknown).call(scheduler, program, ...rest);
  }) as typeof run;
  try {
    await work();
  } finally {
    scheduler.run = run;
  }
  return counts;
}
