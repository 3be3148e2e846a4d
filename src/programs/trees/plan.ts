/** Trees laid out in memory for the kernels that ask them (assembly/trees/predict.ts) and explain them (assembly/trees/explain.ts). */
import type { Layout } from '../../wasm/memory.js';
import type { PredictorPlan } from '../predictor.js';
import { type ReasonArrays, reasonsOf } from './reasons.js';
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

/** What a forest is in memory, before it has a place there. */
export interface TreeArrays {
  init: Float64Array;
  columns: Int32Array;
  edges: Float32Array;
  trees: Int32Array;
  nodes: Int32Array;
  tables: Uint8Array;
  values: Float32Array;
  reasons: ReasonArrays;
}

/** @param init f64[outputs]: what the raw outputs are before any tree */
export function arraysOf(features: readonly FeatureBins[], init: Float64Array, trees: readonly Tree[]): TreeArrays {
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
  return {
    init,
    columns: Int32Array.from(columns),
    edges,
    trees: Int32Array.from(heads),
    nodes: Int32Array.from(nodes),
    tables: Uint8Array.from(tables),
    values: Float32Array.from(trees.flatMap(({ value }) => value)),
    reasons: reasonsOf(trees),
  };
}

export function placeTrees(layout: Layout, { reasons, ...arrays }: TreeArrays, widths: readonly number[]): TreesPlan {
  return {
    kind: 'trees',
    features: arrays.columns.length / 2,
    widths: widths.some((width) => width !== 1) ? [...widths] : [],
    outputs: arrays.init.length,
    count: arrays.trees.length / 4,
    longest: reasons.longest,
    init: layout.put(arrays.init),
    columns: layout.put(arrays.columns),
    edges: layout.put(arrays.edges),
    trees: layout.put(arrays.trees),
    nodes: layout.put(arrays.nodes),
    tables: layout.put(arrays.tables),
    values: layout.put(arrays.values),
    leaves: layout.put(reasons.leaves),
    paths: layout.put(reasons.paths),
    constants: layout.put(reasons.constants),
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
