/**
 * Workers of a gang meet here: each waits until all have come. Claims hand out numbers 0, 1, 2, … to whoever asks first.
 *
 *     sync i32[4]: arrived, generation, claimed, verdict
 *
 * A worker spins before it sleeps: blocks of one diagonal end within microseconds of each other. It looks at the abort flag
 * while it waits, so that the death of one does not hold the others for ever.
 */
import { errors } from '../errors.js';
import type { Control } from '../scheduler/scheduler.js';

/** Bytes of the cell, which must start as zeros. */
export const BARRIER_BYTES = 64;

const SPINS = 2000;
const SLEEP = 20; // milliseconds

export class Barrier {
  readonly #cell: Int32Array;

  constructor(
    memory: WebAssembly.Memory,
    at: number,
    private readonly workers: number,
    private readonly control: Control,
  ) {
    this.#cell = new Int32Array(memory.buffer, at, 4);
  }

  /** The next number that nobody has claimed since the last `wait`. */
  claim(): number {
    return Atomics.add(this.#cell, 2, 1);
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
      Atomics.store(cell, 2, 0);
      Atomics.add(cell, 1, 1);
      Atomics.notify(cell, 1);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(cell, 1) !== generation) return;
    while (Atomics.load(cell, 1) === generation) {
      if (this.control.aborted()) throw errors.aborted();
      Atomics.wait(cell, 1, generation, SLEEP);
    }
  }
}
