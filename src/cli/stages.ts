/** How long each stage of a job takes, and how far it is. One stage is on at a time, and the stages add up to the job. */
import type { Progress } from '../progress.js';
import { tellClear, tellProgress } from './link.js';

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

/** How often progress is told at the most, in milliseconds. */
const INTERVAL_MS = 50;

export class Stages {
  readonly seconds = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  readonly #started: number;
  #stage: Stage | undefined;
  #since: number;

  #told = 0;

  /**
   * @param quiet tells nothing of how far it is
   * @param clock milliseconds
   */
  constructor(
    private readonly quiet: boolean,
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
    const begins = progress.stage !== this.#stage;
    if (begins) this.enter(progress.stage);
    const now = this.clock();
    if (this.quiet || (!begins && progress.done < progress.total && now - this.#told < INTERVAL_MS)) return;
    this.#told = now;
    tellProgress(progress);
  }

  /** Takes the line of progress away, for what is printed next. */
  clear(): void {
    if (!this.quiet) tellClear();
  }

  /** Seconds of each stage and of all. */
  timings(): Record<Stage | 'total', number> {
    return { ...this.seconds, total: (this.clock() - this.#started) / 1000 };
  }
}
