/** What LogisticRegression and Ridge share: rows from columns, and raw outputs or probabilities of them. */
import { defaultEngine } from '../engine/default.js';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { linearPredictScratch } from '../programs/linear/predict.js';
import type { Loss } from '../programs/linear/rows.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { CsrMatrix } from '../table/csr-matrix.js';
import type { Matrix } from '../table/matrix.js';
import { stride } from '../wasm/kernels.js';
import { Layout, place } from '../wasm/memory.js';
import { ResidentMatrix, type Tile } from '../wasm/resident.js';
import { fitLinear, type LinearProblem, type LinearSolution } from './linear-fit.js';
import { refuseNonFinite, toTile } from './rows.js';
import { fitSparseLinear, linked, sparseOutputs, transposed } from './sparse-linear.js';
import type { WeightedFit } from './weights.js';

/** Columns anywhere, or sparse rows. */
export type Input = Matrix | ResidentMatrix | CsrMatrix;

/** Rows in a shard of prediction. */
const SHARD = 32768;

export abstract class LinearEstimator {
  /** Steps of the solver. */
  nIter = 0;
  /** Why it ended: 'maxIter' before the tolerance was reached, 'precision' where float64 could tell no better. */
  stopped: LinearSolution['stopped'] | undefined;
  /** W f64[outputs, inputs] and b f64[outputs] */
  #fitted: Pick<LinearSolution, 'coef' | 'intercept'> | undefined;

  constructor(private readonly shared?: Engine) {}

  protected async solve(
    x: Input,
    problem: Omit<LinearProblem, 'x'>,
    penalty: number,
    { sampleWeight: _, ...run }: WeightedFit,
  ): Promise<LinearSolution> {
    if (x.rows === 0) throw errors.tableEmpty('The training matrix');
    if (x.columns === 0) throw errors.shape('The training matrix', 'at least one column', 'none');
    const engine = await this.engine();
    if (x instanceof CsrMatrix) {
      const [solution] = await fitSparseLinear(engine, x, [{ ...problem, l2: penalty }], run);
      return { ...solution, coef: transposed(solution.coef, x.columns), held: Number.NaN };
    }
    using tile: Tile = toTile(engine, x);
    refuseNonFinite(engine, tile);
    const [solution] = await fitLinear(engine, { ...problem, x: tile }, [penalty], undefined, run);
    return solution;
  }

  protected keep({ coef, intercept, iterations, stopped }: LinearSolution): void {
    this.#fitted = { coef, intercept };
    this.nIter = iterations;
    this.stopped = stopped;
  }

  protected engine(): Promise<Engine> {
    return this.shared ? Promise.resolve(this.shared) : defaultEngine();
  }

  /** @throws CameoError 'not-fitted' */
  protected fitted(): Pick<LinearSolution, 'coef' | 'intercept'> {
    if (!this.#fitted) throw errors.notFitted(this.constructor.name);
    return this.#fitted;
  }

  /** f64[rows, outputs]: raw outputs, or what a link makes of them. */
  protected async predictions(x: Input, link: Loss, run: RunOptions): Promise<Float64Array> {
    const { coef, intercept } = this.fitted();
    const outputs = intercept.length;
    const inputs = coef.length / outputs;
    if (x.columns !== inputs) throw errors.shape('Matrix columns', `${inputs}`, `${x.columns}`);
    const engine = await this.engine();
    if (x instanceof CsrMatrix) {
      const own = { coef: transposed(coef, outputs), intercept };
      return linked(await sparseOutputs(engine, x, own, run), outputs, link);
    }
    const weights = new Float64Array(outputs * stride(inputs));
    for (let k = 0; k < outputs; k++) weights.set(coef.subarray(k * inputs, (k + 1) * inputs), k * stride(inputs));
    const { at, region } = place(engine, (layout) => ({ weights: layout.put(weights), bias: layout.put(intercept) }));
    using _ = region;
    const size = Math.min(SHARD, x.rows);
    const slot = new Layout(0);
    const out = slot.take(size * outputs * 8);
    const scratch = slot.take(linearPredictScratch(inputs));
    const copies = x instanceof ResidentMatrix ? [] : Array.from({ length: inputs }, () => slot.take(size * 4));
    const shards = Array.from({ length: Math.ceil(x.rows / SHARD) }, (_, i) => i * SHARD);
    const results = engine.map(
      'linearPredict',
      shards,
      (first, base) => {
        const rows = Math.min(SHARD, x.rows - first);
        const columns = Array.from({ length: inputs }, (_, j) => {
          if (x instanceof ResidentMatrix) return x.address(j) + first * 4;
          engine.f32(base + copies[j], rows).set(x.column(j).subarray(first, first + rows));
          return base + copies[j];
        });
        return { ...at, outputs, link, columns, rows, out: base + out, scratch: base + scratch };
      },
      { ...run, slotBytes: slot.bytes },
    );
    const all = new Float64Array(x.rows * outputs);
    let first = 0;
    for await (const { slot: base } of results) {
      const rows = Math.min(SHARD, x.rows - first);
      all.set(engine.f64(base + out, rows * outputs), first * outputs);
      first += SHARD;
    }
    return all;
  }
}
