/** Encoded rows that several trials learn from, kept while there is room: making them takes the calling thread, which there is one of. */
import { CameoError } from '../../errors.js';
import { stride } from '../../wasm/kernels.js';
import type { Prepared } from '../learn.js';

interface Kept {
  readonly prepared: Promise<Prepared>;
  users: number;
  bytes: number;
}

export class PreparedRows implements Disposable {
  /** by key, what was used longest ago first */
  readonly #kept = new Map<string, Kept>();

  /** @param most bytes that are kept when nobody uses them */
  constructor(private readonly most: number) {}

  /** Does work with what `make` gives for this key, now or earlier. */
  async use<T>(key: string, make: () => Promise<Prepared>, work: (prepared: Prepared) => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key) ?? { prepared: this.#made(make), users: 0, bytes: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.users++;
    try {
      const prepared = await kept.prepared;
      kept.bytes = prepared.x.rows * stride(prepared.x.columns) * 4;
      return await work(prepared);
    } catch (error) {
      if (kept.bytes === 0 && this.#kept.get(key) === kept) this.#kept.delete(key);
      throw error;
    } finally {
      kept.users--;
      this.#shrink(this.most);
    }
  }

  /** Where there is no room, what nobody uses makes some. */
  async #made(make: () => Promise<Prepared>): Promise<Prepared> {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof CameoError) || error.code !== 'memory') throw error;
      this.#shrink(0);
      return make();
    }
  }

  #shrink(most: number): void {
    let bytes = [...this.#kept.values()].reduce((sum, kept) => sum + kept.bytes, 0);
    for (const [key, kept] of this.#kept) {
      if (bytes <= most) return;
      if (kept.users > 0 || kept.bytes === 0) continue;
      this.#kept.delete(key);
      bytes -= kept.bytes;
      void kept.prepared.then(({ x }) => x.dispose());
    }
  }

  [Symbol.dispose](): void {
    for (const { prepared } of this.#kept.values())
      void prepared.then(
        ({ x }) => x.dispose(),
        () => {},
      );
    this.#kept.clear();
  }
}
