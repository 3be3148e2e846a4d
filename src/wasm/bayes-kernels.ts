/** The kernels of assembly/naive-bayes.ts, sparse.ts and math64.ts as TypeScript sees them; shapes and formulas stand there. */
type Address = number;

export interface BayesKernels {
  // math64.ts
  vector_log64(out: Address, x: Address, n: number): void;
  // naive-bayes.ts
  category_add(joint: Address, x: Address, table: Address, rows: number, step: number, labels: number, ld: number): void;
  class_counts(
    counts: Address,
    x: Address,
    y: Address,
    weights: Address,
    rows: number,
    step: number,
    labels: number,
    classes: number,
  ): void;
  class_fill(joint: Address, row: Address, rows: number, ld: number): void;
  class_fold(
    out: Address,
    joint: Address,
    direction: Address,
    rows: number,
    outputs: number,
    step: number,
    ldz: number,
    ld: number,
  ): void;
  class_order(index: Address, starts: Address, y: Address, rows: number, classes: number): void;
  class_outputs(z: Address, joint: Address, rows: number, outputs: number, ldz: number, ld: number): void;
  gather_values(out: Address, x: Address, index: Address, n: number, step: number): void;
  gaussian_add(joint: Address, x: Address, parameters: Address, rows: number, step: number, ld: number): void;
  weighted_moments(state: Address, x: Address, index: Address, weights: Address, n: number, step: number): void;
  // sparse.ts
  csr_backward(
    dweights: Address,
    dbias: Address,
    dz: Address,
    indptr: Address,
    indices: Address,
    values: Address,
    rows: number,
    outputs: number,
  ): void;
  csr_forward(
    z: Address,
    indptr: Address,
    indices: Address,
    values: Address,
    weights: Address,
    bias: Address,
    rows: number,
    outputs: number,
  ): void;
  csr_squares(squares: Address, indptr: Address, indices: Address, values: Address, weights: Address, rows: number): void;
  csr_class_sums(
    sums: Address,
    indptr: Address,
    indices: Address,
    values: Address,
    index: Address,
    starts: Address,
    weights: Address,
    classes: number,
    columns: number,
  ): void;
  csr_multiply(
    out: Address,
    indptr: Address,
    indices: Address,
    values: Address,
    panels: Address,
    bias: Address,
    rows: number,
    columns: number,
    ld: number,
  ): void;
}
