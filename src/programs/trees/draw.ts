/** Which features a node may be split by: a share of them, drawn anew for each node, the same for all workers of a gang. */
import { drawer } from '../../random.js';

/** Streams of a seed that are this file's: one a node. */
const STREAM = 0x40000000;

export class FeatureDraw {
  readonly #order: Int32Array;
  readonly #drawn: number;
  #node = 0;

  /** @param share of the features, above 0 and up to 1; one of them at least */
  constructor(
    features: number,
    share: number,
    private readonly seed: number,
  ) {
    this.#order = Int32Array.from({ length: features }, (_, f) => f);
    this.#drawn = Math.max(1, Math.floor(features * share));
  }

  /** u8[features]: 1 for those that the next node may be split by; undefined where it may by all. */
  next(): Uint8Array | undefined {
    const order = this.#order;
    const n = order.length;
    if (this.#drawn === n) return undefined;
    const allowed = new Uint8Array(n);
    const draw = drawer(this.seed, STREAM + this.#node++);
    for (let i = 0; i < this.#drawn; i++) {
      const j = i + draw(n - i);
      [order[i], order[j]] = [order[j], order[i]];
      allowed[order[i]] = 1;
    }
    return allowed;
  }
}
