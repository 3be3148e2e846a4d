/**
 * Table of contents: every kernel that answers – encodes rows, predicts, explains, recommends. It is all that an edge entry loads; those
 * that train stand in training.ts, a module of their own over the same memory. Signatures run output, inputs, dimensions,
 * scalars; addresses are byte offsets into the imported memory. Kernels allocate nothing, throw nothing and
 * hold no state; the build fails when a binary has a data section.
 */
export { activate, secant_backward } from './activation';
export { als_gram, als_row } from './als';
export { dense_backward_input, dense_forward, dense_transpose, dense_weights } from './dense';
export { embed_forward } from './embed';
export { factor_scores } from './factorize';
export { gemm_scratch } from './gemm';
export { linear_forward } from './linear';
export { softmax } from './loss';
export { vector_exp, vector_log, vector_logistic, vector_scale, vector_tanh } from './math';
export { category_add, class_fill, class_fold, class_outputs, gaussian_add } from './naive-bayes';
export { potential_multiply, potential_normalize, potential_spread, potential_sum } from './potential';
export { missing_indicator, normal_quantile, quantile_transform } from './quantile';
export { fill_columns, fold_contributions, gather_rows, interpolate_rows, label_values, one_hot } from './rows';
export { relaxed } from './simd';
export { csr_multiply } from './sparse';
export { standardize, standardize_column, standardize_inverse } from './standardize';
export { top_n } from './top';
export { tree_explain } from './trees/explain';
export { tree_predict, tree_slots, tree_tile } from './trees/predict';
