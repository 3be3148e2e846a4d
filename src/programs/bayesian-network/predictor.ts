/**
 * A network that was fitted to predict one of its variables, in a worker: rows become evidence, numbers by the bin that they are in, and
 * missing values and categories that the network does not know are not observed. Raw outputs are the logarithm of the odds of the second of two
 * classes, or of the probability of each of several.
 *
 * Reasons withdraw the evidence, one variable after the other in an order that the network has: what a variable adds is what the outputs lose
 * when it goes, all before it being gone already. The last one leaves what is said of somebody of whom nothing is known, the base; so they
 * sum to the outputs less the base. A withdrawal changes only the cliques on the way to the root.
 */
import { log } from '../../math.js';
import { type Kernels, stride } from '../../wasm/kernels.js';
import type { Layout } from '../../wasm/memory.js';
import type { Predictor, PredictorPlan } from '../predictor.js';
import { TILE_PITCH } from '../trees/plan.js';
import { Propagation, UNKNOWN } from './propagation.js';
import type { TreePlan } from './tree-plan.js';

export interface BayesianNetworkPlan extends PredictorPlan {
  readonly kind: 'bayesian-network';
  tree: TreePlan;
  /** the variable that is predicted */
  target: number;
  outputs: number;
  /** of each encoded column: its variable, −1 for one without; its feature; and the code of a missing value, −1 for none */
  variables: number[];
  features: number[];
  missing: number[];
  /** columns whose evidence is withdrawn, one after the other */
  order: number[];
  /** i32[columns, 2] and f32: edges of the bins, as trees have them (assembly/trees/predict.ts) */
  columns: number;
  edges: number;
}

/** Below it a probability counts as this: an output is finite. */
const LEAST = 1e-300;

export function bayesianNetwork(
  kernels: Kernels,
  memory: WebAssembly.Memory | undefined,
  plan: BayesianNetworkPlan,
  layout: Layout,
  batch: number,
): Predictor {
  const { tree, outputs, variables, features, order } = plan;
  const { lanes, cliques } = tree;
  const target = tree.variables[plan.target];
  const [n, ld] = [variables.length, stride(outputs)];
  const groups = features.reduce((most, feature) => Math.max(most, feature + 1), 0);
  const propagation = new Propagation(kernels, memory, tree, target.clique, layout);
  const z = layout.take(batch * ld * 4);
  const tile = layout.take(n * TILE_PITCH);
  const marginal = layout.take(target.cells * lanes * 8);
  const changed = new Uint8Array(cliques.length);
  const raw = new Float64Array(outputs * lanes);
  const codes = variables.map(() => new Uint16Array(TILE_PITCH));
  const parentOf = new Int32Array(cliques.length);
  for (const { clique, parent } of propagation.steps) parentOf[clique] = parent;

  const encode = (x: number, count: number) => {
    kernels.tree_tile(tile, x, plan.columns, plan.edges, count, n, stride(n), TILE_PITCH);
    const bytes = new Uint8Array((memory as WebAssembly.Memory).buffer, tile, n * TILE_PITCH);
    variables.forEach((variable, column) => {
      if (variable < 0) return;
      const { cells } = tree.variables[variable];
      for (let r = 0; r < count; r++) {
        const code = bytes[column * TILE_PITCH + r] ^ 128;
        codes[column][r] = code >= cells || code === plan.missing[column] ? UNKNOWN : code;
      }
    });
  };
  const observe = (first: number, count: number) => {
    variables.forEach((variable, column) => {
      if (variable >= 0) propagation.observe(variable, codes[column], first, count);
    });
    changed.fill(1);
  };
  /** raw f64[outputs, lanes] */
  const answer = () => {
    propagation.collect('sum', { changed });
    propagation.marginal(marginal, target);
    const p = new Float64Array((memory as WebAssembly.Memory).buffer, marginal, target.cells * lanes);
    if (outputs > 1) for (let i = 0; i < raw.length; i++) raw[i] = log(Math.max(p[i], LEAST));
    else for (let lane = 0; lane < lanes; lane++) raw[lane] = logOdds(p[lane], p[lanes + lane]);
  };
  /** Calls for as many rows as there are lanes, each time with their evidence in place. */
  const eachGroup = (x: number, rows: number, work: (row: number, first: number, count: number) => void) => {
    for (let start = 0; start < rows; start += TILE_PITCH) {
      const some = Math.min(TILE_PITCH, rows - start);
      encode(x + start * stride(n) * 4, some);
      for (let first = 0; first < some; first += lanes) {
        const count = Math.min(lanes, some - first);
        observe(first, count);
        answer();
        work(start + first, first, count);
      }
    }
  };

  return {
    run(x, count) {
      const out = new Float32Array((memory as WebAssembly.Memory).buffer, z, count * ld);
      eachGroup(x, count, (row, _, many) => {
        for (let lane = 0; lane < many; lane++)
          for (let k = 0; k < outputs; k++) out[(row + lane) * ld + k] = raw[k * lanes + lane];
      });
      return z;
    },
    explain(x, direction, count, out) {
      const { buffer } = memory as WebAssembly.Memory;
      const towards = new Float32Array(buffer, direction, count * ld);
      const reasons = new Float32Array(buffer, out, count * groups);
      const value = (row: number, lane: number) => {
        let sum = 0;
        for (let k = 0; k < outputs; k++) sum += towards[(row + lane) * ld + k] * raw[k * lanes + lane];
        return sum;
      };
      const before = new Float64Array(lanes);
      const sums = new Float64Array(groups * lanes);
      eachGroup(x, count, (row, first, many) => {
        sums.fill(0);
        for (let lane = 0; lane < many; lane++) before[lane] = value(row, lane);
        for (const column of order) {
          const variable = variables[column];
          if (!propagation.isObserved(variable)) continue;
          propagation.withdraw(variable);
          changed.fill(0);
          for (let c = tree.variables[variable].clique; c >= 0; c = parentOf[c]) changed[c] = 1;
          answer();
          for (let lane = 0; lane < many; lane++) {
            if (codes[column][first + lane] === UNKNOWN) continue;
            const left = value(row, lane);
            sums[features[column] * lanes + lane] += before[lane] - left;
            before[lane] = left;
          }
        }
        for (let lane = 0; lane < many; lane++)
          for (let g = 0; g < groups; g++) reasons[(row + lane) * groups + g] = sums[g * lanes + lane];
      });
    },
  };
}

/** log (second / first) of two probabilities. */
const logOdds = (first: number, second: number) => log(Math.max(second, LEAST)) - log(Math.max(first, LEAST));
