/** How the recommenders are read, by name: nothing here reaches what fits one. */
import { factorizedReader } from './factorized.js';
import type { RecommenderReader } from './recommender.js';

export const readers: Record<string, RecommenderReader> = { factorization: factorizedReader };
