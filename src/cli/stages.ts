/** How long each stage of a job takes. One stage is on at a time, and the stages add up to the job. */
import type { Progress } from '../progress.js';
import type { ProgressLine } from './terminal.js';

export type Stage = Progress['stage'];

export const STAGES: readonly Stage[] = [
  'read',
  'events',
  'recommend',
  'prepare',
  'train',
  'evaluate',
  'cross-validate',
  'profile',
  'write',
];

export class Stages {
  readonly seconds = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  readonly #started: number;
  #stage: Stage | undefined;
  #since: number;

  /** @param clock milliseconds */
  constructor(
    private readonly line: ProgressLine,
    private readonly clock = () => performance.now(),
  ) {
    this.#started = clock();
    this.#since = this.#started;
  }

  /** Ends the stage that is on; without a stage, the last one. */
  enter(stage: Stage | undefined): void {
    const now = this.clock();
    if (this.#stage) this.seconds[this.#stage] += (now - this.#since) / 1000;
    this.#stage = stage;
    this.#since = now;
  }

  show(progress: Progress): void {
    if (progress.stage !== this.#stage) this.enter(progress.stage);
    this.line.show(progress);
  }

  /** Seconds of each stage and of all. */
  timings(): Record<Stage | 'total', number> {
    return { ...this.seconds, total: (this.clock() - this.#started) / 1000 };
  }
}
