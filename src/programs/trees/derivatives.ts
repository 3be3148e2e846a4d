/** Losses and derivatives at the raw outputs as they stand, chunk by chunk, by all workers of a gang (assembly/trees/gradients.ts). */
import type { Kernels } from '../../wasm/kernels.js';
import type { Barrier } from '../barrier.js';
import type { BoostArgs } from './boosting.js';
import type { Units } from './grow.js';

/** Rows of a chunk, whose loss is summed by itself. */
const CHUNK = 4096;
export const chunksOf = (rows: number): number => Math.ceil(rows / CHUNK);

/** Bits of a row's derivatives at most, and of a sum of second ones with a count below it. */
const BITS = 30;
const SUM_BITS = 62;

export class Derivatives {
  readonly #all: number;
  readonly #shift: number;
  #units: Units = { g: 1, h: 1, shift: 0 };

  constructor(
    private readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
    private readonly a: BoostArgs,
    private readonly barrier: Barrier,
  ) {
    this.#all = a.rows + a.held;
    this.#shift = 32 - Math.clz32(a.rows);
  }

  /** Puts the initial raw outputs; the workers meet. */
  reset(): void {
    const { init, z, ld, outputs } = this.a;
    const values = new Float64Array(this.memory.buffer, init, outputs);
    const to = new Float32Array(this.memory.buffer, z, this.#all * ld);
    this.#chunks(0, this.#all, (row, n) => {
      for (let r = row; r < row + n; r++) to.set(values, r * ld);
    });
    this.barrier.wait();
  }

  /**
   * Begins a round: pairs of all rows trained on, or with several classes their probabilities; the workers meet.
   * @returns the mean loss
   */
  start(): number {
    const { a, kernels } = this;
    if (a.loss === 'softmax') return this.#mean(0, a.rows, a.weightSums[0], (row, n) => this.#softmax(row, n));
    const { scaleG, scaleH } = this.#scales(a.loss === 'squared' ? this.#largest() : a.largest, a.loss === 'squared' ? 1 : 4);
    const derive = a.loss === 'logistic' ? kernels.tree_gradients_logistic : kernels.tree_gradients_squared;
    return this.#mean(0, a.rows, a.weightSums[0], (row, n) => {
      return derive(a.grow.gh + row * 16, a.z + row * 4, a.y + row * 4, this.#weights(row), n, scaleG, scaleH, this.#shift);
    });
  }

  /** The units of the pairs for a tree of this output; with several classes the pairs are made, and the workers meet. */
  pairs(output: number): Units {
    const { a, kernels } = this;
    if (a.loss !== 'softmax') return this.#units;
    const { scaleG, scaleH } = this.#scales(a.largest, 4);
    this.#chunks(0, a.rows, (row, n) => {
      const [to, p] = [a.grow.gh + row * 16, a.p + row * a.ld * 4];
      const given = [a.y + row * 4, this.#weights(row), n, a.ld, output] as const;
      kernels.tree_gradients_softmax(to, p, ...given, scaleG, scaleH, this.#shift);
    });
    this.barrier.wait();
    return this.#units;
  }

  /** The mean loss of the rows held out; the workers meet. */
  heldLoss(): number {
    const { a, kernels } = this;
    const loss = a.loss === 'logistic' ? kernels.tree_gradients_logistic : kernels.tree_gradients_squared;
    return this.#mean(a.rows, this.#all, a.weightSums[1], (row, n) => {
      if (a.loss === 'softmax') return this.#softmax(row, n);
      return loss(0, a.z + row * 4, a.y + row * 4, this.#weights(row), n, 1, 1, 0);
    });
  }

  #weights(row: number): number {
    return this.a.weights && this.a.weights + row * 4;
  }

  #softmax(row: number, n: number): number {
    const { a, kernels } = this;
    const p = a.p + row * a.ld * 4;
    kernels.softmax(p, a.z + row * a.ld * 4, n, a.outputs);
    return kernels.tree_loss_softmax(p, a.y + row * 4, this.#weights(row), n, a.ld);
  }

  /** @param bound of the first derivatives @param flat the second are at most the largest weight divided by this */
  #scales(bound: number, flat: number) {
    const shift = this.#shift;
    const scaleG = scaleFor(bound, BITS);
    const scaleH = scaleFor(this.a.largest / flat, Math.min(BITS, SUM_BITS - 2 * shift));
    // Probabilities of several classes sum to 1, so that one output moves the others: Friedman's factor K / (K − 1).
    const factor = this.a.outputs > 1 ? this.a.outputs / (this.a.outputs - 1) : 1;
    this.#units = { g: 1 / scaleG, h: factor / scaleH, shift };
    return { scaleG, scaleH };
  }

  #largest(): number {
    const { a, kernels, memory } = this;
    const found = new Float64Array(memory.buffer, a.losses + chunksOf(this.#all) * 8, chunksOf(a.rows));
    this.#chunks(0, a.rows, (row, n) => {
      found[row / CHUNK] = kernels.tree_largest(a.z + row * 4, a.y + row * 4, this.#weights(row), n);
    });
    this.barrier.wait();
    return found.reduce((a, b) => Math.max(a, b), 0);
  }

  /** The sum over chunks in their order, by a sum of weights. */
  #mean(first: number, end: number, weights: number, lossOf: (row: number, n: number) => number): number {
    const sums = new Float64Array(this.memory.buffer, this.a.losses, chunksOf(end - first));
    this.#chunks(first, end, (row, n) => {
      sums[(row - first) / CHUNK] = lossOf(row, n);
    });
    this.barrier.wait();
    let sum = 0;
    for (const loss of sums) sum += loss;
    // Nobody writes the next sums before all have read these.
    this.barrier.wait();
    return sum / weights;
  }

  #chunks(first: number, end: number, work: (row: number, n: number) => void): void {
    const { worker, workers } = this.a;
    for (let row = first + worker * CHUNK; row < end; row += workers * CHUNK) work(row, Math.min(CHUNK, end - row));
  }
}

/** The power of two by which numbers up to `bound` become whole ones of that many bits. */
function scaleFor(bound: number, bits: number): number {
  let most = 1;
  for (let bit = 0; bit < bits; bit++) most *= 2;
  let scale = 1;
  while (scale * bound > most) scale /= 2;
  while (scale * 2 * bound <= most && scale < 1e30) scale *= 2;
  return scale;
}
