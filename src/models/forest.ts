/**
 * Trees that were fitted, as a model: how it is placed, read and written. models/trees.ts adds how one is fitted.
 *
 *     metadata   facts
 *     tensors    init f64[outputs] · edges f32[…] and edgeCounts f64[features] (−1 for a category) · trees f64[trees, 2]: inner nodes, output
 *                nodes f64[nodes, 5]: feature, bin (−1 for a category), whether missing values go left, left, right (programs/trees/tree.ts)
 *                sets f64[category nodes, 8] · values f32[leaves] · counts f64[leaves]
 */
import { FACTS, f32, f64, type Part, type PartReader, WEIGHTS } from '../part.js';
import { arraysOf, type FeatureBins, placeTrees, type TreeArrays, type TreesPlan } from '../programs/trees/plan.js';
import { SET_WORDS, type Tree } from '../programs/trees/tree.js';
import type { Layout } from '../wasm/memory.js';
import type { InputsOf, Model, ModelReader } from './model.js';

/** Leaves of a tree at most: their numbers are bytes in a worker. */
export const MAX_LEAVES = 256;
/** Bins of a number at most, and labels of a category; missing values are one more. */
export const MAX_BINS = 255;

export class Forest implements Model {
  readonly family = 'trees';
  readonly encodings = ['raw'] as const;
  /** made once: a model is placed for each use */
  #arrays: TreeArrays | undefined;

  /**
   * @param features the columns that trees split by
   * @param init f64[outputs]: the raw outputs before any tree
   * @param widths how many of these columns belong together, and are explained as one; by default each stands by itself
   */
  constructor(
    readonly features: readonly FeatureBins[],
    readonly init: Float64Array,
    readonly trees: readonly Tree[],
    readonly facts: Readonly<Record<string, string | number>>,
    readonly widths: readonly number[] = features.map(() => 1),
  ) {}

  get inputs(): number {
    return this.features.length;
  }
  get outputs(): number {
    return this.init.length;
  }

  place(layout: Layout): TreesPlan {
    this.#arrays ??= arraysOf(this.features, this.init, this.trees);
    return placeTrees(layout, this.#arrays, this.widths);
  }

  /** The mean raw outputs of the training rows. */
  base(): number[] {
    const base = [...this.init];
    for (const { output, value, count } of this.trees) {
      const rows = count.reduce((a, b) => a + b, 0);
      base[output] += value.reduce((sum, v, l) => sum + v * (count[l] / rows), 0);
    }
    return base;
  }

  write(): Part {
    const { features, init, trees, facts } = this;
    const nodes = trees.flatMap((tree) =>
      tree.feature.flatMap((feature, i) => {
        return [feature, tree.bin[i], Number(tree.missingLeft[i]), tree.left[i], tree.right[i]];
      }),
    );
    const edges = features.flatMap((feature) => [...feature.edges]);
    const sets = trees.flatMap((tree) => tree.sets.flatMap((set) => set ?? []));
    return {
      metadata: { facts: JSON.stringify(facts) },
      tensors: {
        init: f64(init),
        edges: f32(Float32Array.from(edges)),
        edgeCounts: f64(features.map((feature) => (feature.labels < 0 ? feature.edges.length : -1))),
        trees: f64(
          trees.flatMap(({ feature, output }) => [feature.length, output]),
          trees.length,
          2,
        ),
        nodes: f64(nodes, nodes.length / 5, 5),
        sets: f64(sets, sets.length / SET_WORDS, SET_WORDS),
        values: f32(Float32Array.from(trees.flatMap(({ value }) => value))),
        counts: f64(trees.flatMap(({ count }) => count)),
      },
    };
  }
}

export function read(part: PartReader, { raw: { widths, labels } }: InputsOf, outputs: number): Forest {
  const columns = widths.reduce((sum, width) => sum + width, 0);
  part.check(columns === labels.length, 'encoded columns', labels.length, columns);
  const features = readFeatures(part, labels);
  const count = part.length('trees');
  const heads = part.f64('trees', [count, 2], { least: 0, most: Math.max(MAX_LEAVES, outputs) });
  part.check(heads.every(Number.isInteger), "tensor 'trees'", 'whole numbers', 'fractions');
  const [inner, sets] = [part.length('nodes'), part.length('sets')];
  const rows = {
    nodes: part.i32('nodes', [inner, 5], { least: -MAX_LEAVES, most: Math.max(features.length, MAX_LEAVES) }),
    sets: part.f64('sets', [sets, SET_WORDS], { least: 0, most: 0xffffffff }),
    values: part.f32('values', [inner + count], WEIGHTS),
    counts: part.f64('counts', [inner + count], { least: 1 }),
  };
  for (const name of ['sets', 'counts'] as const)
    part.check(rows[name].every(Number.isInteger), `tensor '${name}'`, 'whole numbers', 'fractions');
  let [node, set] = [0, 0];
  const trees = Array.from({ length: count }, (_, t): Tree => {
    const [n, output] = heads.subarray(2 * t, 2 * t + 2);
    part.check(n < MAX_LEAVES && node + n <= inner, `inner nodes of tree ${t}`, `at most ${inner - node}`, n);
    part.check(output < outputs, `output of tree ${t}`, `below ${outputs}`, output);
    const own = Array.from({ length: n }, (_, i) => rows.nodes.subarray((node + i) * 5, (node + i) * 5 + 5));
    const tree: Tree = {
      output,
      feature: own.map(([feature]) => feature),
      bin: own.map(([, bin]) => bin),
      missingLeft: own.map(([, , missing]) => missing === 1),
      sets: own.map(([, bin]) => (bin < 0 ? [...rows.sets.subarray(set * SET_WORDS, ++set * SET_WORDS)] : undefined)),
      left: own.map(([, , , left]) => left),
      right: own.map(([, , , , right]) => right),
      value: [...rows.values.subarray(node + t, node + t + n + 1)],
      count: [...rows.counts.subarray(node + t, node + t + n + 1)],
    };
    node += n;
    checkTree(part, tree, t, features);
    return tree;
  });
  part.check(node === inner, "rows of tensor 'nodes'", node, inner);
  part.check(set === sets, "rows of tensor 'sets'", set, sets);
  return new Forest(features, part.f64('init', [outputs], WEIGHTS), trees, part.json('facts', FACTS), widths);
}

function readFeatures(part: PartReader, labels: readonly number[]): FeatureBins[] {
  const counts = part.i32('edgeCounts', [labels.length], { least: -1, most: MAX_BINS - 1 });
  const total = counts.reduce((sum, n) => sum + Math.max(0, n), 0);
  const edges = part.f32('edges', [total]);
  let first = 0;
  return labels.map((own, f) => {
    part.check(counts[f] < 0 === own >= 0, `edges of feature ${f}`, own >= 0 ? 'none' : 'some', counts[f]);
    part.check(own <= MAX_BINS, `labels of feature ${f}`, `at most ${MAX_BINS}`, own);
    const mine = edges.slice(first, first + Math.max(0, counts[f]));
    first += mine.length;
    const rising = mine.every((edge, i) => i === 0 || edge > mine[i - 1]);
    part.check(rising, `edges of feature ${f}`, 'numbers that rise', 'others');
    return { edges: mine, labels: own };
  });
}

/** Every node but the root, and every leaf, hangs from one node before it. */
function checkTree(part: PartReader, tree: Tree, t: number, features: readonly FeatureBins[]): void {
  const n = tree.feature.length;
  const seen = new Set<number>();
  for (let i = 0; i < n; i++) {
    const name = `node ${i} of tree ${t}`;
    const [feature, bin] = [tree.feature[i], tree.bin[i]];
    part.check(feature >= 0 && feature < features.length, `feature of ${name}`, `from 0 to ${features.length - 1}`, feature);
    const { edges, labels } = features[feature];
    part.check(bin < 0 === labels >= 0, `bin of ${name}`, labels >= 0 ? -1 : 'from 0', bin);
    // The last bin is where missing values alone go right.
    part.check(bin <= (labels >= 0 ? -1 : edges.length), `bin of ${name}`, `at most ${edges.length}`, bin);
    for (const child of [tree.left[i], tree.right[i]]) {
      const good = child < 0 ? -1 - child <= n : child > i && child < n;
      part.check(good && !seen.has(child), `child of ${name}`, `a leaf up to ${n} or a node from ${i + 1}, each once`, child);
      seen.add(child);
    }
  }
}

export const forestReader: ModelReader = { read };
