/** Trees laid out in memory for the kernels that ask them (assembly/trees/predict.ts) and explain them (assembly/trees/explain.ts). */
import type { Layout } from '../../wasm/memory.js';
import type { PredictorPlan } from '../predictor.js';
import { quadratures } from './quadrature.js';
import type { Tree } from './tree.js';

/** What a feature's values become: the edges between the bins of a number, or how many labels a category has. */
export interface FeatureBins {
  readonly edges: Float32Array;
  /** −1 for a number */
  readonly labels: number;
}

/** Addresses of a fitted forest; shapes stand beside the kernels. */
export interface TreesPlan extends PredictorPlan {
  readonly kind: 'trees';
  features: number;
  /** how many of the features belong together, one number for each that is explained; empty where each stands by itself */
  widths: number[];
  outputs: number;
  trees: number;
  /** how many trees, and how many features the longest path of one tests */
  count: number;
  longest: number;
  init: number;
  columns: number;
  edges: number;
  nodes: number;
  tables: number;
  values: number;
  leaves: number;
  paths: number;
  constants: number;
}

/** Bytes from one feature to the next in a tile of bins. */
export const TILE_PITCH = 256;

/** @param init f64[outputs]: what the raw outputs are before any tree */
export function placeTrees(
  layout: Layout,
  features: readonly FeatureBins[],
  init: Float64Array,
  trees: readonly Tree[],
  widths: readonly number[],
): TreesPlan {
  let first = 0;
  const columns = features.flatMap(({ edges, labels }) => {
    if (labels >= 0) return [0, -1 - labels];
    first += edges.length;
    return [first - edges.length, edges.length];
  });
  const edges = new Float32Array(first);
  features.forEach((feature, f) => {
    edges.set(feature.edges, columns[2 * f]);
  });
  const heads: number[] = [];
  const nodes: number[] = [];
  const tables: number[] = [];
  let leaves = 0;
  for (const tree of trees) {
    heads.push(nodes.length / 4, tree.feature.length, leaves, tree.output);
    nodes.push(...nodesOf(tree, features, tables));
    leaves += tree.value.length;
  }
  const reasons = reasonsOf(trees);
  return {
    kind: 'trees',
    features: features.length,
    widths: widths.some((width) => width !== 1) ? [...widths] : [],
    outputs: init.length,
    count: trees.length,
    longest: reasons.longest,
    init: layout.put(init),
    columns: layout.put(Int32Array.from(columns)),
    edges: layout.put(edges),
    trees: layout.put(Int32Array.from(heads)),
    nodes: layout.put(Int32Array.from(nodes)),
    tables: layout.put(Uint8Array.from(tables)),
    values: layout.put(Float32Array.from(trees.flatMap(({ value }) => value))),
    leaves: layout.put(Int32Array.from(reasons.leaves)),
    paths: layout.put(Int32Array.from(reasons.paths)),
    constants: layout.put(Float64Array.from(reasons.constants)),
  };
}

/** Bytes of a slot, and slots of leaves before those of nodes. */
const SLOT = 32;
const LEAVES = 256;

/** Records of a tree's nodes, children before parents; tables of its categories are added to those there are. */
function nodesOf(tree: Tree, features: readonly FeatureBins[], tables: number[]): number[] {
  const n = tree.feature.length;
  const slot = (child: number) => (child < 0 ? -1 - child : LEAVES + n - 1 - child) * SLOT;
  const records: number[] = [];
  // Children have higher numbers than their parents.
  for (let i = n - 1; i >= 0; i--) {
    const set = tree.sets[i];
    const { labels } = features[tree.feature[i]];
    const missing = Number(tree.missingLeft[i]);
    let test = ((tree.bin[i] - 128 + missing) & 255) | (missing << 8);
    if (set) {
      const vectors = Math.ceil((labels + 1) / 16);
      test = -1 - (tables.length | (vectors - 1));
      for (let c = 0; c < vectors * 16; c++) tables.push(c <= labels && !((set[c >> 5] >>> (c & 31)) & 1) ? 255 : 0);
    }
    records.push(tree.feature[i] * TILE_PITCH, test, slot(tree.left[i]), slot(tree.right[i]));
  }
  return records;
}

/** A feature that the path to a leaf tests. */
interface Step {
  feature: number;
  /** the number of each node among the records, · 2 + 1 where going right passes */
  tests: number[];
  /** share of the training rows that pass all tests */
  share: number;
}

function reasonsOf(trees: readonly Tree[]) {
  const all = trees.map(pathsOf);
  const longest = all.flat().reduce((most, { length }) => Math.max(most, length), 0);
  const gauss = quadratures(Math.ceil(longest / 2));
  const [leaves, paths, constants]: [number[], number[], number[]] = [[], [], []];
  for (const steps of all.flat()) {
    const points = Math.ceil(steps.length / 2);
    leaves.push(paths.length, steps.length, constants.length, points);
    for (const { feature, tests } of steps) paths.push(feature, tests.length, ...tests);
    if (points > 0) constants.push(...constantsOf(steps, gauss[points - 1]));
  }
  return { longest, leaves, paths, constants };
}

function constantsOf(steps: readonly Step[], { points, weights }: { points: number[]; weights: number[] }): number[] {
  const a = (share: number, t: number) => t + share * (1 - t);
  const products = points.flatMap((t, q) => [
    weights[q],
    -1 / (1 - t),
    ...steps.flatMap(({ share }) => [a(share, t), share * (1 - t)]),
  ]);
  return [...products, ...steps.flatMap(({ share }) => points.map((t) => (1 - share) / a(share, t)))];
}

/** The features that the path to each leaf tests, in the order of the leaves. */
function pathsOf(tree: Tree): Step[][] {
  const n = tree.feature.length;
  const rows = rowsOf(tree);
  const paths: Step[][] = tree.value.map(() => []);
  const down = (child: number, rowsAbove: number, steps: readonly Step[], node: number, right: boolean) => {
    const share = rows(child) / rowsAbove;
    const feature = tree.feature[node];
    const test = (n - 1 - node) * 2 + Number(right);
    const known = steps.find((step) => step.feature === feature);
    const own = known
      ? steps.map((step) => (step === known ? { feature, tests: [...step.tests, test], share: step.share * share } : step))
      : [...steps, { feature, tests: [test], share }];
    if (child < 0) paths[-1 - child] = own;
    else both(child, own);
  };
  const both = (node: number, steps: readonly Step[]) => {
    down(tree.left[node], rows(node), steps, node, false);
    down(tree.right[node], rows(node), steps, node, true);
  };
  if (n > 0) both(0, []);
  return paths;
}

/** Training rows of a child, by its number. */
function rowsOf({ feature, left, right, count }: Tree): (child: number) => number {
  const inner = new Float64Array(feature.length);
  const rows = (child: number) => (child < 0 ? count[-1 - child] : inner[child]);
  for (let i = feature.length - 1; i >= 0; i--) inner[i] = rows(left[i]) + rows(right[i]);
  return rows;
}
