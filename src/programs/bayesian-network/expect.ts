/** The expected counts of a shard: how often each combination of states is to be expected, given what is known of each row (the E of EM). */
import type { Kernels } from '../../wasm/kernels.js';
import { Layout } from '../../wasm/memory.js';
import type { Control } from '../program.js';
import { Propagation } from './propagation.js';
import { type Evidence, groups } from './query.js';
import type { TreePlan } from './tree-plan.js';

export interface ExpectArgs extends Evidence {
  plan: TreePlan;
  /** out of each clique f64[cells], one behind the other */
  out: number;
  /** propagationScratch(…) bytes */
  scratch: number;
}

export interface Expected {
  /** Σ log P(what is known of the row) */
  logLikelihood: number;
  /** the first row whose evidence has probability 0, −1 where there is none */
  impossible: number;
}

export function expectedCounts(kernels: Kernels, memory: WebAssembly.Memory, args: ExpectArgs, control: Control): Expected {
  const { plan } = args;
  const propagation = new Propagation(kernels, memory, plan, 0, new Layout(args.scratch));
  let out = args.out;
  const counts = plan.cliques.map(({ cells }) => {
    new Float64Array(memory.buffer, out, cells).fill(0);
    out += cells * 8;
    return out - cells * 8;
  });
  const result = { logLikelihood: 0, impossible: -1 };
  const weights = new Float64Array(plan.lanes);
  for (const { first, count } of groups(propagation, memory, plan, args, [...plan.variables.keys()], control)) {
    propagation.collect('sum', { logged: true });
    const lane = propagation.impossible(count);
    if (lane >= 0 && result.impossible < 0) result.impossible = first + lane;
    for (const log of propagation.logs.subarray(0, count)) result.logLikelihood += log;
    weights.fill(0).fill(1, 0, count);
    propagation.distribute();
    propagation.expect(counts, weights);
  }
  return result;
}
