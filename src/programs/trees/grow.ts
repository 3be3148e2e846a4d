/**
 * Grows one tree leaf by leaf (Shi, "Best-first Decision Tree Learning", 2007; Ke et al., "LightGBM", 2017): the leaf whose best split gains
 * most is split next. Of its two children the histogram of the smaller is made from its rows, that of the larger is what is left of their
 * parent's.
 *
 * All workers of a gang run this at once. Each makes the histograms of its own features, finds their best splits and deals its own part of a
 * leaf's rows; between these they meet. What they decide by are sums of whole numbers, so that all decide the same, however many they are.
 */
import type { Kernels } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Barrier } from '../barrier.js';
import { fillTable, SPLIT_BYTES, type Split, splitAt, type Tree } from './tree.js';

/** What a feature's bins are. */
export interface BinnedFeature {
  /** bins of values that are not missing; those are one more */
  bins: number;
  /** whether the bins are codes of categories */
  category: boolean;
  /** 1 where the score must not fall as the number rises, −1 where it must not rise, 0 for either */
  constraint: number;
}

export interface GrowOptions {
  /** leaves of a tree at most */
  maxLeafNodes: number;
  maxDepth: number;
  /** rows of a leaf at least */
  minSamplesLeaf: number;
  l2Regularization: number;
}

/** Sum of second derivatives of a leaf at least. */
const MIN_HESSIAN = 1e-3;
/** Bytes of a worker's own: pairs of a block of rows, sums of the leaves, keys of categories, a table of bins. */
const BLOCK_BYTES = 1024 * 16;
const KEY_BYTES = 2048 + 256;
export const ownBytes = ({ maxLeafNodes }: GrowOptions): number => BLOCK_BYTES + maxLeafNodes * 16 + KEY_BYTES + 256;

/** Where the work on trees stands in memory; the same for all workers. */
export interface GrowPlaces {
  /** u8[features, pitch] */
  bins: number;
  pitch: number;
  /** i32[features + 1]: first entry of each feature in a histogram */
  offsets: number;
  /** i64[rows, 2] */
  gh: number;
  /** u32[rows + held]: rows leaf by leaf, those held out behind the others; and as much beside it */
  order: number;
  dealt: number;
  /** i64[leaves, entries, 2] */
  hist: number;
  /** splits[2, workers] */
  splits: number;
  /** i32[2, workers]: rows that went left in each worker's part, held out ones apart */
  counts: number;
  /** ownBytes(…) of each worker */
  own: number;
}

/** Bytes from one feature's bins to the next. */
export const pitchOf = (rows: number): number => Math.ceil((rows + 16) / 64) * 64;

/** Lays the places out behind the bins. @param rows trained on @param all with those held out */
export function growPlaces(
  layout: Layout,
  bins: number,
  features: readonly BinnedFeature[],
  rows: number,
  all: number,
  options: GrowOptions,
  workers: number,
): GrowPlaces {
  const entries = features.reduce((sum, { bins }) => sum + bins + 1, 0);
  let at = 0;
  const offsets = Int32Array.from([...features.map(({ bins }) => bins + 1), 0], (size) => {
    at += size;
    return at - size;
  });
  return {
    bins,
    pitch: pitchOf(all),
    offsets: layout.put(offsets),
    gh: layout.take(rows * 16),
    order: layout.take(all * 4),
    dealt: layout.take(all * 4),
    hist: layout.take(options.maxLeafNodes * entries * 16),
    splits: layout.take(2 * workers * SPLIT_BYTES),
    counts: layout.take(2 * workers * 4),
    own: layout.take(workers * ownBytes(options)),
  };
}

/** Units of the sums: a first or second derivative is its whole number times this; `shift` bits count rows. */
export interface Units {
  g: number;
  h: number;
  shift: number;
}

interface Leaf {
  /** its rows in the order, and those held out */
  first: number;
  rows: number;
  heldFirst: number;
  held: number;
  depth: number;
  /** number of its histogram; −1 for none */
  slot: number;
  g: number;
  h: number;
  /** bounds of its value */
  lower: number;
  upper: number;
  split: Split | undefined;
  /** the node that it hangs from, and on which side; −1 for the root */
  parent: number;
  right: boolean;
}

export class Grower {
  readonly #blocks: number;
  readonly #totals: number;
  readonly #keys: number;
  readonly #table: number;
  readonly #offsets: Int32Array;
  #units: Units = { g: 1, h: 1, shift: 0 };
  #leaves: Leaf[] = [];
  #free: number[] = [];

  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly barrier: Barrier,
    private readonly worker: number,
    private readonly workers: number,
    private readonly at: GrowPlaces,
    private readonly features: readonly BinnedFeature[],
    private readonly rows: number,
    private readonly held: number,
    private readonly options: GrowOptions,
  ) {
    this.#blocks = at.own + worker * ownBytes(options);
    this.#totals = this.#blocks + BLOCK_BYTES;
    this.#keys = this.#totals + options.maxLeafNodes * 16;
    this.#table = this.#keys + KEY_BYTES;
    this.#offsets = new Int32Array(memory.buffer, at.offsets, features.length + 1);
  }

  /** Grows a tree from the pairs as they stand; all workers have met since these were written. */
  grow(units: Units, output: number, rate: number): Tree {
    const { maxLeafNodes } = this.options;
    this.#units = units;
    const tree: Tree = { output, feature: [], bin: [], missingLeft: [], sets: [], left: [], right: [], value: [], count: [] };
    this.#free = Array.from({ length: maxLeafNodes }, (_, slot) => maxLeafNodes - 1 - slot);
    this.#leaves = [this.#root()];
    this.#findSplits([0]);
    while (this.#leaves.length < maxLeafNodes) {
      let best = -1;
      this.#leaves.forEach(({ split }, l) => {
        if (split && split.gain > (best < 0 ? 0 : (this.#leaves[best].split?.gain ?? 0))) best = l;
      });
      if (best < 0) break;
      this.#split(tree, best);
    }
    for (const { g, h, lower, upper, rows } of this.#leaves) {
      tree.value.push(Math.fround(this.#value(g, h, lower, upper) * rate));
      tree.count.push(rows);
    }
    return tree;
  }

  /** Adds the tree's values to z f32[rows, ld], this worker's part of the rows. */
  add(z: number, ld: number, { output, value }: Tree): void {
    const { order } = this.at;
    this.#leaves.forEach((leaf, l) => {
      const parts = [this.#part(leaf.first, leaf.rows), this.#part(leaf.heldFirst, leaf.held)];
      for (const { from, n } of parts) this.kernels.tree_add(z + output * 4, order + from * 4, n, ld, value[l]);
    });
  }

  /** This worker's part of n numbers from `first` on. */
  #part(first: number, n: number): { from: number; n: number } {
    const from = Math.floor((n * this.worker) / this.workers);
    const to = Math.floor((n * (this.worker + 1)) / this.workers);
    return { from: first + from, n: to - from };
  }

  #value(g: number, h: number, lower: number, upper: number): number {
    const curvature = h + this.options.l2Regularization;
    return curvature > 0 ? Math.max(lower, Math.min(upper, -g / curvature)) : 0;
  }

  #hist(slot: number): number {
    return this.at.hist + slot * this.#offsets[this.features.length] * 16;
  }

  #root(): Leaf {
    const { rows, held, at, kernels } = this;
    const order = new Uint32Array(this.memory.buffer, at.order, rows + held);
    for (const { from, n } of [this.#part(0, rows), this.#part(rows, held)]) {
      for (let r = from; r < from + n; r++) order[r] = r;
    }
    const slot = this.#free.pop() as number;
    const leaf: Leaf = {
      first: 0,
      rows,
      heldFirst: rows,
      held,
      depth: 0,
      slot,
      g: 0,
      h: 0,
      lower: Number.NEGATIVE_INFINITY,
      upper: Number.POSITIVE_INFINITY,
      split: undefined,
      parent: -1,
      right: false,
    };
    this.#histogram(leaf, 0);
    this.barrier.wait();
    // Any feature's histogram sums to the same.
    kernels.tree_total(this.#totals, this.#hist(slot), this.#offsets[1]);
    const [g, h] = new BigInt64Array(this.memory.buffer, this.#totals, 2);
    leaf.g = Number(g) * this.#units.g;
    leaf.h = Number(h >> BigInt(this.#units.shift)) * this.#units.h;
    return leaf;
  }

  /** The histograms of this worker's features. @param index address of the leaf's rows; 0 where they are all rows in their order */
  #histogram(leaf: Leaf, index: number): void {
    const { at, kernels, features, worker, workers } = this;
    kernels.tree_histogram(
      this.#hist(leaf.slot),
      at.bins,
      at.gh,
      index,
      at.offsets,
      this.#blocks,
      leaf.rows,
      at.pitch,
      features.length,
      worker,
      workers,
    );
  }

  #mayBeSplit({ rows, depth }: Leaf): boolean {
    const { minSamplesLeaf, maxDepth } = this.options;
    return rows >= 2 * minSamplesLeaf && depth < maxDepth;
  }

  #release(leaf: Leaf): void {
    if (leaf.slot >= 0) this.#free.push(leaf.slot);
    leaf.slot = -1;
  }

  /** The best splits of leaves from their histograms; the workers meet. @param leaves up to two, by their numbers */
  #findSplits(numbers: readonly number[]): void {
    const { at, workers, worker, memory } = this;
    const place = (i: number, w: number) => at.splits + (i * workers + w) * SPLIT_BYTES;
    numbers.forEach((number, i) => {
      const leaf = this.#leaves[number];
      new Uint8Array(memory.buffer, place(i, worker), SPLIT_BYTES).fill(0);
      if (leaf.slot < 0) return;
      for (let f = worker; f < this.features.length; f += workers) this.#findSplit(place(i, worker), leaf, number, f);
    });
    this.barrier.wait();
    numbers.forEach((number, i) => {
      const leaf = this.#leaves[number];
      for (let w = 0; w < workers; w++) {
        const split = splitAt(memory, place(i, w));
        const { gain = 0, feature = 0 } = leaf.split ?? {};
        if (split && (split.gain > gain || (split.gain === gain && split.feature < feature))) leaf.split = split;
      }
      if (!leaf.split) this.#release(leaf);
    });
  }

  /** The best split of a leaf by one feature, written to `split` where it gains more than what stands there. */
  #findSplit(split: number, { slot, lower, upper }: Leaf, number: number, f: number): void {
    const { kernels, features, options } = this;
    const { bins, category, constraint } = features[f];
    const { g, h, shift } = this.#units;
    const { minSamplesLeaf, l2Regularization: l2 } = options;
    const hist = this.#hist(slot) + this.#offsets[f] * 16;
    const total = this.#totals + number * 16;
    const least = [minSamplesLeaf, MIN_HESSIAN, l2] as const;
    if (category) kernels.tree_split_category(split, hist, total, this.#keys, bins, f, ...least, l2, g, h, shift, lower, upper);
    else kernels.tree_split_number(split, hist, total, bins, f, ...least, g, h, shift, constraint, lower, upper);
  }

  /** Splits a leaf, which keeps its number on the left; the right one gets the next. */
  #split(tree: Tree, number: number): void {
    const leaf = this.#leaves[number];
    const split = leaf.split as Split;
    const node = tree.feature.length;
    if (leaf.parent >= 0) (leaf.right ? tree.right : tree.left)[leaf.parent] = node;
    tree.feature.push(split.feature);
    tree.bin.push(split.bin);
    tree.missingLeft.push(split.missingLeft);
    tree.sets.push(split.set);
    tree.left.push(-1 - number);
    tree.right.push(-1 - this.#leaves.length);
    const heldLeft = this.#deal(leaf, split);
    const [left, right] = this.#children(leaf, split, heldLeft, node);
    this.#leaves[number] = left;
    this.#leaves.push(right);
    const totals = new BigInt64Array(this.memory.buffer, this.#totals, this.options.maxLeafNodes * 2);
    totals.set(split.sums.subarray(0, 2), number * 2);
    totals.set(split.sums.subarray(2), (this.#leaves.length - 1) * 2);
    const done = this.#leaves.length === this.options.maxLeafNodes;
    if (done || !(this.#mayBeSplit(left) || this.#mayBeSplit(right))) return this.#release(leaf);
    const [small, large] = right.rows < left.rows ? [right, left] : [left, right];
    small.slot = this.#free.pop() as number;
    large.slot = leaf.slot;
    this.#histogram(small, this.at.order + small.first * 4);
    const { worker, workers, features } = this;
    this.kernels.tree_subtract(
      this.#hist(large.slot),
      this.#hist(small.slot),
      this.at.offsets,
      features.length,
      worker,
      workers,
    );
    for (const child of [left, right]) if (!this.#mayBeSplit(child)) this.#release(child);
    this.#findSplits([number, this.#leaves.length - 1]);
  }

  #children(leaf: Leaf, { feature, left, right }: Split, heldLeft: number, node: number): [Leaf, Leaf] {
    const { constraint } = this.features[feature];
    const { lower, upper, first, heldFirst, held } = leaf;
    const common = { depth: leaf.depth + 1, slot: -1, split: undefined, parent: node, lower, upper };
    const children: [Leaf, Leaf] = [
      { ...common, ...left, first, heldFirst, held: heldLeft, right: false },
      { ...common, ...right, first: first + left.rows, heldFirst: heldFirst + heldLeft, held: held - heldLeft, right: true },
    ];
    if (constraint !== 0) {
      // All that comes of the lower side stays below all that comes of the other.
      const [a, b] = children.map(({ g, h }) => this.#value(g, h, lower, upper));
      const middle = (a + b) / 2;
      const [below, above] = constraint > 0 ? children : [children[1], children[0]];
      below.upper = middle;
      above.lower = middle;
    }
    return children;
  }

  /** Deals a leaf's rows to its children; the workers meet. @returns held out rows that go left */
  #deal(leaf: Leaf, split: Split): number {
    const { kernels, memory, at, workers, worker } = this;
    fillTable(new Uint8Array(memory.buffer, this.#table, 256), split, this.features[split.feature].bins);
    const column = at.bins + split.feature * at.pitch;
    const counts = new Int32Array(memory.buffer, at.counts, 2 * workers);
    const parts = [this.#part(leaf.first, leaf.rows), this.#part(leaf.heldFirst, leaf.held)];
    parts.forEach(({ from, n }, i) => {
      const left = n > 0 ? kernels.tree_partition(at.dealt + from * 4, at.order + from * 4, column, this.#table, n) : 0;
      counts[i * workers + worker] = left;
    });
    this.barrier.wait();
    const lefts = parts.map(({ from, n }, i) => {
      const [first] = [leaf.first, leaf.heldFirst].slice(i);
      const own = counts.subarray(i * workers, (i + 1) * workers);
      const before = own.subarray(0, worker).reduce((a, b) => a + b, 0);
      const left = own.reduce((a, b) => a + b, 0);
      const [to, beside] = [first + before, first + left + (from - first - before)];
      if (n > 0) kernels.tree_settle(at.order + to * 4, at.order + beside * 4, at.dealt + from * 4, n, own[worker]);
      return left;
    });
    this.barrier.wait();
    return lefts[1];
  }
}
