/**
 * Table of contents: every kernel that the engine exports. Signatures run output, inputs, dimensions,
 * scalars; addresses are byte offsets into the imported memory. Kernels allocate nothing, throw nothing and
 * hold no state; the build fails when a binary has a data section.
 */
export { activate, secant_backward } from './activation';
export { als_gram, als_row } from './als';
export { als_conjugate, als_transform } from './als-conjugate';
export { dense_backward_input, dense_backward_weights, dense_forward, dense_transpose, dense_weights } from './dense';
export { dropout } from './dropout';
export { embed_backward, embed_forward } from './embed';
export { factor_scores, factorize_bpr, factorize_logistic, factorize_squared } from './factorize';
export { factorize_softmax } from './factorize-softmax';
export { gemm_scratch } from './gemm';
export { madd_peak, memory_copy, memory_read } from './limits';
export {
  linear_backward,
  linear_forward,
  linear_gram,
  linear_logistic,
  linear_softmax,
  linear_squared,
  linear_squares,
} from './linear';
export { logistic_loss, softmax, softmax_loss, squared_loss } from './loss';
export { vector_exp, vector_log, vector_logistic, vector_scale, vector_tanh } from './math';
export { moments, moments_merge } from './moments';
export { adam, sgd, sum_squares } from './optimizer';
export { missing_indicator, normal_quantile, quantile_transform } from './quantile';
export { philox, random_bits, random_shuffle, random_uniform } from './random';
export { fill_columns, fold_contributions, gather_rows, interpolate_rows, label_values, one_hot } from './rows';
export { relaxed } from './simd';
export { standardize, standardize_column, standardize_inverse } from './standardize';
export { tile_update } from './symmetric';
export { top_n } from './top';
export { bin_codes, bin_numbers } from './trees/bins';
export { tree_explain } from './trees/explain';
export {
  tree_gradients_logistic,
  tree_gradients_softmax,
  tree_gradients_squared,
  tree_largest,
  tree_loss_softmax,
} from './trees/gradients';
export { tree_histogram, tree_subtract, tree_total } from './trees/histogram';
export { tree_add, tree_partition, tree_settle } from './trees/partition';
export { tree_predict, tree_slots, tree_tile } from './trees/predict';
export { tree_split_category, tree_split_number } from './trees/split';
