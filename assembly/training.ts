/**
 * Table of contents of the second module: every kernel that only training, choosing and measuring need. As in index.ts otherwise.
 */
export { als_conjugate, als_transform } from './als-conjugate';
export { joint_count, joint_fold, joint_index } from './bayesian-network';
export { dense_backward_weights } from './dense';
export { dropout } from './dropout';
export { embed_backward } from './embed';
export { factorize_bpr, factorize_logistic, factorize_squared } from './factorize';
export { factorize_softmax } from './factorize-softmax';
export { madd_peak, memory_copy, memory_read } from './limits';
export {
  linear_backward,
  linear_gram,
  linear_logistic,
  linear_softmax,
  linear_squared,
  linear_squares,
} from './linear';
export { logistic_loss, softmax_loss, squared_loss } from './loss';
export { vector_log64 } from './math64';
export { moments, moments_merge } from './moments';
export { class_counts, class_order, gather_values, weighted_moments } from './naive-bayes';
export { adam, sgd, sum_squares } from './optimizer';
export { potential_divide, potential_expect, potential_max } from './potential';
export { philox, random_bits, random_shuffle, random_uniform } from './random';
export { relaxed } from './simd';
export { skip_gram_pairs, skip_gram_step } from './skip-gram';
export { csr_backward, csr_class_sums, csr_forward, csr_squares } from './sparse';
export { tile_update } from './symmetric';
export { bin_codes, bin_numbers } from './trees/bins';
export {
  tree_gradients_logistic,
  tree_gradients_softmax,
  tree_gradients_squared,
  tree_largest,
  tree_loss_softmax,
} from './trees/gradients';
export { tree_histogram, tree_merge, tree_subtract, tree_total } from './trees/histogram';
export { tree_add, tree_partition, tree_settle } from './trees/partition';
export { tree_split_category, tree_split_number } from './trees/split';
