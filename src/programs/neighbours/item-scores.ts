/**
 * Ranks all items by sparse weights between items:
 *
 *     score(i) = Σ over the items j of a history of w(j) · W[j → i]
 *
 * Of equal scores the item stands first that has the smaller place, such as by its popularity, and so the items without a score stand behind
 * those with one in the order of their places. The work grows with the rows of the history and not with the catalogue. Sums are float64, in
 * the order of the history, and compared as float32.
 */

/** The weights by row: row j is columns[starts[j]] … columns[starts[j + 1] − 1], ascending, with their values. */
export interface ItemWeights {
  /** i32[items + 1] */
  readonly starts: Int32Array;
  /** i32[…] and f32[…] */
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Places of the items, 0 the first: i32[items], and the items in that order. */
export interface Places {
  readonly place: Int32Array;
  readonly order: Int32Array;
}

/** Numbers below this many are kept in order as they come; more are sorted. */
const FEW = 64;

export class ItemScores {
  readonly #sums: Float64Array;
  readonly #touched: Int32Array;
  /** 0 untouched, 1 with a score, 2 left out */
  readonly #state: Uint8Array;

  constructor(
    private readonly weights: ItemWeights,
    private readonly places: Places,
  ) {
    const items = places.place.length;
    this.#sums = new Float64Array(items);
    this.#touched = new Int32Array(items);
    this.#state = new Uint8Array(items);
  }

  /**
   * The n best items that are not of the history.
   * @param counted how much each item of the history counts; absent where all count 1
   */
  top(
    history: ArrayLike<number>,
    counted: ArrayLike<number> | undefined,
    n: number,
  ): { ids: Int32Array; scores: Float32Array } {
    const [sums, state, touched] = [this.#sums, this.#state, this.#touched];
    const count = this.#sum(history, counted);
    for (let t = 0; t < history.length; t++) state[history[t]] = 2;
    let above = 0;
    const below: number[] = [];
    for (let t = 0; t < count; t++) {
      const item = touched[t];
      sums[item] = Math.fround(sums[item]);
      if (state[item] === 2) continue;
      if (sums[item] > 0) touched[above++] = item;
      else if (sums[item] < 0) below.push(item);
    }
    const best = this.#best(touched.subarray(0, above), n);
    this.#append(best, n);
    if (best.length < n) best.push(...this.#best(Int32Array.from(below), n - best.length));
    const list = { ids: Int32Array.from(best), scores: Float32Array.from(best, (item) => sums[item]) };
    this.#clear(history);
    return list;
  }

  /** Adds up the scores. @returns how many items have been touched */
  #sum(history: ArrayLike<number>, counted: ArrayLike<number> | undefined): number {
    const { starts, columns, values } = this.weights;
    const [sums, state, touched] = [this.#sums, this.#state, this.#touched];
    let count = 0;
    for (let t = 0; t < history.length; t++) {
      const weight = counted ? counted[t] : 1;
      for (let e = starts[history[t]]; e < starts[history[t] + 1]; e++) {
        const item = columns[e];
        if (state[item] === 0) {
          state[item] = 1;
          touched[count++] = item;
        }
        sums[item] += weight * values[e];
      }
    }
    return count;
  }

  #before(a: number, b: number): number {
    return this.#sums[b] - this.#sums[a] || this.places.place[a] - this.places.place[b];
  }

  /** The first n of these items in their order. */
  #best(items: Int32Array, n: number): number[] {
    const before = (a: number, b: number) => this.#before(a, b);
    if (n > FEW) return Array.from(items.slice().sort(before).subarray(0, n));
    const best: number[] = [];
    for (const item of items) {
      let at = best.length;
      if (at === n && before(best[n - 1], item) < 0) continue;
      while (at > 0 && before(item, best[at - 1]) < 0) at--;
      best.splice(at, 0, item);
      if (best.length > n) best.pop();
    }
    return best;
  }

  /** Adds items without a score until there are n. */
  #append(best: number[], n: number): void {
    const { order } = this.places;
    for (let k = 0; best.length < n && k < order.length; k++) {
      const item = order[k];
      if (this.#state[item] !== 2 && this.#sums[item] === 0) best.push(item);
    }
  }

  #clear(history: ArrayLike<number>): void {
    const { starts, columns } = this.weights;
    for (let t = 0; t < history.length; t++) {
      const item = history[t];
      for (let e = starts[item]; e < starts[item + 1]; e++) {
        this.#sums[columns[e]] = 0;
        this.#state[columns[e]] = 0;
      }
      this.#sums[item] = 0;
      this.#state[item] = 0;
    }
  }
}

/** W[from → to]; 0 for one that was not kept. */
export function weightOf({ starts, columns, values }: ItemWeights, from: number, to: number): number {
  let [low, high] = [starts[from], starts[from + 1] - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (columns[middle] === to) return values[middle];
    if (columns[middle] < to) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}
