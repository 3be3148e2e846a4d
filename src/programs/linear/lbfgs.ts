/**
 * L-BFGS (Nocedal, "Updating Quasi-Newton Matrices with Limited Storage", 1980; Nocedal and Wright, "Numerical Optimization", 2006,
 * algorithm 7.4) for a convex function that knows an approximation of its inverse Hessian, from which the directions start. Where that is
 * exact, as for least squares, the first step is Newton's and the last.
 */
import { errors } from '../../errors.js';

export interface Objective {
  /** The value at `at`, and its gradient. */
  evaluate(at: Float64Array, gradient: Float64Array): number;
  /** out = about the inverse Hessian times g */
  precondition(out: Float64Array, g: Float64Array): void;
  /** Takes the Hessian at a point for what follows. @returns whether that changes anything */
  refresh(at: Float64Array): boolean;
  /** Whether a point with this gradient is the minimum, as nearly as was asked for. */
  converged(gradient: Float64Array): boolean;
}

export interface Minimum {
  value: number;
  iterations: number;
  /** 'precision': float64 can tell no lower point */
  stopped: 'converged' | 'precision' | 'maxIter';
}

/** Steps that are remembered. */
const MEMORY = 10;
/** Steps after which the Hessian is taken anew: few problems come to that. */
const REFRESH = 15;
/** Points of a line search at most. */
const TRIALS = 30;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** y += a · x */
function add(y: Float64Array, a: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += a * x[i];
}

/** A step that was made: s, the difference y of the gradients, and what follows from both. */
interface Step {
  s: Float64Array;
  y: Float64Array;
  /** 1 / sᵀy */
  rho: number;
  /** sᵀy / yᵀPy: how much longer steps are than the preconditioner has them */
  scale: number;
}

/**
 * @param at where to start; the minimum when it returns
 * @param onIteration called after each step, with how many there were
 * @throws CameoError 'diverged' where the value is not finite
 */
export function minimize(
  objective: Objective,
  at: Float64Array,
  maxIter: number,
  onIteration: (iterations: number, value: number) => void,
): Minimum {
  const n = at.length;
  const steps: Step[] = [];
  let gradient = new Float64Array(n);
  let value = objective.evaluate(at, gradient);
  if (!Number.isFinite(value)) throw errors.lossNotFinite();
  for (let iterations = 0; ; iterations++) {
    if (objective.converged(gradient)) return { value, iterations, stopped: 'converged' };
    if (iterations === maxIter) return { value, iterations, stopped: 'maxIter' };
    // What was learnt beside the old Hessian does not suit the new one.
    if (iterations > 0 && iterations % REFRESH === 0 && objective.refresh(at)) steps.length = 0;
    let found = search(objective, at, value, gradient, directionOf(objective, gradient, steps));
    if (!found && steps.length > 0) {
      // What was remembered no longer helps: once more from the preconditioner alone.
      steps.length = 0;
      found = search(objective, at, value, gradient, directionOf(objective, gradient, steps));
    }
    if (!found) return { value, iterations, stopped: 'precision' };
    const s = found.at.map((v, i) => v - at[i]);
    const y = found.gradient.map((v, i) => v - gradient[i]);
    remember(objective, steps, s, y);
    at.set(found.at);
    gradient = found.gradient;
    value = found.value;
    onIteration(iterations + 1, value);
  }
}

function remember(objective: Objective, steps: Step[], s: Float64Array, y: Float64Array): void {
  const curvature = dot(s, y);
  const py = new Float64Array(y.length);
  objective.precondition(py, y);
  const spread = dot(y, py);
  // Rounding alone: nothing to learn from.
  if (!(curvature > 1e-14 * Math.sqrt(dot(s, s) * dot(y, y))) || !(spread > 0)) return;
  if (steps.length === MEMORY) steps.shift();
  steps.push({ s, y, rho: 1 / curvature, scale: curvature / spread });
}

/** −H g, the two loops of L-BFGS. */
function directionOf(objective: Objective, gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const q = gradient.slice();
  const alphas = new Float64Array(steps.length);
  for (let k = steps.length - 1; k >= 0; k--) {
    const { s, y, rho } = steps[k];
    alphas[k] = rho * dot(s, q);
    add(q, -alphas[k], y);
  }
  const r = new Float64Array(q.length);
  objective.precondition(r, q);
  const scale = steps.at(-1)?.scale ?? 1;
  for (let i = 0; i < r.length; i++) r[i] *= scale;
  steps.forEach(({ s, y, rho }, k) => {
    const beta = rho * dot(y, r);
    add(r, alphas[k] - beta, s);
  });
  return r.map((v) => -v);
}

/**
 * A point along the direction where the slope has fallen enough, by bracketing and secants of the slope, which keeps its digits where
 * differences of the value have none left.
 * @returns undefined where there is none that float64 could tell
 */
function search(objective: Objective, at: Float64Array, value: number, gradient: Float64Array, direction: Float64Array) {
  const slope = dot(gradient, direction);
  if (!(slope < 0)) return undefined;
  const least = { t: 0, slope };
  let most = Number.POSITIVE_INFINITY;
  const slack = 1e-13 * Math.abs(value);
  let t = 1;
  for (let trial = 0; trial < TRIALS; trial++) {
    const next = at.map((v, i) => v + t * direction[i]);
    const nextGradient = new Float64Array(at.length);
    const nextValue = objective.evaluate(next, nextGradient);
    const nextSlope = dot(nextGradient, direction);
    if (!Number.isFinite(nextValue) || nextSlope > -0.5 * slope || nextValue > value + slack) {
      most = t;
      const secant = least.slope / (least.slope - nextSlope);
      t = least.t + (most - least.t) * (secant > 0.1 && secant < 0.9 ? secant : secant >= 0.9 ? 0.9 : 0.1);
    } else if (nextSlope < 0.9 * slope && trial + 1 < TRIALS) {
      least.t = t;
      least.slope = nextSlope;
      t = most < Number.POSITIVE_INFINITY ? (t + most) / 2 : 2 * t;
    } else return { at: next, value: nextValue, gradient: nextGradient };
  }
  return undefined;
}
