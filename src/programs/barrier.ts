/**
 * Workers of a gang meet here: each waits until all have come. Claims hand out the numbers below n, each once, to whoever asks first;
 * a worker is given those of its own share before those of others, so that what belongs to them stays in its core's caches.
 *
 *     sync i32[16]: arrived, generation, claimed (where n is large), verdict, then a bit for each number that was claimed
 *
 * A worker spins before it sleeps: blocks of one diagonal end within microseconds of each other. It looks at the abort flag
 * while it waits, so that the death of one does not hold the others for ever.
 */
import { errors } from '../errors.js';
import type { Control } from './program.js';

/** Bytes of the cell, which must start as zeros. */
export const BARRIER_BYTES = 64;

const BITS = 4;
const WORDS = 12;
const SPINS = 2000;
const SLEEP = 20; // milliseconds

export class Barrier {
  readonly #cell: Int32Array;

  constructor(
    memory: WebAssembly.Memory,
    at: number,
    private readonly workers: number,
    private readonly control: Control,
    private readonly worker = 0,
    /** looks before it sleeps: to be woken takes longer than many a piece of work */
    private readonly spins = SPINS,
  ) {
    this.#cell = new Int32Array(memory.buffer, at, BITS + WORDS);
  }

  /** A number below n that nobody has claimed since the last `wait`; n when there is none. */
  claim(n: number): number {
    if (n > 32 * WORDS) return Math.min(n, Atomics.add(this.#cell, 2, 1));
    const start = Math.floor((this.worker * n) / this.workers);
    for (let i = 0; i < n; i++) {
      const number = (start + i) % n;
      const bit = 1 << (number & 31);
      if ((Atomics.or(this.#cell, BITS + (number >> 5), bit) & bit) === 0) return number;
    }
    return n;
  }

  /** What one worker decided for all; read it after a `wait`. */
  get verdict(): number {
    return Atomics.load(this.#cell, 3);
  }
  set verdict(value: number) {
    Atomics.store(this.#cell, 3, value);
  }

  /** Returns when every worker has called it. @throws CameoError 'aborted' */
  wait(): void {
    const cell = this.#cell;
    if (this.control.aborted()) throw errors.aborted();
    const generation = Atomics.load(cell, 1);
    if (Atomics.add(cell, 0, 1) === this.workers - 1) {
      Atomics.store(cell, 0, 0);
      for (let word = BITS - 2; word < BITS + WORDS; word++) if (word !== 3) Atomics.store(cell, word, 0);
      Atomics.add(cell, 1, 1);
      Atomics.notify(cell, 1);
      return;
    }
    for (let spin = 0; spin < this.spins; spin++) if (Atomics.load(cell, 1) !== generation) return;
    while (Atomics.load(cell, 1) === generation) {
      if (this.control.aborted()) throw errors.aborted();
      Atomics.wait(cell, 1, generation, SLEEP);
    }
  }
}
