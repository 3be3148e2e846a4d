/** The likeliest states of all variables of a network together, given what is known of each user of a shard. */
import type { Kernels } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import type { Control } from '../program.js';
import { Propagation, type Step } from './propagation.js';
import { type Evidence, groups } from './query.js';
import type { TreePlan } from './tree-plan.js';

export interface LikeliestArgs extends Evidence {
  plan: TreePlan;
  /** out u16[variables, pitch]: a state of every variable, those that were observed as they were */
  out: number;
  /** propagationScratch(…) bytes */
  scratch: number;
}

/** @returns the first row whose evidence has probability 0, −1 where there is none */
export function likeliestStates(kernels: Kernels, memory: WebAssembly.Memory, args: LikeliestArgs, control: Control): number {
  const { plan, pitch, rows } = args;
  const propagation = new Propagation(kernels, memory, plan, 0, new Layout(args.scratch));
  const states = plan.variables.map((_, v) => new Uint16Array(memory.buffer, args.out + v * pitch * 2, rows));
  let impossible = -1;
  for (const { first, count } of groups(propagation, memory, plan, args, [...plan.variables.keys()], control)) {
    propagation.collect('max');
    const lane = propagation.impossible(count);
    if (lane >= 0 && impossible < 0) impossible = first + lane;
    for (const step of propagation.steps) settle(step, propagation, memory, plan, states, first, count);
  }
  return impossible;
}

/** The largest cell of a clique, of equal ones the first, among those that agree with the states that its parent has settled. */
function settle(
  { clique, separator, own }: Step,
  propagation: Propagation,
  memory: WebAssembly.Memory,
  plan: TreePlan,
  states: readonly Uint16Array[],
  first: number,
  count: number,
): void {
  const { lanes, cliques } = plan;
  const { cells, variables } = cliques[clique];
  const potential = new Float64Array(memory.buffer, propagation.potentials[clique], cells * lanes);
  const index = separator < 0 ? undefined : new Int32Array(memory.buffer, own, cells);
  const common = separator < 0 ? [] : plan.separators[separator].variables;
  for (let lane = 0; lane < count; lane++) {
    const row = first + lane;
    let shared = 0;
    for (const v of common) shared = shared * plan.variables[v].cells + states[v][row];
    let [best, most] = [0, -1];
    for (let cell = 0; cell < cells; cell++) {
      if (index && index[cell] !== shared) continue;
      const value = potential[cell * lanes + lane];
      if (value > most) [best, most] = [cell, value];
    }
    for (let i = variables.length - 1; i >= 0; i--) {
      const size = plan.variables[variables[i]].cells;
      states[variables[i]][row] = best % size;
      best = Math.floor(best / size);
    }
  }
}
