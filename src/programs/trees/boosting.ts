/** What boosting is asked for and what comes of it; plain data, the same for all workers of a gang but for their number. */
import type { BinnedFeature, GrowOptions, GrowPlaces } from './places.js';
import type { Tree } from './tree.js';

export type BoostLoss = 'logistic' | 'softmax' | 'squared';

export interface BoostArgs {
  worker: number;
  workers: number;
  /** i32[16] zeros: where they meet */
  sync: number;
  loss: BoostLoss;
  features: BinnedFeature[];
  /** rows trained on, and rows behind them that are held out */
  rows: number;
  held: number;
  /** raw outputs, and floats from one row of z to the next */
  outputs: number;
  ld: number;
  grow: GrowPlaces;
  /** f64[outputs]: raw outputs before any tree */
  init: number;
  /** f32[rows + held, ld]: raw outputs as they stand */
  z: number;
  /** as z: probabilities of several classes; 0 for the other losses */
  p: number;
  /** f32[rows + held]: class or number */
  y: number;
  /** f32[rows + held] weights, 0 for none; the largest, and the sums of those trained on and those held out */
  weights: number;
  largest: number;
  weightSums: [trained: number, held: number];
  /** f64[2, chunksOf(rows + held)]: losses of chunks, and their largest gradients */
  losses: number;
  options: BoostOptions;
}

export interface BoostOptions extends GrowOptions {
  maxIter: number;
  learningRate: number;
  /** where rows are held out: rounds without a loss that is lower by more than tol, after which training ends */
  nIterNoChange: number;
  tol: number;
}

export interface BoostResult {
  /** those of a round follow each other, one an output; rounds behind the best are left out */
  trees: Tree[];
  /** mean loss before each round; of the rows held out after each, empty without */
  lossCurve: number[];
  validation: number[];
  stopped: 'maxIter' | 'converged' | 'noGain';
}
