/**
 * What blending decides from predictions of rows that were not learnt from: how much each candidate weighs, and whether the blend's log-odds
 * need a straight map to be the probabilities that they say (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).
 */
import { exp, log } from '../math.js';
import type { Task } from '../metrics/index.js';

/** Predictions of rows that were not learnt from. */
export interface HeldOut {
  task: Task;
  outputs: number;
  /** f64[rows] */
  y: Float64Array;
  /** [rows]: how much each counts; absent where all count 1 */
  weights?: Float32Array;
}

/** Steps of the grid of weights, which sum to 1; rows that it is tried on at most. */
const STEPS = 10;
/** Candidates of which all weights of the grid are tried. */
const ALL_TRIED = 4;
const MOST_ROWS = 50_000;
/** Newton's steps at most, and how short the last one is. */
const ITERATIONS = 50;
const TOLERANCE = 1e-9;

/** log(1 + eˣ) */
const softplus = (x: number) => (x > 0 ? x : 0) + log(1 + exp(-Math.abs(x)));

/** Log loss of a row, or the squared error of a number, of the raw outputs z[at] … */
export function lossOf({ task, outputs }: HeldOut, y: number, z: ArrayLike<number>, at: number): number {
  if (task === 'regression') return (z[at] - y) * (z[at] - y);
  if (task === 'binary') return softplus(y > 0 ? -z[at] : z[at]);
  let top = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < outputs; c++) top = Math.max(top, z[at + c]);
  let sum = 0;
  for (let c = 0; c < outputs; c++) sum += exp(z[at + c] - top);
  return log(sum) + top - z[at + y];
}

/** The mean loss of raw outputs [rows, outputs], by the rows' weights. */
export function meanLoss(held: HeldOut, z: ArrayLike<number>): number {
  const { y, outputs, weights } = held;
  let [sum, total] = [0, 0];
  for (let r = 0; r < y.length; r++) {
    const weight = weights ? weights[r] : 1;
    sum += weight * lossOf(held, y[r], z, r * outputs);
    total += weight;
  }
  return sum / total;
}

/** All ways to deal `steps` out to `n`, in a fixed order. */
function* deals(n: number, steps: number): Generator<number[]> {
  if (n === 1) {
    yield [steps];
    return;
  }
  for (let own = steps; own >= 0; own--) for (const rest of deals(n - 1, steps - own)) yield [own, ...rest];
}

/** The weighted sum of the candidates' raw outputs. */
export function blended(z: readonly ArrayLike<number>[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(z[0].length);
  z.forEach((own, m) => {
    if (weights[m] !== 0) for (let i = 0; i < sum.length; i++) sum[i] += weights[m] * own[i];
  });
  return sum;
}

/** Every so many rows, where there are more than tell a tenth of a weight apart. */
function thinned(held: HeldOut, z: readonly ArrayLike<number>[]): [HeldOut, readonly ArrayLike<number>[]] {
  const { y, outputs, weights } = held;
  const step = Math.ceil(y.length / MOST_ROWS);
  if (step === 1) return [held, z];
  const some = { ...held, y: y.filter((_, r) => r % step === 0), weights: weights?.filter((_, r) => r % step === 0) };
  return [some, z.map((own) => Float32Array.from(own).filter((_, i) => Math.floor(i / outputs) % step === 0))];
}

/**
 * The weights of the grid with the least mean loss. Of more than a few candidates not all are tried: from the best weights of the first ones
 * on, a step of the grid goes from one to another while the loss falls. It is convex in the weights, so that no valley but one holds them up.
 * @param z raw outputs [rows, outputs] of each candidate
 */
export function chooseWeights(held: HeldOut, z: readonly ArrayLike<number>[]): { weights: number[]; loss: number } {
  const [some, parts] = thinned(held, z);
  const few = Math.min(z.length, ALL_TRIED);
  const others = new Array<number>(z.length - few).fill(0);
  let best = { steps: [] as number[], loss: Number.POSITIVE_INFINITY };
  const tryOut = (steps: number[]) => {
    const loss = meanLoss(some, blended(parts, weightsOf(steps)));
    if (loss < best.loss) best = { steps, loss };
  };
  for (const deal of deals(few, STEPS)) tryOut([...deal, ...others]);
  for (let from = [] as number[]; others.length > 0 && from !== best.steps; ) {
    from = best.steps;
    for (const steps of exchanges(from)) tryOut(steps);
  }
  return { weights: weightsOf(best.steps), loss: best.loss };
}

const weightsOf = (steps: readonly number[]) => steps.map((own) => own / STEPS);

/** All ways in which one gives a step to another. */
function* exchanges(steps: readonly number[]): Generator<number[]> {
  for (const [giver, own] of steps.entries()) {
    if (own === 0) continue;
    for (const [taker, other] of steps.entries()) {
      if (taker !== giver) yield steps.with(giver, own - 1).with(taker, other + 1);
    }
  }
}

/** z becomes scale · z + shift; of several classes the shift is 0. */
export interface Calibration {
  scale: number;
  shift: number;
}

/** The map with the least log loss on these rows, by Newton's method. */
export function fitCalibration(held: HeldOut, z: ArrayLike<number>, rows: readonly number[]): Calibration {
  const { task, y, outputs, weights } = held;
  let [scale, shift] = [1, 0];
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (const r of rows) {
      const weight = weights ? weights[r] : 1;
      if (task === 'binary') {
        const p = 1 / (1 + exp(-(scale * z[r] + shift)));
        const [d, w] = [weight * (p - Number(y[r] > 0)), weight * p * (1 - p)];
        g0 += d * z[r];
        g1 += d;
        h00 += w * z[r] * z[r];
        h01 += w * z[r];
        h11 += w;
        continue;
      }
      const [d, w] = alongScale(z, r * outputs, outputs, y[r], scale);
      g0 += weight * d;
      h00 += weight * w;
    }
    const determinant = task === 'binary' ? h00 * h11 - h01 * h01 : h00;
    if (!(determinant > 1e-12)) break;
    const step = task === 'binary' ? (h11 * g0 - h01 * g1) / determinant : g0 / h00;
    const other = task === 'binary' ? (h00 * g1 - h01 * g0) / determinant : 0;
    scale -= Math.max(-0.5, Math.min(0.5, step));
    shift -= Math.max(-0.5, Math.min(0.5, other));
    if (Math.abs(step) + Math.abs(other) < TOLERANCE) break;
  }
  return { scale, shift };
}

/** First and second derivative of a row's log loss by the scale of its raw outputs. */
function alongScale(z: ArrayLike<number>, at: number, outputs: number, label: number, scale: number): [number, number] {
  let top = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < outputs; c++) top = Math.max(top, scale * z[at + c]);
  let [sum, first, second] = [0, 0, 0];
  for (let c = 0; c < outputs; c++) {
    const e = exp(scale * z[at + c] - top);
    sum += e;
    first += e * z[at + c];
    second += e * z[at + c] * z[at + c];
  }
  const mean = first / sum;
  return [mean - z[at + label], second / sum - mean * mean];
}

/**
 * The map where it helps rows that it was not fitted on by more than the chance of their draw; undefined where it does not.
 * @param folds rows, each fold held out once
 */
export function calibrate(held: HeldOut, z: Float64Array, folds: readonly (readonly number[])[]): Calibration | undefined {
  if (held.task === 'regression' || folds.length < 2) return undefined;
  const gains: number[] = [];
  for (const fold of folds) {
    const others = folds.filter((other) => other !== fold).flat();
    const { scale, shift } = fitCalibration(held, z, others);
    for (const r of fold) {
      const at = r * held.outputs;
      const mapped = Array.from({ length: held.outputs }, (_, c) => scale * z[at + c] + shift);
      const weight = held.weights ? held.weights[r] : 1;
      gains.push(weight * (lossOf(held, held.y[r], z, at) - lossOf(held, held.y[r], mapped, 0)));
    }
  }
  const mean = gains.reduce((a, b) => a + b, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) * (gain - mean), 0) / gains.length;
  if (!(mean > Math.sqrt(variance / gains.length))) return undefined;
  const all = fitCalibration(held, z, folds.flat());
  return all.scale > 0.1 && all.scale < 10 && Math.abs(all.shift) < 10 ? all : undefined;
}
