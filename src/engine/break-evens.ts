/** The sizes from which programs run on the WebGPU device. Each is measured once; callers that ask meanwhile wait for the result. */
import type { TwinName } from '../webgpu/twins.js';

/** null: the device won at no size that was tried. */
export type Measured = Partial<Record<TwinName, number | null>>;

/** Kept for as long as the engine lives; where there are files, break-even-book.ts keeps them for later processes. */
export class BreakEvens {
  readonly measured: Measured = {};
  readonly #asked = new Map<TwinName, Promise<number>>();

  /** Reads the sizes measured before. */
  async load(): Promise<void> {}

  /** Saves the sizes measured so far. */
  protected async save(): Promise<void> {}

  /** The size for a program, known or measured now; Infinity for never. */
  of(program: TwinName, measure: () => Promise<number>): Promise<number> {
    const asked = this.#asked.get(program) ?? this.#find(program, measure);
    this.#asked.set(program, asked);
    return asked;
  }

  async #find(program: TwinName, measure: () => Promise<number>): Promise<number> {
    await this.load();
    if (!(program in this.measured)) {
      const size = await measure();
      this.measured[program] = Number.isFinite(size) ? size : null;
      await this.save().catch(() => {}); // the next process measures again
    }
    return this.measured[program] ?? Number.POSITIVE_INFINITY;
  }
}
