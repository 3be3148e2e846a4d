/** How the recommenders are read, by name: nothing here reaches what fits one. */
import { factorizedReader } from './factorized.js';
import { ialsReader } from './ials-model.js';
import { item2vecReader } from './item2vec-model.js';
import { popularityReader } from './popularity.js';
import type { RecommenderReader } from './recommender.js';
import { weightedReader } from './weighted.js';

export const readers: Record<string, RecommenderReader> = {
  factorization: factorizedReader,
  ials: ialsReader,
  ease: weightedReader('ease'),
  neighbours: weightedReader('neighbours'),
  item2vec: item2vecReader,
  popularity: popularityReader,
};
