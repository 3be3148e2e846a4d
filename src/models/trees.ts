/**
 * The family of gradient-boosted trees: histograms of binned features, grown leaf by leaf (programs/trees/), exact contributions
 * (assembly/trees/explain.ts). The defaults are LightGBM's.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { above, atLeast, flag, portion, seed, share, sought, whole } from '../options.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { stride } from '../wasm/kernels.js';
import { type Forest, MAX_BINS, MAX_LEAVES, read } from './forest.js';
import { forestRoom, learnForest, type TreeExamples, type TreeOptions } from './learn-trees.js';
import type { Examples, Family } from './model.js';

/** Rows below which early stopping has too few held-out rows to go by. */
const EARLY_STOPPING_ROWS = 100;

/** Options of how trees are grown, shared with the estimators. */
export const TREE_ENTRIES = {
  learningRate: v.optional(v.pipe(above(0), sought({ from: 0.01, to: 0.3, log: true })), 0.1),
  /** rounds at most: a tree each, with several classes one a class */
  maxIter: v.optional(v.pipe(whole(1, 1_000_000), sought({ from: 30, to: 1000, log: true })), 100),
  maxLeafNodes: v.optional(v.pipe(whole(2, MAX_LEAVES), sought({ from: 3, to: 128, log: true })), 31),
  /** splits from the root to a leaf at most; default: no limit */
  maxDepth: v.optional(whole(1)),
  minSamplesLeaf: v.optional(v.pipe(whole(1), sought({ from: 2, to: 200, log: true })), 20),
  l2Regularization: v.optional(v.pipe(atLeast(0), sought({ from: 1e-3, to: 100, log: true })), 0),
  /** share of the features that a node may be split by, drawn anew for each */
  maxFeatures: v.optional(v.pipe(portion, sought({ from: 0.2 })), 1),
  /** bins of a number; missing values have one more */
  maxBins: v.optional(whole(2, MAX_BINS), 255),
  validationFraction: v.optional(share, 0.1),
  nIterNoChange: v.optional(whole(1), 10),
  tol: v.optional(atLeast(0), 1e-7),
};

export const OPTIONS = v.strictObject({
  ...TREE_ENTRIES,
  /** hold rows out, stop when their loss no longer falls, and keep the best rounds; where there are rows enough */
  earlyStopping: v.optional(flag, false),
  seed: v.optional(seed, 42),
});

function sourceOf(examples: Examples): TreeExamples {
  const { x } = examples;
  const { labels, widths } = examples.inputs.raw;
  return {
    ...examples,
    rows: x.rows,
    widths,
    features: labels.map((own) => ({ labels: own, constraint: 0 })),
    slotBytes: 0,
    values: (feature: number) => ({ x: x.address() + feature * 4, step: stride(x.columns) }),
  };
}

async function fit(engine: Engine, examples: Examples, options: TreeOptions, run: RunOptions): Promise<Forest> {
  const earlyStopping = options.earlyStopping && !examples.held && examples.x.rows >= EARLY_STOPPING_ROWS;
  return learnForest(engine, sourceOf(examples), { ...options, earlyStopping }, run);
}

/** Written out, so that a bundle without fitting leaves it behind. */
export const trees: Family<TreeOptions> = {
  read,
  name: 'trees',
  tasks: ['binary', 'multiclass', 'regression'],
  encodings: ['raw'],
  weighted: true,
  options: OPTIONS,
  room: (engine, examples, options) => forestRoom(engine, sourceOf(examples), options),
  fit,
};
