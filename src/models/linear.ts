/**
 * The family of linear models: logistic regression for two classes and for several (softmax), ridge regression for a number. The loss is
 * convex, so that there is one best model and no seed or rate decides; a contribution is weight · (x − mean row), exactly.
 *
 * How strong the penalty must be, the training rows say: each strength of a short path is fitted on folds of them, side by side over the
 * workers, and the one with the least loss on the rows held out is taken.
 */
import * as v from 'valibot';
import type { Engine } from '../engine/engine.js';
import { errors } from '../errors.js';
import { above, oneOf, seed, sought, whole } from '../options.js';
import { FACTS, f32, type Part, type PartReader, WEIGHTS } from '../part.js';
import { KFold, StratifiedKFold } from '../prepare/split.js';
import { type LinearPlan, linear as predictor } from '../programs/linear/predictor.js';
import type { RunOptions } from '../scheduler/scheduler.js';
import { stride } from '../wasm/kernels.js';
import { type Layout, place } from '../wasm/memory.js';
import { besides, ONE_FOLD_ROWS } from './folds.js';
import { fitLinear, type LinearProblem } from './linear-fit.js';
import type { Examples, Family, InputsOf, Model, ModelReader } from './model.js';
import { meanRow } from './rows.js';
import { sampleWeights, weigh } from './weights.js';

/** Values of C to choose from, strong penalties first. */
const PATH = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 10, 100];
/** `tol` while choosing: closer than that, the losses on the rows held out no longer tell strengths apart. */
const PATH_TOL = 1e-4;
/** Folds that it is chosen on; from ONE_FOLD_ROWS rows on a fifth of the rows is held out once. */
const FOLDS = 5;
/** C where there are too few rows to choose. */
const DEFAULT_C = 1;

export const OPTIONS = v.strictObject({
  /** inverse strength of the L2 penalty, as in scikit-learn; chosen where it is not given */
  C: v.optional(v.pipe(above(0), sought({ from: 1e-3, to: 100, log: true }))),
  /** 'balanced': all classes weigh the same, however few rows they have */
  classWeight: v.optional(oneOf('balanced')),
  tol: v.optional(above(0), 1e-6),
  maxIter: v.optional(whole(1, 1_000_000), 1000),
  /** deals the rows out to the folds */
  seed: v.optional(seed, 42),
});
export type LinearOptions = v.InferOutput<typeof OPTIONS>;

/** Place of weight (i, j) in the panels of a matrix of `inner` rows (assembly/gemm.ts). */
const panel = (i: number, j: number, inner: number) => (j & ~7) * inner + i * 8 + (j & 7);

export class Linear implements Model {
  readonly family = 'linear';
  readonly encodings = ['standard'] as const;

  /**
   * @param coef f32[outputs, inputs]
   * @param intercept f32[outputs]
   * @param mean f32[inputs]: the mean encoded training row, that contributions count from
   * @param widths encoded columns of each feature
   */
  constructor(
    readonly coef: Float32Array,
    readonly intercept: Float32Array,
    readonly mean: Float32Array,
    private readonly widths: readonly number[],
    readonly facts: Readonly<Record<string, string | number>>,
  ) {}

  get inputs(): number {
    return this.mean.length;
  }
  get outputs(): number {
    return this.intercept.length;
  }

  place(layout: Layout): LinearPlan {
    const { inputs, outputs, coef } = this;
    const padded = (values: Float32Array, length: number) => {
      const all = new Float32Array(length);
      all.set(values);
      return all;
    };
    let weights: Float32Array;
    let transposed = new Float32Array(0);
    if (outputs === 1) weights = padded(coef, Math.max(8, stride(inputs)));
    else {
      weights = new Float32Array(inputs * stride(outputs));
      transposed = new Float32Array(outputs * 8 * Math.ceil(inputs / 8));
      for (let k = 0; k < outputs; k++) {
        for (let i = 0; i < inputs; i++) {
          weights[panel(i, k, inputs)] = coef[k * inputs + i];
          transposed[panel(k, i, outputs)] = coef[k * inputs + i];
        }
      }
    }
    const at = layout.put(weights);
    return {
      kind: 'linear',
      inputs,
      outputs,
      weights: at,
      transposed: outputs === 1 ? at : layout.put(transposed),
      bias: layout.put(padded(this.intercept, stride(outputs))),
      mean: layout.put(padded(this.mean, stride(inputs))),
      group: layout.put(Int32Array.from(this.widths.flatMap((width, feature) => new Array<number>(width).fill(feature)))),
      groups: this.widths.length,
    };
  }

  base(engine: Engine): number[] {
    const { at, region } = place(engine, (layout) => {
      const plan = this.place(layout);
      return { mean: plan.mean, predictor: predictor(engine.kernels, engine.memory, plan, layout, 1) };
    });
    using _ = region;
    return [...engine.f32(at.predictor.run(at.mean, 1), this.outputs)];
  }

  write(): Part {
    return {
      metadata: { facts: JSON.stringify(this.facts) },
      tensors: { coef: f32(this.coef, this.outputs, this.inputs), intercept: f32(this.intercept), mean: f32(this.mean) },
    };
  }
}

function read(part: PartReader, { standard: { widths } }: InputsOf, outputs: number): Linear {
  const inputs = widths.reduce((a, b) => a + b, 0);
  const coef = part.f32('coef', [outputs, inputs], WEIGHTS);
  const intercept = part.f32('intercept', [outputs], WEIGHTS);
  return new Linear(coef, intercept, part.f32('mean', [inputs], WEIGHTS), widths, part.json('facts', FACTS));
}

const LOSS = { binary: 'logistic', multiclass: 'softmax', regression: 'squared' } as const;

async function fit(engine: Engine, examples: Examples, options: LinearOptions, run: RunOptions): Promise<Linear> {
  const { task, outputs, x, y } = examples;
  const { widths } = examples.inputs.standard;
  const classes = task === 'binary' ? 2 : outputs;
  const counts = new Float64Array(task === 'regression' ? 0 : classes);
  if (task !== 'regression') for (const label of y) counts[label]++;
  const present = counts.filter((count) => count > 0).length;
  if (task !== 'regression' && present < 2) throw errors.targetClasses('y', present);
  const weights =
    task === 'regression' ? sampleWeights(x.rows, examples.weights) : weigh(y, classes, examples.weights, options.classWeight);
  const { tol, maxIter } = options;
  const problem: LinearProblem = { x, y, weights, outputs, loss: LOSS[task], fitIntercept: true, tol, maxIter };
  if (examples.held) return fitBeside(engine, problem, examples.held, widths, options, run);
  const chosen = options.C === undefined ? await choose(engine, problem, counts, options.seed, run) : { C: options.C };
  const [{ coef, intercept, iterations, stopped }] = await fitLinear(engine, problem, [1 / chosen.C], undefined, run);
  const facts = { ...chosen, iterations, stopped };
  return new Linear(Float32Array.from(coef), Float32Array.from(intercept), meanRow(x), widths, facts);
}

/** The model of the strength with the least loss on the held rows, which it does not learn from. */
async function fitBeside(
  engine: Engine,
  problem: LinearProblem,
  heldRows: Int32Array,
  widths: readonly number[],
  options: LinearOptions,
  run: RunOptions,
): Promise<Linear> {
  const held = new Set(heldRows);
  const path = options.C === undefined ? PATH : [options.C];
  const quick = { ...problem, tol: Math.max(problem.tol, PATH_TOL) };
  const solutions = await fitLinear(
    engine,
    quick,
    path.map((c) => 1 / c),
    (r) => held.has(r),
    run,
  );
  const losses = solutions.map((solution) => solution.held);
  const best = Math.max(0, losses.indexOf(Math.min(...losses)));
  const { coef, intercept, iterations, stopped } = solutions[best];
  const facts = { C: path[best], iterations, stopped };
  const mean = meanRow(problem.x, besides(problem.x.rows, heldRows));
  return new Linear(Float32Array.from(coef), Float32Array.from(intercept), mean, widths, facts);
}

/** The C of the path with the least loss on held-out rows, and how it was chosen. */
async function choose(
  engine: Engine,
  problem: LinearProblem,
  counts: Float64Array,
  seed: number,
  run: RunOptions,
): Promise<{ C: number; chosen: string }> {
  const { y, weights } = problem;
  const quick = { ...problem, tol: Math.max(problem.tol, PATH_TOL) };
  const penalties = PATH.map((c) => 1 / c);
  const nSplits = Math.min(FOLDS, counts.length > 0 ? Math.max(...counts) : y.length);
  if (y.length < 2 * FOLDS || nSplits < 2) return { C: DEFAULT_C, chosen: 'too few rows to choose by' };
  const folds =
    counts.length > 0 ? new StratifiedKFold({ nSplits, seed }).split(y) : new KFold({ nSplits, seed }).split(y.length);
  const used = folds.slice(0, y.length < ONE_FOLD_ROWS ? folds.length : 1);
  const settled = await Promise.allSettled(
    used.map(async ({ test }, k) => {
      const held = new Uint8Array(y.length);
      // The only row of a class is always learnt from.
      for (const r of test) held[r] = Number(!(counts[y[r]] < 2));
      const weight = weights.reduce((sum, w, r) => sum + (held[r] ? w : 0), 0);
      const path = await fitLinear(engine, quick, penalties, (r) => held[r] === 1, k === 0 ? run : { signal: run.signal });
      return path.map((solution) => (weight > 0 ? solution.held * weight : 0));
    }),
  );
  // An error is told when no fold is at work any more.
  const losses = settled.map((fold) => {
    if (fold.status === 'rejected') throw fold.reason;
    return fold.value;
  });
  const sums = PATH.map((_, p) => losses.reduce((sum, part) => sum + part[p], 0));
  const best = sums.indexOf(Math.min(...sums));
  const how = losses.length > 1 ? `${losses.length} folds` : 'a fifth held out';
  const what = problem.loss === 'squared' ? 'squared error' : 'log loss';
  return { C: PATH[best], chosen: `of ${PATH[0]} … ${PATH[PATH.length - 1]} by ${what} on ${how}` };
}

export const linearReader: ModelReader = { read };

/** Written out, so that a bundle without fitting leaves it behind. */
export const linear: Family<LinearOptions> = {
  read,
  name: 'linear',
  tasks: ['binary', 'multiclass', 'regression'],
  encodings: ['standard'],
  weighted: true,
  options: OPTIONS,
  fit,
};
