/** The scalar reference of trees in float64: histograms, the best split by trying all, growth, predictions, and Shapley values by all subsets. */
import type { Tree } from '../../src/programs/trees/tree.js';

export interface Binned {
  /** bins that are not missing; the missing one is behind them */
  bins: number;
  category: boolean;
  constraint: number;
  /** of each row */
  column: number[];
}
export interface Grown {
  maxLeafNodes: number;
  maxDepth: number;
  minSamplesLeaf: number;
  l2: number;
}
export interface ReferenceSplit {
  gain: number;
  feature: number;
  /** whether each bin goes left, the missing one last */
  left: boolean[];
}

const MIN_HESSIAN = 1e-3;
/** Of a leaf's own worth: what is no gain. */
const NOISE = 1e-12;
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const clip = (value: number, [lower, upper]: [number, number]) => Math.max(lower, Math.min(upper, value));

interface Sums {
  n: number;
  g: number;
  h: number;
}

/** Σ of each bin of a feature over some rows. */
export function histogram({ bins, column }: Binned, rows: number[], g: number[], h: number[]): Sums[] {
  const hist = Array.from({ length: bins + 1 }, () => ({ n: 0, g: 0, h: 0 }));
  for (const r of rows) {
    hist[column[r]].n++;
    hist[column[r]].g += g[r];
    hist[column[r]].h += h[r];
  }
  return hist;
}

/** The sets of bins that may go left, each with where missing values go when this leaf has none. */
function candidates(feature: Binned, hist: Sums[]): boolean[][] {
  const { bins, category } = feature;
  const missing = hist[bins].n > 0;
  const all = Array.from({ length: bins + 1 }, (_, b) => b);
  if (!category) {
    const upTo = (end: number, goes: boolean) => all.map((b) => (b === bins ? goes : b <= end));
    const ends = all.slice(0, bins - 1);
    if (!missing) return ends.map((end) => upTo(end, false));
    // Missing values alone go right.
    const some = ends.filter((end) => hist.some(({ n }, b) => b <= end && n > 0));
    return [...all.slice(0, bins).map((end) => upTo(end, false)), ...some.map((end) => upTo(end, true))];
  }
  if (bins <= 4) return all.map((c) => all.map((b) => b === c));
  const used = all.filter((b) => hist[b].n >= 10);
  const key = (b: number) => hist[b].g / (hist[b].h + 10);
  const sorted = used.map((b, i) => ({ b, i })).sort((a, b) => key(a.b) - key(b.b) || a.i - b.i);
  const most = Math.min(32, Math.floor((used.length + 1) / 2));
  const sets = [sorted, [...sorted].reverse()].flatMap((order) =>
    Array.from({ length: most }, (_, i) => order.slice(0, i + 1).map(({ b }) => b)),
  );
  return sets.map((set) => all.map((b) => set.includes(b)));
}

/** The best split of a leaf, by trying all. */
export function bestSplit(
  features: Binned[],
  rows: number[],
  g: number[],
  h: number[],
  { minSamplesLeaf, l2 }: Pick<Grown, 'minSamplesLeaf' | 'l2'>,
  bounds: [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): ReferenceSplit | undefined {
  const leafValue = (s: Sums) => clip(-s.g / (s.h + l2), bounds);
  let best: ReferenceSplit | undefined;
  features.forEach((feature, f) => {
    const hist = histogram(feature, rows, g, h);
    const bounded = feature.constraint !== 0 || bounds.some(Number.isFinite);
    const worth = (s: Sums) => (bounded ? -s.g * leafValue(s) : (s.g * s.g) / (s.h + l2));
    const total = (goes: boolean[] | undefined, side: boolean): Sums => {
      const of = hist.filter((_, b) => !goes || goes[b] === side);
      return { n: sum(of.map(({ n }) => n)), g: sum(of.map((s) => s.g)), h: sum(of.map((s) => s.h)) };
    };
    for (const goes of candidates(feature, hist)) {
      const [left, right] = [total(goes, true), total(goes, false)];
      const few = feature.category && feature.bins > 4 ? Math.max(minSamplesLeaf, 10) : minSamplesLeaf;
      if (left.n < minSamplesLeaf || right.n < few || left.h < MIN_HESSIAN || right.h < MIN_HESSIAN) continue;
      const rise = leafValue(right) - leafValue(left);
      if (feature.constraint * rise < 0) continue;
      const own = worth(total(undefined, true));
      const gain = worth(left) + worth(right) - own;
      if (gain <= Math.max(best?.gain ?? 0, NOISE * Math.abs(own))) continue;
      const none = hist[feature.bins].n === 0;
      best = { gain, feature: f, left: goes.map((go, b) => (b === feature.bins && none ? left.n > right.n : go)) };
    }
  });
  return best;
}

interface ReferenceLeaf {
  rows: number[];
  depth: number;
  bounds: [number, number];
  split?: ReferenceSplit;
}

/** What each row reaches: the value of its leaf. */
export function grow(features: Binned[], g: number[], h: number[], options: Grown): { values: number[]; leaves: number[][] } {
  const { l2, maxDepth, minSamplesLeaf, maxLeafNodes } = options;
  const search = (leaf: ReferenceLeaf) => {
    if (leaf.depth < maxDepth && leaf.rows.length >= 2 * minSamplesLeaf)
      leaf.split = bestSplit(features, leaf.rows, g, h, options, leaf.bounds);
    return leaf;
  };
  const leafValue = ({ rows, bounds }: ReferenceLeaf) =>
    clip(-sum(rows.map((r) => g[r])) / (sum(rows.map((r) => h[r])) + l2), bounds);
  const unbounded: [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const leaves = [search({ rows: g.map((_, r) => r), depth: 0, bounds: unbounded })];
  while (leaves.length < maxLeafNodes) {
    const gains = leaves.map(({ split }) => split?.gain ?? 0);
    const top = gains.indexOf(Math.max(...gains));
    const { split, rows, depth, bounds } = leaves[top];
    if (!split) break;
    const { column, constraint } = features[split.feature];
    const children = [true, false].map((side): ReferenceLeaf => {
      return { rows: rows.filter((r) => split.left[column[r]] === side), depth: depth + 1, bounds: [...bounds] };
    });
    if (constraint !== 0) {
      const middle = (leafValue(children[0]) + leafValue(children[1])) / 2;
      const [below, above] = constraint > 0 ? children : [children[1], children[0]];
      below.bounds[1] = middle;
      above.bounds[0] = middle;
    }
    leaves.splice(top, 1, search(children[0]));
    leaves.push(search(children[1]));
  }
  const values = g.map(() => 0);
  for (const leaf of leaves) for (const r of leaf.rows) values[r] = leafValue(leaf);
  return { values, leaves: leaves.map(({ rows }) => rows) };
}

/** Whether a row goes left at a node: `bin` of the node's feature, and the missing one's number. */
export function goesLeft(tree: Tree, node: number, bin: number, missing: number): boolean {
  const set = tree.sets[node];
  if (set) return ((set[bin >> 5] >>> (bin & 31)) & 1) === 1;
  return bin === missing ? tree.missingLeft[node] : bin <= tree.bin[node];
}

/** The value of a row by its bins. */
export function valueOfRow(tree: Tree, bins: number[], missing: number[]): number {
  if (tree.feature.length === 0) return tree.value[0];
  let at = 0;
  while (at >= 0) {
    const f = tree.feature[at];
    at = goesLeft(tree, at, bins[f], missing[f]) ? tree.left[at] : tree.right[at];
  }
  return tree.value[-1 - at];
}

/** Rows below a child. */
function rowsBelow(tree: Tree, child: number): number {
  return child < 0 ? tree.count[-1 - child] : rowsBelow(tree, tree.left[child]) + rowsBelow(tree, tree.right[child]);
}

/** The mean value of a row of which only some features are known; the others go both ways by the shares of the training rows. */
export function expected(tree: Tree, bins: number[], missing: number[], known: Set<number>): number {
  const down = (child: number): number => {
    if (child < 0) return tree.value[-1 - child];
    const f = tree.feature[child];
    const [left, right] = [tree.left[child], tree.right[child]];
    if (known.has(f)) return down(goesLeft(tree, child, bins[f], missing[f]) ? left : right);
    const [a, b] = [rowsBelow(tree, left), rowsBelow(tree, right)];
    return (a * down(left) + b * down(right)) / (a + b);
  };
  return down(tree.feature.length > 0 ? 0 : -1);
}

/** Shapley values of a tree's value of a row, by all subsets of the features. */
export function shapley(tree: Tree, bins: number[], missing: number[]): number[] {
  const n = bins.length;
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
  const values = new Map<number, number>();
  const of = (subset: number): number => {
    let value = values.get(subset);
    if (value === undefined) {
      value = expected(tree, bins, missing, new Set(bins.map((_, f) => f).filter((f) => (subset >> f) & 1)));
      values.set(subset, value);
    }
    return value;
  };
  return bins.map((_, f) => {
    let total = 0;
    for (let subset = 0; subset < 1 << n; subset++) {
      if ((subset >> f) & 1) continue;
      const size = bins.filter((_, k) => (subset >> k) & 1).length;
      total += ((factorial(size) * factorial(n - 1 - size)) / factorial(n)) * (of(subset | (1 << f)) - of(subset));
    }
    return total;
  });
}
