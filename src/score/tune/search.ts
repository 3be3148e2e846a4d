/**
 * A search: steps of work, each a trial on a rung (halving.ts), side by side over the workers.
 *
 * Step j is decided when all steps before j − WINDOW are done, and by their results alone: so what is tried and who is promoted follow from
 * the seed and the results, for any number of workers, and no worker waits while WINDOW steps are under way. Where there is nothing to do by
 * what is known, the next result is waited for.
 *
 * Each rung is some pieces of work, such as folds, whose scores are averaged; what a lower rung has measured is not measured again.
 */
import { CameoError } from '../../errors.js';
import { onAbort } from '../../scheduler/on-abort.js';
import { throwIfAborted } from '../../scheduler/scheduler.js';
import { Halving, type Step } from './halving.js';
import { type Entry, entryLine, headLine, type Journal, type JournalHead, Known } from './journal.js';
import { propose } from './proposals.js';
import { type Config, configAt, type Point, type Space, standardConfig, standardPoint } from './space.js';

/** Steps that may be under way at once. */
export const WINDOW = 8;
/** Results on a rung from which on proposals follow from it rather than from the one below. */
const ENOUGH = 10;
/** What ends a search rather than a trial. */
const FATAL: readonly string[] = ['worker', 'runtime', 'not-fitted'];

/** What is searched. */
export interface Subject {
  readonly space: Space;
  /** what there would be without a search: the first trial */
  readonly standard: Config;
  /** of each rung its pieces of work */
  readonly rungs: readonly (readonly number[])[];
  readonly lessIsBetter: boolean;
  /** The score of a piece; must be the same whenever it is asked for. */
  measure(config: Config, piece: number, signal: AbortSignal): Promise<number>;
}

export interface SearchOptions {
  readonly seed: number;
  /** what is tried beside the first; at least one of both is given */
  readonly trials?: number;
  readonly milliseconds?: number;
  /** pieces of work that are measured at once */
  readonly width: number;
  readonly journal?: Journal;
  readonly head: JournalHead;
  readonly signal?: AbortSignal;
  readonly onStep?: (found: Found) => void;
}

export interface Trial {
  readonly number: number;
  readonly config: Config;
  readonly point: Point;
  /** by rung: the mean score of its pieces; null where it failed */
  readonly scores: (number | null)[];
  /** by piece */
  readonly pieces: Map<number, number>;
  /** why it failed */
  note?: string;
}

export interface Found {
  readonly trials: readonly Trial[];
  /** the best on the highest rung that the first has come to; the first where it is not known to be beaten */
  readonly best: Trial;
  /** that rung; −1 where nothing was measured */
  readonly rung: number;
  /** steps that are done */
  readonly steps: number;
  /** why it ended; absent while it goes on */
  readonly ended?: 'trials' | 'time' | 'stopped' | 'nothing left to try';
}

type Outcome = { scores: number[] } | { note: string } | { stopped: true } | { error: unknown };

/** @throws CameoError as the first trial; 'data' for a journal of another search */
export async function search(subject: Subject, options: SearchOptions): Promise<Found> {
  const known = new Known(options.journal?.text ?? '', options.head);
  throwIfAborted(options.signal);
  if (options.journal?.text.includes('\n') === false) await options.journal.append(headLine(options.head));
  const stop = new AbortController();
  let late = false;
  const timer =
    options.milliseconds === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          stop.abort();
        }, options.milliseconds);
  using _ = onAbort(options.signal, () => stop.abort());
  try {
    const run = new Run(subject, options, known, stop);
    await run.all();
    const ended = late ? 'time' : options.signal?.aborted ? 'stopped' : run.ended;
    return { ...run.found(), ended };
  } finally {
    clearTimeout(timer);
  }
}

class Run {
  ended: Found['ended'];
  readonly #trials: Trial[] = [];
  readonly #halving: Halving;
  readonly #steps: { step: Step; outcome: Promise<Outcome>; kept: boolean }[] = [];
  readonly #lanes: Lanes;
  readonly #tried = new Set<string>();
  /** families whose defaults are still to be tried */
  readonly #standards: string[];
  /** steps whose results are told */
  #told = 0;

  constructor(
    private readonly subject: Subject,
    private readonly options: SearchOptions,
    private readonly known: Known,
    private readonly stop: AbortController,
  ) {
    this.#halving = new Halving(subject.rungs.length);
    this.#lanes = new Lanes(Math.max(1, options.width));
    this.#standards = Object.keys(subject.space.families);
  }

  async all(): Promise<void> {
    let error: { reason: unknown } | undefined;
    while (!this.stop.signal.aborted) {
      while (this.#steps.length - this.#told > WINDOW - 1 && !error) error = await this.#tell();
      if (error || this.stop.signal.aborted) break;
      let step = this.#decide();
      while (!step && this.#told < this.#steps.length && !error) {
        error = await this.#tell();
        if (!error && !this.stop.signal.aborted) step = this.#decide();
      }
      if (error || !step) break;
      this.#begin(step);
    }
    if (error) this.stop.abort();
    // What was done when the search was stopped is kept; an error is told when nothing is at work any more.
    while (this.#told < this.#steps.length) error ??= await this.#tell();
    if (error) throw error.reason;
  }

  found(): Found {
    const rung = this.#trials[0].scores.length - 1;
    const there = this.#trials.filter(({ scores }) => typeof scores[rung] === 'number');
    const best = there.reduce((a, b) => (this.#loss(b, rung) < this.#loss(a, rung) ? b : a), this.#trials[0]);
    return { trials: this.#trials, best, rung, steps: this.#told };
  }

  #loss({ scores }: Trial, rung: number): number {
    const score = scores[rung];
    if (typeof score !== 'number') return Number.POSITIVE_INFINITY;
    return this.subject.lessIsBetter ? score : -score;
  }

  /** What to do next, by what was told. */
  #decide(): Step | undefined {
    if (this.#trials.length === 0)
      return this.#add(this.subject.standard, standardPoint(this.subject.space, this.subject.standard.family));
    const promoted = this.#halving.promote();
    if (promoted) return promoted;
    if (this.#trials.length > (this.options.trials ?? Number.POSITIVE_INFINITY)) {
      this.ended = 'trials';
      return undefined;
    }
    return this.#next();
  }

  /** Something that was not tried yet: each family as it is, and then what is proposed. */
  #next(): Step | undefined {
    const { space } = this.subject;
    for (let family = this.#standards.shift(); family !== undefined; family = this.#standards.shift()) {
      const added = this.#add(standardConfig(space, family), standardPoint(space, family));
      if (added) return added;
    }
    const observations = this.#observations();
    for (const point of propose(space, observations, this.#trials.length, this.options.seed)) {
      const added = this.#add(configAt(space, point), point);
      if (added) return added;
    }
    this.ended = 'nothing left to try';
    return undefined;
  }

  #add(config: Config, point: Point): Step | undefined {
    const key = JSON.stringify(config);
    if (this.#tried.has(key)) return undefined;
    this.#tried.add(key);
    const trial = this.#trials.length;
    this.#trials.push({ number: trial, config, point, scores: [], pieces: new Map() });
    return { trial, rung: 0 };
  }

  /** What came of those on the highest rung that has enough of them. */
  #observations() {
    const { rungs } = this.subject;
    for (let rung = rungs.length - 1; rung >= 0; rung--) {
      const there = this.#trials.filter(({ scores }) => scores[rung] !== undefined);
      if (there.length >= ENOUGH || rung === 0)
        return there.map((trial) => ({ point: trial.point, loss: this.#loss(trial, rung) }));
    }
    return [];
  }

  #begin(step: Step): void {
    const trial = this.#trials[step.trial];
    const kept = this.known.find({ ...step, config: trial.config });
    const outcome = kept
      ? Promise.resolve(kept.note === undefined ? { scores: this.#keptScores(kept, step) } : { note: kept.note })
      : this.#measure(trial, step);
    this.#steps.push({ step, outcome, kept: kept !== undefined });
  }

  #keptScores({ scores }: Entry, { rung }: Step): number[] {
    return this.subject.rungs[rung].map((piece) => scores[piece] ?? Number.NaN);
  }

  async #measure(trial: Trial, { rung }: Step): Promise<Outcome> {
    const { subject, stop } = this;
    const outcomes = await Promise.allSettled(
      subject.rungs[rung].map(async (piece) => {
        const before = trial.pieces.get(piece);
        if (before !== undefined) return before;
        return this.#lanes.take(async () => {
          stop.signal.throwIfAborted();
          return subject.measure(trial.config, piece, stop.signal);
        });
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (!failed) return { scores: outcomes.map((outcome) => (outcome as PromiseFulfilledResult<number>).value) };
    const { reason } = failed;
    if (stop.signal.aborted) return { stopped: true };
    if (!(reason instanceof CameoError) || FATAL.includes(reason.code) || trial.number === 0) return { error: reason };
    return { note: reason.message };
  }

  /** Takes in the result of the next step; gives an error that ends the search. */
  async #tell(): Promise<{ reason: unknown } | undefined> {
    const { step, outcome: coming, kept } = this.#steps[this.#told++];
    const outcome = await coming;
    if ('error' in outcome) return { reason: outcome.error };
    if ('stopped' in outcome) return undefined;
    const trial = this.#trials[step.trial];
    const pieces = this.subject.rungs[step.rung];
    const scores = 'scores' in outcome ? outcome.scores : [];
    pieces.forEach((piece, p) => {
      if (p < scores.length) trial.pieces.set(piece, scores[p]);
    });
    trial.scores[step.rung] = meanOf(scores);
    if ('note' in outcome) trial.note = outcome.note;
    this.#halving.tell(step, this.#loss(trial, step.rung));
    if (!kept) await this.options.journal?.append(entryLine(this.#entry(trial, step, scores)));
    this.options.onStep?.(this.found());
    return undefined;
  }

  #entry({ config, note }: Trial, { trial, rung }: Step, scores: readonly number[]): Entry {
    const named = this.subject.rungs[rung].map((piece, p) => [piece, Number.isFinite(scores[p]) ? scores[p] : null]);
    return { trial, rung, config, scores: note === undefined ? Object.fromEntries(named) : {}, note };
  }
}

/** Of those that are numbers; null where none is: a fold may lack a class. */
function meanOf(scores: readonly number[]): number | null {
  const known = scores.filter(Number.isFinite);
  return known.length > 0 ? known.reduce((sum, score) => sum + score, 0) / known.length : null;
}

/** Work that a few do at once, in the order in which it comes. */
class Lanes {
  readonly #waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>((go) => this.#waiting.push(go));
    else this.free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
