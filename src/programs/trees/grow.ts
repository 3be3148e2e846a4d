/**
 * Grows one tree leaf by leaf (Shi, "Best-first Decision Tree Learning", 2007; Ke et al., "LightGBM", 2017): the leaf whose best split gains
 * most is split next. Of its two children the histogram of the smaller is made from its rows, that of the larger is what is left of their
 * parent's.
 *
 * All workers of a gang run this at once. Each finds the best splits of its own features and deals its own part of a leaf's rows; histograms
 * of many rows are summed over those of its part, of few rows made for its features. Between these they meet. What they decide by are sums
 * of whole numbers, so that all decide the same, however many they are.
 */
import type { Kernels } from '../../wasm/kernels.js';
import type { Barrier } from '../barrier.js';
import { FeatureDraw } from './draw.js';
import { type BinnedFeature, type GrowOptions, type GrowPlaces, ownPlaces } from './places.js';
import { LeafRows, type Ranges } from './rows.js';
import { SPLIT_BYTES, type Split, splitAt, type Tree } from './tree.js';

/** Sum of second derivatives of a leaf at least. */
const MIN_HESSIAN = 1e-3;
/**
 * Rows from which workers share a leaf's rows and not its features. Pairs are then fetched once, by whoever has the row, but each worker's
 * histograms have to be summed.
 */
const BY_ROWS = 16_384;

/** Units of the sums: a first or second derivative is its whole number times this; `shift` bits count rows. */
export interface Units {
  g: number;
  h: number;
  shift: number;
}

interface Leaf extends Ranges {
  depth: number;
  /** number of its histogram; −1 for none */
  slot: number;
  /** sums of derivatives */
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

/** Written out, since this is done for every node and objects put together of others take long. */
function childOf(
  { depth, lower, upper }: Leaf,
  { first, rows, heldFirst, held }: Ranges,
  { g, h }: Split['left'],
  parent: number,
  right: boolean,
): Leaf {
  return { first, rows, heldFirst, held, depth: depth + 1, slot: -1, g, h, lower, upper, split: undefined, parent, right };
}

export class Grower {
  readonly #rows: LeafRows;
  readonly #own: ReturnType<typeof ownPlaces>;
  readonly #offsets: Int32Array;
  readonly #memory: DataView;
  readonly #bytes: Uint8Array;
  /** i64[leaves, 2]: pairs of the leaves, this worker's copy */
  readonly #totals: BigInt64Array;
  readonly #draw: FeatureDraw;
  #units: Units = { g: 1, h: 1, shift: 0 };
  #leaves: Leaf[] = [];
  /** numbers of histograms that no leaf has */
  #free: number[] = [];

  constructor(
    private readonly kernels: Kernels,
    memory: WebAssembly.Memory,
    private readonly barrier: Barrier,
    private readonly worker: number,
    private readonly workers: number,
    private readonly at: GrowPlaces,
    private readonly features: readonly BinnedFeature[],
    private readonly options: GrowOptions,
  ) {
    this.#rows = new LeafRows(kernels, memory, barrier, worker, workers, at, features, options);
    this.#own = ownPlaces(at, options, worker);
    this.#offsets = new Int32Array(memory.buffer, at.offsets, features.length + 1);
    this.#memory = new DataView(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#totals = new BigInt64Array(memory.buffer, this.#own.totals, 2 * options.maxLeafNodes);
    this.#draw = new FeatureDraw(features.length, options.maxFeatures, options.seed);
  }

  /** Grows a tree from the pairs as they stand; all workers have met since these were written. */
  grow(units: Units, rows: number, held: number, output: number, rate: number): Tree {
    const { maxLeafNodes } = this.options;
    this.#units = units;
    const tree: Tree = { output, feature: [], bin: [], missingLeft: [], sets: [], left: [], right: [], value: [], count: [] };
    this.#free = Array.from({ length: maxLeafNodes }, (_, slot) => maxLeafNodes - 1 - slot);
    this.#leaves = [this.#root(rows, held)];
    this.#findSplits([0]);
    for (let best = this.#best(); best >= 0; best = this.#best()) this.#split(tree, best);
    for (const leaf of this.#leaves) {
      tree.value.push(Math.fround(this.#value(leaf) * rate));
      tree.count.push(leaf.rows);
    }
    return tree;
  }

  /** Adds the tree's values to z f32[rows, ld], this worker's part of the rows. */
  add(z: number, ld: number, { output, value }: Tree): void {
    this.#leaves.forEach((leaf, l) => this.#rows.add(z + output * 4, ld, leaf, value[l]));
  }

  /** The leaf that gains most by its split; of equal ones the first; −1 where none gains or there are leaves enough. */
  #best(): number {
    let best = -1;
    let most = 0;
    if (this.#leaves.length === this.options.maxLeafNodes) return best;
    this.#leaves.forEach(({ split }, l) => {
      if (!split || split.gain <= most) return;
      best = l;
      most = split.gain;
    });
    return best;
  }

  #value({ g, h, lower, upper }: Pick<Leaf, 'g' | 'h' | 'lower' | 'upper'>): number {
    const curvature = h + this.options.l2Regularization;
    return curvature > 0 ? Math.max(lower, Math.min(upper, -g / curvature)) : 0;
  }

  #hist(slot: number): number {
    return this.at.hist + slot * this.#offsets[this.features.length] * 16;
  }

  #root(rows: number, held: number): Leaf {
    const ranges = this.#rows.reset(rows, held);
    const slot = this.#free.pop() as number;
    this.#histogram(slot, ranges, true);
    this.barrier.wait();
    // Any feature's histogram sums to the same.
    this.kernels.tree_total(this.#own.totals, this.#hist(slot), this.#offsets[1]);
    const [g, h] = this.#totals;
    return {
      ...ranges,
      depth: 0,
      slot,
      g: Number(g) * this.#units.g,
      h: Number(h >> BigInt(this.#units.shift)) * this.#units.h,
      lower: Number.NEGATIVE_INFINITY,
      upper: Number.POSITIVE_INFINITY,
      split: undefined,
      parent: -1,
      right: false,
    };
  }

  /** The histograms of this worker's features. @param all whether the rows are all in their order, which need no list of them */
  #histogram(slot: number, { first, rows }: Ranges, all = false): void {
    const { at, kernels, features, worker, workers } = this;
    const { length } = features;
    const hist = this.#hist(slot);
    const sum = (to: number, from: number, n: number, own: number, step: number) => {
      const index = all ? 0 : at.order + from * 4;
      const [bins, gh] = all ? [at.bins + from, at.gh + from * 16] : [at.bins, at.gh];
      kernels.tree_histogram(to, bins, gh, index, at.offsets, this.#own.blocks, n, at.pitch, length, own, step);
    };
    if (workers === 1 || rows < BY_ROWS) {
      sum(hist, first, rows, worker, workers);
      return;
    }
    const entries = this.#offsets[length];
    const { from, n } = this.#rows.part(first, rows);
    sum(at.parts + worker * entries * 16, from, n, 0, 1);
    this.barrier.wait();
    kernels.tree_merge(hist, at.parts, at.offsets, workers, entries, length, worker, workers);
  }

  #mayBeSplit({ rows, depth }: Leaf): boolean {
    const { minSamplesLeaf, maxDepth } = this.options;
    return rows >= 2 * minSamplesLeaf && depth < maxDepth;
  }

  #release(leaf: Leaf): void {
    if (leaf.slot >= 0) this.#free.push(leaf.slot);
    leaf.slot = -1;
  }

  /** The best splits of up to two leaves from their histograms; the workers meet. */
  #findSplits(numbers: readonly number[]): void {
    const { at, workers, worker } = this;
    const place = (i: number, w: number) => at.splits + (i * workers + w) * SPLIT_BYTES;
    numbers.forEach((number, i) => {
      const leaf = this.#leaves[number];
      this.#bytes.fill(0, place(i, worker), place(i, worker) + SPLIT_BYTES);
      if (leaf.slot < 0) return;
      const allowed = this.#draw.next();
      for (let f = worker; f < this.features.length; f += workers)
        if (!allowed || allowed[f]) this.#findSplit(place(i, worker), leaf, number, f);
    });
    this.barrier.wait();
    numbers.forEach((number, i) => {
      const leaf = this.#leaves[number];
      for (let w = 0; w < workers; w++) {
        const split = splitAt(this.#memory, place(i, w));
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
    const { minSamplesLeaf, l2Regularization } = options;
    const hist = this.#hist(slot) + this.#offsets[f] * 16;
    const total = this.#own.totals + number * 16;
    const least = [minSamplesLeaf, MIN_HESSIAN, l2Regularization, g, h, shift] as const;
    if (category) kernels.tree_split_category(split, hist, total, this.#own.keys, bins, f, ...least, lower, upper);
    else kernels.tree_split_number(split, hist, total, bins, f, ...least, constraint, lower, upper);
  }

  /** Splits a leaf, which keeps its number on the left; the right one gets the next. */
  #split(tree: Tree, number: number): void {
    const leaf = this.#leaves[number];
    const split = leaf.split as Split;
    const node = tree.feature.length;
    const added = this.#leaves.length;
    if (leaf.parent >= 0) (leaf.right ? tree.right : tree.left)[leaf.parent] = node;
    tree.feature.push(split.feature);
    tree.bin.push(split.bin);
    tree.missingLeft.push(split.missingLeft);
    tree.sets.push(split.set);
    tree.left.push(-1 - number);
    tree.right.push(-1 - added);
    const children = this.#children(leaf, split, node);
    [this.#leaves[number], this.#leaves[added]] = children;
    this.#totals.set(split.sums.slice(0, 2), number * 2);
    this.#totals.set(split.sums.slice(2), added * 2);
    this.#searchChildren(leaf, children, [number, added]);
  }

  #children(leaf: Leaf, split: Split, node: number): [Leaf, Leaf] {
    const { constraint } = this.features[split.feature];
    const [left, right] = this.#rows.deal(leaf, split);
    const children: [Leaf, Leaf] = [
      childOf(leaf, left, split.left, node, false),
      childOf(leaf, right, split.right, node, true),
    ];
    if (constraint !== 0) {
      // All that comes of the lower side stays below all that comes of the other.
      const middle = (this.#value(children[0]) + this.#value(children[1])) / 2;
      const [below, above] = constraint > 0 ? children : [children[1], children[0]];
      below.upper = middle;
      above.lower = middle;
    }
    return children;
  }

  /** Histograms and best splits of a leaf's children, where these may be split. */
  #searchChildren(leaf: Leaf, children: [Leaf, Leaf], numbers: readonly number[]): void {
    const done = this.#leaves.length === this.options.maxLeafNodes;
    if (done || !children.some((child) => this.#mayBeSplit(child))) {
      this.#release(leaf);
      return;
    }
    const [small, large] = children[1].rows < children[0].rows ? [children[1], children[0]] : children;
    small.slot = this.#free.pop() as number;
    large.slot = leaf.slot;
    this.#histogram(small.slot, small);
    const { worker, workers, features, at, kernels } = this;
    const pair = [this.#hist(large.slot), this.#hist(small.slot)] as const;
    kernels.tree_subtract(...pair, at.offsets, features.length, worker, workers);
    for (const child of children) if (!this.#mayBeSplit(child)) this.#release(child);
    this.#findSplits(numbers);
  }
}
