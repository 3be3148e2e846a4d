/**
 * The Hessian of a linear model's loss at a point, factorized, to make steps by. With h the curvature of a row's loss in two of its raw
 * outputs, 1 for least squares, p (1 − p) for two classes, p_k (δ_kl − p_l) for several:
 *
 *     block k, l = Σ weight · h_kl · (x − mean, 1) (x − mean, 1)ᵀ / Σ weight + l2 / Σ weight · I, without the penalty for the intercept
 *
 * Its size decides how much of it is made (`blocksOf`): all blocks; one block for all classes, of their mean curvature; its diagonal.
 */
import { stride } from '../../wasm/kernels.js';
import { cholesky, choleskySolve } from './cholesky.js';
import { PASS, type RowSums } from './row-sums.js';
import { blocksOf, type Rows } from './rows.js';

export class Hessian {
  /** variables of a block: columns, and the intercept */
  readonly #n: number;
  readonly #size: number;
  /** without the penalty: f64[size, size], the lower half; or f64[n], the diagonal */
  #matrix: Float64Array = new Float64Array(0);
  #factor: Float64Array = new Float64Array(0);

  constructor(
    private readonly rows: Rows,
    private readonly sums: RowSums,
    private readonly mean: Float64Array,
    private readonly total: number,
    private readonly fitIntercept: boolean,
  ) {
    const { blocks } = blocksOf(rows);
    this.#n = rows.columns + 1;
    this.#size = blocks === 'all' ? rows.outputs * this.#n : this.#n;
  }

  /** Whether it would be another at another point. */
  get stale(): boolean {
    return this.#matrix.length === 0 || this.rows.loss !== 'squared';
  }

  /** Takes it at the point whose parameters stand where the passes read them. */
  take(): void {
    this.sums.pass(PASS.hessian);
    const { blocks, pairs, gram, length } = blocksOf(this.rows);
    const sums = this.sums.total(pairs.length * length);
    if (blocks === 'diagonal') {
      this.#matrix = this.#diagonal(sums);
      return;
    }
    this.#matrix = new Float64Array(this.#size * this.#size);
    pairs.forEach(([k, l], p) => {
      const own = sums.subarray(p * length, (p + 1) * length);
      this.#put(l * this.#n, k * this.#n, own.subarray(0, gram), own.subarray(gram), own[length - 1]);
    });
  }

  /** Factorizes it with a penalty. */
  factorize(l2: number): void {
    const [n, size] = [this.#n, this.#size];
    const diagonal = this.#matrix.length === n;
    this.#factor = this.#matrix.map((h) => h / this.total);
    for (let i = 0; i < size; i++) {
      const at = diagonal ? i : i * size + i;
      if (i % n < n - 1) this.#factor[at] += l2 / this.total;
      // Nothing moves an intercept that is not wanted.
      else if (!this.fitIntercept) this.#factor[at] = 1;
    }
    if (!diagonal) cholesky(this.#factor, size);
  }

  /** out = the inverse times g, both W f64[outputs, ld] and then c f64[outputs]; the padding stays 0 */
  solve(out: Float64Array, g: Float64Array): void {
    const { outputs, columns } = this.rows;
    const [n, size] = [this.#n, this.#size];
    const ld = stride(columns);
    const x = new Float64Array(outputs * n);
    for (let k = 0; k < outputs; k++) {
      x.set(g.subarray(k * ld, k * ld + columns), k * n);
      x[k * n + columns] = g[outputs * ld + k];
    }
    for (let k = 0; k < x.length; k += size) {
      const part = x.subarray(k, k + size);
      if (this.#factor.length > n) choleskySolve(this.#factor, size, part);
      else for (let i = 0; i < n; i++) part[i] = this.#factor[i] > 0 ? part[i] / this.#factor[i] : 0;
    }
    for (let k = 0; k < outputs; k++) {
      out.set(x.subarray(k * n, k * n + columns), k * ld);
      out[outputs * ld + k] = x[k * n + columns];
    }
  }

  /** Puts block (row, column) in the lower half, around the mean. @param tiles Σ h x xᵀ @param s Σ h x @param t Σ h */
  #put(row: number, column: number, tiles: Float64Array, s: Float64Array, t: number): void {
    const { columns } = this.rows;
    const { mean } = this;
    const blocks = Math.ceil(columns / 4);
    const put = (i: number, j: number, value: number) => {
      // The upper half of a block is its lower half, mirrored; that of a block on the diagonal is not read.
      this.#matrix[(row + j) * this.#size + column + i] = value;
      if (row > column) this.#matrix[(row + i) * this.#size + column + j] = value;
    };
    let tile = 0;
    for (let a = 0; a < blocks; a++) {
      for (let b = a; b < blocks; b++, tile += 16) {
        for (let e = 0; e < 16; e++) {
          const [i, j] = [4 * a + (e >> 2), 4 * b + (e & 3)];
          if (i > j || j >= columns) continue;
          put(i, j, tiles[tile + e] - mean[i] * s[j] - s[i] * mean[j] + t * mean[i] * mean[j]);
        }
      }
    }
    if (!this.fitIntercept) return;
    for (let i = 0; i < columns; i++) put(i, columns, s[i] - t * mean[i]);
    put(columns, columns, t);
  }

  /** Of sums Σ h x² and Σ h x of each column, then Σ h. */
  #diagonal(sums: Float64Array): Float64Array {
    const { columns } = this.rows;
    const ld = stride(columns);
    const t = sums[2 * ld];
    return Float64Array.from({ length: this.#n }, (_, i) => {
      if (i === columns) return t;
      return sums[i] - 2 * this.mean[i] * sums[ld + i] + t * this.mean[i] * this.mean[i];
    });
  }
}
