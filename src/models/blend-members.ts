/** The candidates of a blend: which families, with which options, and how models of folds become models of all rows. */

import { linear } from './linear.js';
import type { Family, Model } from './model.js';
import { network } from './network.js';
import { trees } from './trees.js';

export interface Member {
  family: Family;
  /** options of the family in place of its defaults */
  options: Readonly<Record<string, unknown>>;
  /** Options of one more fit on all rows, by what the folds found; absent where the folds' models stay and are averaged. */
  settle?(folds: readonly Model[]): Record<string, unknown>;
}

const fact = (models: readonly Model[], name: string): number[] =>
  models.map(({ facts }) => Number(facts[name])).sort((a, b) => a - b);
const middle = (sorted: readonly number[]): number => sorted[sorted.length >> 1];

export const MEMBERS: Readonly<Record<string, Member>> = {
  trees: {
    family: trees as unknown as Family,
    // Slower than LightGBM's default, and stopped by the fold.
    options: { learningRate: 0.05, maxIter: 2000, nIterNoChange: 50 },
    settle: (folds) => {
      const rounds = fact(folds, 'rounds');
      const mean = rounds.reduce((a, b) => a + b, 0) / rounds.length;
      return { maxIter: Math.max(1, Math.round(mean)), earlyStopping: false };
    },
  },
  // Each fold's network keeps its best epoch there.
  network: { family: network as unknown as Family, options: {} },
  linear: {
    family: linear as unknown as Family,
    options: {},
    settle: (folds) => ({ C: middle(fact(folds, 'C')) }),
  },
};
