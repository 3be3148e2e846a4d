/**
 * Successive halving: everything is tried with little work, the best third of it with more, and so on up the rungs, so that what is weak
 * stops early (Li et al., "A System for Massively Parallel Hyperparameter Tuning", 2020, where it is called ASHA). Who is promoted follows from
 * the results that were told, in the order in which they were told: whoever tells them in a fixed order gets the same promotions, whatever
 * came first by the clock.
 *
 * The first trial is what would be there without a search. It goes wherever anyone goes, so that there is always something to hold the others
 * against, and takes nobody's place.
 */
export interface Step {
  readonly trial: number;
  readonly rung: number;
}

/** One of so many goes on. */
export const REDUCTION = 3;
const FIRST = 0;

export class Halving {
  /** of each rung the trials that came there with their losses */
  readonly #rungs: { trial: number; loss: number }[][];
  readonly #promoted: Set<number>[];

  constructor(
    rungs: number,
    private readonly reduction = REDUCTION,
  ) {
    this.#rungs = Array.from({ length: rungs }, () => []);
    this.#promoted = Array.from({ length: rungs }, () => new Set());
  }

  /** @param loss less is better; infinity for one that failed, which is never promoted */
  tell({ trial, rung }: Step, loss: number): void {
    if (trial !== FIRST) this.#rungs[rung].push({ trial, loss });
  }

  /** Who goes on next, from the highest rung on; undefined where nobody does yet. Each is told once. */
  promote(): Step | undefined {
    for (let rung = this.#rungs.length - 2; rung >= 0; rung--) {
      const step = this.#next(rung, Math.floor(this.#rungs[rung].length / this.reduction));
      if (step) return step;
    }
    return undefined;
  }

  /** When nobody else comes: the best of the highest rung that anyone is on goes on to the next, so that few go all the way too. */
  last(): Step | undefined {
    const highest = this.#rungs.findLastIndex((there) => there.length > 0);
    return highest < 0 || highest === this.#rungs.length - 1 ? undefined : this.#next(highest, 1);
  }

  /** The best of so many of a rung who has not gone on. */
  #next(rung: number, most: number): Step | undefined {
    const promoted = this.#promoted[rung];
    const best = [...this.#rungs[rung]]
      .sort((a, b) => (a.loss < b.loss ? -1 : a.loss > b.loss ? 1 : a.trial - b.trial))
      .slice(0, most);
    const next = best.find(({ trial, loss }) => loss < Number.POSITIVE_INFINITY && !promoted.has(trial));
    if (!next) return undefined;
    const { trial } = promoted.has(FIRST) ? next : { trial: FIRST };
    promoted.add(trial);
    return { trial, rung: rung + 1 };
  }
}
