/**
 * The rows of a tree's leaves: row numbers leaf by leaf, those trained on in front and those held out behind. All workers of a gang deal
 * a leaf's rows together, each its own part of them; the order within a leaf is always that of the row numbers.
 */
import type { Kernels } from '../../wasm/kernels.js';
import type { Barrier } from '../barrier.js';
import { type BinnedFeature, type GrowOptions, type GrowPlaces, ownPlaces } from './places.js';
import { fillTable, type Split } from './tree.js';

/** Where a leaf's rows stand in the order, and those held out. */
export interface Ranges {
  first: number;
  rows: number;
  heldFirst: number;
  held: number;
}

export class LeafRows {
  readonly #table: number;
  /** u8[256] and i32[2, workers], see GrowPlaces */
  readonly #left: Uint8Array;
  readonly #counts: Int32Array;

  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly barrier: Barrier,
    private readonly worker: number,
    private readonly workers: number,
    private readonly at: GrowPlaces,
    private readonly features: readonly BinnedFeature[],
    options: GrowOptions,
  ) {
    this.#table = ownPlaces(at, options, worker).table;
    this.#left = new Uint8Array(memory.buffer, this.#table, 256);
    this.#counts = new Int32Array(memory.buffer, at.counts, 2 * workers);
  }

  /** Puts all rows into one leaf, this worker its part of them. */
  reset(rows: number, held: number): Ranges {
    const order = new Uint32Array(this.memory.buffer, this.at.order, rows + held);
    for (const { from, n } of [this.part(0, rows), this.part(rows, held)]) {
      for (let r = from; r < from + n; r++) order[r] = r;
    }
    return { first: 0, rows, heldFirst: rows, held };
  }

  /** Adds a value to z f32[rows, ld] at a leaf's rows, this worker's part of them. */
  add(z: number, ld: number, leaf: Ranges, value: number): void {
    for (const { from, n } of [this.part(leaf.first, leaf.rows), this.part(leaf.heldFirst, leaf.held)])
      this.kernels.tree_add(z, this.at.order + from * 4, n, ld, value);
  }

  /** Deals a leaf's rows to its children; the workers meet. */
  deal(leaf: Ranges, split: Split): [left: Ranges, right: Ranges] {
    const { kernels, at, workers, worker } = this;
    const counts = this.#counts;
    fillTable(this.#left, split, this.features[split.feature].bins);
    const column = at.bins + split.feature * at.pitch;
    const ranges = [
      { first: leaf.first, n: leaf.rows },
      { first: leaf.heldFirst, n: leaf.held },
    ];
    const parts = ranges.map(({ first, n }) => this.part(first, n));
    parts.forEach(({ from, n }, i) => {
      const left = n > 0 ? kernels.tree_partition(at.dealt + from * 4, at.order + from * 4, column, this.#table, n) : 0;
      counts[i * workers + worker] = left;
    });
    this.barrier.wait();
    const [rows, held] = ranges.map(({ first }, i) => {
      const { from, n } = parts[i];
      const own = i * workers + worker;
      const before = this.#wentLeft(i * workers, own);
      const left = before + this.#wentLeft(own, (i + 1) * workers);
      const [to, beside] = [first + before, first + left + (from - first - before)];
      if (n > 0) kernels.tree_settle(at.order + to * 4, at.order + beside * 4, at.dealt + from * 4, n, counts[own]);
      return left;
    });
    this.barrier.wait();
    const { first, heldFirst } = leaf;
    return [
      { first, rows, heldFirst, held },
      { first: first + rows, rows: leaf.rows - rows, heldFirst: heldFirst + held, held: leaf.held - held },
    ];
  }

  /** The sum of the counts from one to before another. */
  #wentLeft(from: number, to: number): number {
    let sum = 0;
    for (let i = from; i < to; i++) sum += this.#counts[i];
    return sum;
  }

  /** This worker's part of n numbers from `first` on. */
  part(first: number, n: number): { from: number; n: number } {
    const from = Math.floor((n * this.worker) / this.workers);
    const to = Math.floor((n * (this.worker + 1)) / this.workers);
    return { from: first + from, n: to - from };
  }
}
