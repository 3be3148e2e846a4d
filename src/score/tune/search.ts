/**
 * A search: steps of work, each a trial on a rung (halving.ts), side by side over the workers.
 *
 * Step j is decided when all steps before j − WINDOW are done, and by their results alone: so what is tried and who is promoted follow from
 * the seed and the results, for any number of workers, and no worker waits while WINDOW steps are under way. Where there is nothing to do by
 * what is known, the next result is waited for.
 *
 * The first trial, what there would be without a search, stands beside all that: it is much work where it is a blend, nobody waits for it, and
 * no decision but the last looks at it.
 *
 * Each rung is some pieces of work, such as folds, whose scores are averaged; what a lower rung has measured is not measured again.
 */
import { CameoError } from '../../errors.js';
import { onAbort } from '../../scheduler/on-abort.js';
import { throwIfAborted } from '../../scheduler/scheduler.js';
import { Halving, type Step } from './halving.js';
import { type Entry, entryLine, headLine, type Journal, type JournalHead, Known } from './journal.js';
import { Lanes } from './lanes.js';
import { propose } from './proposals.js';
import { type Config, configAt, type Point, standardConfig, standardPoint } from './space.js';
import { beats, lossOf, meanOf, type Subject, type Trial } from './trial.js';

/** Steps that may be under way at once. */
export const WINDOW = 8;
/** Results on a rung from which on proposals follow from it rather than from the one below. */
const ENOUGH = 10;
/** What ends a search rather than a trial. */
const FATAL: readonly string[] = ['worker', 'runtime', 'not-fitted'];

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

export interface Found {
  readonly trials: readonly Trial[];
  /** the best on the highest rung that the first has come to; the first where none beats it by more than chance does */
  readonly best: Trial;
  /** that rung; −1 where nothing was measured */
  readonly rung: number;
  /** why it ended; absent while it goes on */
  readonly ended?: 'trials' | 'time' | 'stopped' | 'nothing left to try';
}

type Outcome = { scores: number[] } | { note: string } | { stopped: true } | { error: unknown };

interface Begun {
  readonly step: Step;
  readonly outcome: Promise<Outcome>;
  /** whether the journal has it */
  readonly kept: boolean;
}

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
  readonly #steps: Begun[] = [];
  readonly #lanes: Lanes;
  /** the first trial's steps, and what they failed with */
  readonly #asides: Promise<void>[] = [];
  #failed: { reason: unknown } | undefined;
  /** the journal is written line by line */
  #written: Promise<void> = Promise.resolve();
  readonly #tried = new Set<string>();
  /** scores by trial and piece */
  readonly #measuring = new Map<string, Promise<number>>();
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
    const { signal } = this.stop;
    const { space, standard } = this.subject;
    this.#begin(this.#add(standard, standardPoint(space, standard.family)) as Step);
    while (!signal.aborted) {
      while (this.#steps.length - this.#told >= WINDOW && !signal.aborted) await this.#tellNext();
      let step = signal.aborted ? undefined : this.#decide();
      while (!step && this.#told < this.#steps.length && !signal.aborted) {
        await this.#tellNext();
        step = this.#decide();
      }
      step ??= this.#halving.last();
      if (!step || signal.aborted) break;
      this.#begin(step);
    }
    // What was done when the search was stopped is kept; an error is told when nothing is at work any more.
    while (this.#told < this.#steps.length) await this.#tellNext();
    await Promise.all(this.#asides);
    await this.#written.catch((reason) => this.#fail(reason));
    if (this.#failed) throw this.#failed.reason;
  }

  #fail(reason: unknown): void {
    this.#failed ??= { reason };
    this.stop.abort();
  }

  found(): Found {
    const rung = this.#trials[0].scores.length - 1;
    const better = this.#trials.filter((trial) => rung >= 0 && beats(this.subject, this.#trials[0], trial, rung));
    const best = better.reduce(
      (a, b) => (lossOf(this.subject, b, rung) < lossOf(this.subject, a, rung) ? b : a),
      this.#trials[0],
    );
    return { trials: this.#trials, best, rung };
  }

  /** What to do next, by what was told. */
  #decide(): Step | undefined {
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
      const there = this.#trials.filter(({ number, scores }) => number > 0 && scores[rung] !== undefined);
      if (there.length >= ENOUGH || rung === 0)
        return there.map((trial) => ({ point: trial.point, loss: lossOf(this.subject, trial, rung) }));
    }
    return [];
  }

  #begin(step: Step): void {
    const trial = this.#trials[step.trial];
    let kept: Entry | undefined;
    try {
      kept = this.known.find({ ...step, config: trial.config });
    } catch (reason) {
      this.#fail(reason);
    }
    const outcome = kept ? Promise.resolve(this.#keptOutcome(kept)) : this.#measure(trial, step);
    const begun = { step, outcome, kept: kept !== undefined };
    if (step.trial > 0) this.#steps.push(begun);
    else this.#asides.push(outcome.then((result) => this.#tell(begun, result)));
  }

  #keptOutcome({ scores, rung, note }: Entry): Outcome {
    return note === undefined ? { scores: this.subject.rungs[rung].map((piece) => scores[piece] ?? Number.NaN) } : { note };
  }

  async #measure(trial: Trial, { rung }: Step): Promise<Outcome> {
    const { subject, stop } = this;
    const outcomes = await Promise.allSettled(subject.rungs[rung].map((piece) => this.#score(trial, piece)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (!failed) return { scores: outcomes.map((outcome) => (outcome as PromiseFulfilledResult<number>).value) };
    const { reason } = failed;
    if (stop.signal.aborted) return { stopped: true };
    if (!(reason instanceof CameoError) || FATAL.includes(reason.code) || trial.number === 0) return { error: reason };
    return { note: reason.message };
  }

  /** The score of a piece, which is measured once. */
  #score({ number, config, pieces }: Trial, piece: number): Promise<number> {
    const before = pieces.get(piece);
    if (before !== undefined) return Promise.resolve(before);
    const key = `${number}/${piece}`;
    const measured =
      this.#measuring.get(key) ??
      this.#lanes.take(async () => {
        const { signal } = this.stop;
        throwIfAborted(signal);
        return this.subject.measure(config, piece, signal);
      });
    this.#measuring.set(key, measured);
    return measured;
  }

  /** Takes in the result of the next step. */
  async #tellNext(): Promise<void> {
    const begun = this.#steps[this.#told++];
    this.#tell(begun, await begun.outcome);
  }

  #tell({ step, kept }: Begun, outcome: Outcome): void {
    if ('error' in outcome) this.#fail(outcome.error);
    if (!('scores' in outcome || 'note' in outcome)) return;
    const trial = this.#trials[step.trial];
    const pieces = this.subject.rungs[step.rung];
    const scores = 'scores' in outcome ? outcome.scores : [];
    pieces.forEach((piece, p) => {
      if (p < scores.length) trial.pieces.set(piece, scores[p]);
    });
    trial.scores[step.rung] = meanOf(scores);
    if ('note' in outcome) trial.note = outcome.note;
    this.#halving.tell(step, lossOf(this.subject, trial, step.rung));
    const line = kept ? undefined : entryLine(this.#entry(trial, step, scores));
    this.#written = this.#written.then(async () => {
      if (line !== undefined) await this.options.journal?.append(line);
    });
    this.#written.catch((reason) => this.#fail(reason));
    this.options.onStep?.(this.found());
  }

  #entry({ config, note }: Trial, { trial, rung }: Step, scores: readonly number[]): Entry {
    const named = this.subject.rungs[rung].map((piece, p) => [piece, Number.isFinite(scores[p]) ? scores[p] : null]);
    return { trial, rung, config, scores: note === undefined ? Object.fromEntries(named) : {}, note };
  }
}
