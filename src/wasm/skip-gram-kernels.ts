/** The kernels of assembly/skip-gram.ts as TypeScript sees them; shapes and formulas stand there. */
type Address = number;

export interface SkipGramKernels {
  // assembly/skip-gram.ts
  skip_gram_pairs(
    centers: Address,
    contexts: Address,
    starts: Address,
    tokens: Address,
    keep: Address,
    group: Address,
    scratch: Address,
    n: number,
    blocks: number,
    window: number,
    shrink: number,
    seed: number,
    stream: number,
    round: number,
    slice: number,
  ): number;
  skip_gram_step(
    input: Address,
    output: Address,
    centers: Address,
    contexts: Address,
    members: Address,
    cumulative: Address,
    scratch: Address,
    n: number,
    m: number,
    negative: number,
    ld: number,
    columns: number,
    rate: number,
    seed: number,
    stream: number,
    round: number,
    slice: number,
  ): number;
}
