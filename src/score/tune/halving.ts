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
      const there = this.#rungs[rung];
      const promoted = this.#promoted[rung];
      const best = [...there]
        .sort((a, b) => (a.loss < b.loss ? -1 : a.loss > b.loss ? 1 : a.trial - b.trial))
        .slice(0, Math.floor(there.length / this.reduction));
      const next = best.find(({ trial, loss }) => loss < Number.POSITIVE_INFINITY && !promoted.has(trial));
      if (!next) continue;
      const { trial } = promoted.has(FIRST) ? next : { trial: FIRST };
      promoted.add(trial);
      return { trial, rung: rung + 1 };
    }
    return undefined;
  }
}
