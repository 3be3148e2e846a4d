/**
 * Sums over the rows that a linear model is learnt from: losses with their gradients, and the Gram matrices of the columns.
 *
 * Rows are cut into micro-shards, as many as the rows make and not as there are workers; each has sums of its own, which are added in the
 * order of the shards. So any number of workers gives the same bytes. A row of weight 0 takes no part.
 */
import { errors } from '../../errors.js';
import { type Kernels, stride } from '../../wasm/kernels.js';
import type { Barrier } from '../barrier.js';
import { TILE } from '../encoder.js';
import type { Control } from '../program.js';
import { blocksOf, buffers, type Rows, shardRows } from './rows.js';

/**
 * What a pass over the rows is for: the sums of the columns; the blocks of the Hessian; the loss with its gradient; the loss of the rows
 * held out; how many rows are not strictly on their side, in place of a loss.
 */
export const PASS = { mean: 1, hessian: 2, gradient: 3, held: 4, wrong: 5, end: 6 } as const;
export type Pass = (typeof PASS)[keyof typeof PASS];

/** A worker's part in the passes over the rows. Worker 0 asks for them; the others follow. */
export class RowSums {
  readonly #b: ReturnType<typeof buffers>;
  readonly #blocks: ReturnType<typeof blocksOf>;
  readonly #ld: number;
  readonly #sums: Float64Array[];
  readonly #losses: Float64Array;
  /** raw outputs of a tile, and the curvature of its rows */
  readonly #z: Float64Array;
  readonly #h: Float64Array;
  /** f64[rows] */
  readonly y: Float64Array;
  readonly weights: Float64Array;
  /** W f64[outputs, stride(columns)] with zeros behind, then b f64[outputs]: what losses and gradients are taken at */
  readonly parameters: Float64Array;

  constructor(
    private readonly kernels: Kernels,
    memory: WebAssembly.Memory,
    private readonly rows: Rows,
    scratch: number,
    private readonly worker: number,
    workers: number,
    private readonly barrier: Barrier | undefined,
    private readonly control: Control,
  ) {
    const b = buffers(rows, workers, scratch);
    this.#b = b;
    this.#blocks = blocksOf(rows);
    this.#ld = stride(rows.columns);
    const { outputs } = rows;
    const f64 = (at: number, n: number) => new Float64Array(memory.buffer, at, n);
    this.parameters = f64(b.parameters, outputs * (this.#ld + 1));
    this.#losses = f64(b.losses, b.shards);
    this.#sums = b.partials.map((at) => f64(at, b.sums));
    this.#z = f64(b.z[worker], TILE * outputs);
    this.#h = f64(b.h[worker], TILE);
    this.y = f64(rows.y, rows.rows);
    this.weights = f64(rows.weights, rows.rows);
    // Zeros and ones: with a truth of 0 and a weight of 1 the gradient of a loss is the probability.
    f64(b.constants, 2 * TILE)
      .fill(0, 0, TILE)
      .fill(1, TILE);
  }

  /** Takes part in passes until worker 0 has no more. */
  follow(): void {
    for (const barrier = this.barrier as Barrier; ; ) {
      barrier.wait();
      const pass = barrier.verdict as Pass;
      if (pass === PASS.end) return;
      this.#work(pass);
      barrier.wait();
    }
  }

  /**
   * Worker 0: has all workers do a pass.
   * @returns the sum of the losses, where the pass has them
   * @throws CameoError 'aborted'
   */
  pass(pass: Pass): number {
    if (this.control.aborted()) throw errors.aborted();
    if (this.barrier) {
      this.barrier.verdict = pass;
      this.barrier.wait();
    }
    if (pass === PASS.end) return 0;
    this.#work(pass);
    this.barrier?.wait();
    return this.#losses.reduce((sum, loss) => sum + loss, 0);
  }

  /** What the shards have summed up, in their order. */
  total(length: number): Float64Array {
    const out = new Float64Array(length);
    for (const sums of this.#sums) for (let i = 0; i < length; i++) out[i] += sums[i];
    return out;
  }

  /** The mean row f64[ld]. @param total Σ weight */
  mean(total: number): Float64Array {
    this.pass(PASS.mean);
    return this.total(this.#ld).map((sum) => sum / total);
  }

  #work(pass: Pass): void {
    const n = this.#b.shards;
    if (!this.barrier) for (let shard = 0; shard < n; shard++) this.#shard(pass, shard);
    else for (let shard = this.barrier.claim(n); shard < n; shard = this.barrier.claim(n)) this.#shard(pass, shard);
  }

  #shard(pass: Pass, shard: number): void {
    const size = shardRows(this.rows.rows);
    const end = Math.min(this.rows.rows, (shard + 1) * size);
    this.#sums[shard].fill(0);
    let loss = 0;
    for (let first = shard * size; first < end; first += TILE) {
      loss += this.#tile(pass, shard, first, Math.min(TILE, end - first));
    }
    this.#losses[shard] = loss;
  }

  /** Adds rows first … first + n − 1 to the shard's sums. @returns their loss */
  #tile(pass: Pass, shard: number, first: number, n: number): number {
    const { kernels, rows } = this;
    const { columns, outputs } = rows;
    const x = rows.x + first * this.#ld * 4;
    const to = this.#b.partials[shard];
    const z = this.#b.z[this.worker];
    if (pass === PASS.mean) {
      kernels.linear_backward(to, to + this.#ld * 8, rows.weights + first * 8, x, n, columns, 1);
      return 0;
    }
    const bias = this.#b.parameters + outputs * this.#ld * 8;
    kernels.linear_forward(z, x, this.#b.parameters, bias, n, columns, outputs);
    if (pass === PASS.hessian) return this.#hessian(shard, first, n, x);
    if (pass === PASS.wrong) return this.#wrong(first, n);
    const weights = pass === PASS.held ? rows.held : rows.weights;
    const loss = this.#loss(rows.y + first * 8, weights + first * 8, n);
    if (pass === PASS.gradient) kernels.linear_backward(to, to + outputs * this.#ld * 8, z, x, n, columns, outputs);
    return loss;
  }

  /** Raw outputs become the gradient. */
  #loss(y: number, weights: number, n: number): number {
    const { kernels, rows } = this;
    const z = this.#b.z[this.worker];
    if (rows.loss === 'softmax') return kernels.linear_softmax(z, z, y, weights, n, rows.outputs);
    if (rows.loss === 'logistic') return kernels.linear_logistic(z, z, y, weights, n);
    return kernels.linear_squared(z, z, y, weights, n);
  }

  /** Adds the blocks of the Hessian. */
  #hessian(shard: number, first: number, n: number, x: number): number {
    const { kernels, rows } = this;
    const { columns, outputs, loss } = rows;
    const { blocks, pairs, gram, length } = this.#blocks;
    const [z, h] = [this.#z, this.#h];
    const at = this.#b.h[this.worker];
    const { constants } = this.#b;
    if (loss !== 'squared') this.#loss(constants, constants + TILE * 8, n);
    if (loss === 'softmax') for (let r = 0; r < n; r++) z[r * outputs] += 1;
    pairs.forEach(([k, l], p) => {
      const sums = this.#b.partials[shard] + p * length * 8;
      let total = 0;
      for (let r = 0; r < n; r++) {
        h[r] = this.weights[first + r] * this.#curvature(r, k, l);
        total += h[r];
      }
      if (blocks !== 'diagonal') kernels.linear_gram(sums, sums + gram * 8, x, at, this.#b.row[this.worker], n, columns);
      else kernels.linear_squares(sums, sums + gram * 8, x, at, n, columns);
      this.#sums[shard][(p + 1) * length - 1] += total;
    });
    return 0;
  }

  /** Curvature of a row's loss in outputs k and l, or where there is one block for all, in all of them on average. */
  #curvature(r: number, k: number, l: number): number {
    const { outputs, loss } = this.rows;
    if (loss === 'squared') return 1;
    const p = this.#z;
    const row = r * outputs;
    if (this.#blocks.blocks === 'all' || outputs === 1) return p[row + k] * (Number(k === l) - p[row + l]);
    let sum = 0;
    for (let c = 0; c < outputs; c++) sum += (p[row + c] * (1 - p[row + c])) / outputs;
    return sum;
  }

  /** Rows first … first + n − 1 with a weight whose class has not the highest raw output. */
  #wrong(first: number, n: number): number {
    const { outputs } = this.rows;
    const z = this.#z;
    let wrong = 0;
    for (let r = 0; r < n; r++) {
      if (this.weights[first + r] === 0) continue;
      const label = this.y[first + r];
      if (outputs === 1) wrong += Number(z[r] * (label - 0.5) <= 0);
      else {
        const own = z[r * outputs + label];
        let others = 0;
        for (let k = 0; k < outputs; k++) others += Number(k !== label && z[r * outputs + k] >= own);
        wrong += Number(others > 0);
      }
    }
    return wrong;
  }
}
