/**
 * The kernels as TypeScript sees them: the exports of assembly/index.ts and assembly/training.ts as one object. Every address is a byte
 * offset into the memory that the instances were given. Shapes and formulas stand beside each kernel in assembly/.
 */
import { errors } from '../errors.js';
import type { BayesKernels } from './bayes-kernels.js';
import type { FactorizationKernels } from './factorization-kernels.js';
import type { SkipGramKernels } from './skip-gram-kernels.js';
import type { TreeKernels } from './tree-kernels.js';

type Address = number;

export interface Kernels extends BayesKernels, FactorizationKernels, SkipGramKernels, TreeKernels {
  // assembly/activation.ts
  activate(out: Address, a: Address, rows: number, columns: number, activation: number): void;
  secant_backward(
    d: Address,
    a1: Address,
    h1: Address,
    a0: Address,
    h0: Address,
    rows: number,
    columns: number,
    activation: number,
  ): void;
  // assembly/als.ts
  als_gram(out: Address, y: Address, rows: number, ld: number): void;
  als_row(
    x: Address,
    y: Address,
    index: Address,
    weights: Address,
    gram: Address,
    scratch: Address,
    n: number,
    ld: number,
    l2: number,
  ): void;
  // assembly/als-conjugate.ts
  als_transform(out: Address, y: Address, v: Address, rows: number, ld: number, lower: number): void;
  als_conjugate(
    x: Address,
    y: Address,
    index: Address,
    weights: Address,
    scratch: Address,
    n: number,
    ld: number,
    most: number,
  ): void;
  // assembly/bayesian-network.ts
  joint_count(table: Address, index: Address, codes: Address, wide: number, pitch: number, lane: number, rows: number): void;
  joint_fold(table: Address, lane: number, n: number): void;
  joint_index(out: Address, codes: Address, wide: number, states: number, rows: number, begin: number, limit: number): void;
  // assembly/dense.ts
  dense_weights(inputs: number, units: number): number;
  dense_forward(
    out: Address,
    x: Address,
    weights: Address,
    bias: Address,
    scratch: Address,
    rows: number,
    inputs: number,
    units: number,
    activation: number,
  ): void;
  dense_backward_weights(
    dweights: Address,
    dbias: Address,
    x: Address,
    dout: Address,
    rows: number,
    inputs: number,
    units: number,
  ): void;
  dense_transpose(out: Address, weights: Address, inputs: number, units: number): void;
  dense_backward_input(
    dx: Address,
    dout: Address,
    transposed: Address,
    x: Address,
    scratch: Address,
    rows: number,
    inputs: number,
    units: number,
    activation: number,
  ): void;
  // assembly/dropout.ts
  dropout(x: Address, n: number, threshold: number, seed: number, stream: number): void;
  // assembly/embed.ts
  embed_forward(
    out: Address,
    x: Address,
    columns: Address,
    parameters: Address,
    rows: number,
    inputs: number,
    numbers: number,
  ): void;
  embed_backward(
    dparameters: Address,
    dout: Address,
    x: Address,
    columns: Address,
    parameters: Address,
    rows: number,
    inputs: number,
    numbers: number,
  ): void;
  // assembly/gemm.ts
  gemm_scratch(k: number): number;
  // assembly/limits.ts
  madd_peak(steps: number, x: number, y: number): number;
  memory_copy(out: Address, x: Address, n: number, rounds: number): void;
  memory_read(x: Address, n: number, rounds: number): number;
  // assembly/linear.ts
  linear_backward(
    dweights: Address,
    dbias: Address,
    dz: Address,
    x: Address,
    rows: number,
    columns: number,
    outputs: number,
  ): void;
  linear_forward(z: Address, x: Address, weights: Address, bias: Address, rows: number, columns: number, outputs: number): void;
  linear_gram(gram: Address, sums: Address, x: Address, weight: Address, scratch: Address, rows: number, columns: number): void;
  linear_logistic(dz: Address, z: Address, y: Address, weight: Address, rows: number): number;
  linear_softmax(dz: Address, z: Address, y: Address, weight: Address, rows: number, outputs: number): number;
  linear_squared(dz: Address, z: Address, y: Address, weight: Address, rows: number): number;
  linear_squares(squares: Address, sums: Address, x: Address, weight: Address, rows: number, columns: number): void;
  // assembly/loss.ts
  logistic_loss(dz: Address, z: Address, y: Address, weights: Address, rows: number): number;
  softmax(probabilities: Address, z: Address, rows: number, classes: number): void;
  softmax_loss(dz: Address, z: Address, labels: Address, weights: Address, rows: number, classes: number): number;
  squared_loss(dz: Address, z: Address, y: Address, weights: Address, rows: number): number;
  // assembly/math.ts
  vector_exp(out: Address, x: Address, n: number): void;
  vector_log(out: Address, x: Address, n: number): void;
  vector_tanh(out: Address, x: Address, n: number): void;
  vector_logistic(out: Address, x: Address, n: number): void;
  vector_scale(out: Address, x: Address, n: number, factor: number): void;
  // assembly/moments.ts
  moments(state: Address, column: Address, rows: number): void;
  moments_merge(state: Address, count: number, mean: number, m2: number): void;
  // assembly/optimizer.ts
  adam(
    w: Address,
    m: Address,
    v: Address,
    dw: Address,
    n: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    l2: number,
  ): void;
  sgd(w: Address, u: Address, dw: Address, n: number, rate: number, momentum: number, nesterov: number, l2: number): void;
  sum_squares(w: Address, n: number): number;
  // assembly/potential.ts
  potential_spread(potential: Address, base: Address, cells: number, lanes: number): void;
  potential_multiply(potential: Address, message: Address, index: Address, cells: number, lanes: number): void;
  potential_sum(message: Address, potential: Address, index: Address, cells: number, m: number, lanes: number): void;
  potential_max(message: Address, potential: Address, index: Address, cells: number, m: number, lanes: number): void;
  potential_normalize(potential: Address, totals: Address, cells: number, lanes: number): void;
  potential_divide(message: Address, by: Address, m: number, lanes: number): void;
  potential_expect(out: Address, potential: Address, weights: Address, cells: number, lanes: number): void;
  // assembly/quantile.ts
  missing_indicator(out: Address, column: Address, rows: number): void;
  normal_quantile(out: Address, p: Address, rows: number, least: number, most: number): void;
  quantile_transform(out: Address, column: Address, quantiles: Address, rows: number, n: number): void;
  // assembly/random.ts
  philox(out: Address, c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void;
  random_bits(out: Address, n: number, seed: number, stream: number): void;
  random_uniform(out: Address, n: number, low: number, width: number, seed: number, stream: number): void;
  random_shuffle(index: Address, scratch: Address, n: number, seed: number, stream: number): void;
  // assembly/rows.ts
  fill_columns(out: Address, rows: number, first: number, ld: number, value: number): void;
  fold_contributions(
    out: Address,
    dx: Address,
    x1: Address,
    x0: Address,
    group: Address,
    scratch: Address,
    rows: number,
    columns: number,
    groups: number,
    ld: number,
    broadcast: number,
    accumulate: number,
  ): void;
  gather_rows(out: Address, x: Address, index: Address, rows: number, ld: number): void;
  interpolate_rows(out: Address, x1: Address, x0: Address, rows: number, ld: number, t: number): void;
  one_hot(out: Address, codes: Address, on: Address, off: Address, rows: number, categories: number, ld: number): void;
  label_values(out: Address, codes: Address, values: Address, rows: number, categories: number, ld: number): void;
  // assembly/simd.ts
  /** 1 where the build uses relaxed SIMD, else 0 */
  readonly relaxed: { value: number };
  // assembly/standardize.ts
  standardize(tile: Address, pointers: Address, parameters: Address, rows: number, columns: number, ld: number): void;
  standardize_column(out: Address, column: Address, parameters: Address, rows: number): void;
  standardize_inverse(out: Address, column: Address, parameters: Address, rows: number): void;
  // assembly/symmetric.ts
  tile_update(c: Address, u: Address, w: Address, n: number): void;
  // assembly/top.ts
  top_n(
    values: Address,
    ids: Address,
    scores: Address,
    rows: number,
    n: number,
    count: number,
    ld: number,
    first: number,
  ): void;
}

/** Floats between two rows of a row-major matrix in kernel memory; the same rule as assembly/simd.ts. */
export const stride = (columns: number) => (columns === 1 ? 1 : Math.ceil(columns / 8) * 8);

/**
 * The kernels of compiled modules over a memory, as one object. Synchronous, which every runtime allows for a module.
 * @param modules what answers and what trains; the first alone where nothing trains
 * @throws CameoError 'runtime' for modules of two builds
 */
export function instantiate(modules: readonly WebAssembly.Module[], memory: WebAssembly.Memory): Kernels {
  const instances = modules.map(
    (module) => new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels,
  );
  if (instances.some(({ relaxed }) => relaxed.value !== instances[0].relaxed.value))
    throw errors.kernels('the module that trains', 'is of another build than the one that answers');
  return instances.length === 1 ? instances[0] : Object.freeze(Object.assign({}, ...instances));
}
