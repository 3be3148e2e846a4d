/** Kills a real worker in the middle of a task, which shows in the memory that it shares with the caller. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.js';
import type { ProgramArgs, ProgramName } from '../../src/programs/index.js';
import type { PiscinaScheduler } from '../../src/scheduler/piscina.js';

/** How far a task has come. */
export interface Stage {
  begun(): boolean;
  ended(): boolean;
}

/**
 * Ends the worker of a pool of one while it is at the first task of this program.
 *
 * @param look is called before the task is sent
 * @returns tells after the work whether the worker was gone before its task was done
 */
export function killDuring<P extends ProgramName>(engine: Engine, program: P, look: (args: ProgramArgs<P>) => Stage) {
  const scheduler = engine.scheduler as PiscinaScheduler;
  const run = scheduler.run.bind(scheduler);
  let watched: Promise<boolean> | undefined;
  scheduler.run = ((name: ProgramName, args: never, options: object) => {
    if (name !== program || watched) return run(name, args, options);
    const stage = look(args);
    let over = false;
    const running = run(name, args, options).finally(() => {
      over = true;
    });
    watched = (async () => {
      while (!stage.begun() && !over) await turn();
      await scheduler.workers[0].terminate();
      return !stage.ended() && !over;
    })();
    return running;
  }) as typeof scheduler.run;
  return { inTheMiddle: () => watched };
}
