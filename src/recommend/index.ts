/**
 * Table of contents of the recommenders, by name. `families` can fit and read; `readers` only read, which is all that an edge function
 * carries (readers.ts).
 */
import { ease } from './ease.js';
import { factorization } from './factorization.js';
import { ials } from './ials.js';
import { item2vec } from './item2vec.js';
import { neighbours } from './neighbours.js';
import { popularity } from './popularity.js';
import type { RecommenderFamily } from './recommender.js';

export { readers } from './readers.js';

// biome-ignore lint/suspicious/noExplicitAny: each family has options of its own
export const families: Record<string, RecommenderFamily<any>> = {
  factorization,
  ials,
  ease,
  neighbours,
  item2vec,
  popularity,
};
