/** The sizes from which programs run on the WebGPU device, as they are measured: each once, whoever asks meanwhile waits. */
import type { TwinName } from '../webgpu/twins.js';

/** null: the device won at no size that was tried. */
export type Measured = Partial<Record<TwinName, number | null>>;

/** For as long as the engine lives; where there are files, break-even-book.ts keeps them for the next. */
export class BreakEvens {
  readonly measured: Measured = {};
  readonly #asked = new Map<TwinName, Promise<number>>();

  /** Reads what is known. */
  async load(): Promise<void> {}

  /** Keeps what is known now. */
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
      await this.save().catch(() => {}); // then it is measured again another time
    }
    return this.measured[program] ?? Number.POSITIVE_INFINITY;
  }
}
