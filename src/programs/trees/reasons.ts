/** What the paths of trees are explained by: tests and constants of each leaf, laid out as assembly/trees/explain.ts reads them. */
import { type Quadrature, quadratures } from './quadrature.js';
import type { Tree } from './tree.js';

/** Shapes stand beside the kernel. */
export interface ReasonArrays {
  /** features of the longest path */
  longest: number;
  leaves: Int32Array;
  paths: Int32Array;
  constants: Float64Array;
}

/** A feature that the path to a leaf tests. */
interface Step {
  feature: number;
  /** the number of each node among the records, · 2 + 1 where going right passes */
  tests: number[];
  /** share of the training rows that pass all tests */
  share: number;
}

export function reasonsOf(trees: readonly Tree[]): ReasonArrays {
  const all = trees.flatMap(pathsOf);
  const longest = all.reduce((most, { length }) => Math.max(most, length), 0);
  const gauss = quadratures(Math.ceil(longest / 2));
  // A feature of a path has two constants at each point and one more behind them; a point has two of its own.
  const sizes = all.map(({ length }) => Math.ceil(length / 2) * (2 + 3 * length));
  const constants = new Float64Array(sizes.reduce((a, b) => a + b, 0));
  const leaves = new Int32Array(all.length * 4);
  const paths: number[] = [];
  let first = 0;
  for (const [l, steps] of all.entries()) {
    const points = Math.ceil(steps.length / 2);
    leaves.set([paths.length, steps.length, first, points], l * 4);
    for (const { feature, tests } of steps) paths.push(feature, tests.length, ...tests);
    if (points > 0) fillConstants(constants, first, steps, gauss[points - 1]);
    first += sizes[l];
  }
  return { longest, leaves, paths: Int32Array.from(paths), constants };
}

function fillConstants(to: Float64Array, first: number, steps: readonly Step[], { points, weights }: Quadrature): void {
  let at = first;
  for (let q = 0; q < points.length; q++) {
    const t = points[q];
    to[at++] = weights[q];
    to[at++] = -1 / (1 - t);
    for (const { share } of steps) {
      to[at++] = t + share * (1 - t);
      to[at++] = share * (1 - t);
    }
  }
  for (const { share } of steps) for (const t of points) to[at++] = (1 - share) / (t + share * (1 - t));
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
