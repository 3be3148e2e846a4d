/** What a network says of a shard of users: distributions of some variables given what is known of each user, or how probable that is. */
import { errors } from '../../errors.js';
import type { Kernels } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import type { Control } from '../program.js';
import { Propagation } from './propagation.js';
import type { Target, TreePlan } from './tree-plan.js';

/** Evidence of a shard: u16[variables, pitch], UNKNOWN where a value was not observed. */
export interface Evidence {
  codes: number;
  pitch: number;
  rows: number;
}

export interface QueryArgs extends Evidence {
  plan: TreePlan;
  /** one, whose clique is then the root, or several */
  targets: readonly Target[];
  /** their variables */
  asked: readonly number[];
  /** out of each target f64[rows, cells], one behind the other */
  out: number;
  /** out f64[rows]: the logarithm of the probability of a row's evidence, −∞ where that is 0; 0 for none */
  logs: number;
  /** queryScratch(…) bytes */
  scratch: number;
}

function buffers(
  kernels: Kernels,
  memory: WebAssembly.Memory | undefined,
  { plan, targets }: Pick<QueryArgs, 'plan' | 'targets'>,
  layout: Layout,
) {
  const most = targets.reduce((cells, target) => Math.max(cells, target.cells), 0);
  return {
    propagation: new Propagation(kernels, memory, plan, targets[0]?.clique ?? 0, layout),
    marginal: layout.take(most * plan.lanes * 8),
  };
}

/** Bytes of scratch that `queryNetwork` needs. */
export function queryScratch(kernels: Kernels, args: Pick<QueryArgs, 'plan' | 'targets'>): number {
  const layout = new Layout(0);
  buffers(kernels, undefined, args, layout);
  return layout.bytes;
}

/** @returns the first row whose evidence has probability 0, −1 where there is none */
export function queryNetwork(kernels: Kernels, memory: WebAssembly.Memory, args: QueryArgs, control: Control): number {
  const { plan, targets, rows, logs } = args;
  const { lanes } = plan;
  const { propagation, marginal } = buffers(kernels, memory, args, new Layout(args.scratch));
  const logsOut = new Float64Array(memory.buffer, logs, logs ? rows : 0);
  let impossible = -1;
  for (const { first, count } of groups(propagation, memory, plan, args, args.asked, control)) {
    propagation.collect('sum', { logged: logs !== 0 });
    const lane = propagation.impossible(count);
    if (lane >= 0 && impossible < 0) impossible = first + lane;
    if (logs) logsOut.set(propagation.logs.subarray(0, count), first);
    if (targets.length > 1) propagation.distribute();
    let out = args.out;
    for (const target of targets) {
      propagation.marginal(marginal, target);
      const to = new Float64Array(memory.buffer, out, rows * target.cells);
      const from = new Float64Array(memory.buffer, marginal, target.cells * lanes);
      for (let lane = 0; lane < count; lane++) {
        const row = (first + lane) * target.cells;
        for (let cell = 0; cell < target.cells; cell++) to[row + cell] = from[cell * lanes + lane];
      }
      out += to.byteLength;
    }
  }
  return impossible;
}

/** Goes through a shard, as many users at a time as there are lanes, each time with their evidence in place. */
export function* groups(
  propagation: Propagation,
  memory: WebAssembly.Memory,
  { lanes, variables }: TreePlan,
  { codes, pitch, rows }: Evidence,
  asked: readonly number[],
  control: Control,
): Generator<{ first: number; count: number }> {
  const columns = variables.map((_, v) => new Uint16Array(memory.buffer, codes + v * pitch * 2, rows));
  for (let first = 0; first < rows; first += lanes) {
    if (control.aborted()) throw errors.aborted();
    const count = Math.min(lanes, rows - first);
    columns.forEach((column, v) => {
      propagation.observe(v, column, first, count);
    });
    propagation.settle(asked, columns, first, count);
    yield { first, count };
  }
}
