/**
 * Trains vectors of tokens by skip-gram with negative sampling (assembly/skip-gram.ts) with a gang of workers over block strata, as a
 * factorization is (programs/factorization/factorize.ts): tokens are dealt into B groups, and the pairs of center and context fall into
 * B × B blocks, of which those of one diagonal have neither a center nor a context in common. So they run at the same time and in any order
 * with the same result, for any number of workers.
 *
 * A round is some slices of the text:
 *
 *     1. the groups are dealt anew, and with each group the running sums by which its tokens are sampled
 *     2. each slice becomes pairs, sorted by block
 *     3. diagonal by diagonal the blocks are learnt from, slice by slice
 *
 * Between these the workers meet. Tokens are sampled from the group of the context: since groups are new in every round, each token is
 * sampled beside every context as often as its share says.
 */
import type { Kernels } from '../../wasm/kernels.js';
import { Barrier } from '../barrier.js';
import type { Control } from '../program.js';

/** Slices of a round: more than workers, so that they find work; fixed, so that the result does not depend on them. */
export const SLICES = 16;
/** Streams of the generator. Those of dealing count on from theirs, a round each. */
const STREAM = { pairs: 0x75000000, steps: 0x75000001, deal: 0x76000000 };

export interface SkipGramArgs {
  /** this worker's number and how many there are */
  worker: number;
  workers: number;
  /** i32[16] zeros: where they meet */
  sync: number;
  /** i32: the text, −1 between sentences */
  tokens: number;
  /** slice s is tokens[slices[s]] … tokens[slices[s + 1] − 1] */
  slices: number[];
  /** how many tokens there are to tell apart */
  size: number;
  /** u32[size]: of 2³², how often a token is kept; its weight in sampling, whose sum is below 2³² */
  keep: number;
  weights: number;
  /** i32[size] groups; i32[size + 4] tokens by group; u32[size] running sums of weights within each group */
  group: number;
  members: number;
  cumulative: number;
  /** B */
  blocks: number;
  /** f32[size, ld], trained in place: before it runs again, the caller restores them */
  input: number;
  output: number;
  ld: number;
  columns: number;
  /** for each slice of a round: i32[capacity] centers and contexts, i32[B² + 2] where blocks start */
  centers: number;
  contexts: number;
  starts: number;
  capacity: number;
  /** per worker: bytes of scratch */
  scratch: number;
  scratchBytes: number;
  /** f64[B²] losses of the blocks */
  losses: number;
  window: number;
  shrinkWindows: boolean;
  negative: number;
  epochs: number;
  alpha: number;
  minAlpha: number;
  seed: number;
}

export interface SkipGramResult {
  /** mean loss of a pair in each epoch; 0 where there were no pairs */
  lossCurve: number[];
}

/** Bytes of scratch of a worker. @param longest tokens of the longest slice */
export const skipGramScratch = (longest: number, negative: number) =>
  64 * Math.ceil(Math.max(8 * longest + 16, 20 * negative + 32) / 64);

/** The first member of group g, and behind the last. */
const edge = (g: number, blocks: number, size: number) => Math.floor((g * size) / blocks);

/** Deals the tokens into groups. */
function deal(kernels: Kernels, memory: WebAssembly.Memory, a: SkipGramArgs, round: number): void {
  const { size, blocks } = a;
  const members = new Int32Array(memory.buffer, a.members, size);
  for (let token = 0; token < size; token++) members[token] = token;
  kernels.random_shuffle(a.members, a.scratch + a.worker * a.scratchBytes, size, a.seed, STREAM.deal + round);
  const group = new Int32Array(memory.buffer, a.group, size);
  const weights = new Uint32Array(memory.buffer, a.weights, size);
  const cumulative = new Uint32Array(memory.buffer, a.cumulative, size);
  for (let g = 0; g < blocks; g++) {
    let sum = 0;
    for (let k = edge(g, blocks, size), end = edge(g + 1, blocks, size); k < end; k++) {
      sum += weights[members[k]];
      cumulative[k] = sum;
      group[members[k]] = g;
    }
  }
}

export function skipGram(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  a: SkipGramArgs,
  control: Control,
): SkipGramResult | undefined {
  const { blocks, slices, capacity, size } = a;
  const cells = blocks * blocks;
  const barrier = new Barrier(memory, a.sync, a.workers, control, a.worker);
  const losses = new Float64Array(memory.buffer, a.losses, cells);
  const starts = new Int32Array(memory.buffer, a.starts, SLICES * (cells + 2));
  const scratch = a.scratch + a.worker * a.scratchBytes;
  const chunks = Math.ceil((slices.length - 1) / SLICES);
  const lossCurve: number[] = [];

  const cut = (slice: number, s: number, round: number) => {
    const pairs = s * capacity * 4;
    const [from, n] = [slices[slice], slices[slice + 1] - slices[slice]];
    const out = [a.centers + pairs, a.contexts + pairs, a.starts + s * (cells + 2) * 4] as const;
    const text = [a.tokens + from * 4, a.keep, a.group, scratch, n] as const;
    const { window, seed } = a;
    kernels.skip_gram_pairs(...out, ...text, blocks, window, Number(a.shrinkWindows), seed, STREAM.pairs, round + 1, s);
  };

  /** Learns from a block of the first `count` slices. */
  const learn = (block: number, count: number, round: number, rate: number): number => {
    const first = edge(block % blocks, blocks, size);
    const m = edge((block % blocks) + 1, blocks, size) - first;
    const sampled = [a.members + first * 4, a.cumulative + first * 4, scratch] as const;
    let sum = 0;
    for (let s = 0; s < count; s++) {
      const at = s * (cells + 2) + block;
      const n = starts[at + 1] - starts[at];
      if (n === 0) continue;
      const pairs = (s * capacity + starts[at]) * 4;
      const given = [a.input, a.output, a.centers + pairs, a.contexts + pairs, ...sampled] as const;
      const drawn = [a.seed, STREAM.steps, round + 1, s * cells + block] as const;
      sum += kernels.skip_gram_step(...given, n, m, a.negative, a.ld, a.columns, rate, ...drawn);
    }
    return sum;
  };

  for (let epoch = 0; epoch < a.epochs; epoch++) {
    let [loss, pairs] = [0, 0];
    for (let chunk = 0; chunk < chunks; chunk++) {
      const round = epoch * chunks + chunk;
      // The rate in the middle of the round.
      const rate = a.alpha - ((a.alpha - a.minAlpha) * (round + 0.5)) / (a.epochs * chunks);
      const count = Math.min(SLICES, slices.length - 1 - chunk * SLICES);
      if (a.worker === 0) deal(kernels, memory, a, round);
      barrier.wait();
      for (let s = barrier.claim(count); s < count; s = barrier.claim(count)) cut(chunk * SLICES + s, s, round);
      barrier.wait();
      for (let step = 0; step < blocks; step++) {
        for (let row = barrier.claim(blocks); row < blocks; row = barrier.claim(blocks)) {
          const block = row * blocks + ((row + step) % blocks);
          losses[block] = learn(block, count, round, rate);
        }
        barrier.wait();
      }
      for (const sum of losses) loss += sum;
      for (let s = 0; s < count; s++) pairs += starts[s * (cells + 2) + cells];
    }
    lossCurve.push(pairs > 0 ? loss / pairs : 0);
    if (a.worker === 0) control.progress(epoch + 1, lossCurve[epoch]);
  }
  return a.worker === 0 ? { lossCurve } : undefined;
}
