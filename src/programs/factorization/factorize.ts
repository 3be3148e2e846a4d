/**
 * Trains a matrix factorization by a gang of workers over block strata (Gemulla et al., "Large-Scale Matrix Factorization
 * with Distributed Stochastic Gradient Descent", 2011): users × items are cut into B × B blocks, and the B blocks of one
 * diagonal touch neither a common user nor a common item, so they run at the same time and in any order with the same result.
 * Between diagonals the workers meet. Which worker runs a block changes nothing: the bytes are those of one worker.
 *
 * BPR compares two items, which must stand in blocks of the same worker. Were they always of one block, scores of different
 * blocks would never meet; so the item groups are paired, with another partner each epoch as in a round-robin tournament
 * and alone every B-th, and a worker takes a user group against a pair. So it is with the sampled softmax, whose items are drawn from both
 * groups of a pair: then each could have been drawn, and how often a group is drawn cancels out.
 */

import { errors } from '../../errors.js';
import { square } from '../../math.js';
import type { Kernels } from '../../wasm/kernels.js';
import { Barrier } from '../barrier.js';
import type { Control } from '../program.js';

export type FactorizationLoss = 'squared' | 'logistic' | 'bpr' | 'softmax';
/** Whether a loss compares items, which then meet by pairs of their groups. */
export const compares = (loss: FactorizationLoss) => loss === 'bpr' || loss === 'softmax';
export type RateSchedule = 'inverse' | 'adagrad';

/** Learning rate of an epoch, counted from 1. */
export const rateOf = (
  { schedule, learningRate, learningRateDecay }: { schedule: RateSchedule; learningRate: number; learningRateDecay: number },
  epoch: number,
) => (schedule === 'adagrad' ? learningRate : learningRate / (1 + learningRateDecay * (epoch - 1)));

export interface FactorizeArgs {
  /** this worker's number and how many there are */
  worker: number;
  workers: number;
  /** i32[16] zeros: where they meet */
  sync: number;
  loss: FactorizationLoss;
  /** B */
  blocks: number;
  /** entries of block (b, c) are offsets[b · B + c] … offsets[b · B + c + 1] − 1 */
  starts: number[];
  users: number;
  items: number;
  /** f32 entries; 0 for none */
  values: number;
  weights: number;
  /** i32[entries], i32[rows of p + 1]: each user's items ascending; 0 for squared */
  seen: number;
  seenOffsets: number;
  /** f32[rowsP, ld], f32[rowsQ, ld], f32[rowsP], f32[rowsQ], trained in place: before it runs again, the caller restores them */
  p: number;
  q: number;
  bu: number;
  bi: number;
  rowsP: number;
  rowsQ: number;
  ld: number;
  mean: number;
  /** entries held out for early stopping, behind the others */
  heldFirst: number;
  held: number;
  epochs: number;
  schedule: RateSchedule;
  learningRate: number;
  learningRateDecay: number;
  regularization: number;
  biases: boolean;
  samples: number;
  patience: number;
  seed: number;
  /** f64[B · B] losses of the blocks */
  losses: number;
  /** f32[(rowsP + rowsQ) (ld + 1)], the best so far; 0 without held-out entries */
  best: number;
  /** f32[rowsP + rowsQ] sums of squared gradients; 0 for a scheduled rate */
  squares: number;
  /** f32[rowsP + rowsQ] each row's λ; 0 where `regularization` is that of all */
  penalties: number;
  /** rows of q to sample from in block (b, c), others[tables[c]] … others[tables[c + 1] − 1]; absent where it is those of the block's entries */
  others?: number;
  tables?: number[];
  /** per worker: u32[bitsPerWorker] */
  bits: number;
  bitsPerWorker: number;
  /** of 'softmax', per worker: f32[softmaxFloats] */
  scratch?: number;
  /** go on after these epochs, with the parameters as they stand */
  resume?: FactorizeState;
}

/** Where factorization stands after an epoch. */
export interface FactorizeState {
  lossCurve: number[];
  validation: number[];
  bestError: number;
  /** epochs without improvement */
  idle: number;
}

export const startFactorization = (): FactorizeState => ({
  lossCurve: [],
  validation: [],
  bestError: Number.POSITIVE_INFINITY,
  idle: 0,
});

export interface FactorizeResult {
  /** mean loss of each epoch: squared error, or log loss */
  lossCurve: number[];
  /** error on the held-out entries after each epoch: see MatrixFactorizationOptions */
  validation: number[];
  stopped: 'converged' | 'epochs';
}

/** Floats of scratch that factorize_softmax needs. */
export const softmaxFloats = (samples: number, ld: number) => 2 * (samples + 4) + ld;

export const VERDICT = { go: 0, stop: 1, diverged: 2 };

export function factorize(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  a: FactorizeArgs,
  control: Control,
): FactorizeResult | undefined {
  const { blocks, starts, p, q, bu, bi, ld } = a;
  const barrier = new Barrier(memory, a.sync, a.workers, control, a.worker);
  const losses = new Float64Array(memory.buffer, a.losses, blocks * blocks);
  const bits = a.bits + a.worker * a.bitsPerWorker * 4;
  const entries = starts[blocks * blocks];
  const state = a.resume ?? startFactorization();

  /** The list that a block's items are sampled from, and its length. */
  const sampledIn = (block: number): readonly [number, number] => {
    const { others, tables } = a;
    const column = block % blocks;
    if (others === undefined || !tables) return [a.items + starts[block] * 4, starts[block + 1] - starts[block]];
    return [others + tables[column] * 4, tables[column + 1] - tables[column]];
  };

  /** Trains on a block; `other` is the block whose items are sampled. */
  const run = (block: number, other: number, epoch: number, rate: number): number => {
    const from = starts[block];
    const n = starts[block + 1] - from;
    if (n === 0) return 0;
    const [users, items, values] = [a.users + from * 4, a.items + from * 4, a.values + from * 4];
    const weights = a.weights ? a.weights + from * 4 : 0;
    const l2 = a.regularization;
    const [gu, gi] = [a.squares, a.squares ? a.squares + a.rowsP * 4 : 0];
    const [lu, li] = [a.penalties, a.penalties ? a.penalties + a.rowsP * 4 : 0];
    const common = [gu, gi, lu, li, users, items] as const;
    if (a.loss === 'squared') {
      return kernels.factorize_squared(p, q, bu, bi, ...common, values, weights, n, ld, a.mean, rate, l2, l2, Number(a.biases));
    }
    // A stream for every block of every epoch.
    kernels.random_bits(bits, n * a.samples, a.seed, epoch * blocks * blocks + block);
    if (a.loss === 'softmax') {
      const [own, m] = sampledIn(block);
      const [more, k] = other === block ? [0, 0] : sampledIn(other);
      const scratch = (a.scratch ?? 0) + a.worker * softmaxFloats(a.samples, ld) * 4;
      const sampling = [weights, own, more, bits, a.seen, a.seenOffsets, scratch, n, m, k, a.samples] as const;
      return kernels.factorize_softmax(p, q, bi, ...common, ...sampling, ld, rate, l2, l2);
    }
    const [others, m] = sampledIn(a.loss === 'bpr' && starts[other + 1] > starts[other] ? other : block);
    const sampling = [weights, others, bits, a.seen, a.seenOffsets, n, m] as const;
    if (a.loss === 'bpr') return kernels.factorize_bpr(p, q, bi, ...common, ...sampling, ld, rate, l2, l2);
    return kernels.factorize_logistic(p, q, bu, bi, ...common, ...sampling, a.samples, ld, rate, l2, l2);
  };

  for (let epoch = state.lossCurve.length + 1; ; epoch++) {
    const rate = rateOf(a, epoch);
    const partner = compares(a.loss) ? partners(blocks, (epoch - 1) % blocks) : undefined;
    for (let step = 0; step < blocks; step++) {
      for (let row = barrier.claim(blocks); row < blocks; row = barrier.claim(blocks)) {
        const column = partner ? row : (row + ((step + epoch) % blocks)) % blocks;
        const other = partner ? partner[column] : column;
        if (other < column) continue; // its partner's turn does both
        const users = partner ? (row + step) % blocks : row;
        const pair = [users * blocks + column, users * blocks + other];
        losses[pair[0]] = run(pair[0], pair[1], epoch, rate);
        if (other !== column) losses[pair[1]] = run(pair[1], pair[0], epoch, rate);
      }
      barrier.wait();
    }
    // The first worker decides while the others wait.
    if (a.worker === 0) {
      let sum = 0;
      for (const loss of losses) sum += loss;
      barrier.verdict = judgeFactorization(kernels, memory, a, state, sum / entries, control);
    }
    barrier.wait();
    if (barrier.verdict === VERDICT.go) continue;
    if (a.worker > 0) return undefined;
    if (barrier.verdict === VERDICT.diverged) throw errors.diverged(epoch, rate, 'a factor');
    return factorizeResult(a, state);
  }
}

/** After an epoch: looks whether all is finite, keeps the best parameters, and decides. */
export function judgeFactorization(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  a: FactorizeArgs,
  state: FactorizeState,
  loss: number,
  control: Control,
): number {
  // All of p, q, bu and bi stand one behind the other.
  const length = (a.rowsP + a.rowsQ) * (a.ld + 1);
  const parameters = new Float32Array(memory.buffer, a.p, length);
  const best = () => new Float32Array(memory.buffer, a.best, length);
  const scratch = a.bits + a.worker * a.bitsPerWorker * 4;
  state.lossCurve.push(loss);
  const epoch = state.lossCurve.length;
  if (!Number.isFinite(loss) || !Number.isFinite(kernels.sum_squares(a.p, length & ~3))) return VERDICT.diverged;
  let error = Number.NaN;
  if (a.held > 0) {
    error = a.loss === 'squared' ? heldError(kernels, memory, a, scratch) : heldDisorder(kernels, memory, a, scratch);
    state.validation.push(error);
    state.idle = error < state.bestError ? 0 : state.idle + 1;
    if (error < state.bestError) {
      state.bestError = error;
      best().set(parameters);
    }
  }
  control.progress(epoch, loss, error);
  if (a.held > 0 && (state.idle >= a.patience || epoch === a.epochs)) {
    parameters.set(best());
    return VERDICT.stop;
  }
  return epoch === a.epochs ? VERDICT.stop : VERDICT.go;
}

export const factorizeResult = (a: FactorizeArgs, { lossCurve, validation, idle }: FactorizeState): FactorizeResult => ({
  lossCurve,
  validation,
  stopped: a.held > 0 && idle >= a.patience ? 'converged' : 'epochs',
});

/** Who meets whom in a round of a tournament of n (even) by the circle method; in round n − 1 everyone meets themselves. */
export function partners(n: number, round: number): number[] {
  return Array.from({ length: n }, (_, c) => {
    if (round === n - 1) return c;
    if (c === n - 1) return round;
    if (c === round) return n - 1;
    return (2 * round - c + 2 * (n - 1)) % (n - 1);
  });
}

/** Calls back with the scores of the held-out entries, in pieces that fit the scratch; `shift` pairs users with later items. */
function scoreHeld(
  kernels: Kernels,
  a: FactorizeArgs,
  scratch: number,
  size: number,
  shift: number,
  see: (first: number, n: number) => void,
): void {
  for (let first = 0; first < a.held - shift; first += size) {
    const n = Math.min(size, a.held - shift - first);
    const at = (a.heldFirst + first) * 4;
    kernels.factor_scores(scratch, a.p, a.q, a.bu, a.bi, a.users + at, a.items + at, n, a.ld, a.mean);
    if (shift > 0) {
      const items = a.items + at + shift * 4;
      kernels.factor_scores(scratch + size * 4, a.p, a.q, a.bu, a.bi, a.users + at, items, n, a.ld, a.mean);
    }
    see(first, n);
  }
}

/** Root mean squared error on the held-out entries. */
function heldError(kernels: Kernels, memory: WebAssembly.Memory, a: FactorizeArgs, scratch: number): number {
  let sum = 0;
  scoreHeld(kernels, a, scratch, a.bitsPerWorker & ~3, 0, (first, n) => {
    const scores = new Float32Array(memory.buffer, scratch, n);
    const values = new Float32Array(memory.buffer, a.values + (a.heldFirst + first) * 4, n);
    for (let i = 0; i < n; i++) sum += square(values[i] - scores[i]);
  });
  return Math.sqrt(sum / a.held);
}

/**
 * Share of the held-out entries whose item scores below the item of the next entry (which is another user's, at random) for the
 * entry's user: 1 − the area under the ROC curve. Equal scores count half.
 */
function heldDisorder(kernels: Kernels, memory: WebAssembly.Memory, a: FactorizeArgs, scratch: number): number {
  if (a.held < 2) return 0;
  const size = (a.bitsPerWorker >> 1) & ~3;
  let below = 0;
  scoreHeld(kernels, a, scratch, size, 1, (_, n) => {
    const preferred = new Float32Array(memory.buffer, scratch, n);
    const other = new Float32Array(memory.buffer, scratch + size * 4, n);
    for (let i = 0; i < n; i++) below += preferred[i] < other[i] ? 1 : preferred[i] === other[i] ? 0.5 : 0;
  });
  return below / (a.held - 1);
}
