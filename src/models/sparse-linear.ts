/** Linear models over sparse rows: several of the same rows at once, over the workers. */
import type { Engine } from '../engine/engine.js';
import { exp, logistic } from '../math.js';
import type { Minimum } from '../programs/linear/lbfgs.js';
import type { Loss } from '../programs/linear/rows.js';
import { sparseLinearScratch } from '../programs/sparse/linear.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import type { CsrMatrix } from '../table/csr-matrix.js';
import { Layout, place } from '../wasm/memory.js';
import { panelsOf, productOf } from './sparse-rows.js';

/** One fit. */
export interface SparseProblem {
  /** f64[rows]: 0 or 1, the class, or the number */
  y: Float64Array;
  /** f64[rows]: what each row weighs, 0 for those that are held out */
  weights: Float64Array;
  outputs: number;
  loss: Loss;
  /** strength of the penalty of W: 1 / C in scikit-learn */
  l2: number;
  fitIntercept: boolean;
  tol: number;
  maxIter: number;
}

export interface SparseSolution extends Minimum {
  /** W f64[columns, outputs] */
  coef: Float64Array;
  /** b f64[outputs] */
  intercept: Float64Array;
}

/** @throws CameoError 'diverged', 'aborted', 'memory'; 'data' for classes that can be told apart where there is no penalty */
export async function fitSparseLinear(
  engine: Engine,
  x: CsrMatrix,
  problems: readonly SparseProblem[],
  run: RunOptions,
): Promise<SparseSolution[]> {
  const { rows, columns } = x;
  const { at, region } = place(engine, (layout) => ({
    indptr: layout.put(x.indptr),
    indices: layout.put(x.indices),
    values: layout.put(x.values),
  }));
  using _ = region;
  const most = problems.reduce((outputs, problem) => Math.max(outputs, problem.outputs), 1);
  const slot = new Layout(0);
  const own = {
    y: slot.take(rows * 8),
    weights: slot.take(rows * 8),
    out: slot.take((columns + 1) * most * 8),
    scratch: slot.take(sparseLinearScratch({ rows, columns, outputs: most })),
  };
  const results = engine.map(
    'sparseLinear',
    problems,
    ({ y, weights, ...problem }, base) => {
      engine.f64(base + own.y, rows).set(y);
      engine.f64(base + own.weights, rows).set(weights);
      const places = { y: base + own.y, weights: base + own.weights, out: base + own.out, scratch: base + own.scratch };
      return { ...at, ...problem, ...places, rows, columns };
    },
    { ...run, slotBytes: slot.bytes },
  );
  const solutions: SparseSolution[] = [];
  for await (const { value, slot: base } of results) {
    const { outputs } = problems[solutions.length];
    const all = engine.f64(base + own.out, (columns + 1) * outputs);
    solutions.push({ ...value, coef: all.slice(0, columns * outputs), intercept: all.slice(columns * outputs) });
  }
  return solutions;
}

/** Raw outputs f64[rows, outputs]: x · W + b. */
export function sparseOutputs(
  engine: Engine,
  x: CsrMatrix,
  { coef, intercept }: Pick<SparseSolution, 'coef' | 'intercept'>,
  run: RunOptions,
): Promise<Float64Array> {
  const values = panelsOf(transposed(coef, x.columns), x.columns);
  return productOf(engine, x, { values, bias: intercept }, run);
}

/** What a link makes of raw outputs f64[rows, outputs]. */
export function linked(z: Float64Array, outputs: number, link: Loss): Float64Array {
  if (link === 'logistic') return z.map(logistic);
  if (link === 'squared') return z;
  for (let at = 0; at < z.length; at += outputs) {
    const row = z.subarray(at, at + outputs);
    const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let k = 0; k < outputs; k++) {
      row[k] = exp(row[k] - most);
      sum += row[k];
    }
    for (let k = 0; k < outputs; k++) row[k] /= sum;
  }
  return z;
}

/** f64[columns, rows] of f64[rows, columns]. */
export function transposed(values: Float64Array, rows: number): Float64Array {
  const columns = values.length / rows;
  const out = new Float64Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
  return out;
}
