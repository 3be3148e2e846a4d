/** Fitting linear models over a tile: what the family and the estimators share. */
import type { Engine } from '../engine/engine.js';
import { BARRIER_BYTES } from '../programs/barrier.js';
import { linearScratch, type Solution } from '../programs/linear/fit.js';
import type { Loss } from '../programs/linear/rows.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { stride } from '../wasm/kernels.js';
import { place } from '../wasm/memory.js';
import type { Tile } from '../wasm/resident.js';

export interface LinearProblem {
  x: Tile;
  /** f64[rows]: 0 or 1, the class, or the number */
  y: Float64Array;
  /** f64[rows]: what each row weighs */
  weights: Float64Array;
  outputs: number;
  loss: Loss;
  fitIntercept: boolean;
  tol: number;
  maxIter: number;
}

export interface LinearSolution extends Solution {
  /** W f64[outputs, inputs] */
  coef: Float64Array;
  /** b f64[outputs] */
  intercept: Float64Array;
}

/** Numbers in a tile from which the passes over its rows are worth sharing among all workers. */
const SHARED = 2 ** 21;

/**
 * @param penalties a solution for each: see LinearArgs
 * @param held rows that are not learnt from and on which each solution's loss is told; none without
 * @throws CameoError 'data' where the classes can be told apart and a penalty is 0, 'diverged', 'aborted', 'memory'
 */
export async function fitLinear(
  engine: Engine,
  problem: LinearProblem,
  penalties: number[],
  held: ((row: number) => boolean) | undefined,
  run: RunOptions,
): Promise<LinearSolution[]> {
  const { x, y, weights, outputs, loss, fitIntercept, tol, maxIter } = problem;
  const { rows, columns } = x;
  const ld = stride(columns);
  const length = outputs * (ld + 1);
  const shared = rows * ld >= SHARED && engine.scheduler.threads > 1;
  const members = shared ? engine.scheduler.threads : 1;
  const sizes = { x: x.address(), y: 0, weights: 0, held: 0, rows, columns, outputs, loss };
  const { at, region } = place(engine, (layout) => ({
    y: layout.put(y),
    weights: layout.put(held ? weights.map((w, r) => (held(r) ? 0 : w)) : weights),
    held: held ? layout.put(weights.map((w, r) => (held(r) ? w : 0))) : 0,
    out: layout.take(penalties.length * length * 8),
    sync: layout.put(new Uint8Array(BARRIER_BYTES)),
    scratch: layout.take(linearScratch(sizes, members)),
  }));
  using _ = region;
  const args = (worker: number, workers: number) => ({
    ...sizes,
    ...at,
    penalties,
    fitIntercept,
    tol,
    maxIter,
    worker,
    workers,
  });
  const solutions = shared ? await engine.gang('linear', args, run) : await engine.run('linear', args(0, 1), run);
  const values = engine.f64(at.out, penalties.length * length);
  return solutions.map((solution, p) => {
    const own = values.subarray(p * length, (p + 1) * length);
    const coef = new Float64Array(outputs * columns);
    for (let k = 0; k < outputs; k++) coef.set(own.subarray(k * ld, k * ld + columns), k * columns);
    return { ...solution, coef, intercept: own.slice(outputs * ld) };
  });
}
