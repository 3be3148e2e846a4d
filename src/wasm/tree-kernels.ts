/** The kernels of assembly/trees/ as TypeScript sees them; shapes and formulas stand there. */
type Address = number;

export interface TreeKernels {
  // bins.ts
  bin_numbers(
    out: Address,
    x: Address,
    index: Address,
    edges: Address,
    rows: number,
    step: number,
    n: number,
    first: number,
    missing: number,
  ): void;
  bin_codes(
    out: Address,
    x: Address,
    index: Address,
    rows: number,
    step: number,
    labels: number,
    first: number,
    missing: number,
  ): void;
  // explain.ts
  tree_explain(
    out: Address,
    tile: Address,
    direction: Address,
    trees: Address,
    nodes: Address,
    tables: Address,
    values: Address,
    leaves: Address,
    paths: Address,
    constants: Address,
    scratch: Address,
    rows: number,
    count: number,
    features: number,
    outputs: number,
    ld: number,
    longest: number,
  ): void;
  // gradients.ts
  tree_gradients_logistic(
    gh: Address,
    z: Address,
    y: Address,
    weights: Address,
    rows: number,
    scaleG: number,
    scaleH: number,
    shift: number,
  ): number;
  tree_gradients_squared(
    gh: Address,
    z: Address,
    y: Address,
    weights: Address,
    rows: number,
    scaleG: number,
    scaleH: number,
    shift: number,
  ): number;
  tree_gradients_softmax(
    gh: Address,
    p: Address,
    y: Address,
    weights: Address,
    rows: number,
    ld: number,
    label: number,
    scaleG: number,
    scaleH: number,
    shift: number,
  ): void;
  tree_largest(z: Address, y: Address, weights: Address, rows: number): number;
  tree_loss_softmax(p: Address, y: Address, weights: Address, rows: number, ld: number): number;
  // histogram.ts
  tree_histogram(
    hist: Address,
    bins: Address,
    gh: Address,
    index: Address,
    offsets: Address,
    scratch: Address,
    rows: number,
    pitch: number,
    features: number,
    first: number,
    step: number,
  ): void;
  tree_merge(
    hist: Address,
    parts: Address,
    offsets: Address,
    n: number,
    length: number,
    features: number,
    first: number,
    step: number,
  ): void;
  tree_subtract(hist: Address, other: Address, offsets: Address, features: number, first: number, step: number): void;
  tree_total(out: Address, hist: Address, n: number): void;
  // partition.ts
  tree_partition(scratch: Address, order: Address, column: Address, left: Address, rows: number): number;
  tree_settle(left: Address, right: Address, scratch: Address, rows: number, n: number): void;
  tree_add(z: Address, order: Address, rows: number, ld: number, value: number): void;
  // predict.ts
  tree_slots(slots: Address): void;
  tree_tile(
    tile: Address,
    x: Address,
    columns: Address,
    edges: Address,
    rows: number,
    features: number,
    ld: number,
    pitch: number,
  ): void;
  tree_predict(
    z: Address,
    tile: Address,
    init: Address,
    trees: Address,
    nodes: Address,
    tables: Address,
    values: Address,
    slots: Address,
    sums: Address,
    rows: number,
    count: number,
    outputs: number,
    ld: number,
  ): void;
  // split.ts
  tree_split_number(
    split: Address,
    hist: Address,
    total: Address,
    bins: number,
    feature: number,
    rows: number,
    least: number,
    l2: number,
    unitG: number,
    unitH: number,
    shift: number,
    constraint: number,
    lower: number,
    upper: number,
  ): void;
  tree_split_category(
    split: Address,
    hist: Address,
    total: Address,
    scratch: Address,
    labels: number,
    feature: number,
    rows: number,
    least: number,
    l2: number,
    unitG: number,
    unitH: number,
    shift: number,
    lower: number,
    upper: number,
  ): void;
}
