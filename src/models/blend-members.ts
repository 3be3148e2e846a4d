/** The candidates of a blend: which families, with which options, and how models of folds become models of all rows. */
import { checked } from '../options.js';
import { linear } from './linear.js';
import type { Family, Model } from './model.js';
import { network } from './network.js';
import { trees } from './trees.js';

export interface Member {
  /** one that learns from weights of rows, as the blend does */
  family: Family;
  /** options of the family in place of its defaults */
  options: Readonly<Record<string, unknown>>;
  /** how often it learns on the same rows, each time from another seed, to be averaged; default once */
  repeats?(rows: number): number;
  /** Options of one more fit on all rows, by what the folds found; absent where the folds' models stay and are averaged. */
  settle?(folds: readonly Model[]): Record<string, unknown>;
  /** options of the family that a search looks for (score/search-members.ts); absent where the folds say all there is, or another stands for it */
  sought?: readonly string[];
}

/** Options that a candidate learns with. @throws CameoError 'argument' for what its family does not have */
export const optionsOf = ({ family, options }: Member, { seed, ...more }: { seed: number; [name: string]: unknown }) =>
  checked(family.options, { ...('seed' in family.options.entries ? { seed } : {}), ...options, ...more });

const fact = (models: readonly Model[], name: string): number[] =>
  models.map(({ facts }) => Number(facts[name])).sort((a, b) => a - b);
const middle = (sorted: readonly number[]): number => sorted[sorted.length >> 1];

/** As many rounds as the folds had on the mean. */
function asManyRounds(folds: readonly Model[]): Record<string, unknown> {
  const rounds = fact(folds, 'rounds');
  const mean = rounds.reduce((a, b) => a + b, 0) / rounds.length;
  return { maxIter: Math.max(1, Math.round(mean)), earlyStopping: false };
}
/** Slower than LightGBM's default, and stopped by the fold. */
const PATIENT = { learningRate: 0.05, maxIter: 2000, nIterNoChange: 50 };

/**
 * Networks differ by the seed that they start from, the more the fewer the rows; there they also cost the least. Three instead of one took .0008 off
 * the log loss of tables of 1,000 to 7,000 rows on the mean, two on larger ones nothing.
 */
const oftenWhereFew = (rows: number) => Math.max(1, Math.min(3, Math.floor(18_000 / rows)));

export const MEMBERS: Readonly<Record<string, Member>> = {
  trees: {
    family: trees as unknown as Family,
    options: PATIENT,
    settle: asManyRounds,
    sought: ['maxLeafNodes', 'minSamplesLeaf', 'l2Regularization', 'maxFeatures'],
  },
  // What few rows can bear: on tables of some thousand they do better than the large ones, on large tables they do not.
  'small trees': {
    family: trees as unknown as Family,
    options: { ...PATIENT, maxLeafNodes: 7, maxFeatures: 0.5 },
    settle: asManyRounds,
  },
  // Each fold's network keeps its best epoch there, and all are averaged.
  network: {
    family: network as unknown as Family,
    options: {},
    repeats: oftenWhereFew,
    sought: ['hiddenLayerSizes', 'dropout', 'learningRateInit', 'weightDecay'],
  },
  linear: {
    family: linear as unknown as Family,
    options: {},
    settle: (folds) => ({ C: middle(fact(folds, 'C')) }),
  },
};
